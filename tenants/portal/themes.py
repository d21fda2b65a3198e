"""Which theme a domain wears: a setting that its sub-domains inherit."""

from cloudportal.core.caller import Caller
from cloudportal.core.permissions import RoleKind
from cloudportal.portal import themes
from tenants.declarations import Kind, PlaceKind, declare
from tenants.models import Domain
from tenants.queries import settings_value

THEME = declare(
    "portal.theme",
    Kind.CHOICE,
    "",
    "How the portal looks for everybody in the domain and below; empty for what is inherited, or the default.",
    "portal",
    places=(PlaceKind.DOMAIN,),
    least=RoleKind.DOMAIN_ADMIN,
    choices=("", *themes.names()),
)


@themes.chosen_by
def theme_of(caller: Caller) -> str:
    """The theme of the nearest domain above the caller that has one, in one query."""
    home = Domain(pk=caller.domain_id, path=caller.domain_path)
    return str(settings_value(THEME.name, domain=home))
