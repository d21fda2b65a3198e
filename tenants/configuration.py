"""The settings of the tenants: default limits, and how projects are made and joined."""

from cloudportal.core.errors import InvalidInput
from cloudportal.core.permissions import RoleKind
from tenants.declarations import Kind, PlaceKind, Setting, declare
from tenants.names import check_email
from tenants.resources import Resource

UNLIMITED = -1

_ACCOUNT = {
    Resource.INSTANCES: 20,
    Resource.CPUS: 40,
    Resource.MEMORY_MIB: 40960,
    Resource.VOLUMES: 20,
    Resource.PRIMARY_STORAGE_GIB: 200,
    Resource.SECONDARY_STORAGE_GIB: 400,
    Resource.SNAPSHOTS: 20,
    Resource.TEMPLATES: 20,
    Resource.NETWORKS: 20,
    Resource.ADDRESSES: 20,
    Resource.PROJECTS: 10,
}
_DEFAULTS = {
    "account": _ACCOUNT,
    "project": {**_ACCOUNT, Resource.PROJECTS: UNLIMITED},
    "domain": dict.fromkeys(Resource, UNLIMITED),
}


def _default_maximum(level: str, resource: Resource) -> Setting:
    return declare(
        f"max.{level}.{resource.value}",
        Kind.INT,
        _DEFAULTS[level][resource],
        f"How many {resource.words} a new {level} may have; -1 for as many as the levels above allow.",
        "limits",
        places=(PlaceKind.DOMAIN,),
        minimum=UNLIMITED,
    )


DEFAULT_MAXIMA = {
    (level, resource): _default_maximum(level, resource) for level in _DEFAULTS for resource in Resource
}

USERS_CREATE_PROJECTS = declare(
    "project.users_may_create",
    Kind.BOOL,
    True,
    "Whether users who are not administrators may create projects.",
    "projects",
    places=(PlaceKind.DOMAIN, PlaceKind.ACCOUNT),
    least=RoleKind.DOMAIN_ADMIN,
)
INVITATION_LIFETIME = declare(
    "project.invitation_lifetime",
    Kind.DURATION,
    7 * 86400,
    "How long an invitation to a project may be accepted.",
    "projects",
    places=(PlaceKind.DOMAIN,),
    least=RoleKind.DOMAIN_ADMIN,
    minimum=300,
    maximum=90 * 86400,
)

TOKEN_LIFETIME = declare(
    "token.longest_lifetime",
    Kind.DURATION,
    366 * 86400,
    "The longest time for which an API token may be made.",
    "sign-in",
    places=(PlaceKind.DOMAIN, PlaceKind.ACCOUNT),
    least=RoleKind.DOMAIN_ADMIN,
    minimum=3600,
    maximum=3660 * 86400,
)


def _addresses(values: list[str]) -> str | None:
    try:
        return None if all(check_email(one) for one in values) else "Leave no address empty."
    except InvalidInput as refusal:
        return refusal.detail


ALERT_RECIPIENTS = declare(
    "alerts.recipients",
    Kind.LIST,
    [],
    "Mail addresses of those who are told when something needs a person. Each alert is mailed once.",
    "alerts",
    check=_addresses,
)
