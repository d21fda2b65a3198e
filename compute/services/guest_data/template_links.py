"""User data that comes with a template: linked to it, and told to the instances that are made from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from cloudportal.core import plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import InvalidInput, NotFound
from cloudportal.events import records
from cloudportal.events.records import About
from compute import guest_data_actions as actions
from compute import guest_data_queries as queries
from compute.models import InheritedUserData, Instance, TemplateUserData
from compute.models.template_data import ALLOW_OVERRIDE, APPEND, DENY_OVERRIDE, POLICIES
from compute.services.guest_data.combining import combined
from compute.services.guest_data.variables import declared, filled_in
from storage.models import Template

# What a plan says of each policy, to whoever deploys.
WORDS = {
    ALLOW_OVERRIDE: "told where you give none of your own",
    APPEND: "told before your own",
    DENY_OVERRIDE: "all that is told and takes none of your own",
}


@dataclass(frozen=True, kw_only=True)
class LinkValues:
    """Which user data, by uuid, and what whoever deploys may do about it."""

    user_data: UUID | str
    policy: str = ALLOW_OVERRIDE


@transaction.atomic
def link(caller: Caller, template: Template, values: LinkValues) -> TemplateUserData:
    """Instances of the template, from `own_template_for`, are told the user data from now on, in place of what was
    linked before. Those that are there keep what they were told.

    Raises NotFound for user data that is not of the template's account, InvalidInput.
    """
    actions.LINK_USER_DATA.check(caller, template)
    if values.policy not in POLICIES:
        raise InvalidInput.of("policy", f"Choose one of {', '.join(POLICIES)}.")
    row = queries.one_user_data_for(caller, values.user_data)
    # Whoever may change the template could otherwise hand on what another account keeps.
    if row.account_id != template.account_id:
        raise NotFound(noun="user data", uuid=values.user_data)
    found, _ = TemplateUserData.objects.update_or_create(
        template=template, defaults={"user_data": row, "policy": values.policy}
    )
    _record(caller, template, {"user_data": row.name, "policy": values.policy})
    plans.note(
        "link",
        f"Instances that are made from {template.name} are told {row.name}: for whoever deploys one, it is "
        f"{WORDS[values.policy]}. Inside the instance it can be read.",
        noun="template",
    )
    return found


@transaction.atomic
def unlink(caller: Caller, found: TemplateUserData) -> None:
    """New instances of the template are told nothing by it; those that are there keep what they were told."""
    template = found.template
    actions.UNLINK_USER_DATA.check(caller, template)
    _record(caller, template, {"user_data": None})
    plans.note("unlink", f"{template.name} tells new instances nothing any more.", noun="template")
    found.delete()


def linked_to(template: Template) -> TemplateUserData | None:
    """What the template tells its instances."""
    return TemplateUserData.objects.select_related("user_data").filter(template=template).first()


def names_in(linked: TemplateUserData | None) -> frozenset[str]:
    """The variables of what is linked."""
    return frozenset(one.name for one in declared(linked.user_data.variables)) if linked else frozenset()


def demand_taken(template: Template, policy: str, own_text: str, *, field: str = "user_data") -> None:
    """Returns where an instance of the template may be told that text. Raises InvalidInput."""
    if policy == DENY_OVERRIDE and own_text.strip():
        raise InvalidInput.of(
            field,
            f"{template.name} brings its own user data and takes no other. Leave yours out, or choose another "
            "template.",
        )


def inherit(
    instance: Instance, template: Template, linked: TemplateUserData, values: Mapping[str, str]
) -> None:
    """The instance is told the template's user data while that is its template. Needs an open transaction.

    Of the values, those for other names are for something else. Raises InvalidInput for one that is missing or does not
    fit, unless the instance's owner says something else instead.
    """
    InheritedUserData.objects.update_or_create(
        instance=instance,
        template=template,
        defaults={"policy": linked.policy, "content": _filled(instance, linked, values)},
    )
    plans.note(
        "user data",
        f"{template.name} brings user data of its own, which is {WORDS[linked.policy]}.",
        noun="instance",
        policy=linked.policy,
    )


def _filled(instance: Instance, linked: TemplateUserData, values: Mapping[str, str]) -> str:
    row, names = linked.user_data, names_in(linked)
    taken = {name: value for name, value in values.items() if name in names}
    try:
        return filled_in(row.text, declared(row.variables), taken)
    except InvalidInput:
        if linked.policy == ALLOW_OVERRIDE and instance.guest_text.strip():
            return ""
        raise


def forget(instance: Instance, template: Template) -> None:
    """What the template told the instance at an earlier time counts no longer."""
    InheritedUserData.objects.filter(instance=instance, template=template).delete()


def inherited_of(instance: Instance) -> InheritedUserData | None:
    """What its present template told it."""
    if instance.template_id is None:
        return None
    rows = InheritedUserData.objects.filter(instance=instance, template_id=instance.template_id)
    return rows.select_related("template").first()


def told_to(instance: Instance) -> str:
    """The user data in clear that the guest reads: its owner's, its template's, or both. Never for logs or events."""
    found, own = inherited_of(instance), instance.guest_text
    if found is None or not found.text:
        return own
    if found.policy == DENY_OVERRIDE or not own.strip():
        return found.text
    return combined(found.text, own) if found.policy == APPEND else own


def _record(caller: Caller, template: Template, after: dict[str, str | None]) -> None:
    records.record(caller, "TEMPLATE.UPDATE", About.of(template, template.account.owner), after=after)
