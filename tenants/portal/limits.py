"""What the caller has and may still have, in words and bars, for the start page and wherever something is made."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.urls import reverse

from cloudportal.core.caller import Caller
from cloudportal.core.errors import NotFound
from cloudportal.portal import formats, home, menu
from cloudportal.portal.buttons import Button, RowLink
from cloudportal.portal.figures import Figure
from cloudportal.portal.forms import FormPage, PortalForm
from cloudportal.portal.panels import Part
from tenants import actions
from tenants.models import Account, Domain, Project
from tenants.queries import Limit, account_for, domain_for, limits_for, project_for
from tenants.resources import Resource
from tenants.services.dominance import has_reach
from tenants.services.limit_maxima import set_maximum

_LABELS = {
    Resource.CPUS: "CPUs",
    Resource.MEMORY_MIB: "Memory",
    Resource.PRIMARY_STORAGE_GIB: "Disk space",
    Resource.SECONDARY_STORAGE_GIB: "Image space",
    Resource.ADDRESSES: "IP addresses",
}
# By resource, the list of what is counted, and the order in which the largest comes first.
_LISTS = {
    Resource.INSTANCES: ("instances", ""),
    Resource.CPUS: ("instances", "-size"),
    Resource.MEMORY_MIB: ("instances", "-size"),
    Resource.VOLUMES: ("volumes", ""),
    Resource.PRIMARY_STORAGE_GIB: ("volumes", "-size"),
    # Templates have a share in it too; snapshots are what becomes more and more.
    Resource.SECONDARY_STORAGE_GIB: ("snapshots", "-size"),
    Resource.SNAPSHOTS: ("snapshots", "-size"),
    Resource.TEMPLATES: ("templates", "-disk"),
    Resource.NETWORKS: ("networks", ""),
    Resource.ADDRESSES: ("addresses", ""),
    Resource.PROJECTS: ("projects", ""),
}
# Lists in which everybody sees what is others' too.
_WITH_OTHERS = ("templates", "networks", "projects")
# What is worth a bar on the start page, most asked for first; the rest is on the account's page.
_FIRST = (
    Resource.INSTANCES,
    Resource.CPUS,
    Resource.MEMORY_MIB,
    Resource.VOLUMES,
    Resource.PRIMARY_STORAGE_GIB,
    Resource.ADDRESSES,
)


def figure_of(limit: Limit, *, wanted: int = 0, url: str = "") -> Figure:
    """The limit, with `wanted` more than is used now, and what is left of it; `url` lists what is used."""
    used, most = limit.used + wanted, limit.effective
    left = f"{amount(limit.resource, max(most - used, 0))} left" if most is not None else "no limit"
    return Figure(
        label=label_of(limit.resource),
        used=used,
        maximum=most,
        used_words=amount(limit.resource, used),
        maximum_words=amount(limit.resource, most) if most is not None else "",
        note=f"{left}, set by {_in_sentence(limit.bound_by)}"
        if limit.is_inherited and limit.bound_by
        else left,
        url=url,
    )


def figures_of(caller: Caller, account: Account, limits: Iterable[Limit]) -> list[Figure]:
    """The account's limits, each with the way to what is used of it."""
    return [figure_of(one, url=_address(caller, account, one)) for one in limits]


def _address(caller: Caller, account: Account, limit: Limit) -> str:
    """The list of what the account has of it, the largest first; empty where it has none, or may not be looked at."""
    route, order = _LISTS[limit.resource]
    # Whoever looks at a project from outside, as an admin of another domain too, has none of its things in their lists.
    is_in_sight = has_reach(caller, account.domain) or account.pk == caller.owner.account_id
    address = menu.address_for(caller, route) if limit.used and is_in_sight else ""
    is_narrowed = caller.sees_subtree or route in _WITH_OTHERS
    values = {"account": str(account.uuid) if is_narrowed else "", "sort": order}
    query = urlencode({name: value for name, value in values.items() if value})
    return f"{address}?{query}" if address and query else address


def _in_sentence(name: str) -> str:
    return name[:1].lower() + name[1:]


def label_of(resource: Resource) -> str:
    """What is counted, as a label."""
    return _LABELS.get(resource, resource.value.replace("_", " ").capitalize())


