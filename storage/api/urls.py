"""Where storage is at the REST door."""

from cloudportal.api.routes import patterns
from storage.api.copies import TEMPLATES_OF_SNAPSHOT, TEMPLATES_OF_VOLUME, VOLUMES_OF_SNAPSHOT
from storage.api.exports import VOLUME_EXPORTS
from storage.api.offerings import DISK_OFFERINGS
from storage.api.pools import POOLS
from storage.api.schedules import SNAPSHOT_SCHEDULES
from storage.api.snapshots import SNAPSHOTS
from storage.api.templates import TEMPLATE_GRANTS, TEMPLATE_UPLOADS, TEMPLATES
from storage.api.volumes import VOLUME_UPLOADS, VOLUMES

urlpatterns = patterns(
    POOLS,
    TEMPLATES,
    TEMPLATE_UPLOADS,
    TEMPLATE_GRANTS,
    VOLUMES,
    VOLUME_EXPORTS,
    VOLUME_UPLOADS,
    DISK_OFFERINGS,
    SNAPSHOTS,
    SNAPSHOT_SCHEDULES,
    VOLUMES_OF_SNAPSHOT,
    TEMPLATES_OF_SNAPSHOT,
    TEMPLATES_OF_VOLUME,
)
