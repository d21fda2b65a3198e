"""A world and a submitted job for each workflow on instances; what must hold however often its worker dies."""

from django.db import transaction

from cloudportal.drivers.simulated.tampering import add_guest_nic, delete_guest, drop_guest_disk
from cloudportal.jobs import services as jobs
from cloudportal.jobs.services import Subject, hold_of
from compute.drivers.specs import GuestSpec
from compute.models import AttachedIso
from compute.services import instances
from compute.services.instances import ResizeValues, media
from compute.topology.connections import compute_driver
from networking.network_work import locator_on
from tests.faults.scenarios import Scenario
from tests.support.agreement_compute import world_equals_rows
from tests.support.factories import make_caller
from tests.support.factories_compute import (
    deployed,
    destroyed,
    failed,
    fresh,
    make_cloud,
    make_instance_snapshot,
    make_offering,
    stopped,
    submit_deployment,
)
from tests.support.factories_infra import make_iso
from tests.support.factories_volumes import make_attached, make_volume


def _scenario(cloud, job, **expected):
    """After the job: world and rows agree, and the instance is in the state for the way in which the job ended."""

    def check(closed):
        world_equals_rows(cloud)
        assert fresh_of(closed).state == expected[closed.state]

    return Scenario(job, check)


def fresh_of(job):
    from compute.models import Instance

    return fresh(Instance.objects.get(uuid=job.subject_uuid))


def deploy():
    cloud = make_cloud(hosts=2)
    _, job = submit_deployment(cloud, make_caller())
    return _scenario(cloud, job, done="running", failed="error")


def allocate():
    cloud = make_cloud()
    _, job = submit_deployment(cloud, make_caller(), start=False)
    return _scenario(cloud, job, done="stopped", failed="error")


def start():
    cloud, caller = make_cloud(hosts=2), make_caller()
    job = instances.start(caller, stopped(cloud, caller))
    return _scenario(cloud, job, done="running", failed="stopped")


def stop():
    cloud, caller = make_cloud(), make_caller()
    job = instances.stop(caller, deployed(cloud, caller))
    return _scenario(cloud, job, done="stopped", failed="stopped")


def reboot():
    cloud, caller = make_cloud(), make_caller()
    instance = deployed(cloud, caller)
    before = len(cloud.world.effects(operation="set_power"))
    job = instances.reboot(caller, instance)
    agree = _scenario(cloud, job, done="running", failed="running").check

    def check(closed):
        agree(closed)
        power = [effect.detail for effect in cloud.world.effects(operation="set_power")[before:]]
        assert power == ["off", "on"]

    return Scenario(job, check)


def _sized(cloud, job, sizes):
    """As _scenario, and the instance is as large as `sizes` says for the way in which the job ended."""
    state = fresh_of(job).state
    agree = _scenario(cloud, job, done=state, failed=state).check

    def check(closed):
        agree(closed)
        instance = fresh_of(closed)
        assert (instance.cpus, instance.memory_mib) == sizes[closed.state]
        assert instance.offering.cpus == instance.cpus

    return Scenario(job, check)


def resize():
    cloud, caller = make_cloud(), make_caller()
    values = ResizeValues(offering=make_offering(cpus=2, memory_mib=256).uuid)
    job = instances.resize(caller, stopped(cloud, caller), values)
    return _sized(cloud, job, {"done": (2, 256), "failed": (1, 512)})


def grow():
    """What fails after the guest was given something leaves it what it has got."""
    cloud, caller = make_cloud(), make_caller()
    values = ResizeValues(offering=make_offering(cpus=2, memory_mib=1024).uuid)
    job = instances.resize(caller, deployed(cloud, caller), values)
    return _sized(cloud, job, {"done": (2, 1024), "failed": (2, 1024)})


def reinstall():
    cloud, caller = make_cloud(), make_caller()
    instance = deployed(cloud, caller)
    old = instance.attachments.get().volume_id
    job = instances.reinstall(caller, instance)
    agree = _scenario(cloud, job, done="running", failed="running").check

    def check(closed):
        agree(closed)
        kept = fresh_of(closed).attachments.get().volume_id == old
        assert kept == (closed.state == "failed")

    return Scenario(job, check)


def destroy():
    cloud, caller = make_cloud(), make_caller()
    job = instances.destroy(caller, deployed(cloud, caller))
    return _scenario(cloud, job, done="destroyed", failed="stopped")


