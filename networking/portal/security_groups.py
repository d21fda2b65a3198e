"""Security groups: the list, one group with its rules, and the forms that change them."""

from typing import Any, ClassVar

from django import forms

from cloudportal.core.caller import Caller
from cloudportal.core.permissions import RoleKind
from cloudportal.events.portal.events import events_panel
from cloudportal.jobs.models import Job
from cloudportal.jobs.portal.pages import jobs_panel
from cloudportal.jobs.portal.progress import failure_panel, progress_panel
from cloudportal.portal import cells, menu, subjects
from cloudportal.portal.buttons import PageLink, RowAction, RowLink
from cloudportal.portal.columns import Column
from cloudportal.portal.details import DetailPage
from cloudportal.portal.forms import FormPage, Group, PortalForm, about, adding, editing
from cloudportal.portal.lists import ListPage
from cloudportal.portal.panels import Fact, Facts, Table
from cloudportal.portal.subjects import Holder
from networking import group_actions as actions
from networking import group_queries as queries
from networking.group_changes import nics_in
from networking.models import SecurityGroup, SecurityGroupRule
from networking.rules import NewRule
from networking.services import security_groups
from networking.services.security_groups import GroupValues

ADMIN = RoleKind.DOMAIN_ADMIN
MOST_MEMBERS = 50


def _other(rule: SecurityGroupRule) -> Any:
    if rule.peer is not None and rule.peer.account_id != rule.group.account_id:
        # An administrator may have named it; the owner of this one does not see its page.
        return cells.noted(rule.peer.name, "security group of another account")
    if rule.peer is not None:
        return cells.link(rule.peer.name, "security-group", rule.peer.uuid, note="security group")
    return cells.code(rule.cidr)


def _members(caller: Caller, group: SecurityGroup) -> list[Holder]:
    found = subjects.holders_of("security group", caller, [group.uuid])
    return sorted(found.values(), key=lambda one: one.name)[:MOST_MEMBERS]


def _has_rules(caller: Caller, group: SecurityGroup) -> bool:
    return bool(queries.rules_for(caller, group).exists())


def _rules(direction: str, title: str, empty: str, way: str) -> Table:
    return Table(
        title,
        lambda caller, group: queries.rules_for(caller, group).filter(direction=direction),
        (
            Column("protocol", "Protocol", "protocol"),
            Column("ports", "Ports", lambda rule: rule.ports or "all"),
            Column("other", way, _other),
        ),
        empty=empty,
    )


class GroupForm(PortalForm):
    """What a group is called."""

    name = forms.CharField(max_length=100)
    description = forms.CharField(max_length=100, required=False)

    def shape(self) -> None:
        """Begins with what the group has."""
        group: SecurityGroup | None = self.row
        if group is not None:
            self.initial = {"name": group.name, "description": group.description}


def _named(one: SecurityGroup, group: SecurityGroup) -> str:
    """Its name, with its account where that is another one: each account has a default group."""
    return one.name if one.account_id == group.account_id else f"{one.name} of {one.account.name}"


class RuleForm(PortalForm):
    """Which traffic may begin, and with whom."""

    groups: ClassVar = (
        Group(
            "Which traffic", ("direction", "protocol", "first_port", "last_port", "icmp_type", "icmp_code")
        ),
        Group("With whom", ("cidr", "peer"), note="Either addresses or a group."),
    )

    direction = forms.ChoiceField(
        choices=[
            ("ingress", "ingress: connections to the members"),
            ("egress", "egress: connections by the members"),
        ]
    )
    protocol = forms.ChoiceField(choices=[(one, one) for one in ("tcp", "udp", "icmp", "all")])
    first_port = forms.IntegerField(
        label="First port", required=False, min_value=0, help_text="Empty for all."
    )
    last_port = forms.IntegerField(
        label="Last port", required=False, min_value=0, help_text="Empty for just one."
    )
    icmp_type = forms.IntegerField(label="ICMP type", required=False, min_value=0, help_text="8 is a ping.")
    icmp_code = forms.IntegerField(label="ICMP code", required=False, min_value=0)
    cidr = forms.CharField(
        label="Addresses",
        required=False,
        max_length=18,
        help_text="Such as 10.1.0.0/16, or 0.0.0.0/0 for all.",
    )
    peer = forms.ChoiceField(label="Group", required=False)

    def shape(self) -> None:
        """Offers the caller's groups."""
        group: SecurityGroup = self.row
        rows = queries.groups_for(self.caller)[:200]
        self.offer("peer", [("", "none"), *((str(one.uuid), _named(one, group)) for one in rows)])


class WhichRuleForm(PortalForm):
    """Which of a group's rules."""

    rule = forms.ChoiceField(
        help_text="Open connections go on; new ones that only this rule allowed do not begin."
    )

    def shape(self) -> None:
        """Offers its rules."""
        group: SecurityGroup = self.row
        self.offer("rule", [(str(one.uuid), one.name) for one in queries.rules_for(self.caller, group)])


