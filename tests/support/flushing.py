"""Empties the tables after a test that committed, without what Django writes anew each time."""

from django.contrib.contenttypes.management import create_contenttypes
from django.db import connection
from django.db.models.signals import post_migrate

# Facts about the models, of which no test changes any: hundreds of rows.
KEPT = {"auth_permission", "django_content_type"}


def keep_facts_about_models():
    """From here on a flush leaves Django's rows about the models where they are, and nobody writes them again."""
    flush = connection.ops.sql_flush

    def sql_flush(style, tables, **options):
        return flush(style, [table for table in tables if table not in KEPT], **options)

    connection.ops.sql_flush = sql_flush
    post_migrate.disconnect(create_contenttypes)
    post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
