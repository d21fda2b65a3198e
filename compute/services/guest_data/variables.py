"""Variables of user data: declared with the text, filled in when an instance is deployed.

Filling in is plain substitution in one pass: `${{ name }}` becomes the value, and nothing in a value or in the text is
ever evaluated. A text without declared variables is passed on as it is, whatever it looks like.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from cloudportal.core.errors import InvalidInput

MOST_VARIABLES = 50
MOST_VALUE_CHARACTERS = 4096
NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
OPENING = "${{"
_PLACE = re.compile(r"\$\{\{ *([a-z][a-z0-9_]{0,62}) *\}\}")


@dataclass(frozen=True, kw_only=True)
class Variable:
    """A place in the text. Without a value the default stands there, or nothing; a required one has no default.

    The default of a secret would be no secret, so it has none.
    """

    name: str
    description: str = ""
    default: str = ""
    is_required: bool = False
    is_secret: bool = False


def declared(rows: Iterable[Mapping[str, Any]]) -> tuple[Variable, ...]:
    """The variables as a row keeps them."""
    return tuple(Variable(**row) for row in rows)


def kept(variables: Iterable[Variable]) -> list[dict[str, Any]]:
    """The variables for a row to keep."""
    return [asdict(one) for one in variables]


def checked_declaration(content: str, variables: Iterable[Variable]) -> tuple[Variable, ...]:
    """The variables, each with a name of its own, of which the text names no other. Raises InvalidInput."""
    found = tuple(variables)
    if len(found) > MOST_VARIABLES:
        raise _refusal(f"Declare at most {MOST_VARIABLES} variables.")
    for one in found:
        _check(one)
    names = [one.name for one in found]
    if len(set(names)) < len(names):
        raise _refusal("Declare each variable once.")
    unknown = sorted(set(_PLACE.findall(content)) - set(names)) if found else []
    if unknown:
        raise _refusal(
            f"The text names {', '.join(unknown)}, which is not declared. Declare it, or take it out."
        )
    if found and content.count(OPENING) != len(_PLACE.findall(content)):
        raise _refusal("Write each place as ${{ name }}, with small letters, digits and _ in the name.")
    return found


def filled_in(content: str, variables: Iterable[Variable], values: Mapping[str, str]) -> str:
    """The text with the values, or the defaults, in their places.

    Raises InvalidInput for the field `user_data_values` where one is unknown, missing, or more than one line.
    """
    known = {one.name: one for one in variables}
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise _wrong(f"The user data has no variable {unknown[0][:100]!r}.")
    missing = [name for name, one in known.items() if one.is_required and not values.get(name)]
    if missing:
        raise _wrong(f"Give a value for {', '.join(missing)}.")
    for name, value in values.items():
        if len(value) > MOST_VALUE_CHARACTERS or not _is_line(value):
            raise _wrong(
                f"The value of {name} must be one line of at most {MOST_VALUE_CHARACTERS} characters."
            )
    if not known:
        return content
    stands = {name: values.get(name) or one.default for name, one in known.items()}
    return _PLACE.sub(lambda place: stands[place[1]], content)


def _check(one: Variable) -> None:
    if not NAME.fullmatch(one.name):
        sentence = "A variable's name has small letters, digits and _, with a letter first"
        raise _refusal(f"{sentence}, not {one.name[:100]!r}.")
    if one.default and (one.is_required or one.is_secret):
        kind = "required" if one.is_required else "secret"
        raise _refusal(f"The variable {one.name} is {kind}, so it can have no default.")
    if not all(
        _is_line(text) and len(text) <= MOST_VALUE_CHARACTERS for text in (one.default, one.description)
    ):
        raise _refusal(f"Default and description of {one.name} must be one line each.")


def _is_line(text: str) -> bool:
    # Plain substitution knows no quoting: with a line break, a value could add lines to a document of YAML.
    return not text or text.isprintable()


def _refusal(sentence: str) -> InvalidInput:
    return InvalidInput.of("variables", sentence)


def _wrong(sentence: str) -> InvalidInput:
    return InvalidInput.of("user_data_values", sentence)
