"""Custom roles: what they may allow, and who may make, edit and delete them."""

import pytest
from django.db import transaction

from cloudportal.core.actions import all_actions
from cloudportal.core.errors import Conflict, InvalidInput, NotFound, NotPermitted
from cloudportal.core.permissions import RoleKind
from cloudportal.events.models import Event
from tenants.models import Role
from tenants.roles import BUILTIN, allowed_actions, rules_of
from tenants.services import roles
from tenants.services.roles import NewRole, RoleChanges
from tenants.services.rule_lines import Line
from tests.support.directory_data import make_server
from tests.support.factories import (
    foundation,
    make_account,
    make_caller,
    make_personas,
    make_role,
    role_named,
)

pytestmark = pytest.mark.django_db


def limited_root(*rules):
    """A root admin whose own role allows only so much."""
    return make_caller(foundation(), make_role(rules, kind="root-admin"))


STARTERS = (Line("instance.*", True),)


def new(name="operators", kind="user", rules=STARTERS):
    return NewRole(name, kind, "People on duty", tuple(rules))


def test_a_role_allows_what_its_first_matching_rule_says():
    who = make_personas()
    rules = (Line("instance.destroy", False), Line("instance.*", True))
    role = roles.create(who.root_admin, new(rules=rules))
    names = allowed_actions(role)
    assert "instance.start" in names
    assert "instance.destroy" not in names
    assert "volume.create" not in names


def test_making_a_role_is_an_event_with_its_rules():
    who = make_personas()
    roles.create(who.root_admin, new())
    event = Event.objects.get(type="ROLE.CREATE")
    assert event.after["rules"] == [{"pattern": "instance.*", "allows": True}]


@pytest.mark.parametrize("persona", ["domain_admin", "user", "read_only_admin"])
def test_others_make_no_roles(persona):
    who = make_personas()
    with pytest.raises(NotPermitted):
        roles.create(getattr(who, persona), new())


@pytest.mark.parametrize("pattern", ["", "no-such.thing", "instance.[a-z]*", "instance.star?", "x*"])
def test_a_rule_that_speaks_of_nothing_is_refused(pattern):
    who = make_personas()
    with pytest.raises(InvalidInput) as refusal:
        roles.create(who.root_admin, new(rules=[Line(pattern, True)]))
    assert "pattern" in refusal.value.fields


def test_a_role_never_allows_what_its_maker_may_not_do():
    maker = limited_root("role.*", "instance.*", "-*")
    assert roles.create(maker, new(rules=[Line("instance.start", True)])).name == "operators"
    for pattern in ("*", "volume.create", "*.read"):
        with pytest.raises(NotPermitted):
            roles.create(maker, new("mighty", rules=[Line(pattern, True)]))
    assert not Role.objects.filter(name="mighty").exists()


def test_a_denial_before_it_makes_a_wide_rule_harmless():
    maker = limited_root("role.*", "-zone.*", "*")
    rules = (Line("zone.*", False), Line("*", True))
    assert roles.create(maker, new(rules=rules)).rules.count() == 2


def test_a_kind_above_ones_own_cannot_be_made():
    maker = make_caller(None, make_role(["role.*", "instance.*"], kind="resource-admin"))
    with pytest.raises(NotPermitted):
        roles.create(maker, new(kind="root-admin"))
    with pytest.raises(InvalidInput):
        roles.create(maker, new(kind="emperor"))


def test_names_are_unique_whatever_their_case():
    who = make_personas()
    roles.create(who.root_admin, new("Operators"))
    with pytest.raises(InvalidInput):
        roles.create(who.root_admin, new("operators"))


@pytest.mark.parametrize("source", [name for name, *_ in BUILTIN])
def test_a_clone_of_a_builtin_role_may_exactly_what_the_role_may(source):
    who = make_personas()
    role = role_named(source)
    copy = roles.clone(who.root_admin, role, name="copy")
    assert not copy.is_builtin
    assert copy.kind == role.kind
    assert allowed_actions(copy) == allowed_actions(role)


