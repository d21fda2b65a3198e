"""Fields whose choices are cards: one of several, or any of several, each with a name and what it is about."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms


@dataclass(frozen=True)
class Card:
    """A choice as people compare it: its name, and a line about it."""

    title: str
    note: str = ""

    def __str__(self) -> str:
        return self.title


class OneOf(forms.ChoiceField):
    """One card of several. The first is chosen beforehand, so that a form can be sent as it comes."""

    is_choice_of_cards = True
    widget = forms.RadioSelect

    def __init__(
        self,
        *,
        nothing_to_choose: str = "There is nothing to choose from.",
        is_label_hidden: bool = False,
        **options: Any,
    ) -> None:
        self.nothing_to_choose = nothing_to_choose
        self.is_label_hidden = is_label_hidden
        super().__init__(**options)

    def begin(self, values: Sequence[str]) -> None:
        """Chooses the first value, where nothing is chosen yet."""
        if values and self.initial is None:
            self.initial = values[0]


class AnyOf(forms.MultipleChoiceField):
    """Any number of cards. A single one is chosen beforehand."""

    is_choice_of_cards = True
    widget = forms.CheckboxSelectMultiple

    def __init__(
        self,
        *,
        nothing_to_choose: str = "There is nothing to choose from.",
        is_label_hidden: bool = False,
        **options: Any,
    ) -> None:
        self.nothing_to_choose = nothing_to_choose
        self.is_label_hidden = is_label_hidden
        super().__init__(**options)

    def begin(self, values: Sequence[str]) -> None:
        """Chooses a single value, where nothing is chosen yet."""
        if len(values) == 1 and self.initial is None:
            self.initial = [values[0]]


def lines_of(text: str) -> tuple[str, ...]:
    """A text area's lines without blank ones."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def words_of(text: str) -> tuple[str, ...]:
    """Words with commas between them, as in tags."""
    return tuple(word.strip() for word in text.split(",") if word.strip())
