"""Adding and editing directories: who may, what makes sense, and that the bind password stays where it is."""

import pytest
from django.db import connection

from cloudportal.core.errors import InvalidInput, NotFound, NotPermitted
from cloudportal.events.models import Event
from tenants.models import ApiKey, DirectoryIdentity, DirectoryServer
from tenants.queries import credentials as queries
from tenants.services import credentials, directories
from tenants.services.directory_values import ATTRIBUTES, ServerValues
from tests.support import factories
from tests.support.directory_data import make_server, server_values
from tests.support.factories import caller, make_personas

pytestmark = pytest.mark.django_db

SECRET = "never shown"


@pytest.fixture
def who():
    return make_personas()


@pytest.fixture
def server(who):
    return directories.create(who.root_admin, who.domain, server_values())


def change(who, server, **values):
    return directories.update(who.root_admin, server, ServerValues(**values))


def test_root_adds_a_directory_to_a_domain(who, server):
    server.refresh_from_db()
    assert server.domain == who.domain
    assert server.bind_password.reveal() == SECRET
    assert server.attributes == ATTRIBUTES


@pytest.mark.parametrize(
    "name", ["read_only_admin", "domain_admin", "other_domain_admin", "user", "neighbour"]
)
def test_nobody_else_adds_edits_or_removes_one(who, server, name):
    one = getattr(who, name)
    with pytest.raises((NotPermitted, NotFound)):
        directories.create(one, who.domain, server_values())
    with pytest.raises((NotPermitted, NotFound)):
        directories.update(one, server, ServerValues(name="mine"))
    with pytest.raises((NotPermitted, NotFound)):
        directories.delete(one, server)
    assert DirectoryServer.objects.get().name == "Company directory"


def test_a_role_may_be_made_that_keeps_the_own_domains_directories(who, server):
    role = factories.make_role(["directory.*"], kind="domain-admin")
    keeper = caller(factories.make_user(factories.make_account(who.domain, role)))
    stranger = caller(factories.make_user(factories.make_account(who.other_domain, role)))
    assert directories.update(keeper, server, ServerValues(name="ours")).name == "ours"
    with pytest.raises(NotFound):
        directories.update(stranger, server, ServerValues(name="theirs"))


def test_administrators_of_the_domain_see_it_and_nobody_else(who, server):
    for one in (who.root_admin, who.read_only_admin, who.domain_admin):
        assert [found.uuid for found in queries.directory_servers_for(one)] == [server.uuid]
    assert not queries.directory_servers_for(who.other_domain_admin).exists()
    for one in (who.user, who.neighbour):
        with pytest.raises(NotPermitted):
            queries.directory_servers_for(one)
    with pytest.raises(NotFound):
        queries.directory_server_for(who.other_domain_admin, server.uuid)


def test_whatever_the_roles_say_a_user_sees_no_directory(who, server):
    role = factories.make_role(["directory.*", "directory-mapping.*"])
    curious = caller(factories.make_user(factories.make_account(who.domain, role)))
    assert not queries.directory_servers_for(curious).exists()
    assert not queries.group_mappings_for(curious).exists()


def test_the_bind_password_is_in_no_list_event_or_print(who, server):
    change(who, server, bind_password="another secret", name="renamed")
    listed = queries.directory_server_for(who.root_admin, server.uuid)
    told = str(vars(listed)) + repr(server) + str(vars(server)) + repr(server_values())
    told += str([vars(one) for one in Event.objects.all()])
    assert SECRET not in told
    assert "another secret" not in told
    assert "renamed" in told


def test_the_bind_password_is_encrypted_in_the_database(server):
    with connection.cursor() as cursor:
        cursor.execute("SELECT bind_password FROM tenants_directoryserver")
        (kept,) = cursor.fetchone()
    assert kept
    assert SECRET not in kept


def test_editing_keeps_what_is_not_given(who, server):
    change(who, server, name="renamed")
    kept = DirectoryServer.objects.get()
    assert (kept.name, kept.bind_password.reveal(), kept.user_base) == (
        "renamed",
        SECRET,
        server.user_base,
    )


@pytest.mark.parametrize(
    "values",
    [
        {"uris": ["ldap://198.51.100.66"]},
        {"uris": ["ldaps://ldap.example.org"], "tls_mode": "ldaps"},
        {"tls_mode": "starttls"},
    ],
)
def test_the_stored_password_is_not_sent_to_another_address(who, server, values):
    with pytest.raises(InvalidInput) as caught:
        change(who, server, **values)
    assert list(caught.value.fields) == ["bind_password"]
    assert change(who, DirectoryServer.objects.get(), **values, bind_password=SECRET)


