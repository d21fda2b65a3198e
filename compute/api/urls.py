"""Where compute is at the REST door."""

from cloudportal.api.routes import patterns
from compute.api.affinity import AFFINITY_GROUPS, CHANGE_GROUPS
from compute.api.attachments import ATTACHMENTS
from compute.api.consoles import LOOKS
from compute.api.dedications import DEDICATIONS
from compute.api.drift import COMPARISON, DRIFTS
from compute.api.instance_snapshots import INSTANCE_SNAPSHOTS
from compute.api.instances import INSTANCES
from compute.api.key_pairs import KEY_PAIRS
from compute.api.nics import NICS, SECONDARY_ADDRESSES
from compute.api.notes import NOTES
from compute.api.offerings import SERVICE_OFFERINGS
from compute.api.schedules import INSTANCE_SCHEDULES
from compute.api.template_user_data import TEMPLATE_USER_DATA
from compute.api.user_data import USER_DATA
from compute.api.verdicts import VERDICTS

urlpatterns = patterns(
    INSTANCES,
    INSTANCE_SNAPSHOTS,
    NOTES,
    INSTANCE_SCHEDULES,
    NICS,
    SECONDARY_ADDRESSES,
    SERVICE_OFFERINGS,
    KEY_PAIRS,
    USER_DATA,
    TEMPLATE_USER_DATA,
    AFFINITY_GROUPS,
    DEDICATIONS,
    DRIFTS,
    operations=(COMPARISON, *ATTACHMENTS, *LOOKS, *CHANGE_GROUPS, VERDICTS),
)
