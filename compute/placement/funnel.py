"""How many hosts were left after each check, and why the rest were not: as data, and in one sentence."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Stage:
    """One check: how many hosts were left, why some were refused (by name, at most a few), and in which words.

    `reason` is for operators and may name figures of hosts; `advice` is for the tenant, and names none.
    """

    check: str
    left: int
    refused: tuple[tuple[str, str], ...] = ()
    reason: str = ""
    advice: str = ""


@dataclass(frozen=True)
class Funnel:
    """The checks in the order in which they were made."""

    stages: tuple[Stage, ...] = ()

    @property
    def decisive(self) -> Stage | None:
        """The check after which no host was left, or None."""
        return next((stage for stage in self.stages if stage.left == 0), None)

    @property
    def sentence(self) -> str:
        """`12 hosts → 7 after tags → 0: needs 8192 MiB, the best has 6144`; for operators."""
        if not self.stages:
            return "No host was looked at."
        first, *others = self.stages
        parts = [f"{first.left} {'host' if first.left == 1 else 'hosts'}"]
        before = first.left
        for stage in others:
            if stage.left == 0:
                break
            if stage.left != before:
                parts.append(f"{stage.left} after {stage.check}")
            before = stage.left
        text = " → ".join(parts)
        if self.decisive is None:
            return f"{text}."
        return f"{text} → 0: {self.decisive.reason}" if first.left else f"{text}: {self.decisive.reason}"

    @property
    def advice(self) -> str:
        """Which check failed and what would help, without a word about hosts; empty while there is room."""
        return self.decisive.advice if self.decisive else ""

    def for_operators(self) -> dict[str, Any]:
        """The whole funnel as JSON values."""
        stages = [
            {
                "check": stage.check,
                "left": stage.left,
                "reason": stage.reason,
                "refused": [{"host": host, "reason": reason} for host, reason in stage.refused],
            }
            for stage in self.stages
        ]
        return {"sentence": self.sentence, "advice": self.advice, "stages": stages}

    def for_tenants(self) -> dict[str, Any]:
        """Which checks were passed and what would help: no names, no figures of the infrastructure."""
        stages = [{"check": stage.check, "passed": stage.left > 0} for stage in self.stages]
        return {"sentence": self.advice or "There is room.", "advice": self.advice, "stages": stages}


def redacted(funnel: dict[str, Any]) -> dict[str, Any]:
    """What `for_tenants` would have said, from what `for_operators` said."""
    advice = funnel.get("advice", "")
    stages = [
        {"check": stage["check"], "passed": stage.get("left", 0) > 0} for stage in funnel.get("stages", ())
    ]
    return {"sentence": advice or "There is room.", "advice": advice, "stages": stages}
