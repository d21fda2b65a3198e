"""Telling hosts of security groups: whose addresses a group stands for, and who is told when not all can be."""

import pytest

from tests.support.factories import make_personas
from tests.support.factories_compute import deployed
from tests.support.jobs import run_jobs
from tests.support.scenarios_groups import guarded_cloud, guards_of, nic_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return make_personas()


@pytest.fixture
def tenant(people):
    return people.user


@pytest.fixture
def cloud():
    return guarded_cloud()


def let_in(cloud, nic):
    """The networks that the NIC's host lets begin connections to it."""
    return [rule.cidr for rule in guards_of(cloud)[nic.uuid].rules if rule.direction == "in"]


def test_a_group_stands_for_its_members_in_the_zone_of_whom_it_lets_through(tenant):
    here, elsewhere = guarded_cloud(), guarded_cloud()
    one, *members = (nic_of(deployed(cloud, tenant)) for cloud in (here, elsewhere, elsewhere))
    run_jobs()
    assert [nic.address.ip for nic in (one, *members)] == ["10.7.0.2", "10.7.0.2", "10.7.0.3"]
    assert let_in(here, one) == ["10.7.0.2/32"]
    assert [let_in(elsewhere, nic) for nic in members] == [["10.7.0.2/31"], ["10.7.0.2/31"]]
