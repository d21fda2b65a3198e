"""What becomes of volumes and templates when their account goes."""

from typing import Any

from django.db.models import QuerySet

from cloudportal.core.caller import Caller
from compute.topology.dependants import dependants_of
from storage import states
from storage.models import Snapshot, Template, Volume, VolumeExport
from storage.services import exports, snapshots, templates, volumes
from tenants.authentication import system_caller
from tenants.models import Account
from tenants.services.departures import Holdings, register


def living_volumes(accounts: QuerySet[Account]) -> QuerySet[Any]:
    """Every volume of the accounts that is not deleted yet."""
    rows = Volume.objects.filter(account__in=accounts).exclude(state=states.DELETED)
    return rows.select_related("account__domain").order_by("pk")


def living_templates(accounts: QuerySet[Account]) -> QuerySet[Any]:
    """Every template of the accounts that is not deleted yet."""
    rows = Template.objects.filter(account__in=accounts).exclude(state=states.DELETED)
    return rows.select_related("account__domain").order_by("pk")


def remove_volume(caller: Caller, volume: Volume) -> object:
    """Begins to delete the volume. Raises Conflict while an instance has it, which goes first."""
    return volumes.delete(caller, volume)


def remove_template(caller: Caller, template: Template) -> object:
    """Begins to delete the template. Raises Busy while it is still being fetched."""
    return templates.delete(caller, template)


def bury_volumes(accounts: QuerySet[Account]) -> object:
    """Deletes the rows of deleted volumes."""
    return Volume.objects.filter(account__in=accounts, state=states.DELETED).delete()


def bury_templates(accounts: QuerySet[Account]) -> object:
    """Deletes the rows of deleted templates; one that volumes or instances of others began as stays with the root
    admins' account.
    """
    gone = Template.objects.filter(account__in=accounts, state=states.DELETED)
    stood_on = [template.pk for template in gone if dependants_of(template)]
    Template.objects.filter(pk__in=stood_on).update(account_id=system_caller().owner.account_id)
    return gone.exclude(pk__in=stood_on).delete()


def living_snapshots(accounts: QuerySet[Account]) -> QuerySet[Any]:
    """Every snapshot of the accounts that is not deleted yet."""
    rows = Snapshot.objects.filter(account__in=accounts).exclude(state=states.DELETED)
    return rows.select_related("account__domain").order_by("pk")


def remove_snapshot(caller: Caller, snapshot: Snapshot) -> object:
    """Begins to delete the snapshot. Raises Busy while it is still being taken."""
    return snapshots.delete(caller, snapshot)


def bury_snapshots(accounts: QuerySet[Account]) -> object:
    """Deletes the rows of deleted snapshots, after those of the volumes that stood on them; one that volumes of others
    stand on stays with the root admins' account.
    """
    gone = Snapshot.objects.filter(account__in=accounts, state=states.DELETED)
    stood_on = [snapshot.pk for snapshot in gone if dependants_of(snapshot)]
    Snapshot.objects.filter(pk__in=stood_on).update(account_id=system_caller().owner.account_id)
    return gone.exclude(pk__in=stood_on).delete()


def living_exports(accounts: QuerySet[Account]) -> QuerySet[Any]:
    """Every copy of the accounts' volumes that waits to be downloaded."""
    return VolumeExport.objects.filter(account__in=accounts).select_related("account__domain").order_by("pk")


def remove_export(caller: Caller, export: VolumeExport) -> object:
    """The copy is gone. Raises WrongState while it is still being made."""
    exports.delete(caller, export)
    return None


def bury_exports(accounts: QuerySet[Account]) -> object:
    """Nothing: they leave no rows."""
    return None


register(Holdings("volume exports", 290, of=living_exports, remove=remove_export, bury=bury_exports))
register(Holdings("volumes", 300, of=living_volumes, remove=remove_volume, bury=bury_volumes))
register(Holdings("templates", 400, of=living_templates, remove=remove_template, bury=bury_templates))
register(Holdings("snapshots", 350, of=living_snapshots, remove=remove_snapshot, bury=bury_snapshots))
