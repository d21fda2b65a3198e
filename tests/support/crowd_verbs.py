"""Everything that may be done to an instance and what belongs to it, as one verb each of a crowd."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from cloudportal.core import clock
from compute import states
from compute.models import InstanceSchedule, InstanceSnapshot, Nic, SecondaryAddress
from compute.services import (
    attachments,
    instance_snapshots,
    instances,
    nics,
    schedules,
    volume_copies,
    volume_sizes,
)
from compute.services.attachments import AttachValues
from compute.services.instance_snapshots import NewInstanceSnapshot
from compute.services.instances import InstanceChanges, MoveValues, ResizeValues, media, notes
from compute.services.instances.notes import NoteValues
from compute.services.nics import NewNic
from compute.services.volume_copies import CloneValues
from storage.models import Snapshot, Volume
from storage.services import exports, snapshots, template_making, volume_bin, volumes
from storage.services.exports import NewExport
from storage.services.snapshots import NewSnapshot, VolumeOfSnapshot
from storage.services.template_making import NewTemplate
from storage.services.volumes import NewVolume
from tests.support.factories import numbered

RUNNING, STOPPED = (states.RUNNING,), (states.STOPPED,)
LIVE = RUNNING + STOPPED
ANY = (*LIVE, states.DESTROYED)
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl a@b"


class NothingToDo(Exception):
    """The instance has nothing that the verb could be done to."""


@dataclass(frozen=True)
class Verb:
    """In which states of the instance it may be done, and the service's call; `crowd` has what it needs beside."""

    states: tuple[str, ...]
    begin: Callable[[Any, Any], object]


def _volumes(row):
    return Volume.objects.select_related(
        "account__domain", "zone", "pool", "template", "offering", "snapshot"
    ).filter(account=row.account)


def _snapshots(row):
    return Snapshot.objects.select_related("account__domain", "zone", "volume").filter(account=row.account)


def _one(crowd, rows):
    # A few are enough to choose of; the crowd has thousands.
    found = list(rows.order_by("pk")[:20])
    if not found:
        raise NothingToDo
    return crowd.die.choice(found)


def _own(crowd, row, **values):
    return _one(crowd, _volumes(row).filter(held_by=row.uuid, **values))


def _free(crowd, row, *wanted):
    return _one(crowd, _volumes(row).filter(held_by=None, kind="data", state__in=wanted))


def _snapshot(crowd, row, *wanted):
    return _one(crowd, _snapshots(row).filter(state__in=wanted))


def _kept(crowd, row, **values):
    rows = InstanceSnapshot.objects.select_related(
        "instance__account__domain", "instance__zone", "instance__host__cluster", "parent"
    )
    return _one(crowd, rows.filter(instance=row, **values))


def _nic(crowd, row, **values):
    rows = Nic.objects.select_related("instance__account__domain", "network__zone", "address")
    return _one(crowd, rows.filter(instance=row, **values))


def _secondary(crowd, row):
    rows = SecondaryAddress.objects.select_related(
        "nic__instance__account__domain", "nic__network", "address"
    )
    return _one(crowd, rows.filter(nic__instance=row))


def _new_volume(crowd, row):
    wish = NewVolume(
        zone_uuid=crowd.cloud.zone.uuid,
        offering_uuid=crowd.disk.uuid,
        name=numbered("data"),
        size_gib=crowd.die.randint(1, 4),
    )
    return volumes.create(crowd.owner_of(row), wish)


