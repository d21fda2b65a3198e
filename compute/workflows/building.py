"""The steps that bring a guest to life: a host, a disk, networks, the guest, and power. Deploying and starting share
them.

Undoing takes back what this job did and nothing else: each undo first asks whether the instance still is where this
job left it (`is_ours_to_undo`), so that a clean-up that is resumed late does no harm to an instance that lives again.
A stopped one may have lived in between: what is on its disks by then is its owner's (`_volumes_to_unmake`), and what
is on its host may be another job's (`ClaimHost.undo`).
"""

from dataclasses import dataclass, replace

from django.db import transaction

from cloudportal.core.errors import NoRoom
from cloudportal.events import alerts
from cloudportal.jobs.run import Run
from cloudportal.jobs.workflows import Step
from compute import media_work, states
from compute import membership as members
from compute.claiming import claim_host, release_host
from compute.drivers.facts import GuestFacts, PowerAction
from compute.models import Instance, SecondaryAddress
from compute.placement.choice import NoPlacement, Placement, place
from compute.placement.custom import OrderFailed
from compute.placement.kept import objection
from compute.placement.orders import CUSTOM
from compute.placement.peers import breaks, peers_of, take_turns
from compute.placement.request import Request
from compute.promises import not_kept, storage_tags
from compute.services.instances.chosen_host import pinned_in
from compute.topology.connections import compute_driver
from compute.topology.models import Host
from compute.workflows.guards import ensure_guards, remove_guards
from compute.workflows.subjects import (
    host_of,
    instance_of,
    nics_of,
    runs_guests,
    spec_of,
    volumes_of,
)
from networking import network_work
from networking.drivers.contract import NetworkFacts
from storage import states as storage_states
from storage import volume_work
from storage.connections import prepare_pool
from storage.drivers.contract import VolumeFacts
from storage.models import Volume
from tenants.queries import settings_value
from tenants.workflows.removal import caller_of_job

ORDER_ALERT = "placement-order-failed"
# Notes of a job: how hosts were looked for, whatever came of it, that this job found one, and which it has claimed.
FUNNEL = "funnel"
FOUND = "host_found"
CLAIMED = "claimed"
# How many steps there are to deploying and starting; progress is shown as a part of them.
BUILDING_STEPS = 6
# Where an instance is while a job builds it, and where it is left when that has failed.
_NEVER_BUILT = (states.DEPLOYING, states.ERROR)
_BUILDING = (*_NEVER_BUILT, states.STARTING, states.STOPPED)


def is_ours_to_undo(instance: Instance) -> bool:
    """True while nobody has brought the instance to life since this job failed."""
    return instance.state in _BUILDING


@dataclass(frozen=True)
class Claimed:
    """Which volumes were not made before this job, and where the host was found, None where it had been claimed."""

    unmade_volumes: tuple[str, ...]
    placement: Placement | None


@dataclass(frozen=True)
class Prepared:
    """The volumes that were made, and where the ISO in the drive lies."""

    volumes: list[tuple[Volume, VolumeFacts]]
    iso: media_work.Copied | None


class ClaimHost(Step):
    """Capacity on a host and, for volumes that lie nowhere yet, on a pool that the host reaches.

    Rows only, and yet in `act`: each host is tried in a transaction of its own. In one transaction, a database that
    keeps the lock of a row that turned out to be full would let two placements wait for each other.
    """

    name = "claim-host"
    label = "Choose a host"

    def act(self, run: Run) -> Claimed:
        """The claim, unless an earlier try has it or it was kept; where there is none, the reason is, for operators."""
        instance = instance_of(run)
        unmade = tuple(
            str(volume.uuid) for volume in volumes_of(instance) if volume.state != storage_states.READY
        )
        if instance.host is not None and _stays(run, instance, instance.host):
            with transaction.atomic():
                _choose_pools(run, instance, instance.host)
            return Claimed(unmade, None)
        _leave(run, instance)
        order = _order(instance)
        try:
            found = place(_request(run, instance), lambda host: _take(run, instance, host), order=order)
        except NoPlacement as refusal:
            run.keep(FUNNEL, refusal.funnel.for_operators())
            run.say(f"Hosts: {refusal.funnel.sentence}", level="error", for_operators=True)
            raise
        except OrderFailed as failure:
            _tell_of_order(run, failure)
            raise
        if order == CUSTOM:
            alerts.clear_alert(ORDER_ALERT, ORDER_ALERT)
        return Claimed(unmade, found)

    def record(self, run: Run, result: Claimed) -> None:
        """How the host was found."""
        run.notes["unmade_volumes"] = list(result.unmade_volumes)
        if result.placement is not None:
            run.notes[FUNNEL] = result.placement.funnel.for_operators()
            run.notes[FOUND] = True
            run.say(f"The instance goes to the host {result.placement.host.name}.", for_operators=True)

    def undo(self, run: Run) -> None:
        """Nothing is left on the host, and no volume is in doubt. Another job may have failed with this claim and
        left something; once the claim is gone, nothing would know where to look for that.
        """
        if _claimed_alone(run):
            return
        instance = instance_of(run)
        if is_ours_to_undo(instance):
            remove_guest(instance)
            forget_reservations(run, instance)
        _remove_volumes(run, instance)

    def record_undo(self, run: Run, result: None) -> None:
        """What was claimed is free again."""
        instance = instance_of(run)
        for volume in _volumes_to_unmake(run):
            volume_work.record_unmade(run, volume)
        if not is_ours_to_undo(instance):
            return
        release_host(instance)
        if instance.state in _NEVER_BUILT:
            # Last of all, when no guest is left that could still receive what is sent there.
            free_addresses(run, instance)