def amount(resource: Resource, value: int) -> str:
    """So much of it, with its unit."""
    if resource is Resource.MEMORY_MIB:
        return formats.mib(value)
    if resource.value.endswith("_gib"):
        return f"{value:,} GiB"
    return f"{value:,}"


def own_limits(caller: Caller) -> list[Limit]:
    """The limits of what the caller acts for; none for callers who may not see them."""
    if not caller.may(actions.READ_LIMIT.name):
        return []
    return limits_for(caller, _own_account(caller))


def figures_with(caller: Caller, wanted: Mapping[str, int]) -> list[Figure]:
    """The limits that these amounts count against, as they would be afterwards."""
    found = {one.resource.value: one for one in own_limits(caller)}
    return [figure_of(found[name], wanted=more) for name, more in wanted.items() if name in found]


def _own_account(caller: Caller) -> Account:
    if caller.project_uuid is not None:
        return project_for(caller, caller.project_uuid).account
    return account_for(caller, caller.owner.account_uuid)


def _on_start_page(caller: Caller) -> dict[str, Any] | None:
    found = {one.resource: one for one in own_limits(caller)}
    shown = [found[resource] for resource in _FIRST if resource in found]
    is_worth_it = any(one.used or one.effective is not None for one in shown)
    return {"figures": figures_of(caller, _own_account(caller), shown)} if is_worth_it else None


def set_limit(caller: Caller, row: Account | Domain | Project, route: str) -> Button | None:
    """The button that leads to the form which sets one of its limits, for those who may and look after its domain."""
    if not has_reach(caller, row if isinstance(row, Domain) else row.domain):
        return None
    return RowLink(actions.UPDATE_LIMIT, route, icon="edit", label="Set a limit").button(caller, row)


def limits_part(route: str) -> Part:
    """Every limit of an account or domain, as a panel; `route` is the form that sets one."""

    def values(caller: Caller, row: Account | Domain) -> dict[str, Any] | None:
        found = _limits_in_sight(caller, row)
        if not found:
            return None
        change = set_limit(caller, row, route)
        # What a whole domain has is in no one list.
        if isinstance(row, Account):
            return {"figures": figures_of(caller, row, found), "change": change}
        return {"figures": [figure_of(one) for one in found], "change": change}

    return Part("Limits", "portal/panels/figures.html", values)


def _limits_in_sight(caller: Caller, row: Account | Domain) -> list[Limit]:
    """The limits, or none for those who may see the row and not what it may have."""
    if not caller.may(actions.READ_LIMIT.name):
        return []
    try:
        return limits_for(caller, row)
    except NotFound:
        return []


class LimitForm(PortalForm):
    """One limit."""

    resource = forms.ChoiceField(label="Of", choices=[(one.value, label_of(one)) for one in Resource])
    maximum = forms.IntegerField(
        required=False,
        min_value=0,
        label="At most",
        help_text="Memory in MiB, space in GiB. Empty for as many as the levels above allow.",
    )


def _set(
    caller: Caller, owner: Account | Domain | Project, values: dict[str, Any]
) -> Account | Domain | Project:
    limited = owner.account if isinstance(owner, Project) else owner
    set_maximum(caller, limited, values["resource"], values["maximum"])
    return owner


def _limit_page(noun: str, row: Callable[[Caller, Any], Any]) -> FormPage:
    return FormPage(
        route=f"{noun}-limit",
        path=f"{noun}s/<uuid:uuid>/limits/",
        title="Set a limit of {name}",
        action=actions.UPDATE_LIMIT,
        form=LimitForm,
        submit=_set,
        button="Set limit",
        done=lambda owner: f"The limit of {owner.name} is set.",
        next=lambda owner: reverse(f"portal:{noun}", args=[owner.uuid]),
        parent=f"{noun}s",
        parent_label=f"{noun.capitalize()}s",
        row=row,
        row_route=noun,
    )


FORMS = (
    _limit_page("account", account_for),
    _limit_page("domain", domain_for),
    _limit_page("project", project_for),
)

urlpatterns = [pattern for form in FORMS for pattern in form.urls()]

home.panel(
    "limits",
    "What you have, and may still have",
    "portal/home/figures.html",
    _on_start_page,
    order=20,
    action=actions.READ_LIMIT,
)
