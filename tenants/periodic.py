"""Regular work of the tenants: proving the counters of limits, and sweeping up what has expired."""

from cloudportal.jobs.periodic import every
from tenants.services import credentials, invitations, limits_recount, sign_in

every(3600, "tenants.recount-limits", limits_recount.watch)
every(300, "tenants.expire-invitations", invitations.expire_due)
every(3600, "tenants.expire-sessions", sign_in.forget_expired)
every(3600, "tenants.expire-tokens", credentials.forget_expired)
