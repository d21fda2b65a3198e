"""Instances at the REST door."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cloudportal.api.calls import into, spread, working
from cloudportal.api.filters import Filter, between, by_text, by_uuid
from cloudportal.api.resources import Create, Edit, Resource, Verb
from cloudportal.api.shapes import (
    NamedShape,
    References,
    RowShape,
    Shape,
    Text,
    Values,
)
from cloudportal.api.work import Work
from cloudportal.core.caller import Caller
from compute import actions, queries, schedule_actions, states
from compute.api.consoles import CONSOLE
from compute.api.instance_values import (
    AttachIso,
    DeployInstance,
    DestroyInstance,
    EditInstance,
    ExpungeInstance,
    LeaseInstance,
    MoveInstance,
    ReinstallInstance,
    ResizeInstance,
    ShutDown,
    StartInstance,
)
from compute.api.nics import NicShape
from compute.models import Instance
from compute.services import instances, leases
from compute.services.instances import media
from compute.services.instances.deploy import DeployValues
from compute.services.instances.move import MoveValues
from compute.services.instances.reinstall import ReinstallValues
from compute.services.instances.resize import ResizeValues
from compute.services.instances.update import InstanceChanges

STATES = tuple(sorted(states.INSTANCE.states))


class AttachedVolumeShape(Shape):
    """A volume in an instance; the root volume has index 0."""

    uuid = serializers.UUIDField(source="volume.uuid")
    name = serializers.CharField(source="volume.name")
    size_bytes = serializers.IntegerField(source="volume.size_bytes")
    device_index = serializers.IntegerField()


class OpenJobShape(Shape):
    """The job that works on an instance right now."""

    uuid = serializers.UUIDField()
    kind = serializers.CharField()
    progress = serializers.IntegerField()


class InstanceShape(RowShape):
    """A tenant's machine: `state` is what we mean it to be, `power` what its host last said."""

    for_operators = ("host", "last_host", "drift")

    name = serializers.CharField()
    display_name = serializers.CharField()
    account = NamedShape()
    domain = NamedShape(source="account.domain")
    zone = NamedShape()
    template = NamedShape(allow_null=True)
    iso = NamedShape(source="iso.template", allow_null=True, help_text="What is in its CD drive.")
    offering = NamedShape()
    state = serializers.ChoiceField(choices=STATES)
    is_protected = serializers.BooleanField()
    power = serializers.CharField()
    power_seen_at = serializers.DateTimeField(allow_null=True)
    job = serializers.SerializerMethodField(help_text="What is being done to it right now.")
    cpus = serializers.IntegerField()
    cpu_mhz = serializers.IntegerField()
    memory_mib = serializers.IntegerField()
    is_cpu_capped = serializers.BooleanField()
    network_rate_mbits = serializers.IntegerField(allow_null=True)
    is_highly_available = serializers.BooleanField()
    most_cpus = serializers.IntegerField(help_text="How far it can grow while it runs; 0 where it cannot.")
    most_memory_mib = serializers.IntegerField(
        help_text="How far it can grow while it runs; 0 where it cannot."
    )
    nics = NicShape(many=True)
    volumes = AttachedVolumeShape(many=True, source="attachments")
    affinity_groups = NamedShape(many=True)
    ssh_keys = serializers.ListField(child=serializers.CharField())
    lease_ends_at = serializers.DateTimeField(
        source="lease.ends_at", default=None, allow_null=True, help_text="When its lease ends, if it has one."
    )
    destroyed_at = serializers.DateTimeField(allow_null=True)
    expunged_at = serializers.DateTimeField(allow_null=True)
    host = NamedShape(allow_null=True)
    last_host = NamedShape(allow_null=True)
    drift = serializers.DictField()

    @extend_schema_field(OpenJobShape(allow_null=True))
    def get_job(self, instance: Any) -> dict[str, Any] | None:
        """The open job, as the list query brings it along."""
        uuid = getattr(instance, "open_job_uuid", None)
        if uuid is None:
            return None
        return {"uuid": uuid, "kind": instance.open_job_kind, "progress": instance.open_job_progress}


class PasswordShape(Shape):
    """A password that was made for the instance's user inside."""

    told_once = ("password",)

    password = serializers.CharField(allow_null=True, help_text="Shown now and never again.")


