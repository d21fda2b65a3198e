"""What a viewer may send to a guest's screen, message by message (RFC 6143, section 7.5, and some extensions).

A viewer is a stranger to the hypervisor: only whole messages of known kinds and sizes reach it. And only by reading
them can it be told whether a person still is there, for a viewer asks for pictures without anybody touching it.
"""

from dataclasses import dataclass, field

# Pasted text, the one message whose length the viewer chooses freely.
TEXT_LIMIT_BYTES = 64 * 1024
MOST_ENCODINGS = 512
MOST_SCREENS = 16
FENCE_LIMIT_BYTES = 64

PIXEL_FORMAT, ENCODINGS, UPDATE_REQUEST, KEY, POINTER, CUT_TEXT = 0, 2, 3, 4, 5, 6
CONTINUOUS_UPDATES, FENCE, DESKTOP_SIZE, QEMU = 150, 248, 251, 255
QEMU_KEY = 0

FIXED = {PIXEL_FORMAT: 20, UPDATE_REQUEST: 10, KEY: 8, POINTER: 6, CONTINUOUS_UPDATES: 10, QEMU: 12}
# How much of a message must be there to know its length.
HEADS = {ENCODINGS: 4, CUT_TEXT: 8, FENCE: 9, DESKTOP_SIZE: 8}
# What only a person at the keyboard or the mouse sends.
BY_PERSON = frozenset({KEY, POINTER, CUT_TEXT, QEMU})


class Broken(Exception):
    """The viewer sent something that no viewer of ours sends."""


@dataclass
class Viewer:
    """One viewer's side of a connection, from ClientInit on."""

    _kept: bytearray = field(default_factory=bytearray)
    _is_begun: bool = False

    def feed(self, data: bytes) -> tuple[bytes, bool]:
        """The whole messages that are there now, to be passed on, and whether a person sent one of them.

        What is left of a message waits for the rest. Raises Broken.
        """
        self._kept += data
        passed, by_person = 0, False
        while (size := self._size(passed)) and size <= len(self._kept) - passed:
            by_person = by_person or (self._is_begun and self._kept[passed] in BY_PERSON)
            self._is_begun = True
            passed += size
        whole = bytes(self._kept[:passed])
        del self._kept[:passed]
        return whole, by_person

    def _size(self, start: int) -> int:
        """The length of the message that begins there, 0 while that cannot be told."""
        if start >= len(self._kept):
            return 0
        if not self._is_begun:
            return 1
        kind = self._kept[start]
        if kind in FIXED:
            return self._fixed(kind, start)
        if kind not in HEADS:
            raise Broken(f"message {kind}")
        head = self._kept[start : start + HEADS[kind]]
        return _whole_size(kind, bytes(head)) if len(head) == HEADS[kind] else 0

    def _fixed(self, kind: int, start: int) -> int:
        # QEMU has more messages under this number, such as for sound, which nobody here asked for.
        if kind == QEMU and self._kept[start + 1 : start + 2] not in (b"", bytes([QEMU_KEY])):
            raise Broken("a message of QEMU's that is no key")
        return FIXED[kind]


def _whole_size(kind: int, head: bytes) -> int:
    if kind == ENCODINGS:
        return 4 + 4 * _within(int.from_bytes(head[2:4], "big"), MOST_ENCODINGS)
    if kind == FENCE:
        return 9 + _within(head[8], FENCE_LIMIT_BYTES)
    if kind == DESKTOP_SIZE:
        return 8 + 16 * _within(head[6], MOST_SCREENS)
    # A negative length marks the extended clipboard, whose texts are as long as it is far below zero.
    return 8 + _within(abs(int.from_bytes(head[4:8], "big", signed=True)), TEXT_LIMIT_BYTES)


def _within(number: int, most: int) -> int:
    if number > most:
        raise Broken(f"{number} where at most {most} may be")
    return number
