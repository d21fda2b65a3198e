"""People of a real directory sign in: search and direct bind, attributes, groups, and who stays out."""

from concurrent.futures import ThreadPoolExecutor

import ldap
import pytest
from django.test import Client

from cloudportal.events.models import Alert, Event
from deploy.services import slapd as slapd_service
from tenants.directory import lookup
from tenants.models import ApiKey, DirectoryIdentity, User
from tenants.services import credentials, directories
from tenants.services.directory_values import ServerValues
from tenants.services.sign_in import DirectoryUnavailable, SignInRefused, sign_in
from tests.support import factories
from tests.support.directory_data import (
    PEOPLE,
    PORTAL,
    dn_of,
    group,
    make_server,
    map_group,
    real_values,
)
from tests.support.factories import PASSWORD, caller
from tests.support.requests import request_from

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_waiting(settings):
    settings.SIGN_IN_REFUSAL_SECONDS = 0


@pytest.fixture
def domain():
    return factories.make_domain(name="acme")


@pytest.fixture
def directory(domain, slapd_server):
    server = make_server(domain, **real_values(slapd_server))
    map_group(server, group("cloud-admins"), "Domain Admin", "staff")
    map_group(server, group("engineering"))
    map_group(server, group("research"), account_name="{group}")
    return server


@pytest.fixture
def enter(slapd_server):
    """Signs one of the company's people in, with their password or another."""

    def go(username, password=None, where="acme"):
        known = next(
            (one for dn, one in slapd_server.passwords.items() if dn.startswith(f"uid={username},")), "-"
        )
        return sign_in(request_from(), where, username, known if password is None else password)

    return go


def why():
    """What operators read about the last refusal."""
    return Event.objects.filter(type="USER.LOGIN", level="warning").first().after["why"]


def test_somebody_from_the_directory_comes_in(directory, domain, enter):
    user = enter("ada")
    assert (user.username, user.name, user.email) == ("ada", "Ada Lovelace", "ada@example.org")
    assert (user.account.name, user.domain, user.account.role.name) == ("ada", domain, "User")
    assert DirectoryIdentity.objects.get().external_id.startswith("entryUUID:")


def test_the_sign_in_page_lets_them_in(directory, slapd_server):
    form = {"domain": "acme", "username": "ada", "password": slapd_server.passwords[dn_of("ada")]}
    client = Client()
    assert client.post("/sign-in/", form).status_code == 302
    assert client.get("/api/v1/accounts/").json()["results"][0]["name"] == "ada"


def test_names_with_letters_of_other_scripts_arrive_whole(directory, slapd_server):
    assert lookup.identify(directory, "emmy", slapd_server.passwords[dn_of("emmy")]).last_name == "Nöther"


def test_a_name_may_be_typed_in_any_case(directory, slapd_server):
    password = slapd_server.passwords[dn_of("ada")]
    first = sign_in(request_from(), "acme", "ADA ", password)
    assert sign_in(request_from(), "ACME", "ada", password) == first


@pytest.mark.parametrize("password", ["wrong", "", " ", "\t", "\0"])
def test_a_wrong_or_empty_password_lets_nobody_in(directory, enter, password):
    with pytest.raises(SignInRefused):
        enter("ada", password)
    assert not User.objects.filter(username="ada").exists()


def test_this_directory_takes_an_empty_password_for_a_success(directory, slapd_server):
    """The proof that the test above is one: whoever let an empty password through would be let in."""
    connection = ldap.initialize(slapd_server.uri)
    connection.simple_bind_s(dn_of("ada"), "")
    assert connection.whoami_s() == ""


@pytest.mark.parametrize("username", ["*", "ada*", "a*", "*)(uid=*", "ada)(objectClass=*", "\\2a"])
def test_a_name_is_no_filter(directory, slapd_server, username):
    with pytest.raises(SignInRefused):
        sign_in(request_from(), "acme", username, slapd_server.passwords[dn_of("ada")])


def test_strangers_and_wrong_passwords_get_the_same_answer(directory, enter):
    answers = []
    for username, password in [("ada", "wrong"), ("nobody", "wrong"), ("joan", None), ("left-bits", None)]:
        with pytest.raises(SignInRefused) as caught:
            enter(username, password)
        answers.append((caught.value.code, caught.value.detail))
    assert len(set(answers)) == 1


