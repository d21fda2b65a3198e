"""Pages of a bounded size."""

from rest_framework.pagination import PageNumberPagination


class CappedPages(PageNumberPagination):
    """`?page=` and `?page_size=`, the latter up to 500."""

    page_size_query_param = "page_size"
    max_page_size = 500
