"""A running instance is given another size through the REST door, and its guest sees the CPUs and the memory."""

import pytest

from tests.support.clients import RestClient
from tests.support.factories import make_caller
from tests.support.factories_compute import deployed, fresh, make_offering
from tests.support.jobs import run_jobs
from tests.support.real_cloud import (
    await_agent,
    in_guest,
    libvirtd_process,  # noqa: F401
    private_libvirtd,  # noqa: F401
    real_cloud,  # noqa: F401
)

pytestmark = [pytest.mark.django_db, pytest.mark.real]

# As the portal's boot hook does it in guests with udev, which this one lacks.
SWITCH_ON = """\
echo 1 > /sys/devices/system/cpu/cpu1/online
for state in $(grep -l offline /sys/devices/system/memory/memory*/state); do echo online > $state; done
"""
SIZE = "echo $(nproc) $(awk '/^MemTotal/ {print $2}' /proc/meminfo)"


def test_a_running_instance_is_given_another_size_and_its_guest_uses_it(real_cloud):  # noqa: F811
    tenant = make_caller()
    small, large = make_offering(memory_mib=256), make_offering(cpus=2, memory_mib=384)
    instance = deployed(real_cloud, tenant, offering=small.uuid)
    await_agent(real_cloud, instance)
    cpus, memory_kib = map(int, in_guest(real_cloud, instance, SIZE).split())

    answer = RestClient(tenant).post(f"instances/{instance.uuid}/resize/", {"offering": str(large.uuid)})
    assert answer.status_code == 202, answer.content
    run_jobs()

    instance = fresh(instance)
    assert (instance.state, instance.cpus, instance.memory_mib) == ("running", 2, 384)
    grown = map(int, in_guest(real_cloud, instance, SWITCH_ON + SIZE).split())
    assert (cpus, list(grown)) == (1, [2, memory_kib + 128 * 1024])
