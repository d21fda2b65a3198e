"""Pages of a bounded size."""

from typing import Any

from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request

from cloudportal.core.errors import InvalidInput

PARAMETERS = ("page", "page_size")


class CappedPages(PageNumberPagination):
    """`?page=` and `?page_size=`, the latter up to 500; a number that is none, or beyond the end, is refused."""

    page_size_query_param = "page_size"
    max_page_size = 500

    def get_page_size(self, request: Request) -> int | None:
        """The size asked for, at most 500. Raises InvalidInput."""
        given = request.query_params.get("page_size")
        if given is None:
            return self.page_size
        if not (given.isascii() and given.isdigit() and 0 < len(given) <= 9 and int(given) > 0):
            raise InvalidInput.of("page_size", f"Give a whole number from 1 to {self.max_page_size}.")
        return min(int(given), self.max_page_size)

    def get_page_number(self, request: Request, paginator: Any) -> int:
        """The page asked for. Raises InvalidInput for one that does not exist."""
        given = request.query_params.get("page", "1")
        last: int = paginator.num_pages
        if not (given.isascii() and given.isdigit() and len(given) <= 9 and 1 <= int(given) <= last):
            raise InvalidInput.of("page", f"Give a page from 1 to {last}.")
        return int(given)
