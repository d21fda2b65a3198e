"""One scenario for every workflow: a world, a submitted job, and what must be true when it is over.

Each app brings its own in tests/support/scenarios_<app>.py as `SCENARIOS: dict[kind, function() -> Scenario]`. The
function runs inside a test with a real database on disk and a simulated world; `job` is submitted and not yet run.
`check(job)` asserts that rows and world agree, that nothing is lost and nothing was done twice, whether the job
ended done or failed.
"""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import tests.support


@dataclass(frozen=True)
class Scenario:
    """A job to be killed, and the question to ask afterwards."""

    job: Any
    check: Callable[[Any], None]


def all_scenarios():
    """kind → function() -> Scenario, from every app."""
    found = {}
    for module in pkgutil.iter_modules(tests.support.__path__):
        if module.name.startswith("scenarios_"):
            found |= importlib.import_module(f"tests.support.{module.name}").SCENARIOS
    return found
