"""What may be done with usage records."""

from cloudportal.core.actions import action
from cloudportal.core.permissions import RoleKind

READ = action("usage.read", "See usage", reads=True)
VERIFY = action("usage.verify", "Check the ledger", least=RoleKind.ROOT_ADMIN)
REBUILD = action("usage.rebuild", "Make records anew", least=RoleKind.ROOT_ADMIN)
