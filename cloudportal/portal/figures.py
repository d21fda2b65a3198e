"""Figures: how much of something there is, in words and as a bar, for the start page and for limits."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """So much of so much. Without a maximum there is no bar; `note` says what is left, or who set the limit, and `url`
    is where one sees what it counts.
    """

    label: str
    used: float
    maximum: float | None
    used_words: str
    maximum_words: str = ""
    note: str = ""
    url: str = ""

    @property
    def text(self) -> str:
        """`14 of 20`."""
        return f"{self.used_words} of {self.maximum_words}" if self.maximum_words else self.used_words
