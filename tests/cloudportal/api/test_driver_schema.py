"""The document says what each driver is to be told, as the driver declares it."""

import pytest

from cloudportal.api.driver_schema import schema_of
from cloudportal.drivers import registry
from cloudportal.drivers.registry import DRIVERS, driver_class, driver_names
from cloudportal.drivers.settings import Setting
from compute.topology.api.hosts import AddHost

SCOPES = {"compute": "host", "storage": "pool", "network": "network"}
WITH_EVERYTHING = [(kind, name) for kind in DRIVERS for name in driver_names(kind)]


def told(kind, name):
    """The schema of one driver's settings."""
    return next(one for one in schema_of(kind, SCOPES[kind])["anyOf"] if one["title"] == name)


@pytest.mark.parametrize(("kind", "name"), WITH_EVERYTHING)
def test_every_setting_of_every_driver_is_described(kind, name):
    declared = {one.name: one for one in driver_class(kind, name).settings if one.scope == SCOPES[kind]}
    described = told(kind, name)["properties"]
    assert set(described) == set(declared)
    assert {key: one["description"] for key, one in described.items()} == {
        key: one.help for key, one in declared.items()
    }


def test_choices_bounds_and_defaults_are_told():
    assert told("compute", "kvm")["properties"]["acceleration"]["enum"] == ["auto", "kvm", "qemu"]
    cpus = told("compute", "simulator")["properties"]["cpus"]
    assert (cpus["type"], cpus["minimum"], cpus["default"]) == ("integer", 1, 16)


def test_a_secret_goes_in_and_never_out(monkeypatch):
    class Locked:
        settings = (Setting(name="key", label="Key", kind="secret", scope="host", help="", secret=True),)

    monkeypatch.setattr("cloudportal.api.driver_schema.driver_class", lambda kind, name: Locked)
    schema = schema_of.__wrapped__("compute", "host")
    assert [one["properties"]["key"]["writeOnly"] for one in schema["anyOf"]] == [True] * len(
        registry.driver_names("compute")
    )


def test_a_copy_of_the_field_still_knows_its_drivers():
    # The framework copies declared fields for every request.
    field = AddHost().fields["settings"]
    assert field._spectacular_annotation["field"] == schema_of("compute", "host")
