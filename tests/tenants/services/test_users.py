"""Who signs in for an account: making, editing, disabling and deleting users."""

import dataclasses

import pytest

from cloudportal.core.errors import Conflict, InvalidInput, NotFound, NotPermitted, WrongState
from cloudportal.events.models import Event
from tenants import states
from tenants.models import Account, User
from tenants.services import access, users
from tenants.services.users import NewUser, UserChanges
from tests.support.factories import (
    PASSWORD,
    account_of,
    make_account,
    make_caller,
    make_member,
    make_personas,
    make_project,
    make_root_admin,
    make_user,
)

pytestmark = pytest.mark.django_db


def user_of(caller):
    return User.objects.select_related("account__role", "account__domain").get(pk=caller.user_id)


def test_an_account_has_several_users():
    who = make_personas()
    account = account_of(who.user)
    users.create(who.domain_admin, account, NewUser("bob"))
    users.create(who.domain_admin, account, NewUser("carol"))
    assert account.users.count() == 3


def test_names_are_kept_in_small_letters_and_once_per_domain():
    who = make_personas()
    made = users.create(who.domain_admin, account_of(who.user), NewUser("  Bob.Smith "))
    assert made.username == "bob.smith"
    with pytest.raises(InvalidInput) as refusal:
        users.create(who.domain_admin, account_of(who.neighbour), NewUser("BOB.SMITH"))
    assert "username" in refusal.value.fields


def test_another_domain_may_have_the_same_name():
    who = make_personas()
    users.create(who.domain_admin, account_of(who.user), NewUser("bob"))
    twin = users.create(who.other_domain_admin, make_account(who.other_domain), NewUser("bob"))
    assert twin.domain_id == who.other_domain.pk


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("username", "bøb"),
        ("username", "a b"),
        ("username", "<b>"),
        ("email", "nowhere"),
        ("email", "a@example.org\nBcc: b@example.org"),
        ("first_name", "line\nbreak"),
        ("timezone", "Mars/Olympus"),
        ("password", "password"),
        ("password", "short"),
    ],
)
def test_a_wrong_value_is_refused_by_its_field(field, value):
    who = make_personas()
    values = NewUser("bob", password=PASSWORD)
    with pytest.raises(InvalidInput) as refusal:
        users.create(who.domain_admin, account_of(who.user), dataclasses.replace(values, **{field: value}))
    assert field in refusal.value.fields


def test_without_a_password_nobody_signs_in():
    who = make_personas()
    made = users.create(who.domain_admin, account_of(who.user), NewUser("bob"))
    assert not made.has_usable_password()


def test_a_directory_user_has_no_password_here():
    who = make_personas()
    made = users.create(
        who.domain_admin,
        account_of(who.user),
        NewUser("bob", password=PASSWORD),
        directory_dn="uid=bob,dc=example,dc=org",
    )
    assert (made.source, made.has_usable_password()) == ("directory", False)


def test_a_password_is_in_no_event_and_no_representation():
    who = make_personas()
    values = NewUser("bob", password=PASSWORD)
    users.create(who.domain_admin, account_of(who.user), values)
    event = Event.objects.get(type="USER.CREATE")
    assert PASSWORD not in f"{values!r}{event.before}{event.after}{event.sentence}"
    assert "password" not in event.after


def test_only_those_who_dominate_make_users():
    who = make_personas()
    account = account_of(who.user)
    for stranger, refusal in (
        (who.user, NotPermitted),
        (who.neighbour, NotPermitted),
        (who.read_only_admin, NotPermitted),
        (who.other_domain_admin, NotFound),
    ):
        with pytest.raises(refusal):
            users.create(stranger, account, NewUser("bob"))


def test_a_domain_admin_of_root_makes_no_user_for_root_admins(foundation):
    admins = Account.objects.get(domain=foundation, name="admin")
    with pytest.raises(NotPermitted):
        users.create(make_caller(foundation, "Domain Admin"), admins, NewUser("intruder"))


def test_a_project_has_no_users():
    who = make_personas()
    project = make_project(who.user)
    with pytest.raises(NotFound):
        users.create(who.domain_admin, project.account, NewUser("bob"))


def test_an_account_on_its_way_out_takes_no_users():
    who = make_personas()
    account = account_of(who.user)
    Account.objects.filter(pk=account.pk).update(state=states.REMOVING)
    account.refresh_from_db()
    with pytest.raises(Conflict):
        users.create(who.domain_admin, account, NewUser("bob"))


