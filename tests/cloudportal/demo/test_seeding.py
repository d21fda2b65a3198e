from collections import Counter

import pytest
from django.apps import apps

from cloudportal.demo import machinery
from cloudportal.demo.machinery import Image
from cloudportal.demo.personas import DOMAIN_ADMIN, NEIGHBOUR, ROOT_ADMIN, TENANT
from cloudportal.demo.seeding import seed
from cloudportal.demo.seeding.readiness import NotReady, remember_acceleration, wait_until_ready
from cloudportal.jobs.models import Job
from compute.topology import states as topology_states
from storage import states as storage_states
from tenants.authentication import system_caller
from tenants.models import User
from tests.support.factories_infra import make_host
from tests.support.jobs import run_jobs

pytestmark = pytest.mark.django_db
PASSWORD = "a word to get in with"
# What tells of every time that somebody looked or did something.
HISTORY = {"jobs", "events"}


@pytest.fixture
def image(settings, tmp_path, monkeypatch):
    monkeypatch.setenv("PORTAL_TEMPLATE_SOURCES", str(tmp_path))
    path = tmp_path / "blank.raw"
    path.write_bytes(bytes(1024 * 1024))
    return Image(path, "raw")


@pytest.fixture
def seeded(tmp_path, image):
    def seed_again():
        return seed(lambda name: f"{PASSWORD} {name}", machinery.simulated(tmp_path), image)

    return seed_again


def rows():
    models = [one for one in apps.get_models() if one._meta.app_label not in HISTORY]
    return Counter({one._meta.label: one._default_manager.count() for one in models})


def test_the_world_is_ready_once_its_jobs_are_done(seeded):
    world = seeded()
    run_jobs()
    said = []
    wait_until_ready(world.places, world.catalogue, seconds=0, progress=said.append)
    assert [host.state for host in world.places.hosts] == [topology_states.UP] * 2
    assert world.places.pool.state == storage_states.UP
    assert world.catalogue.template.state == storage_states.READY
    assert said == []


def test_seeding_again_makes_nothing_twice(seeded):
    seeded()
    run_jobs()
    before, jobs = rows(), Job.objects.count()
    again = seeded()
    assert rows() == before
    assert Job.objects.count() == jobs
    assert again.catalogue.template.state == storage_states.READY


def test_what_is_not_ready_in_time_is_named(seeded):
    world = seeded()
    with pytest.raises(NotReady, match=r"host simulated-1, .*storage pool disks, template Small Linux"):
        wait_until_ready(world.places, world.catalogue, seconds=0, progress=print)


def test_a_host_that_cannot_be_reached_is_explained_and_connected_again_next_time(seeded):
    world = seeded()
    run_jobs()
    host = world.places.hosts[0]
    host.refresh_from_db()
    topology_states.HOST.move(host, "lost", reason="It does not answer.")
    with pytest.raises(NotReady, match=r"use the host simulated-1\. It does not answer\."):
        wait_until_ready(world.places, world.catalogue, seconds=0, progress=print)
    again = seeded()
    run_jobs()
    wait_until_ready(again.places, again.catalogue, seconds=0, progress=print)
    assert again.places.hosts[0].state == topology_states.UP


def test_everybody_gets_the_password_that_is_kept_for_them(seeded):
    seeded()
    local = {
        user.username: (user.domain.name, user.account.role.kind)
        for user in User.objects.all()
        if user.check_password(f"{PASSWORD} {user.username}")
    }
    assert local == {
        ROOT_ADMIN.username: ("ROOT", "root-admin"),
        DOMAIN_ADMIN.username: ("acme", "domain-admin"),
        NEIGHBOUR.username: ("globex", "user"),
        # There is no directory here that she could come from.
        TENANT.username: ("acme", "user"),
    }


def test_how_guests_run_is_found_out_once(db):
    host = make_host(settings={"acceleration": "auto"}, facts={"acceleration": "qemu"}, driver="kvm")
    host.settings |= {"uri": "qemu:///system"}
    remember_acceleration(system_caller(), host)
    host.refresh_from_db()
    assert host.settings["acceleration"] == "qemu"


def test_what_an_operator_chose_stays(db):
    host = make_host(settings={"acceleration": "kvm"}, facts={"acceleration": "qemu"}, driver="kvm")
    remember_acceleration(system_caller(), host)
    host.refresh_from_db()
    assert host.settings == {"acceleration": "kvm"}
