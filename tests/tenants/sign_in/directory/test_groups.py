"""Names of groups and the searches that find them."""

import pytest

from tenants.directory import groups
from tenants.models import DirectoryServer


@pytest.mark.parametrize(
    "text",
    [
        "cn=Cloud Admins,ou=groups,dc=example,dc=org",
        "CN=cloud admins,OU=Groups,DC=example,DC=ORG",
        "cn = Cloud  Admins , ou=groups, dc=example, dc=org",
    ],
)
def test_equal_names_have_one_spelling(text):
    assert groups.normal_dn(text) == "cn=cloud admins,ou=groups,dc=example,dc=org"


def test_escaped_signs_stay_apart_from_real_ones():
    assert groups.normal_dn(r"cn=a\2Cb,dc=x") == groups.normal_dn(r"cn=a\,b,dc=x")
    assert groups.normal_dn(r"cn=a\,b,dc=x") != groups.normal_dn("cn=a,cn=b,dc=x")


def test_parts_of_one_name_may_come_in_any_order():
    assert groups.normal_dn("cn=a+ou=b,dc=x") == groups.normal_dn("OU=b+CN=a,dc=x")


@pytest.mark.parametrize("text", ["", "engineering", "cn=,", "=x", "cn=a,,dc=x", "(cn=a)"])
def test_what_is_no_name_is_refused(text):
    with pytest.raises(ValueError, match="distinguished name"):
        groups.normal_dn(text)


def test_a_group_is_called_by_what_stands_in_front():
    assert groups.first_name_of(r"cn=cloud\, admins,ou=groups,dc=x") == "cloud, admins"


class Connection:
    """Keeps the filters that it was asked for, and finds what it was given."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.filters = []

    def search_s(self, base, scope, condition, attributes):
        self.filters.append(condition)
        return [(dn, {}) for dn in (self.answers.pop(0) if self.answers else ())]


class Member:
    """As much of an entry as group types look at."""

    def __init__(self, connection, dn="uid=a(d)a,dc=x", attrs=None):
        self.connection, self.dn, self.attrs = connection, dn, attrs or {"uid": ["ada"]}


def found(server, *answers, **values):
    connection = Connection(*answers)
    member = Member(connection, **values)
    names = {dn for dn, _ in groups.group_type(server).user_groups(member, groups.group_search(server))}
    return names, connection.filters


def server_with(kind, nesting):
    return DirectoryServer(group_base="ou=groups,dc=x", group_kind=kind, group_nesting=nesting)


@pytest.mark.parametrize(
    ("kind", "object_class", "attribute"),
    [
        ("groupOfNames", "groupOfNames", "member"),
        ("groupOfUniqueNames", "groupOfUniqueNames", "uniqueMember"),
        ("activeDirectory", "group", "member"),
    ],
)
def test_flat_groups_take_one_search_with_the_name_escaped(kind, object_class, attribute):
    names, filters = found(server_with(kind, "none"), ["cn=a,dc=x"])
    assert names == {"cn=a,dc=x"}
    assert filters == [rf"(&(objectClass={object_class})({attribute}=uid=a\28d\29a,dc=x))"]


def test_nested_groups_are_walked_up_and_a_circle_ends():
    names, filters = found(
        server_with("groupOfNames", "walk"), ["cn=a,dc=x"], ["cn=b,dc=x"], ["cn=a,dc=x", "cn=c,dc=x"], []
    )
    assert names == {"cn=a,dc=x", "cn=b,dc=x", "cn=c,dc=x"}
    assert len(filters) == 4


def test_active_directory_walks_by_itself_in_one_search():
    names, filters = found(server_with("activeDirectory", "in-chain"), ["cn=a,dc=x", "cn=b,dc=x"])
    assert names == {"cn=a,dc=x", "cn=b,dc=x"}
    assert filters == [r"(&(objectClass=group)(member:1.2.840.113556.1.4.1941:=uid=a\28d\29a,dc=x))"]


def test_posix_groups_list_names_and_the_primary_group():
    attributes = {"uid": ["ada"], "gidNumber": ["100"]}
    names, filters = found(server_with("posixGroup", "none"), ["cn=a,dc=x"], attrs=attributes)
    assert names == {"cn=a,dc=x"}
    assert filters == ["(&(objectClass=posixGroup)(|(gidNumber=100)(memberUid=ada)))"]
