"""Where an instance could run, host by host: for operators who ask why it is not on the host that they think of."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.utils.html import format_html

from cloudportal.core.caller import Caller
from cloudportal.core.permissions import RoleKind
from cloudportal.portal import cells
from cloudportal.portal.columns import Column
from cloudportal.portal.details import DetailPage
from cloudportal.portal.panels import Table
from cloudportal.portal.tones import Tone
from compute import placement_actions as actions
from compute import placement_queries as queries
from compute.models import Instance
from compute.placement.verdicts import Verdict
from compute.queries import instance_for


def _instance(caller: Caller, uuid: UUID) -> Instance:
    actions.READ_PLACEMENT.permit(caller)
    return instance_for(caller, uuid)


def _verdicts(caller: Caller, instance: Instance) -> Iterable[Verdict]:
    return queries.verdicts_for(caller, instance.uuid)


def _answer(verdict: Verdict) -> Any:
    if not verdict.passes:
        return cells.state("no", tone=Tone.BAD)
    return cells.state("yes" if verdict.rank is None else f"yes, number {verdict.rank}", tone=Tone.GOOD)


def _why(verdict: Verdict) -> Any:
    return format_html("{}: {}", verdict.check, verdict.reason) if verdict.check else verdict.reason


PLACEMENT = DetailPage(
    route="instance-placement",
    path="infrastructure/placement/",
    noun="instance",
    row=_instance,
    parent="instances",
    parent_label="Instances",
    title=lambda instance: f"Where {instance.name} could run",
    summary=lambda instance: "Each host of its zone, as if it were placed now.",
    state=None,
    panels=(
        Table(
            "Hosts",
            _verdicts,
            (
                Column("host", "Host", lambda one: cells.link(one.host.name, "host", one.host.uuid)),
                Column("answer", "Could take it", _answer),
                Column("why", "Why not", _why),
                Column("cluster", "Cluster", lambda one: one.host.cluster.name, on_phone=False),
            ),
            empty="The zone has no hosts.",
            least=RoleKind.ROOT_ADMIN,
        ),
    ),
)

urlpatterns = [*PLACEMENT.urls()]