def test_an_edit_changes_only_what_is_named():
    who = make_personas()
    user = make_user(account_of(who.user), "bob", email="bob@example.org", first_name="Bob")
    users.update(who.domain_admin, user, UserChanges(first_name="Robert"))
    user.refresh_from_db()
    assert (user.first_name, user.email) == ("Robert", "bob@example.org")
    event = Event.objects.get(type="USER.UPDATE")
    assert (event.before, event.after) == ({"first_name": "Bob"}, {"first_name": "Robert"})


def test_what_may_be_edited_is_a_closed_list():
    # CVE-2025-7044: no way from a form's fields to account, role, state or password.
    assert {field.name for field in dataclasses.fields(UserChanges)} == {
        "username",
        "email",
        "first_name",
        "last_name",
        "timezone",
    }


def test_people_edit_their_own_profile_but_not_their_name():
    who = make_personas()
    own = user_of(who.user)
    users.update(who.user, own, UserChanges(email="me@example.org"))
    assert User.objects.get(pk=own.pk).email == "me@example.org"
    with pytest.raises(NotPermitted):
        users.update(who.user, own, UserChanges(username="somebody-else"))


def test_read_only_people_have_a_profile_too():
    who = make_personas()
    users.update(who.read_only_admin, user_of(who.read_only_admin), UserChanges(timezone="Europe/Berlin"))
    assert user_of(who.read_only_admin).timezone == "Europe/Berlin"


def test_a_colleague_of_the_same_account_is_not_edited_by_a_user():
    who = make_personas()
    with pytest.raises(NotPermitted):
        users.update(who.user, make_user(account_of(who.user)), UserChanges(email="x@example.org"))


def test_a_directory_gives_its_users_their_names():
    who = make_personas()
    user = make_user(account_of(who.user), source="directory")
    with pytest.raises(Conflict):
        users.update(who.domain_admin, user, UserChanges(username="renamed"))


def test_disabling_ends_access_at_once_and_enabling_does_not_bring_it_back(monkeypatch):
    ended = []
    monkeypatch.setattr(access, "_endings", {"keys": lambda some: ended.extend(some)})
    who = make_personas()
    user = user_of(who.user)
    before = user.get_session_auth_hash()
    users.disable(who.domain_admin, user)
    assert [one.pk for one in ended] == [user.pk]
    assert not user_of(who.user).is_active
    users.enable(who.domain_admin, user_of(who.user))
    assert user_of(who.user).is_active
    assert user_of(who.user).get_session_auth_hash() != before


def test_a_disabled_user_is_not_disabled_again():
    who = make_personas()
    user = user_of(who.user)
    users.disable(who.domain_admin, user)
    with pytest.raises(WrongState):
        users.disable(who.domain_admin, user)


@pytest.mark.parametrize("verb", ["disable", "delete"])
def test_nobody_shuts_themselves_out(verb):
    who = make_personas()
    with pytest.raises(NotPermitted):
        getattr(users, verb)(who.domain_admin, user_of(who.domain_admin))


@pytest.mark.parametrize("verb", ["disable", "delete"])
def test_only_those_who_dominate_shut_others_out(verb, foundation):
    who = make_personas()
    change = getattr(users, verb)
    for stranger, refusal in ((who.neighbour, NotPermitted), (who.other_domain_admin, NotFound)):
        with pytest.raises(refusal):
            change(stranger, user_of(who.user))
    with pytest.raises(NotPermitted):
        change(make_caller(foundation, "Domain Admin"), make_root_admin())


def test_deleting_a_user_leaves_the_account():
    who = make_personas()
    account = account_of(who.user)
    user = make_user(account, "bob")
    users.delete(who.domain_admin, user)
    assert not User.objects.filter(username="bob").exists()
    assert Account.objects.filter(pk=account.pk).exists()
    assert Event.objects.get(type="USER.DELETE").before["username"] == "bob"


def test_a_name_can_be_used_again_without_what_the_old_user_had():
    who = make_personas()
    project = make_project(who.user)
    user = make_user(account_of(who.neighbour), "bob")
    make_member(project, user=user)
    users.delete(who.domain_admin, user)
    again = users.create(who.domain_admin, account_of(who.neighbour), NewUser("bob"))
    assert again.pk != user.pk
    assert not again.memberships.exists()


def test_the_last_admin_of_a_project_is_kept():
    who = make_personas()
    project = make_project(who.user)
    user = make_user(account_of(who.neighbour), "bob")
    make_member(project, user=user, role="Admin")
    project.members.filter(user=None).delete()
    with pytest.raises(Conflict) as refusal:
        users.delete(who.domain_admin, user)
    assert project.name in refusal.value.detail