def test_nobody_comes_in_at_another_domain(directory, enter):
    factories.make_domain(name="other")
    with pytest.raises(SignInRefused):
        enter("ada", where="other")
    with pytest.raises(SignInRefused):
        enter("ada", where="")


def test_a_directory_that_is_switched_off_is_not_asked(directory, enter):
    root = caller(factories.make_root_admin())
    directories.update(root, directory, ServerValues(is_enabled=False))
    with pytest.raises(SignInRefused):
        enter("ada")


def test_membership_through_two_other_groups_counts(directory, enter):
    user = enter("grace")
    assert (user.account.name, user.account.role.name) == ("staff", "Domain Admin")


def test_groups_that_contain_each_other_do_not_hold_anybody_up(directory, enter):
    with pytest.raises(SignInRefused):
        enter("joan")
    assert "None of their groups is mapped" in why()
    map_group(directory, group("circle-two"))
    assert enter("joan").username == "joan"


def test_without_nesting_only_direct_members_count(directory, enter):
    root = caller(factories.make_root_admin())
    directories.update(root, directory, ServerValues(group_nesting="none"))
    with pytest.raises(SignInRefused):
        enter("grace")
    assert enter("ada")


def test_of_several_groups_the_first_mapping_counts(directory, enter):
    assert enter("margaret").account.name == "margaret"
    directory.mappings.filter(group_dn=group("research")).update(position=0)
    assert enter("margaret").account.name == "research"


@pytest.mark.parametrize(
    ("username", "own", "culprit"),
    [
        ("left-bits", {}, "useraccountcontrol"),
        ("left-boolean", {"disabled_attribute": "accountEnabled", "disabled_rule": "enabled-flag"}, "enabled"),
        ("left-text", {"disabled_attribute": "accountStatus", "disabled_rule": "enabled-flag"}, "status"),
        ("ada", {"disabled_attribute": "mail", "disabled_rule": "enabled-flag"}, "mail"),
        ("margaret", {"disabled_attribute": "accountStatus", "disabled_rule": "enabled-flag",
                      "is_absence_disabled": True}, "status"),
    ],
)  # fmt: skip
def test_people_whom_the_directory_has_disabled_stay_out(directory, enter, username, own, culprit):
    root = caller(factories.make_root_admin())
    directories.update(root, directory, ServerValues(**own))
    with pytest.raises(SignInRefused):
        enter(username)
    assert "disabled" in why()
    assert culprit in why()


@pytest.mark.parametrize("rule", ["bits", "disabled-flag"])
def test_people_with_other_bits_and_words_come_in(directory, enter, rule):
    root = caller(factories.make_root_admin())
    names = {"bits": "userAccountControl", "disabled-flag": "nsAccountLock"}
    directories.update(root, directory, ServerValues(disabled_attribute=names[rule], disabled_rule=rule))
    assert enter("margaret")


def test_direct_bind_needs_no_account_of_the_portals(domain, slapd_server, enter):
    server = make_server(
        domain,
        **real_values(
            slapd_server,
            bind_mode="direct",
            bind_dn="",
            bind_password="",
            user_dn_template=f"uid={{username}},{PEOPLE}",
        ),
    )
    map_group(server, group("engineering"))
    assert enter("ada").first_name == "Ada"
    for username, password in [("ada", "wrong"), ("ada", ""), ("nobody", "x"), ("left-bits", None)]:
        with pytest.raises(SignInRefused):
            enter(username, password)


def test_direct_bind_may_look_the_entry_up_afterwards(domain, slapd_server, enter):
    server = make_server(
        domain,
        **real_values(
            slapd_server,
            bind_mode="direct",
            user_base=PEOPLE,
            user_filter="(mail={username}@example.org)",
            user_dn_template=f"uid={{username}},{PEOPLE}",
        ),
    )
    map_group(server, group("engineering"))
    assert enter("ada").directory_dn == dn_of("ada")


def test_the_wrong_password_of_a_local_user_is_no_business_of_the_directory(directory, domain, enter):
    local = factories.make_user(factories.make_account(domain, name="locals"), "ada", PASSWORD)
    assert enter("ada", PASSWORD) == local
    with pytest.raises(SignInRefused):
        enter("ada")
    local.refresh_from_db()
    assert local.source == "local"


