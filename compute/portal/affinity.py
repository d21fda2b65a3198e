"""Affinity groups: the list, one group, its forms, and the form that puts an instance into others."""

from typing import Any

from django import forms
from django.urls import reverse

from cloudportal.core.caller import Caller
from cloudportal.core.permissions import RoleKind
from cloudportal.events.portal.events import events_panel
from cloudportal.portal import cells, menu, subjects
from cloudportal.portal.buttons import PageLink, RowAction, RowLink
from cloudportal.portal.choices import AnyOf, Card, OneOf
from cloudportal.portal.columns import Column
from cloudportal.portal.details import DetailPage
from cloudportal.portal.forms import FormPage, PortalForm, adding, editing
from cloudportal.portal.lists import ListPage
from cloudportal.portal.panels import Fact, Facts, Table
from cloudportal.portal.queries import Filter
from compute import placement_actions as actions
from compute import placement_queries as queries
from compute.models import AffinityGroup, Instance
from compute.portal import words
from compute.queries import instance_for, instances_for
from compute.services import affinity_groups, instances
from compute.services.affinity_groups import AffinityGroupChanges, AffinityGroupValues
from compute.services.instances.affinity import MOST_GROUPS

ADMIN = RoleKind.DOMAIN_ADMIN
RULES = {
    (AffinityGroup.APART, True): Card(
        "Never share a host", "An instance is not started where another of the group is."
    ),
    (AffinityGroup.APART, False): Card(
        "Rather on different hosts", "They share one when nothing else has room."
    ),
    (AffinityGroup.TOGETHER, True): Card(
        "Always on one host", "An instance is started only where the others run."
    ),
    (AffinityGroup.TOGETHER, False): Card(
        "Rather on one host", "Another host is taken when that one is full."
    ),
}
CHOICES = [(f"{kind} {is_strict}", card) for (kind, is_strict), card in RULES.items()]


def rule(group: AffinityGroup) -> str:
    """What the group asks for, in words."""
    return RULES[group.kind, group.is_strict].title


def group_choices(caller: Caller) -> list[tuple[str, Card]]:
    """The groups that new things of the caller can be in."""
    rows = queries.affinity_groups_for(caller).filter(account=caller.owner.account_id)[:MOST_GROUPS]
    return [(str(row.uuid), Card(row.name, rule(row))) for row in rows]


class AffinityGroupForm(PortalForm):
    """A group's name and what it asks for."""

    name = forms.CharField(max_length=100, help_text="What you choose it by, such as database.")
    description = forms.CharField(required=False, max_length=100)
    rule = OneOf(label="Its instances")

    def shape(self) -> None:
        """What a group asks for stays as its members were placed by it."""
        if self.row is None:
            self.offer("rule", CHOICES)
            return
        del self.fields["rule"]
        self.initial = {"name": self.row.name, "description": self.row.description}


def _create(caller: Caller, row: None, values: dict[str, Any]) -> AffinityGroup:
    kind, is_strict = values["rule"].split()
    wanted = AffinityGroupValues(
        name=values["name"], description=values["description"], kind=kind, is_strict=is_strict == "True"
    )
    return affinity_groups.create(caller, wanted)


def _edit(caller: Caller, group: AffinityGroup, values: dict[str, Any]) -> AffinityGroup:
    return affinity_groups.update(caller, group, AffinityGroupChanges(**values))


class MembershipForm(PortalForm):
    """The groups that an instance is in."""

    affinity_groups = AnyOf(
        label="Affinity groups",
        required=False,
        initial=[],
        nothing_to_choose="There is no affinity group yet.",
        help_text="They count when the instance is started next.",
    )

    def shape(self) -> None:
        """Begins with the groups that it is in."""
        instance: Instance = self.row
        rows = queries.affinity_groups_for(self.caller).filter(account=instance.account_id)
        self.offer("affinity_groups", [(str(row.uuid), Card(row.name, rule(row))) for row in rows])
        chosen = rows.filter(instances=instance.pk)
        self.initial = {"affinity_groups": [str(row.uuid) for row in chosen]}


