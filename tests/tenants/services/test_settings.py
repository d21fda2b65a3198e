"""Changing settings: who may, where, and what the change leaves behind."""

import pytest
from django.db import connection

from cloudportal.core.errors import InvalidInput, NotFound, NotPermitted
from cloudportal.core.permissions import RoleKind
from cloudportal.core.secrets import Secret
from cloudportal.events.models import Event
from tenants import declarations, queries
from tenants.declarations import Kind, PlaceKind, declare
from tenants.models import SettingValue
from tenants.queries.settings import EVERYWHERE, Place, settings_value
from tenants.services import settings
from tests.support.factories import account_of, make_account, make_personas

pytestmark = pytest.mark.django_db

ALL = tuple(PlaceKind)


@pytest.fixture(autouse=True)
def declared(monkeypatch):
    monkeypatch.setattr(declarations, "_registered", dict(declarations._registered))
    declare("test.size", Kind.INT, 1, "A size.", "tests", places=ALL, minimum=0)
    declare(
        "test.colour",
        Kind.CHOICE,
        "red",
        "A colour.",
        "tests",
        places=(PlaceKind.DOMAIN, PlaceKind.ACCOUNT),
        least=RoleKind.DOMAIN_ADMIN,
        choices=("red", "green"),
    )
    declare("test.key", Kind.STR, "", "A key.", "tests", places=ALL, is_secret=True)


def test_a_value_holds_from_the_moment_it_is_set():
    who = make_personas()
    settings.set_value(who.root_admin, EVERYWHERE, "test.size", "5")
    assert settings_value("test.size") == 5
    settings.set_value(who.root_admin, EVERYWHERE, "test.size", 6)
    assert settings_value("test.size") == 6
    assert SettingValue.objects.filter(name="test.size").count() == 1


def test_a_reset_brings_back_what_is_inherited():
    who = make_personas()
    place = Place.of_domain(who.domain)
    settings.set_value(who.root_admin, EVERYWHERE, "test.size", 5)
    settings.set_value(who.root_admin, place, "test.size", 7)
    view = settings.reset(who.root_admin, place, "test.size")
    assert (view.value, view.is_set_here, view.comes_from) == (5, False, PlaceKind.GLOBAL)
    again = settings.reset(who.root_admin, place, "test.size")
    assert again.value == 5


def test_a_change_is_an_event_with_before_and_after():
    who = make_personas()
    settings.set_value(who.root_admin, EVERYWHERE, "test.size", 5)
    settings.set_value(who.root_admin, EVERYWHERE, "test.size", 6)
    event = Event.objects.filter(type="CONFIGURATION.VALUE.EDIT").first()
    assert (event.before, event.after) == ({"test.size": 5}, {"test.size": 6})


def test_a_secret_is_in_no_row_no_event_and_no_list():
    who = make_personas()
    settings.set_value(who.root_admin, EVERYWHERE, "test.key", "canary-4711")
    value = settings_value("test.key")
    assert isinstance(value, Secret)
    assert value.reveal() == "canary-4711"
    view = queries.setting_for(who.root_admin, EVERYWHERE, "test.key")
    rows = list(SettingValue.objects.filter(name="test.key").values_list("value", flat=True))
    events = [(event.before, event.after, event.sentence) for event in Event.objects.all()]
    assert "canary" not in f"{view}{rows}{events}{value}"
    assert view.value == "********"
    assert rows == [None]


def test_a_secret_is_ciphertext_in_the_database():
    who = make_personas()
    settings.set_value(who.root_admin, EVERYWHERE, "test.key", "canary-4711")
    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed FROM tenants_settingvalue WHERE name = 'test.key'")
        (sealed,) = cursor.fetchone()
    assert sealed.startswith("gAAAA")


@pytest.mark.parametrize("value", ["many", -1, None, True])
def test_a_wrong_value_changes_nothing(value):
    who = make_personas()
    with pytest.raises(InvalidInput):
        settings.set_value(who.root_admin, EVERYWHERE, "test.size", value)
    assert settings_value("test.size") == 1


def test_a_setting_without_a_value_there_is_refused():
    who = make_personas()
    place = Place.of_account(make_account(who.domain))
    with pytest.raises(InvalidInput) as refusal:
        settings.set_value(who.root_admin, place, "max.account.instances", 5)
    assert "place" in refusal.value.fields


def test_a_domain_admin_sets_what_is_theirs_in_their_domain():
    who = make_personas()
    settings.set_value(who.domain_admin, Place.of_domain(who.domain), "test.colour", "green")
    assert settings_value("test.colour", domain=who.domain) == "green"
    assert settings_value("test.colour", domain=who.other_domain) == "red"


def test_a_domain_admin_does_not_know_the_roots_settings():
    who = make_personas()
    place = Place.of_domain(who.domain)
    with pytest.raises(NotFound):
        settings.set_value(who.domain_admin, place, "test.size", 5)
    assert "test.size" not in {view.setting.name for view in queries.settings_for(who.domain_admin, place)}


def test_a_domain_admin_sets_nothing_elsewhere():
    who = make_personas()
    with pytest.raises(NotFound):
        settings.set_value(who.domain_admin, Place.of_domain(who.other_domain), "test.colour", "green")
    with pytest.raises(NotFound):
        settings.set_value(who.domain_admin, Place.of_domain(who.domain.parent), "test.colour", "green")
    with pytest.raises(NotFound):
        place = Place.of_account(account_of(who.other_domain_admin))
        settings.set_value(who.domain_admin, place, "test.colour", "green")
    with pytest.raises((NotPermitted, InvalidInput)):
        settings.set_value(who.domain_admin, EVERYWHERE, "test.colour", "green")
    assert not SettingValue.objects.exists()


@pytest.mark.parametrize("persona", ["user", "read_only_admin"])
def test_others_set_nothing(persona):
    who = make_personas()
    with pytest.raises(NotPermitted):
        settings.set_value(getattr(who, persona), Place.of_domain(who.domain), "test.colour", "green")
