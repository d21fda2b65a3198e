"""How a state looks: a tone and an icon beside its word. Red is kept for what needs a person."""

from enum import StrEnum


class Tone(StrEnum):
    """What a state means to whoever looks; the style sheet gives each a colour."""

    GOOD = "good"
    BUSY = "busy"
    IDLE = "idle"
    CARE = "care"
    BAD = "bad"

    @property
    def icon(self) -> str:
        """The icon that says the same without colour."""
        return f"tone-{self.value}"


_WORDS: dict[Tone, tuple[str, ...]] = {
    Tone.GOOD: ("running", "up", "ready", "enabled", "done", "active", "taken", "accepted", "on"),
    Tone.BUSY: (
        "deploying",
        "starting",
        "stopping",
        "rebooting",
        "reinstalling",
        "destroying",
        "expunging",
        "connecting",
        "evacuating",
        "creating",
        "taking",
        "uploading",
        "deleting",
        "fetching",
        "uploading",
        "removing",
        "queued",
        "undoing",
    ),
    Tone.IDLE: (
        "stopped",
        "destroyed",
        "expunged",
        "disabled",
        "cancelled",
        "allocated",
        "deleted",
        "free",
        "reserved",
        "off",
        "cleared",
        "expired",
        "declined",
        "withdrawn",
        "revoked",
        "info",
    ),
    Tone.CARE: ("locked", "maintenance", "suspended", "pending", "warning", "unknown", "drifted"),
    Tone.BAD: ("error", "failed", "unreachable", "open"),
}
_TONES = {word: tone for tone, words in _WORDS.items() for word in words}


def tone_of(state: str) -> Tone:
    """The tone of a state; one that has none yet reads as idle."""
    return _TONES.get(state, Tone.IDLE)


def has_tone(state: str) -> bool:
    """True where the state was given a tone here."""
    return state in _TONES