class EnsureVolumes(Step):
    """The root disk as a copy of its template, and whatever else is attached."""

    name = "ensure-volumes"
    label = "Prepare the disk"

    def act(self, run: Run) -> Prepared:
        """Makes what was never made, and copies an ISO to where the host reads it. A volume that was is left
        alone: were it gone, a new one would hide the loss. Its pool may be new to the host.
        """
        instance = instance_of(run)
        host = host_of(instance)
        made = []
        for volume in volumes_of(instance):
            if volume.state == storage_states.READY:
                prepare_pool(volume_work.pool_of(volume), host)
                continue
            volume_work.ensure_image_on_pool(run, volume, host=host)
            run.check_lease()
            made.append((volume, volume_work.ensure_volume(run, volume, host=host, steps=BUILDING_STEPS)))
        return Prepared(made, media_work.ensure_copy(run, instance, host))

    def record(self, run: Run, result: Prepared) -> None:
        """The volumes are ready."""
        for volume, facts in result.volumes:
            volume_work.record_volume(run, volume, facts)
        media_work.record_copy(instance_of(run), result.iso)

    def undo(self, run: Run) -> None:
        """Removes the volumes that were nowhere before this job."""
        _remove_volumes(run, instance_of(run))

    def record_undo(self, run: Run, result: None) -> None:
        """They are wishes again."""
        for volume in _volumes_to_unmake(run):
            volume_work.record_unmade(run, volume)


class EnsureNetworks(Step):
    """Each network laid on the host, and each NIC's address reserved there."""

    name = "ensure-networks"
    label = "Prepare the network"

    def act(self, run: Run) -> list[NetworkFacts]:
        """Network by network, in the order of the NICs."""
        instance = instance_of(run)
        host = host_of(instance)
        laid = []
        for nic in nics_of(instance):
            run.check_lease()
            laid.append(network_work.ensure_network_on_host(nic.network, host))
            if nic.address is not None:
                network_work.ensure_reservation(
                    nic.network, host, mac=nic.mac, ip=nic.address.ip, hostname=instance.name
                )
        return laid

    def record(self, run: Run, result: list[NetworkFacts]) -> None:
        """Where each network is found on the host."""
        instance = instance_of(run)
        for nic, facts in zip(nics_of(instance), result, strict=True):
            network_work.record_network_on_host(nic.network, host_of(instance), facts)

    def undo(self, run: Run) -> None:
        """The host forgets the addresses; the networks stay, others may be in them."""
        instance = instance_of(run)
        if is_ours_to_undo(instance):
            forget_reservations(run, instance)


class EnsureGuest(Step):
    """The guest on its host, powered off."""

    name = "ensure-guest"
    label = "Create the instance on its host"

    def act(self, run: Run) -> GuestFacts:
        """The guest is there as its rows say."""
        instance = instance_of(run)
        with compute_driver(host_of(instance)) as driver:
            # First, for without them the guest would not start; with older ones it would start too open.
            ensure_guards(driver, nics_of(instance))
            return runs_guests(driver).ensure_guest(spec_of(instance))

    def record(self, run: Run, result: GuestFacts) -> None:
        """How far it can grow while it runs. What the host cannot hold it to is said to operators."""
        most = {"most_cpus": result.most_cpus or 0, "most_memory_mib": result.most_memory_mib or 0}
        Instance.objects.filter(uuid=run.subject_uuid).update(**most)
        instance = instance_of(run)
        for sentence in not_kept(instance, host_of(instance)):
            run.say(sentence, level="warning", for_operators=True)

    def undo(self, run: Run) -> None:
        """The guest is gone from the host."""
        instance = instance_of(run)
        if is_ours_to_undo(instance):
            remove_guest(instance)


class PowerOn(Step):
    """The guest runs."""

    name = "power-on"
    label = "Switch the instance on"

    def act(self, run: Run) -> None:
        """Power on; a guest that runs already is left alone."""
        instance = instance_of(run)
        with compute_driver(host_of(instance)) as driver:
            driver.set_power(instance.uuid, PowerAction.ON)

    def undo(self, run: Run) -> None:
        """Nothing by itself: removing the guest, which comes next, cuts its power."""


