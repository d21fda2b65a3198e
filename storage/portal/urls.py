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
    volume_arrivals,
    volumes,
)

urlpatterns = [
    *volume_arrivals.urlpatterns,
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
