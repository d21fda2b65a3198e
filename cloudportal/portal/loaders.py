"""Finds a theme's template before the default of the same name, which it may extend; cached per theme."""

from pathlib import Path
from typing import Any

from django.template.loaders import cached, filesystem

from cloudportal.portal import themes


class ThemeFiles(filesystem.Loader):
    """Looks in the folder of the theme that is worn."""

    def get_dirs(self) -> list[str | Path]:
        """`templates/themes/<name>`, or nowhere for the default."""
        theme = themes.current()
        if theme == themes.DEFAULT:
            return []
        return [place / theme for place in themes.template_roots()]


class Cached(cached.Loader):
    """Keeps compiled templates apart by theme."""

    def cache_key(self, template_name: str, skip: list[Any] | None = None) -> str:
        """As Django's, with the theme in front."""
        return f"{themes.current()}:{super().cache_key(template_name, skip)}"