def _grow(crowd, row):
    volume = _own(crowd, row)
    return volume_sizes.resize(
        crowd.owner_of(row), volume, volume_sizes.ResizeValues(size_gib=volume.size_bytes // 2**30 + 1)
    )


def _move_volume(crowd, row):
    volume = _own(crowd, row, state="ready")
    pools = {crowd.cloud.pool.pk: crowd.second_pool, crowd.second_pool.pk: crowd.cloud.pool}
    return volume_copies.move(crowd.root, volume, volume_copies.MoveValues(pool=pools[volume.pool_id].uuid))


def _schedule(crowd, row):
    values = schedules.ScheduleValues(
        name=numbered("schedule"),
        verb=crowd.die.choice(["start", "stop", "reboot"]),
        expression="0 20 * * *",
        time_zone="UTC",
    )
    made = schedules.create(crowd.owner_of(row), row, values)
    InstanceSchedule.objects.filter(pk=made.pk).update(next_run_at=clock.now() - timedelta(seconds=1))
    return schedules.run_due(crowd.root)


def _groups(crowd, row):
    groups = crowd.groups[row.account_id]
    chosen = crowd.die.sample(groups, crowd.die.randint(1, len(groups)))
    return nics.set_groups(
        crowd.owner_of(row), _nic(crowd, row, network__has_groups=True), [one.uuid for one in chosen]
    )


def _update(crowd, row, **changes):
    return instances.update(crowd.owner_of(row), row, InstanceChanges(**changes))


def _switch_cable(crowd, row):
    nic = _nic(crowd, row)
    return (nics.disconnect if nic.is_linked else nics.connect)(crowd.owner_of(row), nic)


def _take(crowd, row, *, with_memory):
    values = NewInstanceSnapshot(name=numbered("kept"), with_memory=with_memory)
    return instance_snapshots.take(crowd.owner_of(row), row, values)


def _simple(verb):
    return lambda crowd, row: verb(crowd.owner_of(row), row)


def _on(find, verb):
    """The verb, done to what is found of the instance."""
    return lambda crowd, row: verb(crowd.owner_of(row), find(crowd, row))


VERBS = {
    "stop": Verb(RUNNING, _simple(instances.stop)),
    "reboot": Verb(RUNNING, _simple(instances.reboot)),
    "start": Verb(STOPPED, _simple(instances.start)),
    "start-elsewhere": Verb(
        STOPPED,
        lambda crowd, row: instances.start(crowd.root, row, host=crowd.die.choice(crowd.cloud.hosts).uuid),
    ),
    "resize": Verb(
        LIVE,
        lambda crowd, row: instances.resize(
            crowd.owner_of(row), row, ResizeValues(offering=crowd.larger.uuid)
        ),
    ),
    "reinstall": Verb(LIVE, _simple(instances.reinstall)),
    "destroy": Verb(LIVE, _simple(instances.destroy)),
    "recover": Verb((states.DESTROYED,), _simple(instances.recover)),
    "expunge": Verb((states.DESTROYED, states.ERROR), _simple(instances.expunge)),
    "retry": Verb((states.ERROR,), _simple(instances.retry)),
    "change-owner": Verb(
        STOPPED,
        lambda crowd, row: instances.move(
            crowd.root, row, MoveValues(account=crowd.other_account_than(row).uuid)
        ),
    ),
    "rename": Verb(ANY, lambda crowd, row: _update(crowd, row, display_name=numbered("Name "))),
    "rename-guest": Verb(STOPPED, lambda crowd, row: _update(crowd, row, name=numbered("guest"))),
    "protect": Verb(LIVE, lambda crowd, row: _update(crowd, row, is_protected=not row.is_protected)),
    "note": Verb(ANY, lambda crowd, row: notes.add(crowd.owner_of(row), row, NoteValues(text="Seen."))),
    "schedule": Verb(LIVE, _schedule),
    "reset-password": Verb(LIVE, _simple(instances.reset_password)),
    "reset-keys": Verb(
        LIVE, lambda crowd, row: instances.reset_ssh_keys(crowd.owner_of(row), row, ssh_keys=[KEY])
    ),
    "attach-iso": Verb(LIVE, lambda crowd, row: media.attach(crowd.owner_of(row), row, crowd.iso.uuid)),
    "detach-iso": Verb(LIVE, _simple(media.detach)),
    "create-volume": Verb(ANY, _new_volume),
    "attach-volume": Verb(
        LIVE,
        lambda crowd, row: attachments.attach(
            crowd.owner_of(row), _free(crowd, row, "ready"), AttachValues(instance=row.uuid)
        ),
    ),
    "detach-volume": Verb(
        ANY, _on(lambda crowd, row: _own(crowd, row, kind="data", state="ready"), attachments.detach)
    ),
    "grow-volume": Verb(LIVE, _grow),
    "move-volume": Verb(LIVE, _move_volume),
    "clone-volume": Verb(
        ANY,
        lambda crowd, row: volume_copies.clone(
            crowd.owner_of(row), _own(crowd, row, state="ready"), CloneValues(name=numbered("copy"))
        ),
    ),
    "destroy-volume": Verb(ANY, _on(lambda crowd, row: _free(crowd, row, "ready"), volume_bin.destroy)),
    "recover-volume": Verb(ANY, _on(lambda crowd, row: _free(crowd, row, "destroyed"), volume_bin.recover)),
    "delete-volume": Verb(
        ANY,
        _on(lambda crowd, row: _free(crowd, row, "allocated", "ready", "destroyed", "error"), volumes.delete),
    ),
    "snapshot-volume": Verb(
        ANY,
        lambda crowd, row: snapshots.take(
            crowd.owner_of(row),
            NewSnapshot(volume_uuid=_own(crowd, row, state="ready").uuid, is_quiet=crowd.die.random() < 0.5),
        ),
    ),
    "restore-volume": Verb(
        STOPPED,
        _on(
            lambda crowd, row: _one(crowd, _snapshots(row).filter(state="ready", volume__held_by=row.uuid)),
            snapshots.restore,
        ),
    ),
    "volume-of-snapshot": Verb(
        ANY,
        lambda crowd, row: snapshots.make_volume(
            crowd.owner_of(row),
            _snapshot(crowd, row, "ready"),
            VolumeOfSnapshot(name=numbered("data"), offering_uuid=crowd.disk.uuid),
        ),
    ),
    "template-of-snapshot": Verb(
        ANY,
        lambda crowd, row: template_making.of_snapshot(
            crowd.owner_of(row), _snapshot(crowd, row, "ready"), NewTemplate(name=numbered("template"))
        ),
    ),
    "delete-snapshot": Verb(
        ANY, _on(lambda crowd, row: _snapshot(crowd, row, "ready", "error"), snapshots.delete)
    ),
    "template-of-volume": Verb(
        STOPPED,
        lambda crowd, row: template_making.of_volume(
            crowd.owner_of(row), _own(crowd, row, state="ready"), NewTemplate(name=numbered("template"))
        ),
    ),
    "export-volume": Verb(
        STOPPED,
        lambda crowd, row: exports.begin(
            crowd.owner_of(row), NewExport(volume_uuid=_own(crowd, row, state="ready").uuid)
        ),
    ),
    "keep": Verb(STOPPED, lambda crowd, row: _take(crowd, row, with_memory=False)),
    "keep-memory": Verb(RUNNING, lambda crowd, row: _take(crowd, row, with_memory=True)),
    "revert": Verb(LIVE, _on(lambda crowd, row: _kept(crowd, row, state="ready"), instance_snapshots.revert)),
    "drop-kept": Verb(
        LIVE,
        _on(lambda crowd, row: _kept(crowd, row, state__in=("ready", "failed")), instance_snapshots.delete),
    ),
    "add-nic": Verb(
        LIVE, lambda crowd, row: nics.add(crowd.owner_of(row), row, NewNic(network=crowd.second_network.uuid))
    ),
    "remove-nic": Verb(LIVE, _on(lambda crowd, row: _nic(crowd, row, is_default=False), nics.remove)),
    "make-default": Verb(LIVE, _on(lambda crowd, row: _nic(crowd, row, is_default=False), nics.make_default)),
    "switch-cable": Verb(LIVE, _switch_cable),
    "choose-groups": Verb(LIVE, _groups),
    "add-address": Verb(LIVE, _on(_nic, nics.add_address)),
    "remove-address": Verb(LIVE, _on(_secondary, nics.remove_address)),
}
