"""The addresses of the pages about instances."""

from compute.portal import deploy, drift, edit, instances, offerings, start_page

urlpatterns = [
    *deploy.urlpatterns,
    *edit.urlpatterns,
    *instances.urlpatterns,
    *offerings.urlpatterns,
    *drift.urlpatterns,
]

__all__ = ["start_page", "urlpatterns"]
