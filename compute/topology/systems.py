"""Which operating system is meant by what people call it."""

from collections.abc import Iterable

from compute.topology.models import OsCategory, OsType

_REST = "other"


def type_called(text: str) -> OsType | None:
    """The OS type that the text names most closely, and one of the rest where it names none; None for no text.

    `Debian 12 (minimal)` is Debian 12, and `Debian 9` is Other Debian, where these are all that there are.
    """
    return closest(text, OsType.objects.all())


def closest(text: str, types: Iterable[OsType]) -> OsType | None:
    """As `type_called`, of those types."""
    words = _plain(text)
    found = [one for one in types if _plain(one.name) in words]
    return max(found, key=lambda one: len(_plain(one.name)), default=None) if text.strip() else None


def category_called(text: str) -> OsCategory | None:
    """The OS category of that name, in whatever case."""
    return OsCategory.objects.filter(name__iexact=text).first() if text else None


def _plain(name: str) -> str:
    """`Other Linux` is anything with Linux in its name, and `Other` is anything."""
    words = name.lower().split()
    return " ".join(words[1:] if words[:1] == [_REST] else words)
