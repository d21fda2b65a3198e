"""How much accounts, projects and domains may have: what they begin with, and changing it."""

from django.db import transaction

from cloudportal.core import plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import InvalidInput, NotPermitted
from cloudportal.core.permissions import RoleKind
from cloudportal.events import records
from cloudportal.events.records import About
from tenants import actions
from tenants.configuration import DEFAULT_MAXIMA, UNLIMITED
from tenants.models import Account, Counter, Domain
from tenants.queries.limits import Level, counters_of, path_of
from tenants.queries.settings import Place, values_at
from tenants.resources import Resource
from tenants.services import dominance

MOST = 10**15


def defaults_of(owner: Account | Domain) -> dict[Resource, int | None]:
    """What a new account, project or domain may have, by the settings of where it is. Root admins have no limit."""
    if isinstance(owner, Domain):
        return _defaults("domain", owner.parent)
    if owner.role.kind == RoleKind.ROOT_ADMIN:
        return {}
    return _defaults("project" if owner.is_project else "account", owner.domain)


def _defaults(level: str, domain: Domain | None) -> dict[Resource, int | None]:
    settings = {one: DEFAULT_MAXIMA[level, one] for one in Resource}
    values = values_at(Place(domain=domain), settings.values())
    maxima = {one: values[setting.name] for one, setting in settings.items()}
    return {one: None if value == UNLIMITED else value for one, value in maxima.items()}


@transaction.atomic
def set_maximum(
    caller: Caller, owner: Account | Domain, resource: Resource | str, maximum: int | None
) -> Counter:
    """From now on the account, project account or domain may have `maximum` of the resource; None for as many as the
    levels above allow.

    A maximum may be below what is in use: nothing is taken away, nothing more is given. It may not be above that
    of a level above. Raises InvalidInput, NotFound, NotPermitted.
    """
    actions.UPDATE_LIMIT.permit(caller)
    kind = _resource(resource)
    _require_may_limit(caller, owner)
    path = path_of(owner)
    _check_maximum(kind, maximum, path)
    counter = _counter(path[0], kind)
    before = counter.maximum
    counter.maximum = maximum
    Counter.objects.filter(pk=counter.pk).update(maximum=maximum)
    words = "no limit of its own" if maximum is None else f"{maximum} {kind.words} at most"
    sentence = f"{path[0].name} has {words} from now on."
    plans.note("limit", sentence, resource=kind.value, maximum=maximum)
    records.record(
        caller,
        "RESOURCE.LIMIT.UPDATE",
        _about(owner),
        before={kind.value: before},
        after={kind.value: maximum},
        sentence=sentence,
    )
    return counter


def _resource(value: Resource | str) -> Resource:
    try:
        return Resource(value)
    except ValueError:
        raise InvalidInput.of("resource", f"Use one of {', '.join(Resource)}.") from None


def _require_may_limit(caller: Caller, owner: Account | Domain) -> None:
    if isinstance(owner, Domain):
        dominance.require_below(caller, owner)
        return
    dominance.require_dominance(caller, owner)
    if not caller.is_root_admin and dominance.is_own_account(caller, owner):
        raise NotPermitted("You cannot change the limits of your own account. Ask another administrator.")


def _check_maximum(resource: Resource, maximum: int | None, path: list[Level]) -> None:
    if maximum is None:
        return
    if not 0 <= maximum <= MOST:
        raise InvalidInput.of("maximum", f"Use a number from 0 to {MOST}, or none for no limit.")
    above = [
        one.maximum for one in counters_of(path[1:]) if one.resource == resource and one.maximum is not None
    ]
    if above and maximum > min(above):
        raise InvalidInput.of(
            "maximum",
            f"A level above may have {min(above)} {resource.words}, so this must be {min(above)} or less.",
        )


def _counter(level: Level, resource: Resource) -> Counter:
    with transaction.atomic():
        counter, _ = Counter.objects.get_or_create(
            level=level.level, owner_id=level.owner_id, resource=resource
        )
    return counter


def _about(owner: Account | Domain) -> About:
    if isinstance(owner, Account):
        return About.of(owner, owner.owner)
    return About("domain", owner.uuid, owner.name, domain_path=owner.path)
