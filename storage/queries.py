"""The ways to find storage pools, templates, disk offerings and volumes."""

from uuid import UUID

from django.db.models import Prefetch, Q

from cloudportal.core.caller import Caller
from cloudportal.core.errors import NotFound
from cloudportal.core.scoping import ScopedQuerySet
from compute.topology.models import Zone
from storage import actions, states
from storage.models import (
    DiskOffering,
    Pool,
    Snapshot,
    SnapshotSchedule,
    Template,
    TemplateGrant,
    Upload,
    Volume,
    VolumeExport,
)
from tenants.models import Account


def pools_for(caller: Caller) -> ScopedQuerySet[Pool]:
    """Storage pools that the caller may see, by name, with their places."""
    actions.READ_POOL.permit(caller)
    return Pool.objects.for_caller(caller).select_related("zone", "cluster", "host")


def pool_for(caller: Caller, uuid: UUID | str) -> Pool:
    """One of them. Raises NotFound."""
    return pools_for(caller).one(uuid)


def templates_for(caller: Caller) -> ScopedQuerySet[Template]:
    """The caller's templates and the public ones, without deleted ones; featured first."""
    actions.READ_TEMPLATE.permit(caller)
    rows = Template.objects.for_caller(caller).exclude(state=states.DELETED)
    return rows.select_related("account__domain", "system")


def is_usable_by(template: Template, account: Account) -> bool:
    """True for those that are public, the account's own, or granted to it."""
    is_open = template.is_public or template.account_id == account.pk
    return is_open or TemplateGrant.objects.filter(template=template, account=account).exists()


def template_for(caller: Caller, uuid: UUID | str) -> Template:
    """One of them. Raises NotFound."""
    return templates_for(caller).one(uuid)


def own_template_for(caller: Caller, uuid: UUID | str) -> Template:
    """A template that the caller may change: their own, or one below an admin. Raises NotFound for the others,
    public ones too.
    """
    rows = templates_for(caller)
    if caller.is_root_admin:
        return rows.one(uuid)
    whose = (
        Q(account__domain__path__startswith=caller.domain_path)
        if caller.sees_subtree
        else Q(account_id=caller.owner.account_id)
    )
    return rows.filter(whose).one(uuid)


def is_own(caller: Caller, template: Template) -> bool:
    """True for whoever may change the template."""
    try:
        own_template_for(caller, template.uuid)
    except NotFound:
        return False
    return True


def upload_for(caller: Caller, uuid: UUID | str) -> Upload:
    """An upload that the caller may send to, where they also have its ticket. Raises NotFound."""
    return Upload.objects.for_caller(caller).one(uuid)


def grants_for(caller: Caller, template: Template) -> ScopedQuerySet[TemplateGrant]:
    """Who may use the template although it is not theirs, for whoever may change it."""
    actions.READ_TEMPLATE.permit(caller)
    rows = TemplateGrant.objects.for_caller(caller).filter(template=template)
    return rows.select_related("account__domain", "template__account__domain")


def grant_for(caller: Caller, template: Template, uuid: UUID | str) -> TemplateGrant:
    """One of them. Raises NotFound."""
    return grants_for(caller, template).one(uuid)


def disk_offerings_for(caller: Caller) -> ScopedQuerySet[DiskOffering]:
    """Disk offerings that the caller may choose, with the zones that the caller may see and, for root admins, the
    domains that they are bound to. Root admins see closed ones too.
    """
    actions.READ_DISK_OFFERING.permit(caller)
    rows = DiskOffering.objects.for_caller(caller)
    return rows.prefetch_related("domains", Prefetch("zones", Zone.objects.for_caller(caller)))


def disk_offering_for(caller: Caller, uuid: UUID | str) -> DiskOffering:
    """One of them. Raises NotFound."""
    return disk_offerings_for(caller).one(uuid)


def volumes_for(caller: Caller) -> ScopedQuerySet[Volume]:
    """The caller's volumes, newest first, without deleted ones, with all that a list shows."""
    actions.READ_VOLUME.permit(caller)
    rows = Volume.objects.for_caller(caller).exclude(state=states.DELETED)
    return rows.select_related("account__domain", "zone", "pool", "template", "offering")


def volume_for(caller: Caller, uuid: UUID | str) -> Volume:
    """One of them. Raises NotFound."""
    return volumes_for(caller).one(uuid)


def snapshots_for(caller: Caller) -> ScopedQuerySet[Snapshot]:
    """The caller's snapshots, newest first, without deleted ones."""
    actions.READ_SNAPSHOT.permit(caller)
    rows = Snapshot.objects.for_caller(caller).exclude(state=states.DELETED)
    return rows.select_related("account__domain", "zone", "volume")


def snapshot_for(caller: Caller, uuid: UUID | str) -> Snapshot:
    """One of them. Raises NotFound."""
    return snapshots_for(caller).one(uuid)


def snapshot_schedules_for(caller: Caller) -> ScopedQuerySet[SnapshotSchedule]:
    """The schedules of snapshots of the caller's volumes."""
    actions.READ_SNAPSHOT.permit(caller)
    rows = SnapshotSchedule.objects.for_caller(caller).exclude(volume__state=states.DELETED)
    return rows.select_related("volume__account__domain")


def snapshot_schedule_for(caller: Caller, uuid: UUID | str) -> SnapshotSchedule:
    """One of them. Raises NotFound."""
    return snapshot_schedules_for(caller).one(uuid)


def volume_exports_for(caller: Caller) -> ScopedQuerySet[VolumeExport]:
    """The copies of the caller's volumes that wait to be downloaded, newest first."""
    actions.READ_EXPORT.permit(caller)
    return VolumeExport.objects.for_caller(caller).select_related("account__domain", "volume")


def volume_export_for(caller: Caller, uuid: UUID | str) -> VolumeExport:
    """One of them. Raises NotFound."""
    return volume_exports_for(caller).one(uuid)
