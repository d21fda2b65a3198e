"""What the caller has and may still have, in words and bars, for the start page and wherever something is made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.urls import reverse

from cloudportal.core.caller import Caller
from cloudportal.portal import formats, home
from cloudportal.portal.buttons import RowLink
from cloudportal.portal.forms import FormPage, PortalForm
from cloudportal.portal.panels import Part
from tenants import actions
from tenants.models import Account, Domain
from tenants.queries import Limit, account_for, domain_for, limits_for, project_for
from tenants.resources import Resource
from tenants.services.limit_maxima import set_maximum

_LABELS = {
    Resource.CPUS: "CPUs",
    Resource.MEMORY_MIB: "Memory",
    Resource.PRIMARY_STORAGE_GIB: "Disk space",
    Resource.SECONDARY_STORAGE_GIB: "Image space",
    Resource.ADDRESSES: "IP addresses",
}
# What is worth a bar on the start page, most asked for first; the rest is on the account's page.
_FIRST = (
    Resource.INSTANCES,
    Resource.CPUS,
    Resource.MEMORY_MIB,
    Resource.VOLUMES,
    Resource.PRIMARY_STORAGE_GIB,
    Resource.ADDRESSES,
)


@dataclass(frozen=True)
class Share:
    """One limit as people read it: how much is used of how much, and what is left."""

    label: str
    used: int
    maximum: int | None
    used_words: str
    maximum_words: str
    text: str
    left: str
    bound_by: str


def share_of(limit: Limit, *, wanted: int = 0) -> Share:
    """The limit, with `wanted` more than is used now."""
    used = limit.used + wanted
    most = limit.effective
    return Share(
        label=label_of(limit.resource),
        used=used,
        maximum=most,
        used_words=amount(limit.resource, used),
        maximum_words=amount(limit.resource, most) if most is not None else "",
        text=_of(amount(limit.resource, used), amount(limit.resource, most) if most is not None else ""),
        left=f"{amount(limit.resource, max(most - used, 0))} left" if most is not None else "no limit",
        bound_by=limit.bound_by if limit.is_inherited else "",
    )


def _of(used: str, most: str) -> str:
    return f"{used} of {most}" if most else f"{used}, no limit"


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


def shares_with(caller: Caller, wanted: Mapping[str, int]) -> list[Share]:
    """The limits that these amounts count against, as they would be afterwards."""
    found = {one.resource.value: one for one in own_limits(caller)}
    return [share_of(found[name], wanted=more) for name, more in wanted.items() if name in found]


def _own_account(caller: Caller) -> Account:
    if caller.project_uuid is not None:
        return project_for(caller, caller.project_uuid).account
    return account_for(caller, caller.owner.account_uuid)


def _on_start_page(caller: Caller) -> dict[str, Any] | None:
    found = {one.resource: one for one in own_limits(caller)}
    shares = [share_of(found[resource]) for resource in _FIRST if resource in found]
    return {"shares": shares} if shares else None


def limits_part(route: str) -> Part:
    """Every limit of an account or domain, as a panel; `route` is the form that sets one."""

    def values(caller: Caller, row: Account | Domain) -> dict[str, Any] | None:
        if not caller.may(actions.READ_LIMIT.name):
            return None
        shares = [share_of(one) for one in limits_for(caller, row)]
        change = RowLink(actions.UPDATE_LIMIT, route, icon="edit", label="Set a limit").button(caller, row)
        return {"shares": shares, "change": change}

    return Part("Limits", "tenants/limits.html", values)


class LimitForm(PortalForm):
    """One limit."""

    resource = forms.ChoiceField(label="Of", choices=[(one.value, label_of(one)) for one in Resource])
    maximum = forms.IntegerField(
        required=False,
        min_value=0,
        label="At most",
        help_text="Memory in MiB, space in GiB. Empty for as many as the levels above allow.",
    )


def _set(caller: Caller, owner: Account | Domain, values: dict[str, Any]) -> Account | Domain:
    set_maximum(caller, owner, values["resource"], values["maximum"])
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


FORMS = (_limit_page("account", account_for), _limit_page("domain", domain_for))

urlpatterns = [pattern for form in FORMS for pattern in form.urls()]

home.panel(
    "limits",
    "What you have, and may still have",
    "tenants/home_limits.html",
    _on_start_page,
    order=20,
    action=actions.READ_LIMIT,
)
