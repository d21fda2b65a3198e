from types import SimpleNamespace
from typing import ClassVar

import pytest

from cloudportal.core.errors import InvalidInput
from cloudportal.core.secrets import Secret
from cloudportal.drivers import registry
from cloudportal.drivers.base import Driver
from cloudportal.drivers.settings import Setting
from compute.topology.driver_settings import merged, sort_out, values_of

CANARY = "hunter2-canary"


class Guarded(Driver):
    name: ClassVar[str] = "guarded"
    label: ClassVar[str] = "Guarded"
    settings: ClassVar[tuple[Setting, ...]] = (
        Setting(name="address", label="Address", kind="text", scope="host", help="Where.", required=True),
        Setting(name="password", label="Password", kind="secret", scope="host", help="Which.", secret=True),
        Setting(name="folder", label="Folder", kind="path", scope="pool", help="Which.", required=True),
    )

    def check(self):
        return None


@pytest.fixture(autouse=True)
def guarded_driver(monkeypatch):
    monkeypatch.setitem(registry.DRIVERS["storage"], "guarded", f"{__name__}.Guarded")
    monkeypatch.setattr("compute.topology.driver_settings.driver_class", lambda kind, name: Guarded)


def row(kept):
    return SimpleNamespace(settings=kept.settings, secrets=Secret(kept.secrets))


def test_secrets_are_kept_apart_from_what_is_shown():
    kept = sort_out("storage", "guarded", "host", {"address": "a", "password": CANARY})
    assert kept.settings == {"address": "a"}
    assert CANARY not in str(kept.settings)
    assert values_of(row(kept)) == {"address": "a", "password": CANARY}


def test_an_empty_secret_leaves_the_old_one():
    old = row(sort_out("storage", "guarded", "host", {"address": "a", "password": CANARY}))
    new = sort_out("storage", "guarded", "host", {"address": "b", "password": ""}, row=old)
    assert values_of(row(new)) == {"address": "b", "password": CANARY}


def test_settings_that_are_not_named_stay():
    old = row(sort_out("storage", "guarded", "host", {"address": "a", "password": CANARY}))
    new = sort_out("storage", "guarded", "host", {"password": "other"}, row=old)
    assert values_of(row(new)) == {"address": "a", "password": "other"}


def test_wrong_and_unknown_settings_are_named_without_their_values():
    with pytest.raises(InvalidInput) as refusal:
        sort_out("storage", "guarded", "host", {"adress": CANARY})
    assert set(refusal.value.fields) == {"settings.address", "settings.adress"}
    assert CANARY not in str(refusal.value.fields) + refusal.value.detail


def test_a_setting_of_another_scope_is_unknown():
    with pytest.raises(InvalidInput) as refusal:
        sort_out("storage", "guarded", "pool", {"folder": "/srv", "address": "a"})
    assert set(refusal.value.fields) == {"settings.address"}


def test_a_driver_is_opened_with_each_setting_from_the_row_it_belongs_to():
    host = row(sort_out("storage", "guarded", "host", {"address": "a", "password": CANARY}))
    pool = row(sort_out("storage", "guarded", "pool", {"folder": "/srv"}))
    together = merged("storage", "guarded", {"host": host, "pool": pool})
    assert together == {"address": "a", "password": CANARY, "folder": "/srv"}
