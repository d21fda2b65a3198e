"""Roles: which there are, and what each allows."""

from typing import Any

from cloudportal.core.actions import all_actions
from cloudportal.core.caller import Caller
from cloudportal.core.permissions import RoleKind, allowed
from cloudportal.portal import cells, menu, subjects
from cloudportal.portal.columns import Column
from cloudportal.portal.details import DetailPage
from cloudportal.portal.lists import ListPage
from cloudportal.portal.panels import Fact, Facts, Part
from tenants import actions, queries
from tenants.models import Role
from tenants.roles import rules_of

ADMIN = RoleKind.DOMAIN_ADMIN
_KINDS = {
    RoleKind.ROOT_ADMIN: "everything",
    RoleKind.RESOURCE_ADMIN: "its domain and those below",
    RoleKind.DOMAIN_ADMIN: "its domain and those below",
    RoleKind.USER: "its own account",
}


def _sees(role: Role) -> str:
    return _KINDS[RoleKind(role.kind)]


def _origin(role: Role) -> str:
    return "built in" if role.is_builtin else "made here"


def _rules(caller: Caller, role: Role) -> dict[str, Any]:
    """By noun, what the role allows of every action that there is; and the lines of a role that was made here."""
    rules = rules_of(role)
    nouns: dict[str, list[str]] = {}
    for one in all_actions():
        if allowed(rules, one.name):
            nouns.setdefault(one.noun.replace("-", " "), []).append(one.verb)
    lines = [(one.pattern, one.allows) for one in role.rules.all()]
    return {"nouns": sorted(nouns.items()), "lines": lines}


ROLES = ListPage(
    route="roles",
    path="roles/",
    title="Roles",
    nouns="roles",
    icon="role",
    rows=queries.roles_for,
    columns=(
        Column("name", "Name", lambda row: cells.link(row.name, "role", row.uuid), sort="name"),
        Column("about", "About", "description"),
        Column("sees", "Sees", _sees, sort="kind"),
        Column("changes", "Changes", lambda row: cells.yes_or_no(not row.is_read_only), sort="is_read_only"),
        Column("origin", "Origin", _origin, sort="is_builtin", on_phone=False),
    ),
    about="A role says what the users of an account may do.",
    search=("name", "description"),
)
ROLE = DetailPage(
    route="role",
    path="roles/",
    noun="role",
    row=queries.role_for,
    parent="roles",
    parent_label="Roles",
    state=None,
    summary=lambda role: role.description,
    panels=(
        Part("What it allows", "tenants/role_rules.html", _rules),
        Facts(
            "Role",
            (
                Fact("Sees", _sees),
                Fact("Changes things", lambda row: cells.yes_or_no(not row.is_read_only)),
                Fact("Origin", _origin),
                Fact("Id", lambda row: cells.copyable(row.uuid)),
            ),
            place="side",
        ),
    ),
)

menu.entry("Roles", "roles", icon="role", section="Tenants", order=50, action=actions.READ_ROLE, least=ADMIN)
subjects.shown_at("role", "role")

urlpatterns = [*ROLES.urls(), *ROLE.urls()]
