"""The addresses of the pages about instances."""

from compute.portal import (
    affinity,
    consoles,
    dedications,
    deploy,
    disks,
    drift,
    edit,
    instances,
    key_pairs,
    login,
    media,
    move,
    nics,
    offerings,
    reinstall,
    resize,
    snapshots,
    start_page,
    user_data,
    verdicts,
)

urlpatterns = [
    *consoles.urlpatterns,
    *deploy.urlpatterns,
    *edit.urlpatterns,
    *move.urlpatterns,
    *login.urlpatterns,
    *instances.urlpatterns,
    *disks.urlpatterns,
    *snapshots.urlpatterns,
    *media.urlpatterns,
    *nics.urlpatterns,
    *offerings.urlpatterns,
    *key_pairs.urlpatterns,
    *reinstall.urlpatterns,
    *resize.urlpatterns,
    *user_data.urlpatterns,
    *affinity.urlpatterns,
    *dedications.urlpatterns,
    *verdicts.urlpatterns,
    *drift.urlpatterns,
]

__all__ = ["start_page", "urlpatterns"]
