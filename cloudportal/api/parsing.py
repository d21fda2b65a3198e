"""Reading bodies: JSON only, of a bounded length, and no characters that could hide or break anything."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework.parsers import BaseParser

from cloudportal.api.refusals import TooLarge, Unreadable
from cloudportal.core.errors import InvalidInput

# Controls, line and paragraph separators, marks that turn the direction of the text around them (so that a name
# could look like another), and halves of surrogate pairs, which no database takes.
_LOUD = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_LOUD_IN_LINES = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


class BoundedJson(BaseParser):
    """A JSON body of at most API_BODY_BYTES. No body at all is an empty object."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The body's value. Raises TooLarge or Unreadable."""
        most = settings.API_BODY_BYTES
        raw = stream.read(most + 1)
        if len(raw) > most:
            raise TooLarge(most_bytes=most)
        if not raw.strip():
            return {}
        try:
            return json.loads(raw.decode("utf-8"), parse_constant=_no_constant)
        except UnicodeDecodeError as error:
            raise Unreadable(reason="It is not UTF-8.") from error
        except RecursionError as error:
            raise Unreadable(reason="It is nested too deeply.") from error
        except ValueError as error:
            raise Unreadable(reason="Check commas, quotes and brackets.") from error


def _no_constant(word: str) -> None:
    raise ValueError(f"{word} is not JSON.")


def check_quiet(value: Any, *, field: str, is_multiline: bool = False) -> None:
    """Raises InvalidInput for the field when any text inside the value has a control character in it."""
    for text in _texts(value):
        if not is_quiet(text, is_multiline=is_multiline):
            raise InvalidInput.of(field, "This contains control characters. Remove them.")


def is_quiet(text: str, *, is_multiline: bool = False) -> bool:
    """True where the text has no control characters; line breaks and tabs count as such on a single line."""
    return not (_LOUD_IN_LINES if is_multiline else _LOUD).search(text)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _texts(key)
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