@pytest.mark.parametrize("kind", list(RoleKind))
def test_read_only_variants_may_read_and_edit_their_own_profile_and_nothing_else(kind):
    role = Role.objects.get(kind=kind, is_builtin=True, is_read_only=True)
    reading = {one.name for one in all_actions() if one.reads and one.least.rank <= kind.rank}
    assert allowed_actions(role) == reading | {"profile.update"}


def test_builtin_roles_stay_as_they_are():
    who = make_personas()
    builtin = role_named("User")
    with pytest.raises(Conflict):
        roles.update(who.root_admin, builtin, RoleChanges(name="Users"))
    with pytest.raises(Conflict):
        roles.delete(who.root_admin, builtin)


def test_a_role_that_may_more_than_its_editor_is_not_edited():
    editor = limited_root("role.*", "instance.*")
    mighty = make_role(["*"])
    with pytest.raises(NotPermitted):
        roles.update(editor, mighty, RoleChanges(name="weak"))
    with pytest.raises(NotPermitted):
        roles.delete(editor, mighty)


def test_a_role_of_a_kind_above_is_not_there():
    editor = make_caller(None, make_role(["role.*"], kind="domain-admin"))
    with pytest.raises(NotFound):
        roles.update(editor, make_role(["instance.*"], kind="root-admin"), RoleChanges(name="mine"))


def test_renaming_says_what_was_before():
    who = make_personas()
    role = make_role(name="old")
    roles.update(who.root_admin, role, RoleChanges(name="new"))
    event = Event.objects.get(type="ROLE.UPDATE")
    assert (event.before["name"], event.after["name"]) == ("old", "new")


def test_a_role_in_use_is_kept():
    who = make_personas()
    role = make_role()
    make_account(who.domain, role)
    with pytest.raises(Conflict) as refusal:
        roles.delete(who.root_admin, role)
    assert "1 accounts" in refusal.value.detail


def test_a_role_that_directory_groups_give_is_kept():
    who = make_personas()
    role = make_role()
    server = make_server(who.domain)
    server.mappings.create(position=0, group_dn="cn=ops", domain=who.domain, role=role)
    with pytest.raises(Conflict), transaction.atomic():
        roles.delete(who.root_admin, role)
    assert Role.objects.filter(pk=role.pk).exists()


def test_a_role_that_nobody_has_goes():
    who = make_personas()
    role = make_role()
    roles.delete(who.root_admin, role)
    assert not Role.objects.filter(pk=role.pk).exists()
    assert Event.objects.get(type="ROLE.DELETE").before["rules"] == [{"pattern": "*", "allows": True}]


def test_a_role_without_rules_allows_nothing():
    assert rules_of(make_role(rules=())) == ()
    assert not allowed_actions(make_role(rules=()))


@pytest.mark.parametrize(
    ("kind", "pattern", "has", "lacks"),
    [
        ("user", "*", "instance.deploy", "zone.create"),
        ("user", "*.create", "volume.create", "region.create"),
        ("domain-admin", "*", "account.create", "role.update"),
        ("resource-admin", "?*", "account.create", "template.register-file"),
    ],
)
def test_a_wildcard_for_every_noun_stays_within_the_kind(kind, pattern, has, lacks):
    allowed = allowed_actions(make_role([pattern], kind=kind))
    assert has in allowed
    assert lacks not in allowed


def test_what_is_beyond_the_kind_is_given_by_naming_its_noun():
    assert {"zone.create", "instance.deploy"} <= allowed_actions(make_role(["zone.*", "*"]))


def test_a_wildcard_that_denies_denies_everything():
    assert allowed_actions(make_role(["instance.read", "-*", "*"])) == {"instance.read"}


def test_a_root_administrators_wildcard_is_everything():
    assert "zone.create" in allowed_actions(make_role(["*"], kind="root-admin"))


def test_a_clone_of_a_made_role_has_its_lines():
    clone = roles.clone(make_personas().root_admin, make_role(["-volume.*", "*"]), name="copy")
    assert [(line.pattern, line.allows) for line in clone.rules.all()] == [("volume.*", False), ("*", True)]
