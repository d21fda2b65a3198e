"""What may be done with events and alerts."""

from cloudportal.core.actions import action
from cloudportal.core.permissions import RoleKind

READ = action("event.read", "See events", reads=True)
READ_ALERTS = action("alert.read", "See alerts", least=RoleKind.ROOT_ADMIN, reads=True)
CLEAR_ALERT = action("alert.clear", "Clear", least=RoleKind.ROOT_ADMIN)
