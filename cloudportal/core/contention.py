"""Transactions that had to give way to others: nothing was written, and the same may succeed in a moment."""

from django.db.utils import OperationalError

# What MariaDB (1205 lock wait, 1213 deadlock) and SQLite say when a transaction had to give way.
_GAVE_WAY = (1205, 1213, "database is locked", "database table is locked")


def gave_way(error: BaseException) -> bool:
    """True where the database took the transaction back because of others, and not because of what was asked."""
    return isinstance(error, OperationalError) and bool(error.args) and error.args[0] in _GAVE_WAY