def _change(caller: Caller, instance: Instance, values: dict[str, Any]) -> Instance:
    return instances.change_groups(caller, instance, values["affinity_groups"])


GROUPS = ListPage(
    route="affinity-groups",
    path="affinity-groups/",
    title="Affinity groups",
    nouns="affinity groups",
    icon="instance",
    rows=queries.affinity_groups_for,
    columns=(
        Column(
            "name",
            "Name",
            lambda row: cells.link(row.name, "affinity-group", row.uuid, note=row.description),
            sort="name",
        ),
        Column("rule", "Its instances", rule),
        Column("members", "Instances", "members", kind="number"),
        Column("account", "Account", "account.name", sort="account__name", least=ADMIN),
        Column(
            "created", "Created", lambda row: cells.moment(row.created_at), sort="created_at", on_phone=False
        ),
    ),
    about="An affinity group keeps instances on different hosts, so that one failure does not take all, or on one.",
    search=("name", "description"),
    filters=(Filter("account", "Account", "account__uuid", called=subjects.name_of("account")),),
    create=PageLink("Create affinity group", "affinity-group-add", actions.CREATE_AFFINITY_GROUP),
)
GROUP = DetailPage(
    route="affinity-group",
    path="affinity-groups/",
    noun="affinity group",
    row=queries.affinity_group_for,
    parent="affinity-groups",
    parent_label="Affinity groups",
    state=None,
    summary=lambda group: group.description,
    panels=(
        Facts(
            "Affinity group",
            (
                Fact("Its instances", rule),
                Fact("Account", "account.name", least=ADMIN),
                Fact("Created", lambda row: cells.exact_moment(row.created_at)),
                Fact("Id", lambda row: cells.copyable(row.uuid)),
            ),
        ),
        Table(
            "Instances",
            lambda caller, group: instances_for(caller).filter(affinity_groups=group.pk),
            (
                Column("name", "Name", words.name),
                Column("state", "State", words.state),
                Column("host", "Host", words.host, least=RoleKind.ROOT_ADMIN),
            ),
            empty="No instance is in it yet. Choose the group when you deploy one, or on the page of a stopped one.",
        ),
        events_panel(place="side"),
    ),
    buttons=(
        RowLink(actions.UPDATE_AFFINITY_GROUP, "affinity-group-edit", icon="edit"),
        RowAction(
            actions.DELETE_AFFINITY_GROUP,
            affinity_groups.delete,
            icon="trash",
            done="{name} is deleted.",
            goes_away=True,
        ),
    ),
)
ADD = adding(
    GROUP,
    title="Create an affinity group",
    action=actions.CREATE_AFFINITY_GROUP,
    form=AffinityGroupForm,
    submit=_create,
    button="Create affinity group",
)
EDIT = editing(GROUP, action=actions.UPDATE_AFFINITY_GROUP, form=AffinityGroupForm, submit=_edit)
MEMBERSHIP = FormPage(
    route="instance-affinity",
    path="instances/<uuid:uuid>/affinity/",
    title="Affinity groups of {name}",
    action=actions.CHANGE_GROUPS,
    form=MembershipForm,
    submit=_change,
    button="Save",
    done=lambda instance: f"The affinity groups of {instance.name} are saved.",
    next=lambda instance: reverse("portal:instance", args=[instance.uuid]),
    parent="instances",
    parent_label="Instances",
    row=instance_for,
    row_route="instance",
)

menu.entry(
    "Affinity groups",
    "affinity-groups",
    icon="instance",
    section="Resources",
    order=70,
    action=actions.READ_AFFINITY_GROUP,
)
subjects.shown_at("affinity group", "affinity-group")

urlpatterns = [
    *ADD.urls(),
    *EDIT.urls(),
    *MEMBERSHIP.urls(),
    *GROUPS.urls(),
    *GROUP.urls(),
]
