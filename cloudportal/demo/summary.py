"""What people read when the demonstration is ready: where to go, and as whom."""

from collections.abc import Sequence
from dataclasses import dataclass

from cloudportal.demo.personas import Persona


@dataclass(frozen=True)
class Login:
    """Somebody who may sign in."""

    persona: Persona
    password: str


@dataclass(frozen=True)
class Summary:
    """Everything worth knowing. `guest_ip` is where the first instance answers, or would if it were not simulated."""

    url: str
    logins: Sequence[Login]
    instance_name: str
    guest_ip: str
    answers: bool
    seconds: float

    def lines(self) -> list[str]:
        """As printed."""
        return [
            "",
            f"Ready after {self.seconds:.0f} s:  {self.url}/",
            "",
            *_table([("domain", "user name", "password", "")] + [_row(login) for login in self.logins]),
            "",
            f"  {self._instance()}",
        ]

    def _instance(self) -> str:
        if self.answers:
            return f"Instance {self.instance_name}:  http://{self.guest_ip}/  (from this machine)"
        return f"Instance {self.instance_name}:  {self.guest_ip}, simulated, so nothing answers there"


def _row(login: Login) -> tuple[str, str, str, str]:
    persona = login.persona
    return (persona.domain or "(empty)", persona.username, login.password, persona.words)


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
