"""What was written on a real guest comes back: by a snapshot of the instance, of its volume, and as a template."""

import pytest

from storage.models import Volume
from tests.contracts.waiting import wait_until
from tests.support.clients import RestClient
from tests.support.factories import make_caller
from tests.support.factories_compute import deployed, fresh
from tests.support.factories_infra import make_disk_offering
from tests.support.jobs import run_jobs
from tests.support.real_cloud import (
    await_agent,
    in_guest,
    libvirtd_process,  # noqa: F401
    private_libvirtd,  # noqa: F401
    real_cloud,  # noqa: F401
)

pytestmark = [pytest.mark.django_db, pytest.mark.real]

ROOT_NOTE, DATA_NOTE = "/var/note", "/mnt/seed/note"
# virtio tells a guest 20 characters of the volume's id.
FIND = 'for one in /sys/block/vd*; do [ "$(cat $one/serial)" = {serial} ] && basename $one; done; true'


class Owner:
    """Somebody at the REST door, who waits for what was begun."""

    def __init__(self, caller):
        self.door = RestClient(caller)

    def has_done(self, method, address, **values):
        """What the work was about, after it is done."""
        answer = self.door.send(method, address, values)
        assert answer.status_code == 202, answer.data
        run_jobs()
        job = self.door.get(f"jobs/{answer.data['job']['uuid']}/").data
        assert job["state"] == "done", job
        return next((row for name, row in answer.data.items() if name != "job"), None)

    def post(self, address, **values):
        return self.has_done("POST", address, **values)


class Guest:
    """One guest and what is written on its disks."""

    def __init__(self, cloud, instance):
        self.cloud, self.instance = cloud, instance
        await_agent(cloud, instance)

    def run(self, script):
        return in_guest(self.cloud, self.instance, script).strip()

    def device(self, volume):
        serial = Volume.objects.get(uuid=volume["uuid"]).uuid.hex[:20]
        wait_until(lambda: self.run(FIND.format(serial=serial)), timeout_seconds=20)
        return f"/dev/{self.run(FIND.format(serial=serial))}"

    def write(self, text):
        self.run(f"echo {text} > {ROOT_NOTE}; echo {text} > {DATA_NOTE}; sync")

    def notes(self):
        return self.run(f"cat {ROOT_NOTE} {DATA_NOTE}").split()

    def note_on(self, volume):
        """The note on a disk that nobody has mounted."""
        return self.run(
            f"mount -t ext4 {self.device(volume)} /mnt/seed && cat {DATA_NOTE} && umount /mnt/seed"
        )


def test_what_was_written_before_comes_back_every_way_there_is(real_cloud):  # noqa: F811
    tenant = make_caller()
    owner, guest = Owner(tenant), Guest(real_cloud, deployed(real_cloud, tenant))
    instance = str(guest.instance.uuid)
    offering = str(make_disk_offering(size_gib=None).uuid)
    data = owner.post("volumes/", name="data", zone=str(real_cloud.zone.uuid), offering=offering, size_gib=1)
    volume = f"volumes/{data['uuid']}"
    owner.post(f"{volume}/attach/", instance=instance)
    device = guest.device(data)
    guest.run(f"mke2fs {device} && mount -t ext4 {device} /mnt/seed")
    guest.write("before")

    kept = owner.post("instance-snapshots/", instance=instance, name="kept", with_memory=True)
    copied = owner.post("snapshots/", volume=data["uuid"], is_quiet=True)
    guest.write("after")
    owner.post(f"instance-snapshots/{kept['uuid']}/revert/")
    await_agent(real_cloud, guest.instance)
    assert guest.notes() == ["before", "before"]

    guest.write("after")
    guest.run("umount /mnt/seed")
    refusal = owner.door.post(f"{volume}/detach/")
    assert (refusal.status_code, "Delete it first" in refusal.data["detail"]) == (409, True)
    owner.has_done("DELETE", f"instance-snapshots/{kept['uuid']}/")
    owner.post(f"{volume}/detach/")
    owner.post(f"snapshots/{copied['uuid']}/restore/")
    owner.post(f"{volume}/attach/", instance=instance)
    assert guest.note_on(data) == "before"

    other = owner.post(f"snapshots/{copied['uuid']}/volumes/", name="other")
    owner.post(f"volumes/{other['uuid']}/attach/", instance=instance)
    assert guest.note_on(other) == "before"

    root = fresh(guest.instance).attachments.get(device_index=0).volume
    template = owner.post(f"volumes/{root.uuid}/templates/", name="golden")
    made = owner.post(
        "instances/",
        name="second",
        zone=str(real_cloud.zone.uuid),
        template=template["uuid"],
        offering=str(real_cloud.offering.uuid),
    )
    second = Guest(real_cloud, type(guest.instance).objects.get(uuid=made["uuid"]))
    assert second.run(f"cat {ROOT_NOTE}") == "after"
