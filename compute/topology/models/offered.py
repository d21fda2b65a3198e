"""What operators offer to tenants: to all of them or to some domains only, everywhere or in some zones only."""

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models

from cloudportal.core.caller import Caller
from cloudportal.core.scoping import EVERYTHING, Scope, ScopedModel
from compute.topology.models.places import Zone
from tenants.models import Domain
from tenants.models.domains import ids_in


@dataclass(frozen=True)
class Offerings(Scope):
    """Active rows that are open to everybody, or bound to a domain at or above the one that new things go to.

    `label` names the model, as in `compute.ServiceOffering`.
    """

    label: str

    def condition(self, caller: Caller) -> models.Q:
        if caller.is_root_admin:
            return EVERYTHING
        model: Any = apps.get_model(self.label)
        bound = model._base_manager.filter(domains__in=ids_in(caller.owner.domain_path))
        return models.Q(is_active=True) & (
            models.Q(is_domain_bound=False) | models.Q(pk__in=bound.values("pk"))
        )


class Offered(ScopedModel):
    """A row that tenants choose.

    That it is bound is kept beside what it is bound to: when the last such domain or zone is gone, nobody may choose
    it, where otherwise everybody could.
    """

    is_active = models.BooleanField(default=True)
    is_domain_bound = models.BooleanField(default=False)
    domains = models.ManyToManyField(Domain, related_name="+")
    is_zone_bound = models.BooleanField(default=False)
    zones = models.ManyToManyField(Zone, related_name="+")

    class Meta:
        abstract = True

    def is_open_in(self, zone: Zone) -> bool:
        """True where it may be chosen for something in the zone."""
        return not self.is_zone_bound or zone in self.zones.all()

    def is_open_to(self, domain: Domain) -> bool:
        """True where things of the domain may have it."""
        return not self.is_domain_bound or any(one.pk in domain.ancestor_ids for one in self.domains.all())
