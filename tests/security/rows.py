"""All that is in the database, for tests of what must change nothing and of what must be nowhere."""

from django.apps import apps
from django.db import connection

# When credentials were last used, and tries to be let in: written by merely asking.
NOISE = {"tenants_apikey", "tenants_apitoken", "axes_accessattempt", "django_migrations"}


def tables():
    """Every table of the program, its own and its libraries'."""
    return sorted(model._meta.db_table for model in apps.get_models(include_auto_created=True))


def everything():
    """By table, all rows as they are stored, in a fixed order."""
    return {table: _rows(table) for table in tables() if table not in NOISE}


def stored():
    """All that is stored anywhere, as one text."""
    return "\n".join(f"{table}: {row}" for table in tables() for row in _rows(table))


def _rows(table):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
        return sorted(repr(row) for row in cursor.fetchall())
