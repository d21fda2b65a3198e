"""Findings as instances keep them (`Instance.drift`), and the sentences that they are told in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from compute.models import Instance
from compute.reconcile.decisions import AT_REST, LOOKS_NEEDED, Before, Finding, Kind
from compute.topology.models import Host

DRIFT_ALERT = "instance-drift"

SENTENCES = {
    Kind.STOPPED: "{name} was found switched off on {host}. It is being stopped here too.",
    Kind.GONE: "{name} should run on {host}, and is not there. Accept that it is stopped, or have it made anew.",
    Kind.PAUSED: "{name} is paused on {host}. Repair resumes it; look first why it was paused (a full pool?).",
    Kind.SILENT: "{name} is on {host}, which does not answer, so we cannot tell whether it runs. It is found again "
    "when the host answers. Accept that it is stopped only if you know that the host is off.",
    Kind.RUNNING: "{name} should be {state} and runs on {host}. Accept that it runs, or have it removed there.",
    Kind.LEFTOVER: "Something of {name} was left behind on {host}, switched off. It is being removed there.",
    Kind.ELSEWHERE: "{name} runs on {host}, where it should not be. Accept the host, or have it removed there.",
    Kind.TWICE: "{name} runs on two hosts at once and may damage its disks. Repair cuts it off on {host}.",
    Kind.CHANGED: "{name} was changed on {host}: {details}. Repair puts its disks and NICs back as they were, with "
    "their cables and guards.",
    Kind.STUCK: "{name} is {state}, and no job works on it. Repair puts it back to where it was.",
}
# Of one that has kept its claim there, as after a stop that came half-way.
SILENT_AT_REST = (
    "{name} is {state}, and a part of it may still be on {host}, which does not answer. Accept only if you know that "
    "the host is off: it is free of that host then, which is cleaned when it comes back."
)


@dataclass(frozen=True)
class Drift:
    """One finding with its history, as it is kept and shown."""

    kind: Kind
    host_id: int | None
    host_name: str
    sentence: str
    times: int
    first_seen_at: str
    last_seen_at: str
    confirmed_at: str | None = None
    is_ignored: bool = False
    details: tuple[str, ...] = ()

    @classmethod
    def of(cls, instance: Instance) -> "Drift | None":
        """What is on record for the instance, or None."""
        kept: dict[str, Any] = instance.drift
        if not kept:
            return None
        return cls(**{**kept, "kind": Kind(kept["kind"]), "details": tuple(kept.get("details", ()))})

    @property
    def before(self) -> Before:
        """The same for the decision."""
        return Before(Finding(self.kind, self.host_id, self.details), self.times, self.is_ignored)

    def kept(self) -> dict[str, Any]:
        """As JSON; `confirmed_at` is there only once it is confirmed, which is how lists find it."""
        values = {**vars(self), "kind": self.kind.value}
        return values if self.confirmed_at else {k: v for k, v in values.items() if k != "confirmed_at"}


def found(instance: Instance, finding: Finding, host: Host | None, moment: datetime) -> Drift:
    """The record of a finding made now, going on from the one that is there if it is the same."""
    last = Drift.of(instance)
    is_same = last is not None and last.before.finding == finding
    now = moment.isoformat()
    times = last.times + 1 if last and is_same else 1
    host_name = host.name if host else ""
    return Drift(
        kind=finding.kind,
        host_id=finding.host_id,
        host_name=host_name,
        sentence=_wording(instance, finding).format(
            name=instance.name,
            host=host_name or "no host",
            state=instance.state,
            details="; ".join(finding.details),
        ),
        times=times,
        first_seen_at=last.first_seen_at if last and is_same else now,
        last_seen_at=now,
        confirmed_at=(last.confirmed_at if last and is_same else None)
        or (now if times >= LOOKS_NEEDED else None),
        is_ignored=bool(last and is_same and last.is_ignored),
        details=finding.details,
    )


def _wording(instance: Instance, finding: Finding) -> str:
    if finding.kind is Kind.SILENT and instance.state in AT_REST:
        return SILENT_AT_REST
    return SENTENCES[finding.kind]