def remove_guest(instance: Instance) -> None:
    """The host that the instance has a claim on does not have the guest. Succeeds where there is none."""
    if instance.host is None:
        return
    with compute_driver(instance.host) as driver:
        runs_guests(driver).remove_guest(instance.uuid)
        remove_guards(driver, nics_of(instance))


def forget_reservations(run: Run, instance: Instance) -> None:
    """The host that the instance has a claim on reserves no address for it any more."""
    if instance.host is None:
        return
    for nic in nics_of(instance):
        run.check_lease()
        network_work.remove_reservation(nic.network, instance.host, mac=nic.mac)


def free_addresses(run: Run, instance: Instance) -> None:
    """Its NICs have no addresses any more, and others may have them; rows only."""
    for nic in nics_of(instance):
        for one in nic.secondary_addresses.all():
            free_secondary(run, one)
        address, nic.address = nic.address, None
        if address is not None:
            nic.save(update_fields=["address"])
            groups = nic.groups.select_related("account__domain")
            members.members_changed(caller_of_job(run.job), groups)
            network_work.record_address_released(run, address, held_by=nic.uuid)


def free_secondary(run: Run, row: SecondaryAddress) -> None:
    """The secondary address is nobody's, and others may have it; rows only."""
    groups = list(row.nic.groups.select_related("account__domain"))
    row.delete()
    members.members_changed(caller_of_job(run.job), groups)
    network_work.record_address_released(run, row.address, held_by=row.uuid)


def _take(run: Run, instance: Instance, host: Host) -> bool:
    try:
        with transaction.atomic():
            # Also proves that the job still is ours: a worker that lost it must not claim what nobody would undo.
            run.show_progress(0.5, steps=BUILDING_STEPS)
            take_turns(instance)
            if breaks(peers_of(instance), host.pk) or not claim_host(instance, host):
                return False
            _choose_pools(run, instance, host)
            run.keep(CLAIMED, str(host.uuid))
    except NoRoom:
        # Another volume took the last room near this host; the next host may have some.
        instance.host = None
        return False
    return True


def _stays(run: Run, instance: Instance, host: Host) -> bool:
    """True for this job's own claim, and for one that was kept where nothing speaks against the host by now."""
    if run.notes.get(CLAIMED) == str(host.uuid):
        return True
    reason = objection(_request(run, instance), host)
    if reason:
        run.say(f"The instance leaves the host {host.name}: {reason}.", for_operators=True)
    return not reason


def _leave(run: Run, instance: Instance) -> None:
    """The claim is given back, after the host was rid of what an earlier job left there."""
    if instance.host is None:
        return
    remove_guest(instance)
    forget_reservations(run, instance)
    with transaction.atomic():
        run.show_progress(0, steps=BUILDING_STEPS)
        release_host(instance)


def _choose_pools(run: Run, instance: Instance, host: Host) -> None:
    for volume in volumes_of(instance):
        volume_work.choose_pool(run, volume, host=host, tags=storage_tags(instance, volume))


def _claimed_alone(run: Run) -> bool:
    """True where this job found the host, and no other has had the instance since."""
    return FOUND in run.notes and not run.was_given_up


def _remove_volumes(run: Run, instance: Instance) -> None:
    volumes = _volumes_to_unmake(run)
    with transaction.atomic():
        for volume in volumes:
            volume_work.record_doubt(run, volume)
    for volume in volumes:
        volume_work.remove_volume(run, volume, host=instance.host)


def _volumes_to_unmake(run: Run) -> list[Volume]:
    instance = instance_of(run)
    # One that is ready although this job had given up was left so, or was made by a job that came later: a stopped
    # instance has run from it, maybe, and its owner's data are on it.
    may_be_used = run.was_given_up and instance.state not in _NEVER_BUILT
    is_ours = is_ours_to_undo(instance) and not may_be_used
    unmade = run.notes.get("unmade_volumes", ()) if is_ours else ()
    # One that is still being made is ours too, even if we died before it was noted: we hold it.
    return [
        volume
        for volume in volumes_of(instance)
        if volume.state == storage_states.CREATING or str(volume.uuid) in unmade
    ]


def _request(run: Run, instance: Instance) -> Request:
    volumes = volumes_of(instance)
    request = Request.of(instance, volumes[0] if volumes else None)
    return replace(request, pinned=pinned_in(run.job.arguments))


def _tell_of_order(run: Run, failure: OrderFailed) -> None:
    run.say(failure.fault, level="error", for_operators=True)
    alerts.raise_alert(
        ORDER_ALERT,
        ORDER_ALERT,
        "The class in placement.custom_class failed, so nothing can be started where the order is custom. Mend the "
        "class, or choose another placement.order.",
        detail=failure.fault,
    )


def _order(instance: Instance) -> str:
    order: str = settings_value("placement.order", zone_uuid=instance.zone.uuid)
    return order
