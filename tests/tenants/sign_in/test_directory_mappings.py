"""Mapping groups: nobody gives away more than they have, and nothing beyond the directory's own domain."""

import pytest

from cloudportal.core.errors import InvalidInput, NotFound, NotPermitted
from tenants.models import DirectoryGroupMapping
from tenants.queries import credentials as queries
from tenants.services import directory_mappings as mappings
from tenants.services.directory_mappings import MappingValues
from tests.support import factories
from tests.support.directory_data import group, make_server, map_group
from tests.support.factories import make_personas, role_named

pytestmark = pytest.mark.django_db


@pytest.fixture
def who():
    return make_personas()


@pytest.fixture
def server(who):
    return make_server(who.domain)


def values(role="User", **given):
    base = {
        "group_dn": group("engineering"),
        "account_name": "{username}",
        "role_uuid": role_named(role).uuid,
    }
    return MappingValues(**{**base, **given})


def account_values(account):
    return MappingValues(group_dn=group("engineering"), account_uuid=account.uuid)


def test_the_domains_administrator_maps_its_groups(who, server):
    mapping = mappings.create(who.domain_admin, server, values())
    assert (mapping.domain, mapping.role.name, mapping.position) == (who.domain, "User", 1)
    assert mappings.create(who.domain_admin, server, values(group_dn=group("research"))).position == 2


def test_groups_are_kept_in_one_spelling(who, server):
    mapping = mappings.create(who.domain_admin, server, values(group_dn="CN=Engineering, OU=x,DC=y"))
    assert mapping.group_dn == "cn=engineering,ou=x,dc=y"


@pytest.mark.parametrize("name", ["user", "neighbour", "other_domain_admin", "read_only_admin"])
def test_nobody_else_maps_edits_or_removes(who, server, name):
    one, mapping = getattr(who, name), map_group(server, group("research"))
    for attempt in (
        lambda: mappings.create(one, server, values()),
        lambda: mappings.update(one, mapping, values()),
        lambda: mappings.delete(one, mapping),
    ):
        with pytest.raises((NotFound, NotPermitted)):
            attempt()
    assert DirectoryGroupMapping.objects.get().group_dn == group("research")


def test_only_administrators_of_the_domain_see_mappings(who, server):
    mapping = map_group(server, group("research"))
    for one in (who.root_admin, who.domain_admin):
        assert [found.uuid for found in queries.group_mappings_for(one)] == [mapping.uuid]
    assert not queries.group_mappings_for(who.other_domain_admin).exists()
    with pytest.raises(NotFound):
        queries.group_mapping_for(who.other_domain_admin, mapping.uuid)
    with pytest.raises(NotPermitted):
        queries.group_mappings_for(who.user)


def test_nobody_gives_a_role_greater_than_their_own(who, server):
    for role in ("Root Admin", "Resource Admin"):
        with pytest.raises((NotFound, NotPermitted)):
            mappings.create(who.domain_admin, server, values(role))


def test_a_root_role_is_given_in_root_only(who, server):
    with pytest.raises(InvalidInput) as caught:
        mappings.create(who.root_admin, server, values("Root Admin"))
    assert list(caught.value.fields) == ["role_uuid"]
    at_root = make_server(factories.foundation())
    assert mappings.create(who.root_admin, at_root, values("Root Admin"))


def test_what_somebody_greater_gave_is_not_changed_by_the_lesser():
    root = factories.caller(factories.make_root_admin())
    at_root = make_server(factories.foundation())
    climber = factories.make_caller(factories.foundation(), "Domain Admin")
    mapping = map_group(at_root, group("operators"), "Root Admin")
    with pytest.raises(NotPermitted):
        mappings.update(climber, mapping, values())
    with pytest.raises(NotPermitted):
        mappings.delete(climber, mapping)
    assert mappings.update(root, mapping, values())


def test_a_group_leads_below_the_directorys_domain_and_nowhere_else(who, server):
    below = factories.make_domain(who.domain)
    assert mappings.create(who.domain_admin, server, values(domain_uuid=below.uuid)).domain == below
    with pytest.raises(InvalidInput) as caught:
        mappings.create(who.root_admin, server, values(domain_uuid=who.other_domain.uuid))
    assert list(caught.value.fields) == ["domain_uuid"]
    with pytest.raises(NotFound):
        mappings.create(who.domain_admin, server, values(domain_uuid=who.other_domain.uuid))


def test_a_group_may_lead_to_an_account_that_is_there(who, server):
    account = factories.make_account(who.domain)
    mapping = mappings.create(who.domain_admin, server, account_values(account))
    assert (mapping.account, mapping.domain, mapping.role) == (account, who.domain, None)


def test_foreign_and_greater_accounts_cannot_be_led_to(who, server):
    foreign = factories.make_account(who.other_domain)
    with pytest.raises(NotFound):
        mappings.create(who.domain_admin, server, account_values(foreign))
    with pytest.raises(InvalidInput):
        mappings.create(who.root_admin, server, account_values(foreign))
    at_root = make_server(factories.foundation())
    climber = factories.make_caller(factories.foundation(), "Domain Admin")
    greater = factories.make_account(factories.foundation(), "Root Admin")
    with pytest.raises(NotPermitted):
        mappings.create(climber, at_root, account_values(greater))


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"group_dn": "engineering"}, "group_dn"),
        ({"group_dn": ""}, "group_dn"),
        ({"group_dn": f"cn={'x' * 600},dc=y"}, "group_dn"),
        ({"account_name": ""}, "account_name"),
        ({"account_name": "{nothing}"}, "account_name"),
        ({"account_name": "<b>"}, "account_name"),
        ({"role_uuid": None}, "role_uuid"),
        ({"position": 0}, "position"),
        ({"position": 1}, "position"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_field(who, server, given, field):
    map_group(server, group("research"))
    with pytest.raises(InvalidInput) as caught:
        mappings.create(who.domain_admin, server, values(**given))
    assert list(caught.value.fields) == [field]


def test_an_account_has_its_role_and_domain_already(who, server):
    account = factories.make_account(who.domain)
    with pytest.raises(InvalidInput) as caught:
        mappings.create(who.domain_admin, server, values(account_uuid=account.uuid))
    assert list(caught.value.fields) == ["account_uuid"]


def test_an_account_that_people_made_is_not_joined_by_its_name(who, server):
    factories.make_account(who.domain, name="Sales")
    with pytest.raises(InvalidInput) as caught:
        mappings.create(who.domain_admin, server, values(account_name="sales"))
    assert list(caught.value.fields) == ["account_name"]


def test_one_shared_account_has_one_role(who, server):
    mappings.create(who.domain_admin, server, values(account_name="lab"))
    again = values("Domain Admin", account_name="LAB", group_dn=group("research"))
    with pytest.raises(InvalidInput) as caught:
        mappings.create(who.domain_admin, server, again)
    assert list(caught.value.fields) == ["role_uuid"]


def test_editing_replaces_what_was_said(who, server):
    account = factories.make_account(who.domain)
    mapping = mappings.create(who.domain_admin, server, account_values(account))
    mappings.update(who.domain_admin, mapping, values("Domain Admin", account_name="lab", position=7))
    mapping.refresh_from_db()
    assert (mapping.account, mapping.account_name, mapping.role.name, mapping.position) == (
        None,
        "lab",
        "Domain Admin",
        7,
    )
    mappings.delete(who.domain_admin, mapping)
    assert not DirectoryGroupMapping.objects.exists()
