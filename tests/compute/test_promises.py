"""What instances are held to on their hosts, and what is said where a host cannot."""

import pytest

from cloudportal.jobs.models import JobLine
from compute import promises
from compute.drivers.limits import DiskLimits
from compute.models import Instance
from compute.topology.models import Host
from storage.models import Volume
from tests.support.factories_compute import deployed, guests_of, make_cloud, make_offering, stopped
from tests.support.factories_infra import make_disk_offering

pytestmark = pytest.mark.django_db

CAN = {"can_cap_cpu": True, "can_cap_network": True}


@pytest.mark.parametrize(
    ("mhz", "host", "percent"),
    [
        (1300, Host(cpu_mhz=2600, facts=CAN), 50),
        (1, Host(cpu_mhz=2600, facts=CAN), 1),
        (2600, Host(cpu_mhz=2600, facts=CAN), None),
        (3000, Host(cpu_mhz=2600, facts=CAN), None),
        (1300, Host(cpu_mhz=0, facts=CAN), None),
        (1300, Host(cpu_mhz=2600, facts={}), None),
    ],
)
def test_a_cap_is_the_part_of_the_hosts_own_speed(mhz, host, percent):
    assert promises.cpu_cap_percent(Instance(is_cpu_capped=True, cpu_mhz=mhz), host) == percent


def test_an_instance_without_a_cap_has_none():
    assert promises.cpu_cap_percent(Instance(cpu_mhz=1), Host(cpu_mhz=2600, facts=CAN)) is None


def test_a_volumes_limits_are_its_offerings():
    offering = make_disk_offering(read_iops=10, write_bytes_per_second=20)
    size = Instance(offering=make_offering(root_read_iops=5, root_write_bytes_per_second=6))
    limits = {
        "data": promises.disk_limits(size, Volume(offering=offering)),
        "root of an offering": promises.disk_limits(size, Volume(kind=Volume.ROOT, offering=offering)),
        "root": promises.disk_limits(size, Volume(kind=Volume.ROOT)),
        "data without an offering": promises.disk_limits(size, Volume()),
    }
    assert list(limits.values()) == [
        DiskLimits(read_iops=10, write_bytes=20),
        DiskLimits(read_iops=10, write_bytes=20),
        DiskLimits(read_iops=5, write_bytes=6),
        DiskLimits(),
    ]


def test_a_guest_is_made_with_what_its_size_promises(tenant):
    cloud = make_cloud(host={"facts": CAN})
    offering = make_offering(
        cpu_mhz=1300,
        is_cpu_capped=True,
        network_rate_mbits=20,
        root_read_iops=7,
        root_write_bytes_per_second=8,
    )
    instance = deployed(cloud, tenant, offering=offering.uuid)
    guest = guests_of(cloud)[instance.uuid][1]
    assert (guest.cpu_cap_percent, guest.nics[0].rate_mbits) == (50, 20)
    assert guest.disks[0].limits == DiskLimits(read_iops=7, write_bytes=8)
    assert instance.cpu_cap_percent == 50


def test_a_host_that_cannot_runs_it_all_the_same_and_the_job_says_so(tenant):
    cloud = make_cloud()
    offering = make_offering(is_cpu_capped=True, network_rate_mbits=20)
    instance = deployed(cloud, tenant, offering=offering.uuid)
    guest = guests_of(cloud)[instance.uuid][1]
    assert (guest.cpu_cap_percent, guest.nics[0].rate_mbits) == (None, None)
    said = [line for line in said_of(instance) if line.level == "warning"]
    assert ["cannot cap CPUs" in said[0].sentence, "cannot cap network" in said[1].sentence] == [True, True]
    assert all(line.for_operators for line in said)


def test_a_stopped_instance_has_no_cap(tenant):
    cloud = make_cloud(host={"facts": CAN})
    offering = make_offering(cpu_mhz=1300, is_cpu_capped=True)
    assert stopped(cloud, tenant, offering=offering.uuid).cpu_cap_percent is None


def said_of(instance):
    """The log of the instance's jobs."""
    return JobLine.objects.filter(job__subject_uuid=instance.uuid).order_by("pk")
