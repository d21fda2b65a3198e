"""The addresses of the pages about storage."""

from storage.portal import pools, templates, volumes

urlpatterns = [*volumes.urlpatterns, *templates.urlpatterns, *pools.urlpatterns]