def expunge():
    """Of one with a snapshot that lies in a disk which is kept, so that its bare guest comes and goes."""
    cloud, caller = make_cloud(), make_caller()
    instance = deployed(cloud, caller)
    make_attached(caller, make_volume(cloud.zone, caller), instance)
    make_instance_snapshot(fresh(instance))
    job = instances.destroy(caller, fresh(instance), expunge=True)
    return _scenario(cloud, job, done="expunged", failed="destroyed")


def expunge_destroyed():
    cloud, caller = make_cloud(), make_caller()
    job = instances.expunge(caller, destroyed(cloud, caller))
    return _scenario(cloud, job, done="expunged", failed="destroyed")


def expunge_failed():
    cloud, caller = make_cloud(), make_caller()
    job = instances.expunge(caller, failed(cloud, caller))
    return _scenario(cloud, job, done="expunged", failed="destroyed")


def repair():
    """Its guest has vanished from its host."""
    cloud, caller = make_cloud(), make_caller()
    instance = deployed(cloud, caller)
    delete_guest(cloud.world, instance.uuid)
    job = _submit(caller, instance, "instance.repair")
    return _scenario(cloud, job, done="running", failed="running")


def refit():
    """Its disk was taken out of its guest, and a strange NIC put in."""
    cloud, caller = make_cloud(), make_caller()
    instance = deployed(cloud, caller)
    tamper_with_parts(cloud, instance)
    job = _submit(caller, instance, "instance.refit")
    return _scenario(cloud, job, done="running", failed="running")


def tamper_with_parts(cloud, instance):
    """The guest lacks its disk and has a NIC that nobody gave it."""
    (nic,) = instance.nics.all()
    drop_guest_disk(cloud.world, instance.uuid, 0)
    stranger = {
        "mac": "52:54:00:00:00:99",
        "network_locator": locator_on(nic.network, instance.host),
        "device_index": 5,
    }
    add_guest_nic(cloud.world, instance.uuid, stranger)


def clean():
    """A guest was left behind on the host that a stopped instance has left."""
    cloud, caller = make_cloud(), make_caller()
    instance = stopped(cloud, caller)
    leave_behind(cloud.host, instance)
    job = _submit(caller, instance, "instance.clean", host=str(cloud.host.uuid))
    return _scenario(cloud, job, done="stopped", failed="stopped")


def leave_behind(host, instance):
    """A guest of the instance, off, on a host."""
    spec = GuestSpec(uuid=instance.uuid, name="left", cpus=1, memory_mib=64, disks=(), nics=())
    with compute_driver(host) as driver:
        driver.ensure_guest(spec)


def _submit(caller, instance, kind, **arguments):
    with transaction.atomic():
        return jobs.submit(
            caller,
            kind,
            Subject.of(instance),
            arguments,
            owner=instance.account.owner,
            holds=[hold_of(instance)],
        )


def attach_iso():
    cloud, caller = make_cloud(), make_caller()
    instance, iso = deployed(cloud, caller), make_iso()
    job = media.attach(caller, instance, iso.uuid)
    agree = _scenario(cloud, job, done="running", failed="running").check

    def check(closed):
        agree(closed)
        assert AttachedIso.objects.filter(template=iso).exists() == (closed.state == "done")

    return Scenario(job, check)


def detach_iso():
    cloud, caller = make_cloud(), make_caller()
    instance = deployed(cloud, caller, template=make_iso().uuid, root_size_gib=1)
    job = media.detach(caller, instance)
    agree = _scenario(cloud, job, done="running", failed="running").check

    def check(closed):
        agree(closed)
        # A failure is injected after the drive is empty and noted so: the drive holds what its row says.
        assert not AttachedIso.objects.exists() or closed.state == "failed"

    return Scenario(job, check)


SCENARIOS = {
    "instance.attach-iso": attach_iso,
    "instance.detach-iso": detach_iso,
    "instance.deploy": deploy,
    "instance.allocate": allocate,
    "instance.start": start,
    "instance.stop": stop,
    "instance.reboot": reboot,
    "instance.reinstall": reinstall,
    "instance.resize": resize,
    "instance.grow": grow,
    "instance.destroy": destroy,
    "instance.expunge": expunge,
    "instance.repair": repair,
    "instance.clean": clean,
    "instance.refit": refit,
}
