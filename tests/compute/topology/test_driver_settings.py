from types import SimpleNamespace
from typing import ClassVar

import pytest

from cloudportal.core.errors import InvalidInput
from cloudportal.core.secrets import Secret
from cloudportal.drivers.base import Driver
from cloudportal.drivers.settings import Setting
from compute.topology import driver_settings
from compute.topology.driver_settings import merged, needs_host, sort_out, values_of

CANARY = "hunter2-canary"


ADDRESS = {"name": "address", "label": "Address", "kind": "text", "help": "Where.", "required": True}
PASSWORD = {"name": "password", "label": "Password", "kind": "secret", "help": "Which.", "secret": True}


class GuardedHost(Driver):
    name: ClassVar[str] = "guarded"
    label: ClassVar[str] = "Guarded"
    settings: ClassVar[tuple[Setting, ...]] = (
        Setting(scope="host", **ADDRESS),
        Setting(scope="host", **PASSWORD),
        Setting(name="floor", label="Floor", kind="text", scope="host", help="Of the host."),
    )

    def check(self):
        return None


class GuardedPool(GuardedHost):
    settings: ClassVar[tuple[Setting, ...]] = (
        Setting(scope="pool", **ADDRESS),
        Setting(scope="pool", **PASSWORD),
        Setting(name="folder", label="Folder", kind="path", scope="pool", help="Which.", required=True),
        Setting(name="floor", label="Floor", kind="text", scope="pool", help="Of the pool."),
    )


@pytest.fixture(autouse=True)
def guarded_drivers(monkeypatch):
    classes = {"compute": GuardedHost, "storage": GuardedPool}
    monkeypatch.setattr(driver_settings, "driver_class", lambda kind, name: classes[kind])
    monkeypatch.setattr(driver_settings, "driver_names", lambda kind: ("guarded",))


def row(kept):
    return SimpleNamespace(settings=kept.settings, secrets=Secret(kept.secrets), driver="guarded")


def host_with(**values):
    return row(sort_out("compute", "guarded", "host", values))


def pool_with(**values):
    return row(sort_out("storage", "guarded", "pool", values))


def test_secrets_are_kept_apart_from_what_is_shown():
    kept = sort_out("compute", "guarded", "host", {"address": "a", "password": CANARY})
    assert kept.settings == {"address": "a"}
    assert CANARY not in str(kept.settings)
    assert values_of(row(kept)) == {"address": "a", "password": CANARY}


def test_an_empty_secret_leaves_the_old_one():
    old = row(sort_out("compute", "guarded", "host", {"address": "a", "password": CANARY}))
    new = sort_out("compute", "guarded", "host", {"address": "b", "password": ""}, row=old)
    assert values_of(row(new)) == {"address": "b", "password": CANARY}


def test_settings_that_are_not_named_stay():
    old = row(sort_out("compute", "guarded", "host", {"address": "a", "password": CANARY}))
    new = sort_out("compute", "guarded", "host", {"password": "other"}, row=old)
    assert values_of(row(new)) == {"address": "a", "password": "other"}


def test_wrong_and_unknown_settings_are_named_without_their_values():
    with pytest.raises(InvalidInput) as refusal:
        sort_out("compute", "guarded", "host", {"adress": CANARY})
    assert set(refusal.value.fields) == {"settings.address", "settings.adress"}
    assert CANARY not in str(refusal.value.fields) + refusal.value.detail


def test_a_setting_of_another_scope_is_unknown():
    with pytest.raises(InvalidInput) as refusal:
        sort_out("compute", "guarded", "host", {"address": "a", "folder": "/srv"})
    assert set(refusal.value.fields) == {"settings.folder"}


def test_what_hosts_are_asked_alike_need_not_be_given_again():
    required = {one.name for one in driver_settings.declared("storage", "guarded", "pool") if one.required}
    assert required == {"folder"}
    assert needs_host("storage", "guarded", pool_with(folder="/srv"))
    assert not needs_host("storage", "guarded", pool_with(folder="/srv", address="b"))


def test_a_pool_is_opened_with_the_connection_of_its_host():
    host = host_with(address="a", password=CANARY, floor="first")
    together = merged("storage", "guarded", pool_with(folder="/srv"), host=host)
    assert together == {"address": "a", "password": CANARY, "folder": "/srv"}


def test_a_pool_with_a_connection_of_its_own_keeps_it():
    host = host_with(address="a")
    together = merged("storage", "guarded", pool_with(folder="/srv", address="b", floor="2"), host=host)
    assert together == {"address": "b", "folder": "/srv", "floor": "2"}