def test_the_same_address_again_needs_no_password(who, server):
    assert change(who, server, uris=["ldap://127.0.0.1:9"])


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"position": 0}, "position"),
        ({"uris": []}, "uris"),
        ({"uris": ["ldap://a"] * 6}, "uris"),
        ({"uris": ["http://a"]}, "uris"),
        ({"uris": ["ldapi:///"]}, "uris"),
        ({"uris": ["ldap://user:password@a"]}, "uris"),
        ({"uris": ["ldap://a/dc=x??sub"]}, "uris"),
        ({"uris": ["ldap://a b"]}, "uris"),
        ({"uris": ["ldaps://a"]}, "uris"),
        ({"tls_mode": "ldaps"}, "uris"),
        ({"tls_mode": "never"}, "tls_mode"),
        ({"ca_certificates": "hello"}, "ca_certificates"),
        ({"ca_certificates": "-----BEGIN PRIVATE KEY-----\nx\n"}, "ca_certificates"),
        ({"timeout_seconds": 0}, "timeout_seconds"),
        ({"timeout_seconds": 60}, "timeout_seconds"),
        ({"bind_mode": "anonymous"}, "bind_mode"),
        ({"bind_password": ""}, "bind_password"),
        ({"bind_dn": ""}, "bind_password"),
        ({"bind_password": "a\0b"}, "bind_password"),
        ({"bind_mode": "direct"}, "user_dn_template"),
        ({"bind_mode": "direct", "user_dn_template": "uid=ada,dc=x"}, "user_dn_template"),
        ({"user_base": ""}, "user_base"),
        ({"user_base": "people"}, "user_base"),
        ({"user_filter": "uid={username}"}, "user_filter"),
        ({"user_filter": "(uid=ada)"}, "user_filter"),
        ({"user_filter": "((uid={username})"}, "user_filter"),
        ({"attributes": {"role": "title"}}, "attributes"),
        ({"attributes": {"username": ""}}, "attributes"),
        ({"attributes": {"email": "mail)(x"}}, "attributes"),
        ({"group_base": ""}, "group_base"),
        ({"group_kind": "teams"}, "group_kind"),
        ({"group_nesting": "deep"}, "group_nesting"),
        ({"group_kind": "posixGroup"}, "group_nesting"),
        ({"group_nesting": "in-chain"}, "group_nesting"),
        ({"disabled_attribute": "accountStatus"}, "disabled_rule"),
        ({"disabled_rule": "bits"}, "disabled_rule"),
        ({"disabled_attribute": "a b", "disabled_rule": "bits"}, "disabled_attribute"),
        ({"disabled_attribute": "a", "disabled_rule": "guess"}, "disabled_rule"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_field(who, values, field):
    with pytest.raises(InvalidInput) as caught:
        directories.create(who.root_admin, who.domain, server_values(**values))
    assert list(caught.value.fields) == [field]
    assert not DirectoryServer.objects.exists()


def test_blanks_around_addresses_are_dropped(who):
    server = directories.create(who.root_admin, who.domain, server_values(uris=[" ldap://a\n", ""]))
    assert server.uris == ["ldap://a"]


def test_direct_bind_needs_no_portal_account(who):
    values = server_values(
        bind_mode="direct", bind_dn="", bind_password="", user_dn_template="uid={username},dc=x"
    )
    assert directories.create(who.root_admin, who.domain, values)


def test_a_search_as_nobody_is_possible(who):
    assert directories.create(who.root_admin, who.domain, server_values(bind_dn="", bind_password=""))


def test_good_certificates_are_kept(who, strange_authority):
    text = strange_authority.read_text()
    kept = directories.create(who.root_admin, who.domain, server_values(ca_certificates=f"\n{text}\n\n"))
    assert kept.ca_certificates == text.strip() + "\n"


def test_removing_a_directory_ends_what_its_people_have(who, server):
    user = factories.make_user(factories.make_account(who.domain), source="directory")
    DirectoryIdentity.objects.create(server=server, external_id="x", user=user)
    credentials.create_api_key(caller(user), user, "key")
    salt = user.session_salt
    directories.delete(who.root_admin, server)
    user.refresh_from_db()
    assert user.session_salt != salt
    assert not ApiKey.objects.exists()
    assert not DirectoryServer.objects.exists()


def test_a_domain_takes_its_directories_with_it():
    domain = factories.make_domain()
    make_server(domain)
    domain.delete()
    assert not DirectoryServer.objects.exists()
