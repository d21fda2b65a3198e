"""Who sees which instances, and what a list costs."""

import pytest

from cloudportal.core.errors import NotFound, NotPermitted
from compute import queries, states
from compute.models import Instance
from tests.support.factories import caller_for, make_account, make_personas
from tests.support.factories_compute import make_offering, submit_deployment
from tests.support.factories_infra import make_network

pytestmark = pytest.mark.django_db


@pytest.fixture
def personas():
    return make_personas()


@pytest.fixture
def own(cloud, personas):
    instance, _ = submit_deployment(cloud, personas.user)
    return instance


def seen(caller):
    return list(queries.instances_for(caller))


def test_an_instance_is_seen_by_its_account_and_by_admins_above(own, personas):
    for who in (personas.user, personas.domain_admin, personas.root_admin, personas.read_only_admin):
        assert seen(who) == [own]
        assert queries.instance_for(who, own.uuid) == own


def test_nobody_else_sees_it(own, personas):
    for who in (personas.neighbour, personas.other_domain_admin):
        assert seen(who) == []
        with pytest.raises(NotFound):
            queries.instance_for(who, own.uuid)


def test_all_users_of_an_account_see_its_instances(own, personas):
    account = own.account
    assert seen(caller_for(account)) == [own]
    assert seen(caller_for(make_account(account.domain))) == []


def test_expunged_ones_are_found_by_uuid_and_not_listed(own, personas):
    Instance.objects.update(state=states.EXPUNGED)
    assert seen(personas.user) == []
    assert queries.instance_for(personas.user, own.uuid).state == states.EXPUNGED


def test_what_is_being_done_is_shown(own, personas):
    (found,) = seen(personas.user)
    assert (found.open_job_kind, found.open_job_progress) == ("instance.deploy", 0)
    assert found.open_job_uuid is not None


def test_a_list_costs_the_same_whatever_its_length(cloud, personas, django_assert_num_queries):
    second = make_network(cloud.zone, cidr="10.8.0.0/24")
    submit_deployment(cloud, personas.user)
    # The instances; their NICs with secondary addresses and groups; their disks; and what else hangs on them.
    with django_assert_num_queries(6):
        shown(personas.user)
    for _ in range(4):
        submit_deployment(cloud, personas.user, networks=(cloud.network.uuid, second.uuid))
    with django_assert_num_queries(6):
        shown(personas.user)


def shown(caller):
    """Everything that a page of instances shows."""
    return [
        (
            one.name,
            one.account.domain.path,
            one.zone.name,
            one.template.name,
            one.offering.name,
            one.host,
            one.open_job_uuid,
            [(nic.network.name, nic.address.ip) for nic in one.nics.all()],
            [attachment.volume.name for attachment in one.attachments.all()],
        )
        for one in queries.instances_for(caller)
    ]


def test_drift_is_for_operators(own, personas):
    for who in (personas.user, personas.domain_admin):
        with pytest.raises(NotPermitted):
            queries.drifting_for(who)
    assert list(queries.drifting_for(personas.read_only_admin)) == []


def test_only_what_was_found_twice_is_drift(own, personas):
    Instance.objects.update(drift={"kind": "gone", "times": 1})
    assert not queries.drifting_for(personas.root_admin).exists()
    Instance.objects.update(drift={"kind": "gone", "times": 2, "confirmed_at": "2026-01-01T00:00:00"})
    assert queries.drifting_instance_for(personas.root_admin, own.uuid) == own


def test_sizes_are_listed_smallest_first(personas):
    large, small = make_offering(cpus=4), make_offering(cpus=1)
    make_offering(is_active=False)
    assert list(queries.offerings_for(personas.user)) == [small, large]
    assert queries.offerings_for(personas.root_admin).count() == 3
