"""To whom and where something is offered, on the pages of operators."""

from typing import Any

from django import forms

from cloudportal.core.caller import Caller
from cloudportal.core.permissions import RoleKind
from cloudportal.portal import cells
from cloudportal.portal.choices import AnyOf, Card
from cloudportal.portal.forms import PortalForm
from cloudportal.portal.panels import Fact
from compute.topology.models import Offered
from compute.topology.queries import zones_for
from compute.topology.services.offered import MOST_BOUND
from tenants.queries import domain_paths, domains_for

ROOT = RoleKind.ROOT_ADMIN

FACTS = (
    Fact(
        "For",
        lambda row: cells.words(row.domains.all()) if row.is_domain_bound else "everybody",
        least=ROOT,
    ),
    Fact("In", lambda row: cells.words(row.zones.all()) if row.is_zone_bound else "every zone"),
)


class OfferedForm(PortalForm):
    """A form with `domains` and `zones`, for what is offered to some only."""

    domains = AnyOf(
        required=False,
        initial=[],
        help_text="Only these and the domains below them may choose it. Choose no domain for everybody.",
    )
    zones = AnyOf(
        required=False, initial=[], help_text="It may be chosen only there. Choose no zone for all of them."
    )

    def offer_bonds(self) -> None:
        """Fills in what it can be bound to, and what the row is bound to now."""
        self.offer("domains", _domains(self.caller))
        self.offer("zones", [(str(one.uuid), Card(one.name)) for one in zones_for(self.caller)[:MOST_BOUND]])

    def bonds(self) -> dict[str, list[str]]:
        """The first values of an old row."""
        return {
            name: [str(one.uuid) for one in getattr(self.row, name).all()] for name in ("domains", "zones")
        }


def bound(values: dict[str, Any]) -> dict[str, Any]:
    """The form's values as services take them."""
    return {**values, "domains": tuple(values["domains"]), "zones": tuple(values["zones"])}


def amount_field(label: str, help_text: str = "", **options: Any) -> forms.IntegerField:
    """A whole number from 1 up, or nothing."""
    known = {"required": False, "min_value": 1, "label": label, "help_text": help_text}
    return forms.IntegerField(**{**known, **options})


def _domains(caller: Caller) -> list[tuple[str, Card]]:
    rows = list(domains_for(caller)[:MOST_BOUND])
    paths = domain_paths(caller, rows)
    return [(str(one.uuid), Card(one.name, paths[one.pk])) for one in rows]


def is_open(row: Offered) -> str:
    """The word for its badge."""
    return "active" if row.is_active else "disabled"
