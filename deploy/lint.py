"""Every check that reads the code instead of running it: style, types, contracts, migrations, the API schema."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.commands import CommandFailed, run
from deploy.environment import ROOT, VENV
from deploy.stages import Stage, Stages

LOGS = ROOT / "var" / "log" / "lint"
SCHEMA = ROOT / "docs" / "api" / "openapi.yaml"


@dataclass(frozen=True)
class Check:
    """One program, what it looks at, and what to do when it complains."""

    name: str
    command: tuple[str, ...]
    remedy: str


CHECKS = (
    Check("Style", ("ruff", "check", "."), "`make format` repairs most of it."),
    Check("Layout", ("ruff", "format", "--check", "."), "`make format` repairs it."),
    Check("Types", ("mypy", "."), "Each line says where and what."),
    Check("Import contracts", ("lint-imports",), "A room imports only rooms below it."),
    Check(
        "Migrations",
        ("python", "manage.py", "makemigrations", "--check", "--dry-run"),
        "`make migrations` writes what is missing.",
    ),
)


def main(arguments: Sequence[str]) -> int:
    """Run every check, also after one has failed; 0 when all are content."""
    stages = Stages()
    complaints = []
    for check in CHECKS:
        complaints += _complaints(check, stages)
    complaints += _schema_drift(stages)
    for complaint in complaints:
        print(f"\n{complaint}", file=sys.stderr)
    return 1 if complaints else 0


def _complaints(check: Check, stages: Stages) -> list[str]:
    log = LOGS / f"{check.name.lower().replace(' ', '-')}.log"
    log.unlink(missing_ok=True)
    program, *rest = check.command
    with stages.stage(check.name) as stage:
        try:
            run([str(VENV / "bin" / program), *rest], log=log, directory=ROOT)
        except CommandFailed:
            stage.done("complains")
            return [f"{check.name}: {check.remedy}\n{log.read_text().rstrip()}"]
        stage.done("good")
    return []


def _schema_drift(stages: Stages) -> list[str]:
    """The published schema must be what the code makes now, and making it must raise no warning."""
    made = LOGS / "openapi.yaml"
    check = Check(
        "API schema",
        ("python", "manage.py", "spectacular", "--fail-on-warn", "--validate", "--file", str(made)),
        "Each line says which view or serializer.",
    )
    complaints = _complaints(check, stages)
    if complaints:
        return complaints
    with stages.stage("API schema drift") as stage:
        return _compare(made, stage)


def _compare(made: Path, stage: Stage) -> list[str]:
    if SCHEMA.exists() and SCHEMA.read_bytes() == made.read_bytes():
        stage.done("good")
        return []
    stage.done("complains")
    return [
        f"API schema drift: {SCHEMA.relative_to(ROOT)} is not what the code makes. `make schema` writes it."
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
