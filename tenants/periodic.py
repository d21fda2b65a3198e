"""Regular work of the tenants: proving the counters of limits, and closing invitations that nobody used."""

from cloudportal.jobs.periodic import every
from tenants.services import invitations, limits_recount

every(3600, "tenants.recount-limits", limits_recount.watch)
every(300, "tenants.expire-invitations", invitations.expire_due)
