"""SQLite that bears several processes: a transaction that finds the database locked asks again, a bounded while."""

import random
import time

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError

# SQLite's own busy handler is unfair: under many writers an unlucky one can starve past its time-out,
# so the begin is tried again. Nothing has been done in the transaction yet, which makes that safe.
BEGIN_TRIES = 5


class DatabaseWrapper(base.DatabaseWrapper):
    """The stock wrapper, with bounded retries at the only point where a retry cannot repeat work."""

    def _start_transaction_under_autocommit(self) -> None:
        for attempt in range(1, BEGIN_TRIES + 1):
            try:
                super()._start_transaction_under_autocommit()  # type: ignore[misc]
                return
            except OperationalError as error:
                if "locked" not in str(error) or attempt == BEGIN_TRIES:
                    raise
                time.sleep(random.uniform(0.01, 0.05) * attempt)
