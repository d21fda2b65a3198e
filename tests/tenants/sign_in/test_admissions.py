"""What a person's groups make of them here, at the first sign-in and at every later one."""

from dataclasses import replace

import pytest

from cloudportal.events.models import Event
from tenants import states
from tenants.directory.people import Person
from tenants.models import Account, ApiKey, DirectoryAccount, User
from tenants.services import admissions, credentials, users
from tenants.services.admissions import NotAdmitted
from tests.support import factories
from tests.support.clients import counted_queries
from tests.support.directory_data import dn_of, group, make_server, map_group
from tests.support.factories import caller

pytestmark = pytest.mark.django_db


@pytest.fixture
def domain():
    return factories.make_domain(name="acme")


@pytest.fixture
def server(domain):
    return make_server(domain)


def person(username="ada", groups=("engineering",), **values):
    given = {
        "dn": dn_of(username),
        "username": username,
        "external_id": f"entryUUID:{username}",
        "groups": frozenset(map(group, groups)),
        **values,
    }
    return Person(**given)


def admit(server, who, domain=None):
    user = admissions.admit(server, who, domain or server.domain)
    return User.objects.select_related("account__role", "domain").get(pk=user.pk)


def test_the_first_sign_in_makes_the_account_and_the_user(server, domain):
    map_group(server, group("engineering"), "Domain Admin")
    user = admit(server, person(first_name="Ada", last_name="Lovelace", email="ada@example.org"))
    assert (user.username, user.first_name, user.last_name) == ("ada", "Ada", "Lovelace")
    assert (user.email, user.source, user.directory_dn) == ("ada@example.org", "directory", dn_of("ada"))
    assert (user.account.name, user.account.domain, user.account.role.name) == ("ada", domain, "Domain Admin")
    assert not user.has_usable_password()
    assert {"ACCOUNT.CREATE", "USER.CREATE"} <= {event.type for event in Event.objects.all()}


def test_the_next_sign_in_finds_them(server):
    map_group(server, group("engineering"))
    first = admit(server, person())
    assert admit(server, person()) == first
    assert User.objects.filter(username="ada").count() == 1


