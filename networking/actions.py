"""What may be done to networks and their addresses."""

from cloudportal.core.actions import action
from cloudportal.core.permissions import RoleKind
from networking import states

ROOT = RoleKind.ROOT_ADMIN

READ_NETWORK = action("network.read", "See networks", reads=True)
CREATE_SHARED_NETWORK = action("network.create-shared", "Create shared network", least=ROOT)
UPDATE_NETWORK = action("network.update", "Edit network", least=ROOT)
DELETE_NETWORK = action(
    "network.delete",
    "Delete network",
    least=ROOT,
    states=(states.READY,),
    confirmation="The network is taken from every host that it is laid on.",
    is_dangerous=True,
)

READ_ADDRESS = action("address.read", "See IP addresses", reads=True)
CHOOSE_ADDRESS = action("address.choose", "Choose IP address")
RESERVE_ADDRESS = action("address.reserve", "Reserve", least=ROOT, states=(states.FREE,))
UNRESERVE_ADDRESS = action(
    "address.unreserve",
    "Give out again",
    least=ROOT,
    states=(states.RESERVED,),
    confirmation="Make sure that nothing uses the address any more: the next instance may get it.",
)
ADD_RANGE = action("network.add-range", "Add addresses", least=ROOT, states=(states.READY,))
REMOVE_RANGE = action("network.remove-range", "Remove addresses", least=ROOT, states=(states.READY,))
