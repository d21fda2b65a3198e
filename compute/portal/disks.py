"""Attaching volumes, from the page of the volume and from that of the instance, and detaching them."""

from typing import Any

from django import forms

from cloudportal.core.caller import Caller
from cloudportal.jobs.models import Job
from cloudportal.portal import formats
from cloudportal.portal.buttons import RowAction, RowLink
from cloudportal.portal.choices import Card, OneOf
from cloudportal.portal.details import DetailPage
from cloudportal.portal.forms import FormPage, PortalForm, about
from compute import actions
from compute.models import Instance
from compute.portal.instances import INSTANCE
from compute.queries import instances_for
from compute.services import attachments, pool_maintenance, volume_copies, volume_sizes
from compute.services.attachments import ATTACHING, LAST_PLACE, AttachValues
from compute.services.volume_copies import CloneValues, MoveValues
from compute.services.volume_sizes import ResizeValues
from storage import states as storage_states
from storage.amounts import gib_of
from storage.models import Pool, Volume
from storage.pool_choice import promisable_bytes, promised_bytes
from storage.portal.pools import POOL
from storage.portal.volumes import VOLUME
from storage.queries import disk_offerings_for, pools_for, volume_for, volumes_for
from storage.services.volumes import LARGEST_GIB


def _place_field() -> forms.IntegerField:
    return forms.IntegerField(
        label="Place",
        required=False,
        min_value=1,
        max_value=LAST_PLACE,
        help_text=f"1 to {LAST_PLACE}; the root disk is at 0. Left empty, it is the first that is free.",
    )


class IntoInstanceForm(PortalForm):
    """Which instance gets the volume, and where."""

    instance = OneOf(
        label="Instance",
        nothing_to_choose="No instance in its zone can take it now: none is running or stopped.",
    )
    device_index = _place_field()

    def shape(self) -> None:
        """Offers the instances of the volume's account in its zone."""
        volume: Volume = self.row
        rows = instances_for(self.caller).filter(
            zone_id=volume.zone_id, account_id=volume.account_id, state__in=ATTACHING
        )
        self.offer_rows(
            "instance", rows, lambda row: Card(row.name, row.display_name or row.state), route="instances"
        )


class OfVolumeForm(PortalForm):
    """Which volume the instance gets, and where."""

    volume = OneOf(
        label="Volume",
        nothing_to_choose="There is no free data volume in its zone. Create one, or detach one elsewhere.",
    )
    device_index = _place_field()

    def shape(self) -> None:
        """Offers the free data volumes of the instance's account in its zone."""
        instance: Instance = self.row
        rows = volumes_for(self.caller).filter(
            zone_id=instance.zone_id,
            account_id=instance.account_id,
            kind=Volume.DATA,
            state=storage_states.READY,
            held_by=None,
        )
        self.offer_rows(
            "volume", rows, lambda row: Card(row.name, formats.size(row.size_bytes)), route="volumes"
        )


class ResizeForm(PortalForm):
    """How large the volume is to be, and of which kind."""

    size_gib = forms.IntegerField(
        label="Size (GiB)",
        required=False,
        min_value=1,
        max_value=LARGEST_GIB,
        help_text="It can only become larger.",
    )
    offering = forms.ChoiceField(label="Kind of disk", required=False)

    def shape(self) -> None:
        """Begins with what the volume is; root disks have no kind."""
        volume: Volume = self.row
        self.initial = {"size_gib": gib_of(volume.size_bytes)}
        if volume.kind == Volume.ROOT:
            del self.fields["offering"]
            return
        kinds = disk_offerings_for(self.caller).filter(is_active=True).exclude(pk=volume.offering_id or 0)
        present = volume.offering.name if volume.offering else "none"
        self.offer("offering", [("", f"as it is: {present}"), *((str(one.uuid), one.name) for one in kinds)])


def _resize(caller: Caller, volume: Volume, values: dict[str, Any]) -> tuple[Volume, Job]:
    wanted = ResizeValues(size_gib=values["size_gib"], offering=values.get("offering") or None)
    return volume, volume_sizes.resize(caller, volume, wanted)


class CloneForm(PortalForm):
    """What the copy is called."""

    name = forms.CharField(max_length=100)

    def shape(self) -> None:
        """Begins with a name that says what it is."""
        self.initial = {"name": f"copy of {self.row.name}"[:100]}


