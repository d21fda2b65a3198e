"""What a guest wrote to a terminal, as plain text: nothing in it moves a cursor, rings, or colours anything."""

import re

# Control sequences of ECMA-48 and what terminals added: CSI, then OSC and its like up to their end, then short ones.
_SEQUENCES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]?"
    r"|\x1b[\]P^_X][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"
    r"|\x9b[0-?]*[ -/]*[@-~]?"
    r"|[\x90\x98\x9d-\x9f][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b[ -/]*[0-~]?"
)
_OVERWRITTEN = re.compile(r"^.*\r(?=[^\r])", re.MULTILINE)
# All control characters but tab and line feed, and the characters that turn the direction of text around.
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def readable(content: bytes) -> str:
    """The bytes as text that shows and does nothing. It is not markup: whoever puts it into a page escapes it."""
    text = content.decode("utf-8", "replace").replace("\r\n", "\n")
    text = _SEQUENCES.sub("", text)
    # As a terminal shows it: what follows a carriage return is written over what was there.
    text = _OVERWRITTEN.sub("", text)
    return _UNSEEN.sub("", text)
