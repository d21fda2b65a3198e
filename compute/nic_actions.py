"""What may be done to the network cards of an instance."""

from cloudportal.core.actions import action
from cloudportal.core.permissions import RoleKind

READ = action("nic.read", "See NICs", reads=True)
ADD = action("nic.create", "Add NIC")
REMOVE = action(
    "nic.delete",
    "Remove NIC",
    confirmation="The card is taken out of the instance, and its addresses are others' to have.",
    is_dangerous=True,
)
MAKE_DEFAULT = action("nic.make-default", "Make default")
CONNECT = action("nic.connect", "Plug the cable in")
DISCONNECT = action(
    "nic.disconnect",
    "Pull the cable",
    confirmation="The instance is not reached through this card until the cable is plugged in again.",
)
ADD_ADDRESS = action("nic.add-address", "Add address")
REMOVE_ADDRESS = action(
    "nic.remove-address",
    "Remove address",
    confirmation="The address is others' to have.",
    is_dangerous=True,
)
SET_GROUPS = action("nic.set-groups", "Choose security groups")
CHOOSE_MAC = action("nic.choose-mac", "Choose MAC address", least=RoleKind.ROOT_ADMIN)
