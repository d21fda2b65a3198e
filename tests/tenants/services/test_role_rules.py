"""The rules of a role, one by one."""

from uuid import uuid4

import pytest

from cloudportal.core.errors import Conflict, InvalidInput, NotFound, NotPermitted
from cloudportal.events.models import Event
from tenants.roles import allowed_actions
from tenants.services import role_rules
from tenants.services.rule_lines import Line
from tests.support.factories import foundation, make_caller, make_personas, make_role, role_named

pytestmark = pytest.mark.django_db


def patterns(role):
    return list(role.rules.order_by("position").values_list("pattern", flat=True))


def uuids(role):
    return list(role.rules.order_by("position").values_list("uuid", flat=True))


def test_a_rule_goes_to_the_end_or_where_it_is_said():
    who = make_personas()
    role = make_role(["instance.start"])
    role_rules.add(who.root_admin, role, Line("instance.stop", True))
    role_rules.add(who.root_admin, role, Line("instance.*", False), position=0)
    assert patterns(role) == ["instance.*", "instance.start", "instance.stop"]
    assert not allowed_actions(role)


@pytest.mark.parametrize("position", [-1, 2])
def test_a_position_that_is_not_there_is_refused(position):
    who = make_personas()
    with pytest.raises(InvalidInput):
        role_rules.add(
            who.root_admin, make_role(["instance.start"]), Line("instance.stop", True), position=position
        )


def test_rules_keep_their_uuid_when_they_are_put_in_order():
    who = make_personas()
    role = make_role(["instance.start", "instance.stop", "instance.reboot"])
    first, second, third = uuids(role)
    role_rules.reorder(who.root_admin, role, [third, first, str(second)])
    assert uuids(role) == [third, first, second]
    assert patterns(role) == ["instance.reboot", "instance.start", "instance.stop"]


def test_an_order_names_every_rule_once():
    who = make_personas()
    role = make_role(["instance.start", "instance.stop"])
    first, second = uuids(role)
    for order in ([first], [first, first], [first, second, uuid4()]):
        with pytest.raises(InvalidInput):
            role_rules.reorder(who.root_admin, role, order)


def test_a_rule_changes_its_answer():
    who = make_personas()
    role = make_role(["instance.start"])
    changed = role_rules.change(who.root_admin, role, uuids(role)[0], allows=False)
    assert not changed.allows
    assert not allowed_actions(role)
    event = Event.objects.get(type="ROLE.PERMISSION.UPDATE")
    assert event.before["rules"][0]["allows"] is True
    assert event.after["rules"][0]["allows"] is False


def test_a_rule_that_is_not_there_is_not_found():
    who = make_personas()
    role, other = make_role(["instance.start"]), make_role(["instance.stop"])
    with pytest.raises(NotFound):
        role_rules.change(who.root_admin, role, uuids(other)[0], allows=False)
    with pytest.raises(NotFound):
        role_rules.remove(who.root_admin, role, "nonsense")


def test_taking_a_denial_away_does_not_allow_what_the_editor_may_not_do():
    editor = make_caller(foundation(), make_role(["role.*", "-zone.*", "*"], kind="root-admin"))
    role = make_role(["-zone.*", "*"])
    with pytest.raises(NotPermitted):
        role_rules.remove(editor, role, uuids(role)[0])
    with pytest.raises(NotPermitted):
        role_rules.reorder(editor, role, uuids(role)[::-1])
    assert patterns(role) == ["zone.*", "*"]


def test_all_rules_are_replaced_at_once():
    who = make_personas()
    role = make_role(["instance.start"])
    role_rules.replace_all(who.root_admin, role, [Line("volume.*", True), Line("*", False)])
    assert patterns(role) == ["volume.*", "*"]


def test_a_role_has_only_so_many_rules():
    who = make_personas()
    with pytest.raises(InvalidInput):
        role_rules.replace_all(who.root_admin, make_role(), [Line("*", True)] * 501)


def test_builtin_roles_take_no_rules():
    who = make_personas()
    with pytest.raises(Conflict):
        role_rules.add(who.root_admin, role_named("User"), Line("*", True))


def test_others_edit_no_rules():
    who = make_personas()
    with pytest.raises(NotPermitted):
        role_rules.add(who.domain_admin, make_role(["instance.start"]), Line("instance.stop", True))
