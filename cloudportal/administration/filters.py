"""Filters of lists, whose choices are the caller's own rows."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest


class ScopedRelatedFilter(admin.RelatedFieldListFilter):
    """Narrows by a related row, and offers only those that the caller may see."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        """The related rows of the caller; none where they may not see any."""
        related = model_admin.admin_site._registry.get(field.remote_field.model)
        if related is None or not related.has_view_permission(request):
            return []
        return [(str(row.pk), str(row)) for row in related.get_queryset(request)]
