"""The ways to find affinity groups and dedications."""

from typing import cast
from uuid import UUID

from django.db.models import Case, CharField, Count, Prefetch, Q, Value, When
from django.db.models.functions import Coalesce

from cloudportal.core.caller import Caller
from cloudportal.core.scoping import ScopedQuerySet
from compute import placement_actions as actions
from compute.models import AffinityGroup, Instance
from compute.placement.request import Request
from compute.placement.verdicts import Verdict, verdicts
from compute.queries import instance_for
from compute.topology.models import Dedication
from tenants.queries import settings_value


def affinity_groups_for(caller: Caller) -> ScopedQuerySet[AffinityGroup]:
    """The caller's affinity groups, by name, with their members and how many those are as `members`."""
    actions.READ_AFFINITY_GROUP.permit(caller)
    rows = AffinityGroup.objects.for_caller(caller).select_related("account__domain")
    members = Prefetch("instances", Instance.objects.order_by("name", "pk"))
    return cast(
        "ScopedQuerySet[AffinityGroup]",
        rows.prefetch_related(members).annotate(members=Count("instances", distinct=True)),
    )


def affinity_group_for(caller: Caller, uuid: UUID | str) -> AffinityGroup:
    """One of them. Raises NotFound."""
    return affinity_groups_for(caller).one(uuid)


def verdicts_for(caller: Caller, uuid: UUID | str) -> list[Verdict]:
    """What each host of its zone says to one of the caller's instances, were it placed now. Raises NotFound."""
    actions.READ_PLACEMENT.permit(caller)
    instance = instance_for(caller, uuid)
    volume = next((one.volume for one in instance.attachments.all() if one.device_index == 0), None)
    order = settings_value("placement.order", zone_uuid=instance.zone.uuid)
    return verdicts(Request.of(instance, volume), order=order)


def dedications_for(caller: Caller) -> ScopedQuerySet[Dedication]:
    """What is dedicated to whom, oldest first, with the place's `place_uuid` and `place_kind` to ask for."""
    actions.READ_DEDICATION.permit(caller)
    rows = Dedication.objects.for_caller(caller).select_related("domain", "account", *Dedication.PLACES)
    kinds = [When(Q((f"{name}__isnull", False)), then=Value(name)) for name in Dedication.PLACES]
    return cast(
        "ScopedQuerySet[Dedication]",
        rows.annotate(
            place_uuid=Coalesce(*(f"{name}__uuid" for name in Dedication.PLACES)),
            place_kind=Case(*kinds, output_field=CharField()),
        ),
    )


def dedication_for(caller: Caller, uuid: UUID | str) -> Dedication:
    """One of them. Raises NotFound."""
    return dedications_for(caller).one(uuid)
