"""What may be done to regions, zones, pods, clusters, hosts, and the operating systems that they are meant for."""

from cloudportal.core.actions import action
from cloudportal.core.permissions import RoleKind
from compute.topology import states

ROOT = RoleKind.ROOT_ADMIN

READ_REGION = action("region.read", "See regions", reads=True)
CREATE_REGION = action("region.create", "Create region", least=ROOT)
UPDATE_REGION = action("region.update", "Edit region", least=ROOT)
DELETE_REGION = action("region.delete", "Delete region", least=ROOT, is_dangerous=True)

READ_ZONE = action("zone.read", "See zones", reads=True)
CREATE_ZONE = action("zone.create", "Create zone", least=ROOT)
UPDATE_ZONE = action("zone.update", "Edit zone", least=ROOT)
ENABLE_ZONE = action("zone.enable", "Enable", least=ROOT, states=(states.DISABLED,))
DISABLE_ZONE = action(
    "zone.disable",
    "Disable",
    least=ROOT,
    states=(states.ENABLED,),
    confirmation="Tenants cannot put anything new into a disabled zone. What is there goes on.",
)
DELETE_ZONE = action("zone.delete", "Delete zone", least=ROOT, is_dangerous=True)

READ_POD = action("pod.read", "See pods", least=ROOT, reads=True)
CREATE_POD = action("pod.create", "Create pod", least=ROOT)
UPDATE_POD = action("pod.update", "Edit pod", least=ROOT)
ENABLE_POD = action("pod.enable", "Enable", least=ROOT, states=(states.DISABLED,))
DISABLE_POD = action("pod.disable", "Disable", least=ROOT, states=(states.ENABLED,))
DELETE_POD = action("pod.delete", "Delete pod", least=ROOT, is_dangerous=True)

READ_CLUSTER = action("cluster.read", "See clusters", least=ROOT, reads=True)
CREATE_CLUSTER = action("cluster.create", "Create cluster", least=ROOT)
UPDATE_CLUSTER = action("cluster.update", "Edit cluster", least=ROOT)
ENABLE_CLUSTER = action("cluster.enable", "Enable", least=ROOT, states=(states.DISABLED,))
DISABLE_CLUSTER = action("cluster.disable", "Disable", least=ROOT, states=(states.ENABLED,))
DELETE_CLUSTER = action("cluster.delete", "Delete cluster", least=ROOT, is_dangerous=True)

READ_OS_CATEGORY = action("os-category.read", "See OS categories", reads=True)
CREATE_OS_CATEGORY = action("os-category.create", "Add OS category", least=ROOT)
UPDATE_OS_CATEGORY = action("os-category.update", "Edit OS category", least=ROOT)
DELETE_OS_CATEGORY = action("os-category.delete", "Delete OS category", least=ROOT, is_dangerous=True)

READ_OS_TYPE = action("os-type.read", "See OS types", reads=True)
CREATE_OS_TYPE = action("os-type.create", "Add OS type", least=ROOT)
UPDATE_OS_TYPE = action("os-type.update", "Edit OS type", least=ROOT)
DELETE_OS_TYPE = action("os-type.delete", "Delete OS type", least=ROOT, is_dangerous=True)

READ_HOST = action("host.read", "See hosts", least=ROOT, reads=True)
ADD_HOST = action("host.add", "Add host", least=ROOT)
UPDATE_HOST = action("host.update", "Edit host", least=ROOT)
ENABLE_HOST = action("host.enable", "Enable", least=ROOT, states=(states.DISABLED, states.MAINTENANCE))
DISABLE_HOST = action(
    "host.disable",
    "Disable",
    least=ROOT,
    states=(states.UP, states.UNREACHABLE),
    confirmation="The host takes no new instances. Those that run there go on.",
)
MAINTAIN_HOST = action(
    "host.maintain",
    "Put into maintenance",
    least=ROOT,
    states=(states.UP, states.DISABLED, states.UNREACHABLE),
    confirmation="The host takes no new instances. Those that are there stay there until you stop or move them.",
)
RECONNECT_HOST = action(
    "host.reconnect", "Reconnect", least=ROOT, states=(states.UNREACHABLE, states.DISABLED)
)
REMOVE_HOST = action(
    "host.remove",
    "Remove",
    least=ROOT,
    states=(states.DISABLED, states.MAINTENANCE, states.UNREACHABLE),
    confirmation="The portal forgets this host and takes its networks from it.",
    is_dangerous=True,
)
