"""Affinity groups: made, renamed and deleted by their owners, and changed for stopped instances."""

import pytest

from cloudportal.core import plans
from cloudportal.core.errors import Conflict, InvalidInput, NotFound, WrongState
from cloudportal.events.models import Event
from compute import placement_queries as queries
from compute.models import AffinityGroup
from compute.services import affinity_groups, instances
from compute.services.affinity_groups import AffinityGroupChanges, AffinityGroupValues
from compute.services.instances.move import MoveValues, move
from tests.support.factories import account_of, make_account, make_caller
from tests.support.factories_compute import deployed, fresh, make_affinity_group, stopped, submit_deployment

pytestmark = pytest.mark.django_db


def values(**more):
    return AffinityGroupValues(**{"name": "database", "kind": AffinityGroup.APART, **more})


def test_a_group_is_its_accounts(tenant):
    group = affinity_groups.create(tenant, values(description="Two copies."))
    assert (group.account, group.is_strict, group.members) == (account_of(tenant), True, 0)
    assert Event.objects.get().type == "AG.CREATE"
    with pytest.raises(NotFound):
        queries.affinity_group_for(make_caller(), group.uuid)


@pytest.mark.parametrize(
    ("field", "more"),
    [("name", {"name": "<b>"}), ("kind", {"kind": "near"}), ("description", {"description": "\0"})],
)
def test_a_wrong_value_names_its_field(tenant, field, more):
    with pytest.raises(InvalidInput) as refusal:
        affinity_groups.create(tenant, values(**more))
    assert field in refusal.value.fields


def test_an_account_has_a_name_once_and_another_account_too(tenant):
    affinity_groups.create(tenant, values())
    affinity_groups.create(make_caller(), values())
    with pytest.raises(Conflict):
        affinity_groups.create(tenant, values())


def test_its_words_change(tenant):
    group = affinity_groups.create(tenant, values())
    affinity_groups.update(tenant, group, AffinityGroupChanges(name="queue", description="Three."))
    group.refresh_from_db()
    assert (group.name, group.description) == ("queue", "Three.")


def test_deleting_it_says_how_many_it_no_longer_keeps_and_leaves_them(cloud, tenant):
    group = affinity_groups.create(tenant, values())
    instance = deployed(cloud, tenant, affinity_groups=(group.uuid,))
    plan = plans.planned(lambda: affinity_groups.delete(tenant, group))
    assert "1 instances are no longer kept apart by it." in [one["sentence"] for one in plan.effects]
    affinity_groups.delete(tenant, queries.affinity_group_for(tenant, group.uuid))
    assert fresh(instance).state == "running"


def test_the_groups_of_a_stopped_instance_are_changed(cloud, tenant):
    old, new = (make_affinity_group(account_of(tenant)) for _ in range(2))
    instance = stopped(cloud, tenant, affinity_groups=(old.uuid,))
    instances.change_groups(tenant, instance, [new.uuid, new.uuid])
    assert list(instance.affinity_groups.all()) == [new]
    event = Event.objects.get(type="VM.AFFINITY.GROUP.UPDATE")
    assert (event.before, event.after) == ({"affinity_groups": [old.name]}, {"affinity_groups": [new.name]})


def test_of_a_running_instance_they_are_not(cloud, tenant):
    with pytest.raises(WrongState):
        instances.change_groups(tenant, deployed(cloud, tenant), [])


@pytest.mark.parametrize("who", ["tenant", "root"])
def test_nobody_puts_an_instance_into_a_strangers_group(cloud, tenant, root, who):
    strange = make_affinity_group(make_account())
    caller = {"tenant": tenant, "root": root}[who]
    with pytest.raises(NotFound):
        submit_deployment(cloud, caller, affinity_groups=(strange.uuid,))
    instance = stopped(cloud, tenant)
    with pytest.raises(NotFound):
        instances.change_groups(caller, instance, [strange.uuid])


def test_an_instance_that_moves_to_another_account_leaves_its_groups(cloud, tenant, root):
    group = make_affinity_group(account_of(tenant))
    instance = stopped(cloud, tenant, affinity_groups=(group.uuid,))
    move(root, instance, MoveValues(account=make_account().uuid))
    assert not group.instances.exists()