class ResetSshKeys(Values):
    """The keys that may sign in from now on, and no others."""

    key_pairs = References(required=False, max_length=16)
    ssh_keys = serializers.ListField(child=Text(max_length=16384), max_length=20, required=False)


def _reset_password(caller: Caller, instance: Any) -> Work:
    job, password = instances.reset_password(caller, instance)
    return Work(job, told={"password": password.reveal()})


def _deploy(caller: Caller, values: dict[str, Any]) -> Work:
    start = values.pop("start")
    instance, job = instances.deploy(caller, DeployValues(**values), start=start)
    told = {"password": instance.new_password.reveal() if instance.new_password else None}
    return Work(job, instance, told)


def _reinstall(caller: Caller, instance: Instance, values: dict[str, Any]) -> Any:
    wanted = ReinstallValues(template=values.get("template"))
    return instances.reinstall(caller, instance, wanted, force=values["force"])


INSTANCES = Resource(
    path="instances",
    noun="instance",
    shape=InstanceShape,
    read=actions.READ,
    rows=queries.instances_for,
    row=queries.instance_for,
    filters=(
        Filter("name"),
        by_text(),
        Filter("state", choices=STATES),
        Filter("power"),
        by_uuid("account"),
        by_uuid("domain", "account__domain__uuid"),
        by_uuid("zone"),
        by_uuid("template"),
        by_uuid("offering"),
        *between("created_at"),
    ),
    orderings=("name", "created_at", "state", "cpus", "memory_mib"),
    changes=(
        Create(
            DeployInstance,
            _deploy,
            actions.DEPLOY,
            works=True,
            summary="Deploy an instance",
            tells=PasswordShape,
        ),
        Edit(EditInstance, into(InstanceChanges, instances.update), actions.UPDATE),
        Verb("start", working(spread(instances.start)), actions.START, takes=StartInstance, works=True),
        Verb("stop", working(spread(instances.stop)), actions.STOP, takes=ShutDown, works=True),
        Verb("reboot", working(spread(instances.reboot)), actions.REBOOT, takes=ShutDown, works=True),
        Verb(
            "reinstall",
            working(_reinstall),
            actions.REINSTALL,
            takes=ReinstallInstance,
            works=True,
            summary="Make its root disk anew",
        ),
        Verb(
            "resize",
            working(into(ResizeValues, instances.resize)),
            actions.RESIZE,
            takes=ResizeInstance,
            works=True,
            summary="Give it another size, while it runs where its host can",
        ),
        Verb(
            "destroy",
            working(spread(instances.destroy)),
            actions.DESTROY,
            takes=DestroyInstance,
            works=True,
            summary="Stop it and keep its disks for a while",
        ),
        CONSOLE,
        Verb(
            "lease",
            spread(leases.extend),
            schedule_actions.LEASE,
            takes=LeaseInstance,
            summary="Let it live so many days from now",
        ),
        Verb(
            "reset-password",
            _reset_password,
            actions.RESET_PASSWORD,
            works=True,
            tells=PasswordShape,
            summary="Give the user inside a new password",
        ),
        Verb(
            "reset-ssh-keys",
            working(spread(instances.reset_ssh_keys)),
            actions.RESET_SSH_KEYS,
            takes=ResetSshKeys,
            works=True,
            summary="Let other keys sign in",
        ),
        Verb(
            "attach-iso",
            working(spread(media.attach)),
            actions.ATTACH_ISO,
            takes=AttachIso,
            works=True,
            summary="Put an ISO into its CD drive, running or stopped",
        ),
        Verb(
            "detach-iso",
            working(media.detach),
            actions.DETACH_ISO,
            works=True,
            summary="Take the ISO out of its CD drive",
        ),
        Verb("recover", instances.recover, actions.RECOVER, summary="Take a destroyed instance back"),
        Verb(
            "move",
            into(MoveValues, instances.move),
            actions.MOVE,
            takes=MoveInstance,
            summary="Give a stopped instance to another account or project",
        ),
        Verb(
            "expunge",
            working(spread(instances.expunge)),
            actions.EXPUNGE,
            takes=ExpungeInstance,
            works=True,
            summary="Remove it for good",
        ),
        Verb(
            "retry", working(instances.retry), actions.RETRY, works=True, summary="Try to deploy it once more"
        ),
    ),
)
