"""The whole suite, twice: everything on SQLite, then all that touches the database again on MariaDB."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy import environment
from deploy.services import mariadb

# Real guests and servers share one worker (tests/support/services/selection.py), which mostly waits; all else has the
# others.
WORKERS = str(min(4, (os.cpu_count() or 2) + 1))
# Tables are made from the models in the first round, which is quick, and by the real migrations in the second.
SECOND = ("--database-only", "--migrations")
# What pytest answers when its selection is empty: the words given on the command line may leave nothing here.
NO_TESTS = 5


def main(arguments: Sequence[str]) -> int:
    """Run both rounds, whatever the first one says; 0 when nothing failed in either."""
    outcomes = [_round("SQLite", {}, arguments)]
    with tempfile.TemporaryDirectory(prefix="portal-suite-") as scratch:
        server = mariadb.start(Path(scratch) / "mariadb")
        try:
            outcomes.append(
                _round("MariaDB", server.environment, ["--database-only", "--migrations", *arguments])
            )
        finally:
            mariadb.stop(server)
    failed = [outcome for outcome in outcomes if outcome not in {0, NO_TESTS}]
    return failed[0] if failed else 0


def _round(database: str, variables: Mapping[str, str], arguments: Sequence[str]) -> int:
    print(f"\n==== The tests on {database} ====", flush=True)
    command = [
        str(environment.PYTHON),
        "-m",
        "pytest",
        "-q",
        "-n",
        WORKERS,
        "--dist",
        "loadgroup",
        *arguments,
    ]
    return subprocess.run(
        command, cwd=environment.ROOT, env={**os.environ, **variables}, stdin=subprocess.DEVNULL, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
