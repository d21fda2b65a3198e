"""Variables of user data as lines of text: how people write them in a form, and how they read there again.

A line is a name, then `!` where a value is required and `*` where it is secret, then ` = default` and ` # description`
where there are any: `db_password!* # Of the database`, `port = 8080 # Where it listens`.
"""

import re
from collections.abc import Iterable

from cloudportal.core.errors import InvalidInput
from cloudportal.portal.choices import lines_of
from compute.services.guest_data.variables import Variable

_LINE = re.compile(
    r"(?P<name>[^\s!*=#]+)(?P<marks>[!*]{0,2})(?:\s*=\s*(?P<default>.*?))?(?:\s+#\s*(?P<description>.*))?"
)


def variables_in(text: str) -> tuple[Variable, ...]:
    """The variables in the lines. Raises InvalidInput for the field `variables`; services check the rest."""
    return tuple(_variable(line) for line in lines_of(text))


def lines_for(variables: Iterable[Variable]) -> str:
    """The lines for the variables."""
    return "\n".join(_line(one) for one in variables)


def _variable(line: str) -> Variable:
    found = _LINE.fullmatch(line)
    if found is None:
        raise InvalidInput.of(
            "variables", f"Write “{line[:60]}” as name, or as name = default # description."
        )
    return Variable(
        name=found["name"],
        description=found["description"] or "",
        default=found["default"] or "",
        is_required="!" in found["marks"],
        is_secret="*" in found["marks"],
    )


def _line(one: Variable) -> str:
    marks = f"{'!' if one.is_required else ''}{'*' if one.is_secret else ''}"
    default = f" = {one.default}" if one.default else ""
    description = f" # {one.description}" if one.description else ""
    return f"{one.name}{marks}{default}{description}"
