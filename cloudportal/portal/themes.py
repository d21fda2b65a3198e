"""Themes: which one this request wears, and the files that it brings in place of the default's."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest

from cloudportal.core.caller import Caller

DEFAULT = "default"

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")

Chooser = Callable[[Caller], str]

_choosers: list[Chooser] = []
_worn: ContextVar[Callable[[], str] | None] = ContextVar("theme", default=None)


def chosen_by(chooser: Chooser) -> Chooser:
    """Registers what says which theme a caller's domain has; an empty name means that it has none."""
    if chooser not in _choosers:
        _choosers.append(chooser)
    return chooser


def theme_of(request: HttpRequest) -> str:
    """The theme of the caller's domain, else that of the host name asked for, else the default."""
    caller: Caller | None = getattr(request, "caller", None)
    by_domain = next((name for one in _choosers if caller and (name := one(caller))), "")
    return next((name for name in (by_domain, _by_host(request)) if is_there(name)), DEFAULT)


def _by_host(request: HttpRequest) -> str:
    host = request.get_host().rpartition(":")[0] or request.get_host()
    pairs = (line.partition("=") for line in settings.THEME_HOSTS)
    return next((theme for name, _, theme in pairs if name == host), "")


def is_there(name: str) -> bool:
    """True for the default and for names under which a theme lies in templates or static files."""
    if name == DEFAULT:
        return True
    if not _NAME.fullmatch(name):
        return False
    return any((place / name).is_dir() for place in (*template_roots(), *_static_roots()))


def names() -> list[str]:
    """Every theme that lies in templates or static files, in alphabetical order, without the default."""
    found = {
        one.name for root in (*template_roots(), *_static_roots()) if root.is_dir() for one in root.iterdir()
    }
    return sorted(name for name in found if _NAME.fullmatch(name) and name != DEFAULT)


def template_roots() -> list[Path]:
    """Where themes keep their templates."""
    places: list[str | Path] = settings.TEMPLATES[0]["DIRS"]  # type: ignore[assignment]
    return [Path(place) / "themes" for place in places]


def _static_roots() -> list[Path]:
    return [Path(place) / "themes" for place in settings.STATICFILES_DIRS]


def has_tokens(name: str) -> bool:
    """True where the theme brings colours and sizes of its own."""
    return name != DEFAULT and any((place / name / "tokens.css").is_file() for place in _static_roots())


def current() -> str:
    """The theme that is worn now; the default outside of requests."""
    choose = _worn.get()
    return choose() if choose else DEFAULT


@contextmanager
def wearing(choose: Callable[[], str]) -> Iterator[None]:
    """Wears the theme that `choose` names; it is asked once, when the first template is looked for."""
    chosen: list[str] = []

    def once() -> str:
        if not chosen:
            # While choosing, nothing is worn: a template rendered by the chooser must not ask again.
            token = _worn.set(None)
            try:
                chosen.append(choose())
            finally:
                _worn.reset(token)
        return chosen[0]

    token = _worn.set(once)
    try:
        yield
    finally:
        _worn.reset(token)
