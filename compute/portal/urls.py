"""The addresses of the pages about instances."""

from compute.portal import deploy, edit, instances, start_page

urlpatterns = [*deploy.urlpatterns, *edit.urlpatterns, *instances.urlpatterns]

__all__ = ["start_page", "urlpatterns"]
