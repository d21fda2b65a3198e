"""Where storage is at the REST door."""

from cloudportal.api.routes import patterns
from storage.api.pools import POOLS
from storage.api.templates import TEMPLATES
from storage.api.volumes import DISK_OFFERINGS, VOLUMES

urlpatterns = patterns(POOLS, TEMPLATES, VOLUMES, DISK_OFFERINGS)
