"""What operators do about instances that are not as their rows say: accept, repair, ignore."""

from django.db import transaction

from cloudportal.core import clock, plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import NoRoom, WrongState
from cloudportal.events import alerts, records
from cloudportal.events.records import About
from cloudportal.jobs import services as jobs
from cloudportal.jobs.models import Job
from cloudportal.jobs.services import Subject
from compute import actions, states
from compute.claiming import claim_host, release_host
from compute.drivers.facts import Power
from compute.models import Instance
from compute.reconcile.decisions import AT_REST, Kind
from compute.reconcile.drift import DRIFT_ALERT, Drift
from compute.services.instances import stop, terms
from compute.services.instances.holding import demand_free, held_with
from compute.topology.models import Host

# Where the guest is removed from the host of the finding; of the others, the instance is made to run where it belongs.
_REMOVED = (Kind.RUNNING, Kind.LEFTOVER, Kind.ELSEWHERE, Kind.TWICE)


@transaction.atomic
def accept(caller: Caller, instance: Instance) -> Job | None:
    """The rows follow what was found; returns the job that does it, or None where rows were all there was to change.

    Raises WrongState for findings that nobody should accept, NoRoom where the host cannot take it, Busy.
    """
    actions.ACCEPT_DRIFT.permit(caller)
    drift = _confirmed(instance)
    demand_free(instance)
    job = None
    if drift.kind in (Kind.STOPPED, Kind.GONE):
        job = stop(caller, instance)
    elif drift.kind is Kind.SILENT:
        _accept_stopped(instance, drift)
    elif drift.kind is Kind.RUNNING and instance.state == states.STOPPED:
        _accept_running(instance, drift)
    elif drift.kind is Kind.ELSEWHERE:
        release_host(instance)
        _claim(instance, drift)
    elif drift.kind is Kind.CHANGED:
        raise WrongState(
            "Detach the disk or remove the NIC from the instance here as well: that succeeds where it is gone already. "
            "What was added to it cannot be accepted; repair takes it away."
        )
    else:
        raise WrongState("This cannot be accepted as it is. Repair it, or ignore it for now.")
    _record(caller, instance, drift, "ACCEPT")
    _settle(instance)
    plans.note("accept", f"Takes over what was found: {drift.sentence}", noun="instance")
    return job


@transaction.atomic
def repair(caller: Caller, instance: Instance) -> Job | None:
    """The host follows the rows; returns the job that does it, or None where rows were all there was to change.

    Raises WrongState while the host is silent, Busy.
    """
    actions.REPAIR_DRIFT.permit(caller)
    drift = _confirmed(instance)
    if drift.kind is Kind.SILENT:
        raise WrongState(
            "The host does not answer, so nothing can be repaired there. Bring the host back first."
        )
    _record(caller, instance, drift, "REPAIR")
    plans.note("repair", f"Makes the host match: {drift.sentence}", noun="instance")
    if drift.kind is Kind.STUCK:
        demand_free(instance)
        states.INSTANCE.move(instance, "failed")
        _settle(instance)
        return None
    if drift.kind in _REMOVED:
        return submit_cleaning(caller, instance, _host(drift))
    return _submit(caller, instance, "instance.refit" if drift.kind is Kind.CHANGED else "instance.repair")


@transaction.atomic
def ignore(caller: Caller, instance: Instance) -> Instance:
    """The finding raises no alert and starts no job any more, until it changes. May be called again."""
    actions.IGNORE_DRIFT.permit(caller)
    drift = _confirmed(instance)
    instance.drift = {**instance.drift, "is_ignored": True}
    instance.save(update_fields=["drift"])
    alerts.clear_alert(DRIFT_ALERT, str(instance.uuid), by=caller.user_name)
    _record(caller, instance, drift, "IGNORE")
    plans.note("ignore", f"Leaves it as it is: {drift.sentence}", noun="instance")
    return instance


def submit_cleaning(caller: Caller, instance: Instance, host: Host) -> Job:
    """The job that removes the instance's guest from a host where it does not belong. Needs an open transaction."""
    return _submit(caller, instance, "instance.clean", host=str(host.uuid))


def _confirmed(instance: Instance) -> Drift:
    drift = Drift.of(instance)
    if drift is None or drift.confirmed_at is None:
        raise WrongState("Nothing is found to be wrong with this instance any more.")
    return drift


def _accept_stopped(instance: Instance, drift: Drift) -> None:
    """Off for certain; one that was at rest before stays what it is, and only its claim is given back."""
    if instance.host_id != drift.host_id:
        raise WrongState(f"{instance.name} is on another host by now; the next comparison will tell.")
    if instance.state in AT_REST:
        release_host(instance)
        return
    states.INSTANCE.move(instance, "found-stopped", power=Power.UNKNOWN, power_seen_at=clock.now())
    terms.stop_running(instance)
    release_host(instance)


def _accept_running(instance: Instance, drift: Drift) -> None:
    release_host(instance)
    _claim(instance, drift)
    states.INSTANCE.move(instance, "found-running", power=Power.ON, power_seen_at=clock.now())
    terms.start_running(instance)


def _claim(instance: Instance, drift: Drift) -> None:
    host = _host(drift)
    if not claim_host(instance, host):
        raise NoRoom(
            reason=f"{host.name} runs it without having room for it. Make room there first, or repair it."
        )


def _host(drift: Drift) -> Host:
    host = Host.objects.select_related("cluster").filter(pk=drift.host_id or 0).first()
    if host is None:
        raise WrongState("The host of this finding is not there any more; the next comparison will tell.")
    return host


def _settle(instance: Instance) -> None:
    instance.drift = {}
    instance.save(update_fields=["drift"])
    alerts.clear_alert(DRIFT_ALERT, str(instance.uuid))


def _record(caller: Caller, instance: Instance, drift: Drift, what: str) -> None:
    # Told to operators alone: the sentence names hosts, which are none of the owner's business.
    records.record(
        caller,
        f"VM.DRIFT.{what}",
        About.of(instance),
        before={"finding": drift.kind.value, "host": drift.host_name},
        sentence=drift.sentence,
    )


def _submit(caller: Caller, instance: Instance, kind: str, **arguments: object) -> Job:
    return jobs.submit(
        caller,
        kind,
        Subject.of(instance),
        arguments,
        owner=instance.account.owner,
        holds=held_with(instance),
    )