def test_a_portal_that_the_directory_refuses_says_that_it_could_not_ask(domain, slapd_server, enter):
    make_server(domain, **real_values(slapd_server, bind_password="out of date"))
    with pytest.raises(DirectoryUnavailable):
        enter("ada")
    assert "Invalid credentials" in Alert.objects.get(code="directory-silent").detail


def test_two_directories_are_asked_in_their_order(directory, domain, slapd_server, start_slapd):
    second = start_slapd(passwords={dn_of("katherine"): "from the second"})
    other = make_server(domain, **real_values(second, name="Second", position=2))
    map_group(other, group("research"), account_name="second-{username}")
    assert sign_in(request_from(), "acme", "katherine", "from the second").account.name == "second-katherine"
    first = sign_in(request_from(), "acme", "ada", slapd_server.passwords[dn_of("ada")])
    assert first.account.name == "ada"


def test_what_changes_in_the_directory_changes_here_at_the_next_sign_in(domain, start_slapd):
    company = start_slapd()
    server = make_server(domain, **real_values(company))
    map_group(server, group("engineering"))
    map_group(server, group("research"), "Domain Admin")
    password = company.passwords[dn_of("ada")]
    user = sign_in(request_from(), "acme", "ada", password)
    credentials.create_api_key(caller(user), user, "key")

    slapd_service.change(
        company,
        f"dn: {dn_of('ada')}\nchangetype: modify\nreplace: sn\nsn: King\n\n"
        f"dn: {group('engineering')}\nchangetype: modify\ndelete: member\nmember: {dn_of('ada')}\n\n"
        f"dn: {group('research')}\nchangetype: modify\nadd: member\nmember: {dn_of('ada')}\n",
    )
    moved = sign_in(request_from(), "acme", "ada", password)
    assert (moved.pk, moved.last_name, moved.account.role.name) == (user.pk, "King", "Domain Admin")

    slapd_service.change(
        company,
        f"dn: {group('research')}\nchangetype: modify\ndelete: member\nmember: {dn_of('ada')}\n",
    )
    with pytest.raises(SignInRefused):
        sign_in(request_from(), "acme", "ada", password)
    assert not ApiKey.objects.exists()


def test_somebody_who_is_disabled_there_loses_what_they_had_here(domain, start_slapd):
    company = start_slapd()
    server = make_server(domain, **real_values(company))
    map_group(server, group("engineering"))
    password = company.passwords[dn_of("ada")]
    user = sign_in(request_from(), "acme", "ada", password)
    credentials.create_api_key(caller(user), user, "key")
    slapd_service.change(
        company,
        f"dn: {dn_of('ada')}\nchangetype: modify\nreplace: userAccountControl\nuserAccountControl: 514\n",
    )
    with pytest.raises(SignInRefused):
        sign_in(request_from(), "acme", "ada", password)
    assert not ApiKey.objects.exists()


def test_no_secret_is_in_logs_events_or_alerts(directory, slapd_server, enter, caplog):
    caplog.set_level("DEBUG")
    enter("ada")
    with pytest.raises(SignInRefused):
        enter("margaret", "a wrong secret")
    root = caller(factories.make_root_admin())
    broken = ServerValues(uris=["ldap://127.0.0.1:9"], bind_password="bind secret")
    directories.update(root, directory, broken)
    with pytest.raises(DirectoryUnavailable):
        enter("ada")
    told = caplog.text + str([vars(one) for one in [*Event.objects.all(), *Alert.objects.all()]])
    assert "engineering" in told
    for secret in (slapd_server.passwords[dn_of("ada")], slapd_server.passwords[PORTAL]):
        assert secret not in told
    assert "a wrong secret" not in told
    assert "bind secret" not in told


def test_people_who_come_at_the_same_moment_are_not_mixed_up(directory, slapd_server):
    names = ["ada", "margaret", "katherine", "grace"] * 8

    def identify(name):
        return lookup.identify(directory, name, slapd_server.passwords[dn_of(name)]).username

    assert directory.bind_password
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(identify, names)) == names
