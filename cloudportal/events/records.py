"""Writing down what happened. Always in the transaction of the change itself."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cloudportal.core.caller import Caller, Owner
from cloudportal.core.secrets import Secret
from cloudportal.events.models import Event
from cloudportal.events.sentences import phrase

# Job kinds whose CloudStack event type is not simply KIND in capitals.
_CLOUDSTACK = {
    "instance.deploy": "VM.CREATE",
    "instance.allocate": "VM.CREATE",
    "instance.clean": "VM.REPAIR",
    "instance.refit": "VM.REPAIR",
    "instance.grow": "VM.UPGRADE",
    "instance.reinstall": "VM.RESTORE",
    "security-group.apply": "SG.UPDATE",
    "instance.reset-password": "VM.RESETPASSWORD",
    "instance.reset-ssh-keys": "VM.RESETSSHKEY",
    "instance.add-nic": "NIC.CREATE",
    "instance.remove-nic": "NIC.DELETE",
    "instance.update-nic": "NIC.UPDATE",
    "instance.add-address": "NIC.SECONDARY.IP.ASSIGN",
    "instance.remove-address": "NIC.SECONDARY.IP.UNASSIGN",
    "instance.attach-iso": "ISO.ATTACH",
    "instance.detach-iso": "ISO.DETACH",
    "host.connect": "HOST.RECONNECT",
    "host.remove": "HOST.DELETE",
    "pool.connect": "ENABLE.PRIMARY.STORAGE",
    "pool.leave": "PRIMARY.STORAGE.DELETE",
    "template.fetch": "TEMPLATE.CREATE",
    "template.make": "TEMPLATE.CREATE",
    "template.adopt": "TEMPLATE.CREATE",
    "snapshot.take": "SNAPSHOT.CREATE",
    "instance-snapshot.take": "VMSNAPSHOT.CREATE",
    "instance-snapshot.revert": "VMSNAPSHOT.REVERTTO",
    "instance-snapshot.delete": "VMSNAPSHOT.DELETE",
    "snapshot.restore": "SNAPSHOT.REVERT",
    "volume.export": "VOLUME.EXTRACT",
    "volume.fetch": "VOLUME.UPLOAD",
    "project.invitation.send": "PROJECT.INVITATION.UPDATE",
}


@dataclass(frozen=True)
class About:
    """What an event or alert speaks of, in values that outlive the row."""

    type: str = ""
    uuid: UUID | None = None
    name: str = ""
    account_uuid: UUID | None = None
    domain_path: str = ""

    @classmethod
    def of(cls, row: Any, owner: Owner | None = None) -> "About":
        """The row with uuid and name, owned by `owner` where it has one."""
        return cls(
            str(row._meta.verbose_name),
            row.uuid,
            str(getattr(row, "name", row)),
            owner.account_uuid if owner else None,
            owner.domain_path if owner else "",
        )


def record(
    caller: Caller,
    event_type: str,
    about: About,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    sentence: str = "",
    stage: str = "completed",
    level: str = "info",
    job_uuid: UUID | None = None,
) -> Event:
    """One event. `before` and `after` hold the changed values; secrets in them are masked."""
    return _write(
        caller.snapshot(),
        event_type,
        about,
        before=_safe(before or {}),
        after=_safe(after or {}),
        sentence=sentence,
        stage=stage,
        level=level,
        job_uuid=job_uuid,
    )


def completed(
    caller_snapshot: dict[str, Any], event_type: str, about: About, *, job_uuid: UUID, **values: Any
) -> Event:
    """The event at the end of a job, in the name of whoever asked for the job."""
    return _write(caller_snapshot, event_type, about, job_uuid=job_uuid, **values)


def job_failed(
    caller_snapshot: dict[str, Any], kind: str, about: About, *, job_uuid: UUID, sentence: str
) -> Event:
    """The event of a job that could not be done."""
    return _write(caller_snapshot, type_of(kind), about, job_uuid=job_uuid, sentence=sentence, level="error")


def type_of(kind: str) -> str:
    """CloudStack's event type for what a kind of job does."""
    return _CLOUDSTACK.get(kind, kind.replace("-", ".").replace("instance.", "VM.").upper())


def _write(
    snapshot: dict[str, Any], event_type: str, about: About, *, sentence: str = "", **values: Any
) -> Event:
    account = about.account_uuid or (UUID(snapshot["account_uuid"]) if snapshot.get("account_uuid") else None)
    return Event.objects.create(
        type=event_type,
        subject_type=about.type,
        subject_uuid=about.uuid,
        subject_name=about.name,
        account_uuid=account,
        domain_path=about.domain_path or snapshot.get("domain_path") or "/",
        user_uuid=snapshot.get("user_uuid"),
        user_name=snapshot.get("user_name", ""),
        account_name=snapshot.get("account_name", ""),
        source_address=snapshot.get("source_address", ""),
        door=snapshot.get("door", ""),
        sentence=sentence
        or phrase(event_type, about.type, about.name, stage=values.get("stage", "completed")),
        **values,
    )


def _safe(values: dict[str, Any]) -> dict[str, Any]:
    plain = (str, int, float, bool, list, dict, type(None))
    return {
        name: "********" if isinstance(value, Secret) else value if isinstance(value, plain) else str(value)
        for name, value in values.items()
    }
