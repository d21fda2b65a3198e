"""Time zones by their IANA names: which are offered, and which are understood."""

import zoneinfo
from functools import cache
from pathlib import Path

# Files of the database that are no places: this machine's own zone, rules for old formats, and one that says nothing.
NO_PLACES = frozenset({"localtime", "posixrules", "Factory"})
# One line for each zone that a country uses today: country, coordinates, name.
TABLE = "zone.tab"
NAME_COLUMN = 2
CONTINENTS = (
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
)


@cache
def known() -> frozenset[str]:
    """Every name that means the same on every machine, older names too."""
    return frozenset(zoneinfo.available_timezones()) - NO_PLACES


@cache
def offered() -> tuple[str, ...]:
    """The names to choose from: UTC first, then those that countries use today."""
    tables = (Path(folder) / TABLE for folder in zoneinfo.TZPATH)
    table = next((path for path in tables if path.is_file()), None)
    names = known() & _names_in(table) if table else {one for one in known() if one.startswith(CONTINENTS)}
    return ("UTC", *sorted(names))


def choices(present: str = "") -> list[tuple[str, str]]:
    """For a form: the names as people read them, with one that is set already even where it is not offered."""
    also = (present,) if present and present not in offered() else ()
    return [(name, name.replace("_", " ")) for name in (*also, *offered())]


def _names_in(table: Path) -> set[str]:
    lines = table.read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return {row[NAME_COLUMN] for row in rows if len(row) > NAME_COLUMN}