def _add(caller: Caller, row: None, values: dict[str, Any]) -> SecurityGroup:
    return security_groups.create(caller, GroupValues(**values))


def _edit(caller: Caller, group: SecurityGroup, values: dict[str, Any]) -> SecurityGroup:
    return security_groups.update(caller, group, GroupValues(**values))


def _add_rule(caller: Caller, group: SecurityGroup, values: dict[str, Any]) -> tuple[SecurityGroup, Job]:
    wanted = NewRule(**{**values, "peer": values["peer"] or None})
    _, job = security_groups.add_rule(caller, group, wanted)
    return group, job


def _remove_rule(caller: Caller, group: SecurityGroup, values: dict[str, Any]) -> tuple[SecurityGroup, Job]:
    return group, security_groups.remove_rule(caller, queries.rule_for(caller, group, values["rule"]))


SECURITY_GROUPS = ListPage(
    route="security-groups",
    path="security-groups/",
    title="Security groups",
    nouns="security groups",
    icon="lock",
    rows=queries.groups_for,
    columns=(
        Column("name", "Name", lambda row: cells.link(row.name, "security-group", row.uuid), sort="name"),
        Column("description", "Description", "description", on_phone=False),
        Column("rules", "Rules", "rule_count", kind="number", sort="rule_count"),
        Column("account", "Account", "account.name", sort="account__name", least=ADMIN),
        Column("created", "Created", lambda row: cells.moment(row.created_at), sort="created_at"),
    ),
    about="A security group says what the network cards in it may receive and send. What no rule allows is dropped.",
    search=("name", "description", "account__name"),
    create=PageLink("Add security group", "security-group-add", actions.CREATE),
)
SECURITY_GROUP = DetailPage(
    route="security-group",
    path="security-groups/",
    noun="security group",
    row=queries.group_for,
    parent="security-groups",
    parent_label="Security groups",
    state=None,
    summary=lambda group: group.description,
    panels=(
        failure_panel(),
        progress_panel(),
        Facts(
            "Security group",
            (
                Fact("Network cards in it", nics_in),
                Fact("Default", lambda group: cells.yes_or_no(group.is_default)),
                Fact("Account", "account.name", least=ADMIN),
                Fact("Id", lambda group: cells.copyable(group.uuid)),
            ),
        ),
        Table(
            "Network cards in it",
            _members,
            (Column("card", "Of", lambda one: cells.link(one.name, one.route, one.uuid)),),
            empty="No network card is in it. Choose it as you deploy an instance, or on the page of a network card.",
        ),
        _rules("ingress", "May reach its members", "Nothing but answers comes in.", "From"),
        _rules("egress", "May be reached by its members", "Nothing but answers goes out.", "To"),
        jobs_panel(),
        events_panel(place="side"),
    ),
    buttons=(
        RowLink(actions.ADD_RULE, "security-group-add-rule", icon="plus"),
        RowLink(actions.REMOVE_RULE, "security-group-remove-rule", icon="trash", is_shown=_has_rules),
        RowLink(actions.UPDATE, "security-group-edit", icon="edit"),
        RowAction(
            actions.DELETE, security_groups.delete, icon="trash", done="{name} is deleted.", goes_away=True
        ),
    ),
)


def _about_rules(
    verb: str, title: str, button: str, form: type[PortalForm], submit: Any, done: str
) -> FormPage:
    """A form about the rules of one group."""
    return about(
        SECURITY_GROUP,
        verb,
        title=title,
        action=actions.ADD_RULE if verb == "add-rule" else actions.REMOVE_RULE,
        form=form,
        submit=submit,
        button=button,
        done=lambda result: done,
    )


ADD = adding(
    SECURITY_GROUP,
    title="Add a security group",
    action=actions.CREATE,
    form=GroupForm,
    submit=_add,
    button="Add group",
)
EDIT = editing(SECURITY_GROUP, action=actions.UPDATE, form=GroupForm, submit=_edit)
ADD_RULE = _about_rules(
    "add-rule", "Let more through for {name}", "Add rule", RuleForm, _add_rule, "The rule is being applied."
)
REMOVE_RULE = _about_rules(
    "remove-rule",
    "Let less through for {name}",
    "Remove rule",
    WhichRuleForm,
    _remove_rule,
    "The rule is being taken back.",
)

menu.entry(
    "Security groups", "security-groups", icon="lock", section="Resources", order=35, action=actions.READ
)
subjects.shown_at("security group", "security-group")

FORMS = (ADD, EDIT, ADD_RULE, REMOVE_RULE)
urlpatterns = [
    *(pattern for form in FORMS for pattern in form.urls()),
    *SECURITY_GROUPS.urls(),
    *SECURITY_GROUP.urls(),
]
