"""Drift on a real libvirtd with a real guest: switched off, paused, removed behind our back, and a daemon that ends."""

import pytest

from cloudportal.drivers.libvirtd import xml
from cloudportal.drivers.libvirtd.link import library as flags
from cloudportal.events.models import Alert
from compute import queries, states
from compute.services import drift
from compute.topology import watch
from tests.contracts.waiting import wait_until
from tests.support.factories_compute import deployed, fresh
from tests.support.jobs import run_job, run_jobs
from tests.support.real_cloud import (
    await_agent,
    await_page,
    in_guest,
    libvirtd_process,  # noqa: F401
    private_libvirtd,  # noqa: F401
    real_cloud,  # noqa: F401
)

pytestmark = [pytest.mark.django_db, pytest.mark.real]


@pytest.fixture
def cloud(real_cloud):  # noqa: F811
    return real_cloud


def domain(cloud, instance):
    return cloud.daemon.domain(instance.uuid)


def take_out_nic(cloud, instance):
    """As somebody at the host would, who does not know of the portal; returns when the guest has let go."""
    one = domain(cloud, instance)
    element = xml.read(one.XMLDesc(0)).find("devices/interface")
    one.detachDeviceFlags(
        xml.write(element), flags().VIR_DOMAIN_AFFECT_LIVE | flags().VIR_DOMAIN_AFFECT_CONFIG
    )
    wait_until(lambda: "<interface" not in one.XMLDesc(0), timeout_seconds=20)


def found(root):
    (one,) = queries.drifting_for(root)
    return one


def address_of(instance):
    return instance.nics.all()[0].address.ip


def test_a_guest_that_is_paused_removed_and_switched_off_is_found_and_mended(cloud, tenant, root, compare):
    instance = deployed(cloud, tenant)
    assert await_page(address_of(instance)).split() == [instance.name, str(instance.uuid)]

    await_agent(cloud, instance)
    assert in_guest(cloud, instance, "cat /etc/hostname").strip() == instance.name

    domain(cloud, instance).suspend()
    compare(2)
    assert found(root).drift["kind"] == "paused"
    assert run_job(drift.repair(root, found(root))).state == "done"
    assert domain(cloud, instance).isActive()
    compare()
    assert fresh(instance).drift == {}

    take_out_nic(cloud, instance)
    compare(2)
    assert found(root).drift["kind"] == "changed"
    assert run_job(drift.repair(root, found(root))).state == "done"
    compare()
    assert fresh(instance).drift == {}

    domain(cloud, instance).destroy()
    domain(cloud, instance).undefine()
    compare(2)
    assert found(root).drift["kind"] == "gone"
    assert run_job(drift.repair(root, found(root))).state == "done"
    assert domain(cloud, instance).isActive()

    domain(cloud, instance).destroy()
    compare(2)
    run_jobs()
    assert fresh(instance).state == states.STOPPED


def test_a_daemon_that_ends_is_noticed_and_found_again_with_what_still_runs(cloud, tenant, root, compare):
    instance = deployed(cloud, tenant)
    with cloud.daemon.away():
        for _ in range(watch.SILENT_ROUNDS):
            watch.watch()
        compare(2)
        assert fresh(instance).host.state == "unreachable"
        assert (fresh(instance).state, fresh(instance).power) == (states.RUNNING, "unknown")
        assert found(root).drift["kind"] == "silent"

    watch.watch()
    compare()
    assert fresh(instance).host.state == "up"
    assert (fresh(instance).power, fresh(instance).drift) == ("on", {})
    assert not Alert.objects.filter(cleared_at=None).exists()
