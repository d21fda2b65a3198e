"""What may be done about where instances run: affinity groups, dedications, and looking into placement."""

from cloudportal.core.actions import action
from cloudportal.core.permissions import RoleKind
from compute import states

ROOT = RoleKind.ROOT_ADMIN

READ_AFFINITY_GROUP = action("affinity-group.read", "See affinity groups", reads=True)
CREATE_AFFINITY_GROUP = action("affinity-group.create", "Create affinity group")
UPDATE_AFFINITY_GROUP = action("affinity-group.update", "Edit")
DELETE_AFFINITY_GROUP = action(
    "affinity-group.delete",
    "Delete",
    confirmation="Its instances stay where they are, and are no longer kept together or apart.",
    is_dangerous=True,
)
CHANGE_GROUPS = action("instance.change-affinity", "Change affinity groups", states=(states.STOPPED,))

READ_DEDICATION = action("dedication.read", "See dedications", least=ROOT, reads=True)
CREATE_DEDICATION = action("dedication.create", "Dedicate", least=ROOT)
DELETE_DEDICATION = action(
    "dedication.delete",
    "Release",
    least=ROOT,
    confirmation="Everybody may use the place again. What runs there stays.",
    is_dangerous=True,
)
# Checked by the service that places it, which refuses the argument to everybody else.
# Not one of the instance's verbs: a tenant's role that may do all of those must not come to choose hosts by that.
CHOOSE_HOST = action("placement.choose-host", "Start on a chosen host", least=ROOT, states=(states.STOPPED,))
READ_PLACEMENT = action("placement.read", "See where it could run", least=ROOT, reads=True)
