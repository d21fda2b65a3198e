"""Making and editing accounts."""

from uuid import uuid4

import pytest

from cloudportal.core.errors import Conflict, InvalidInput, NotFound, NotPermitted
from cloudportal.events.models import Event
from tenants import states
from tenants.models import Account, Counter, Domain, User
from tenants.resources import Resource
from tenants.services import accounts
from tenants.services.accounts import AccountChanges, NewAccount
from tenants.services.users import NewUser
from tests.support.factories import (
    PASSWORD,
    account_of,
    caller,
    make_account,
    make_caller,
    make_personas,
    make_project,
    make_role,
    make_user,
    role_named,
)

pytestmark = pytest.mark.django_db


def new(name="shop", role="User", **values):
    return NewAccount(name, role_named(role).uuid, **values)


def test_a_domain_admin_makes_an_account_with_a_first_user():
    who = make_personas()
    first = NewUser("Alice", email="alice@example.org", password=PASSWORD)
    made = accounts.create(who.domain_admin, who.domain, new(first_user=first))
    user = User.objects.get(account=made)
    assert user.username == "alice"
    assert user.check_password(PASSWORD)
    assert {event.type for event in Event.objects.all()} == {"ACCOUNT.CREATE", "USER.CREATE"}


def test_a_new_account_has_the_default_limits():
    who = make_personas()
    made = accounts.create(who.domain_admin, who.domain, new())
    counters = Counter.objects.filter(level=Counter.ACCOUNT, owner_id=made.pk)
    maxima = dict(counters.values_list("resource", "maximum"))
    assert maxima[Resource.INSTANCES] == 20
    assert maxima[Resource.MEMORY_MIB] == 40960


def test_root_admins_have_no_limits(foundation):
    who = make_personas()
    made = accounts.create(who.root_admin, foundation, new(role="Root Admin"))
    assert not Counter.objects.filter(level=Counter.ACCOUNT, owner_id=made.pk).exclude(maximum=None)


def test_a_first_user_that_cannot_be_takes_the_account_along():
    who = make_personas()
    make_user(make_account(who.domain), "alice")
    with pytest.raises(InvalidInput) as refusal:
        accounts.create(who.domain_admin, who.domain, new(first_user=NewUser("alice")))
    assert "username" in refusal.value.fields
    assert not Account.objects.filter(name="shop").exists()


@pytest.mark.parametrize("role", ["Root Admin", "Resource Admin", "Read-Only Admin"])
def test_a_domain_admin_finds_no_role_above_their_own(role):
    who = make_personas()
    with pytest.raises(NotFound):
        accounts.create(who.domain_admin, who.domain, new(role=role))


def test_a_role_that_may_more_than_its_giver_is_not_given():
    who = make_personas()
    mighty = make_role(["zone.create", "instance.*"], kind="user")
    with pytest.raises(NotPermitted):
        accounts.create(who.domain_admin, who.domain, NewAccount("shop", mighty.uuid))


def test_root_admins_live_in_the_root_domain():
    who = make_personas()
    with pytest.raises(InvalidInput) as refusal:
        accounts.create(who.root_admin, who.domain, new(role="Root Admin"))
    assert "role_uuid" in refusal.value.fields


def test_an_unknown_role_is_not_found():
    who = make_personas()
    with pytest.raises(NotFound):
        accounts.create(who.domain_admin, who.domain, NewAccount("shop", uuid4()))


def test_a_domain_admin_makes_no_account_elsewhere():
    who = make_personas()
    with pytest.raises(NotFound):
        accounts.create(who.other_domain_admin, who.domain, new())
    with pytest.raises(NotFound):
        accounts.create(who.domain_admin, who.domain.parent, new())


@pytest.mark.parametrize("persona", ["user", "read_only_admin"])
def test_others_make_no_account(persona):
    who = make_personas()
    with pytest.raises(NotPermitted):
        accounts.create(getattr(who, persona), who.domain, new())


def test_names_are_unique_in_a_domain_whatever_their_case():
    who = make_personas()
    accounts.create(who.domain_admin, who.domain, new("Shop"))
    with pytest.raises(InvalidInput) as refusal:
        accounts.create(who.domain_admin, who.domain, new("shop"))
    assert "name" in refusal.value.fields
    assert accounts.create(who.other_domain_admin, who.other_domain, new("shop")).name == "shop"


def test_nothing_is_made_in_a_domain_that_is_being_deleted():
    who = make_personas()
    Domain.objects.filter(pk=who.domain.pk).update(state=states.REMOVING)
    with pytest.raises(Conflict):
        accounts.create(who.domain_admin, who.domain, new())


def test_another_role_ends_the_users_sessions():
    who = make_personas()
    account = make_account(who.domain)
    before = make_user(account).get_session_auth_hash()
    changed = accounts.update(
        who.domain_admin, account, AccountChanges(role_uuid=role_named("Read-Only User").uuid)
    )
    assert changed.role.name == "Read-Only User"
    assert User.objects.get(account=account).get_session_auth_hash() != before


def test_nobody_changes_their_own_role():
    who = make_personas()
    own = account_of(who.domain_admin)
    with pytest.raises(NotPermitted):
        accounts.update(who.domain_admin, own, AccountChanges(role_uuid=role_named("User").uuid))


def test_an_account_with_a_mightier_role_is_not_changed():
    who = make_personas()
    mighty = make_account(who.domain, "Resource Admin")
    with pytest.raises(NotPermitted):
        accounts.update(who.domain_admin, mighty, AccountChanges(name="weak"))


def test_a_domain_admin_of_root_cannot_touch_root_admins(foundation):
    # CVE-2025-47849: the same domain is not enough, the role and what it allows count too.
    who = make_personas()
    admin_of_root = make_caller(foundation, "Domain Admin")
    with pytest.raises(NotPermitted):
        accounts.update(admin_of_root, account_of(who.root_admin), AccountChanges(name="mine"))


def test_the_portals_own_account_keeps_name_and_role(foundation):
    who = make_personas()
    own = Account.objects.get(domain=foundation, name="admin")
    other_root = make_caller(foundation, "Root Admin")
    with pytest.raises(NotPermitted):
        accounts.update(other_root, own, AccountChanges(name="renamed"))
    with pytest.raises(NotPermitted):
        accounts.update(other_root, own, AccountChanges(role_uuid=role_named("User").uuid))
    assert who.root_admin.may("account.update")


def test_a_projects_account_is_nobodys_to_edit():
    who = make_personas()
    project = make_project(who.user)
    with pytest.raises(NotFound):
        accounts.update(who.domain_admin, project.account, AccountChanges(name="taken over"))


def test_an_edit_says_what_was_before():
    who = make_personas()
    account = make_account(who.domain, name="old")
    accounts.update(who.domain_admin, account, AccountChanges(name="new"))
    event = Event.objects.get(type="ACCOUNT.UPDATE")
    assert (event.before["name"], event.after["name"]) == ("old", "new")
    assert event.account_uuid == account.uuid


def test_an_edit_leaves_what_somebody_else_changed_meanwhile():
    who = make_personas()
    account = make_account(who.domain, "Domain Admin")
    stale = account_of(caller(make_user(account)))
    accounts.update(who.domain_admin, account, AccountChanges(role_uuid=role_named("User").uuid))
    accounts.update(who.domain_admin, stale, AccountChanges(name="shop", network_suffix="shop.example"))
    after = Account.objects.get(pk=account.pk)
    assert (after.name, after.network_suffix, after.role.name) == ("shop", "shop.example", "User")
