"""What a setting is worth at a place, and how little it costs to ask."""

from uuid import uuid4

import pytest
from django.db import connection, connections

from cloudportal.core.errors import InvalidInput, NotFound, NotPermitted
from tenants import declarations, queries
from tenants.declarations import Kind, PlaceKind, declare, setting_named
from tenants.queries.settings import EVERYWHERE, Place, register_place, settings_value, values_at
from tenants.services import settings
from tests.support.factories import account_of, make_account, make_domain, make_personas

pytestmark = pytest.mark.django_db

ZONE, CLUSTER = uuid4(), uuid4()


@pytest.fixture(autouse=True)
def declared(monkeypatch):
    monkeypatch.setattr(declarations, "_registered", dict(declarations._registered))
    declare("test.size", Kind.INT, 1, "A size.", "tests", places=tuple(PlaceKind))
    declare("test.zonal", Kind.INT, 1, "A size.", "tests", places=(PlaceKind.ZONE,))


def places(foundation):
    """Every kind of place on one path, from the widest to the narrowest."""
    upper = make_domain(foundation)
    lower = make_domain(upper)
    account = make_account(lower)
    chain = [
        EVERYWHERE,
        Place.of_zone(ZONE, "zone"),
        Place.of_cluster(CLUSTER, "cluster", zone_uuid=ZONE),
        Place.of_domain(foundation),
        Place.of_domain(upper),
        Place.of_domain(lower),
        Place.of_account(account),
    ]
    return chain, account


def test_the_nearest_value_counts(foundation):
    who = make_personas()
    chain, account = places(foundation)
    for number, place in enumerate(chain):
        settings.set_value(who.root_admin, place, "test.size", 100 + number)
        found = settings_value("test.size", account=account, zone_uuid=ZONE, cluster_uuid=CLUSTER)
        assert found == 100 + number, place.kind
    for number, place in reversed(list(enumerate(chain))):
        found = settings_value("test.size", account=account, zone_uuid=ZONE, cluster_uuid=CLUSTER)
        assert found == 100 + number, place.kind
        settings.reset(who.root_admin, place, "test.size")
    assert settings_value("test.size", account=account, zone_uuid=ZONE, cluster_uuid=CLUSTER) == 1


def test_a_neighbouring_place_does_not_count(foundation):
    who = make_personas()
    settings.set_value(who.root_admin, Place.of_domain(who.other_domain), "test.size", 9)
    settings.set_value(who.root_admin, Place.of_account(account_of(who.neighbour)), "test.size", 9)
    settings.set_value(who.root_admin, Place.of_zone(uuid4(), "other"), "test.size", 9)
    assert settings_value("test.size", account=account_of(who.user), zone_uuid=ZONE) == 1


def test_a_place_shows_where_its_values_come_from(foundation):
    who = make_personas()
    settings.set_value(who.root_admin, Place.of_domain(foundation), "test.size", 5)
    view = queries.setting_for(who.root_admin, Place.of_domain(who.domain), "test.size")
    assert (view.value, view.is_set_here, view.comes_from) == (5, False, PlaceKind.DOMAIN)
    here = queries.setting_for(who.root_admin, Place.of_domain(foundation), "test.size")
    assert here.is_set_here


def test_a_list_shows_what_may_be_set_there():
    who = make_personas()
    names = {view.setting.name for view in queries.settings_for(who.root_admin, Place.of_domain(who.domain))}
    assert "test.size" in names
    assert "test.zonal" not in names
    with pytest.raises(NotFound):
        queries.setting_for(who.root_admin, Place.of_domain(who.domain), "test.zonal")


def test_one_query_answers_however_long_the_chain(foundation, django_assert_num_queries):
    domain = foundation
    for _ in range(8):
        domain = make_domain(domain)
    account = make_account(domain)
    with django_assert_num_queries(1):
        settings_value("test.size", account=account, zone_uuid=ZONE, cluster_uuid=CLUSTER)
    with django_assert_num_queries(1):
        values_at(Place.of_account(account), [setting_named("test.size"), setting_named("test.zonal")])


@pytest.mark.slow
def test_ten_thousand_reads_open_no_connection(foundation):
    # CVE-2026-59654: settings that leak a connection per read.
    account = make_account()
    settings_value("test.size", account=account)
    before, open_before = connection.connection, len(connections.all(initialized_only=True))
    values = {settings_value("test.size", account=account, zone_uuid=ZONE) for _ in range(10_000)}
    assert values == {1}
    assert connection.connection is before
    assert len(connections.all(initialized_only=True)) == open_before


def test_a_place_is_found_through_the_funnel():
    who = make_personas()
    assert queries.place_for(who.domain_admin, "domain", who.domain.uuid).domain == who.domain
    own = account_of(who.user)
    assert queries.place_for(who.domain_admin, "account", str(own.uuid)).account == own
    for kind, uuid in (("domain", who.other_domain.uuid), ("account", uuid4()), ("account", "nonsense")):
        with pytest.raises(NotFound):
            queries.place_for(who.domain_admin, kind, uuid)


def test_what_is_no_place_is_refused():
    who = make_personas()
    with pytest.raises(InvalidInput):
        queries.place_for(who.root_admin, "planet", uuid4())
    with pytest.raises(InvalidInput):
        queries.place_for(who.root_admin, "domain", None)


def test_the_whole_cloud_is_the_roots_place():
    who = make_personas()
    assert queries.place_for(who.root_admin, "global") == EVERYWHERE
    with pytest.raises(NotFound):
        queries.place_for(who.domain_admin, "global")


def test_higher_rooms_say_how_their_places_are_found(monkeypatch):
    monkeypatch.setattr(queries.settings, "_finders", {})
    who = make_personas()
    with pytest.raises(NotFound):
        queries.place_for(who.root_admin, "zone", ZONE)
    register_place(PlaceKind.ZONE, lambda caller, uuid: Place.of_zone(ZONE, "east"))
    assert queries.place_for(who.root_admin, "zone", ZONE).name == "east"
    with pytest.raises(NotFound):
        queries.place_for(who.domain_admin, "zone", ZONE)


def test_users_see_no_settings():
    who = make_personas()
    with pytest.raises(NotPermitted):
        queries.settings_for(who.user, Place.of_account(account_of(who.user)))