def test_nothing_is_written_when_nothing_changed(server):
    map_group(server, group("engineering"))
    admit(server, person())
    before = Event.objects.count()
    with counted_queries() as queries:
        admit(server, person())
    assert Event.objects.count() == before
    assert not [one for one in queries if one["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]


def test_attributes_are_refreshed(server):
    map_group(server, group("engineering"))
    admit(server, person(last_name="Byron"))
    user = admit(server, person(last_name="Lovelace", email="new@example.org"))
    assert (user.last_name, user.email) == ("Lovelace", "new@example.org")
    event = Event.objects.filter(type="USER.UPDATE").first()
    assert (event.before["last_name"], event.after["last_name"]) == ("Byron", "Lovelace")


def test_a_person_may_be_renamed_in_the_directory(server):
    map_group(server, group("engineering"), account_name="lab")
    first = admit(server, person())
    again = admit(server, person(username="countess", external_id="entryUUID:ada"))
    assert (again.pk, again.username) == (first.pk, "countess")


@pytest.mark.parametrize("email", ["not an address", "x" * 300 + "@example.org", ""])
def test_a_mail_address_that_is_none_keeps_nobody_out(server, email):
    map_group(server, group("engineering"))
    assert admit(server, person(email=email)).email == ""


def test_names_too_long_are_cut(server):
    map_group(server, group("engineering"))
    assert len(admit(server, person(first_name="x" * 300)).first_name) == 100


def test_of_several_groups_the_first_position_counts(server):
    map_group(server, group("research"), "User", position=20)
    map_group(server, group("engineering"), "Domain Admin", position=10)
    user = admit(server, person(groups=("research", "engineering")))
    assert user.account.role.name == "Domain Admin"


def test_another_group_is_another_role(server):
    map_group(server, group("engineering"), "User")
    map_group(server, group("operators"), "Domain Admin")
    first = admit(server, person())
    moved = admit(server, person(groups=("operators",)))
    assert (moved.pk, moved.account_id) == (first.pk, first.account_id)
    assert moved.account.role.name == "Domain Admin"
    assert moved.get_session_auth_hash() != first.get_session_auth_hash()
    back = admit(server, person())
    assert back.account.role.name == "User"


def test_another_group_may_be_another_account_and_domain(server, domain):
    below = factories.make_domain(domain, "research")
    map_group(server, group("engineering"), account_name="{group}")
    map_group(server, group("research"), account_name="lab", domain_uuid=below.uuid)
    first = admit(server, person())
    assert first.account.name == "engineering"
    moved = admit(server, person(groups=("research",)))
    assert (moved.pk, moved.account.name, moved.domain) == (first.pk, "lab", below)
    assert moved.get_session_auth_hash() != first.get_session_auth_hash()


def test_another_account_of_the_same_name_is_another_account(server, domain):
    below = factories.make_domain(domain, "research")
    map_group(server, group("engineering"), "Domain Admin")
    map_group(server, group("research"), "User", domain_uuid=below.uuid)
    first = admit(server, person())
    returned = admissions.admit(server, person(groups=("research",)), domain)
    fingerprint = returned.get_session_auth_hash()
    returned.refresh_from_db()
    assert (returned.account.name, returned.account.domain, returned.domain) == ("ada", below, below)
    assert returned.account_id != first.account_id
    assert returned.account.role.name == "User"
    assert returned.get_session_auth_hash() == fingerprint
    event = Event.objects.get(type="USER.UPDATE")
    assert (event.before["domain"], event.after["domain"]) == ("acme", "research")


def test_colleagues_share_an_account(server):
    map_group(server, group("engineering"), account_name="lab")
    assert admit(server, person()).account == admit(server, person("margaret")).account


def test_a_group_may_lead_to_an_account_that_was_there(server, domain):
    account = factories.make_account(domain, "Domain Admin")
    map_group(server, group("engineering"), account_uuid=account.uuid)
    assert admit(server, person()).account == account


def check_refused(server, who, match, domain=None):
    with pytest.raises(NotAdmitted, match=match):
        admissions.admit(server, who, domain or server.domain)


def test_without_a_mapped_group_nobody_comes_in(server):
    map_group(server, group("research"))
    check_refused(server, person(), "None of their groups is mapped")
    check_refused(server, person(groups=()), "None of their groups is mapped")
    assert not User.objects.filter(username="ada").exists()


def test_whoever_left_the_group_is_out_and_what_they_had_has_ended(server):
    map_group(server, group("engineering"))
    user = admit(server, person())
    credentials.create_api_key(caller(user), user, "key")
    check_refused(server, person(groups=()), "None of their groups is mapped")
    after = User.objects.get(pk=user.pk)
    assert after.get_session_auth_hash() != user.get_session_auth_hash()
    assert not ApiKey.objects.exists()


def test_being_dismissed_by_the_directory_ends_what_they_had(server):
    map_group(server, group("engineering"))
    user, other = admit(server, person()), admit(server, person("margaret"))
    for one in (user, other):
        credentials.create_api_key(caller(one), one, "key")
    admissions.dismiss(server, dn_of("ada"))
    assert [key.user for key in ApiKey.objects.all()] == [other]


def test_an_account_that_people_made_is_not_joined(server, domain):
    factories.make_account(domain, "Domain Admin", name="ADA")
    map_group(server, group("engineering"))
    check_refused(server, person(), "was not made for them")


def test_nobody_becomes_the_portals_own_administrator_by_their_name():
    at_root = make_server(factories.foundation())
    map_group(at_root, group("engineering"))
    check_refused(at_root, person("admin"), "was not made for them")


def test_an_account_of_another_directory_is_not_joined(server, domain):
    map_group(server, group("engineering"), account_name="{group}")
    admit(server, person())
    other = make_server(domain, name="Another directory")
    map_group(other, group("engineering"), account_name="{group}")
    check_refused(other, person("margaret"), "was not made for them")


def test_a_later_person_of_the_same_name_inherits_nothing(server):
    map_group(server, group("engineering"))
    first = admit(server, person())
    root = caller(factories.make_root_admin())
    check_refused(server, person(external_id="entryUUID:somebody-new"), "was not made for them")
    users.delete(root, first)
    check_refused(server, person(external_id="entryUUID:somebody-new"), "was not made for them")
    assert DirectoryAccount.objects.get().account.name == "ada"


def test_a_local_user_of_the_same_name_is_not_taken_over(server, domain):
    local = factories.make_user(factories.make_account(domain), "ada")
    map_group(server, group("engineering"), account_name="lab")
    check_refused(server, person(), "ada exists in this domain already")
    local.refresh_from_db()
    assert local.source == "local"


def test_a_user_disabled_here_stays_out(server):
    map_group(server, group("engineering"))
    user = admit(server, person())
    users.disable(caller(factories.make_root_admin()), user)
    check_refused(server, person(), "disabled here")


@pytest.mark.parametrize("state", [states.DISABLED, states.REMOVING])
def test_an_account_disabled_here_lets_nobody_in(server, state):
    map_group(server, group("engineering"), account_name="lab")
    user = admit(server, person())
    Account.objects.filter(pk=user.account_id).update(state=state)
    check_refused(server, person(), "disabled here")
    check_refused(server, person("margaret"), "disabled here|being deleted")


@pytest.mark.parametrize("name", ["ädä", "a b", "", "x" * 200, "-ada", "a/b"])
def test_a_name_that_cannot_be_a_user_name_is_refused(server, name):
    map_group(server, group("engineering"), account_name="lab")
    check_refused(server, person(name, external_id="x"), "Use 1 to 150")


def test_people_sign_in_at_the_directorys_domain_or_at_their_own(server, domain):
    below, aside = factories.make_domain(domain, "research"), factories.make_domain(domain, "sales")
    map_group(server, group("engineering"), domain_uuid=below.uuid)
    assert admit(server, person(), domain) == admit(server, person(), below)
    check_refused(server, person(), "lead to the domain research", aside)


def test_two_first_sign_ins_at_once_make_one_user(server, monkeypatch):
    map_group(server, group("engineering"))
    real = users.create

    def create_twice(by, account, values, **options):
        monkeypatch.setattr(admissions.users, "create", real)
        admit(server, person())
        return real(by, account, values, **options)

    monkeypatch.setattr(admissions.users, "create", create_twice)
    assert admit(server, person()).username == "ada"
    assert User.objects.filter(username="ada").count() == 1


def test_a_mapping_may_be_changed_under_a_person(server):
    mapping = map_group(server, group("engineering"), account_name="lab")
    admit(server, person())
    mapping.role = factories.role_named("Domain Admin")
    mapping.save()
    assert admit(server, person()).account.role.name == "Domain Admin"


def test_a_person_is_the_same_without_regard_to_what_else_is_said(server):
    map_group(server, group("engineering"))
    first = admit(server, person())
    assert admit(server, replace(person(), dn=f"uid=ada,ou=moved,{dn_of('x')}")) == first
