"""Regular work of the tenants: proving the counters of limits, telling operators of alerts, and sweeping up what has
expired.
"""

from cloudportal.events import alerts
from cloudportal.jobs.periodic import every
from tenants.configuration import ALERT_RECIPIENTS
from tenants.queries.settings import settings_value
from tenants.services import credentials, invitations, limits_recount, sign_in


def mail_alerts() -> int:
    """Mails alerts that nobody has been told of yet to those whom the settings name; returns how many."""
    return alerts.mail_new(settings_value(ALERT_RECIPIENTS.name))


every(3600, "tenants.recount-limits", limits_recount.watch)
every(60, "tenants.mail-alerts", mail_alerts)
every(300, "tenants.expire-invitations", invitations.expire_due)
every(3600, "tenants.expire-sessions", sign_in.forget_expired)
every(3600, "tenants.expire-tokens", credentials.forget_expired)
