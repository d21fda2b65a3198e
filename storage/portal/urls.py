"""The addresses of the pages about storage."""

from storage.portal import (
    exports,
    offerings,
    pools,
    registering,
    sharing,
    snapshots,
    start_page,
    templates,
    volumes,
)

urlpatterns = [
    *volumes.urlpatterns,
    *exports.urlpatterns,
    *snapshots.urlpatterns,
    *registering.urlpatterns,
    *sharing.urlpatterns,
    *templates.urlpatterns,
    *pools.urlpatterns,
    *offerings.urlpatterns,
]

__all__ = ["start_page", "urlpatterns"]