class MoveForm(PortalForm):
    """Where the volume is to lie."""

    pool = OneOf(label="Pool", nothing_to_choose="There is no other pool in its zone that takes volumes.")

    def shape(self) -> None:
        """Offers the pools of the volume's zone that take volumes."""
        volume: Volume = self.row
        rows = pools_for(self.caller).filter(zone_id=volume.zone_id, state=storage_states.UP)
        pools = [pool for pool in rows if pool.pk != volume.pool_id]
        self.offer("pool", [(str(pool.uuid), Card(pool.name, _room_on(pool))) for pool in pools])


def _room_on(pool: Pool) -> str:
    left_bytes = promisable_bytes(pool) - promised_bytes(pool)
    return f"{formats.size(max(left_bytes, 0))} left to promise"


def _clone(caller: Caller, volume: Volume, values: dict[str, Any]) -> tuple[Volume, Job]:
    return volume_copies.clone(caller, volume, CloneValues(name=values["name"]))


def _move(caller: Caller, volume: Volume, values: dict[str, Any]) -> tuple[Volume, Job]:
    return volume, volume_copies.move(caller, volume, MoveValues(pool=values["pool"]))


def _attach_to(caller: Caller, volume: Volume, values: dict[str, Any]) -> tuple[Volume, Job]:
    wanted = AttachValues(instance=values["instance"], device_index=values["device_index"])
    return volume, attachments.attach(caller, volume, wanted)


def _attach_one(caller: Caller, instance: Instance, values: dict[str, Any]) -> tuple[Volume, Job]:
    volume = volume_for(caller, values["volume"])
    wanted = AttachValues(instance=instance.uuid, device_index=values["device_index"])
    return volume, attachments.attach(caller, volume, wanted)


def _attaching(page: DetailPage, **options: Any) -> FormPage:
    return about(
        page,
        "attach",
        action=actions.ATTACH_VOLUME,
        button="Attach",
        done=lambda result: f"{result[0].name} is being attached.",
        next=lambda result: VOLUME.address(result[0]),
        **options,
    )


FROM_VOLUME = _attaching(VOLUME, form=IntoInstanceForm, submit=_attach_to, title="Attach {name}")
FROM_INSTANCE = _attaching(INSTANCE, form=OfVolumeForm, submit=_attach_one, title="Attach a volume to {name}")
RESIZE = about(
    VOLUME,
    "resize",
    title="Resize {name}",
    action=actions.RESIZE_VOLUME,
    form=ResizeForm,
    submit=_resize,
    button="Resize",
    done=lambda result: f"{result[0].name} is being resized.",
)
CLONE = about(
    VOLUME,
    "clone",
    title="Clone {name}",
    action=actions.CLONE_VOLUME,
    form=CloneForm,
    submit=_clone,
    button="Clone",
    done=lambda result: f"{result[0].name} is being made.",
)
MOVE = about(
    VOLUME,
    "move",
    title="Move {name}",
    action=actions.MOVE_VOLUME,
    form=MoveForm,
    submit=_move,
    button="Move",
    done=lambda result: f"{result[0].name} is being moved.",
)


def _is_free(caller: Caller, volume: Volume) -> bool:
    return volume.held_by is None and volume.kind == Volume.DATA


def _is_attached(caller: Caller, volume: Volume) -> bool:
    return volume.held_by is not None and volume.kind == Volume.DATA


urlpatterns = [
    *RESIZE.urls(),
    *CLONE.urls(),
    *MOVE.urls(),
    *FROM_VOLUME.urls(),
    *FROM_INSTANCE.urls(),
    *VOLUME.add(
        RowLink(actions.ATTACH_VOLUME, "volume-attach", icon="instance", is_shown=_is_free),
        RowLink(actions.RESIZE_VOLUME, "volume-resize", icon="ascending"),
        RowAction(
            actions.DETACH_VOLUME,
            attachments.detach,
            icon="stop",
            done="{name} is being detached.",
            is_shown=_is_attached,
        ),
        RowLink(actions.CLONE_VOLUME, "volume-clone", icon="copy"),
        RowLink(actions.MOVE_VOLUME, "volume-move", icon="right"),
    ),
    *POOL.add(
        RowAction(
            actions.EVACUATE_POOL,
            pool_maintenance.evacuate,
            icon="lock",
            done="{name} is being emptied.",
        ),
        is_last=True,
    ),
]
