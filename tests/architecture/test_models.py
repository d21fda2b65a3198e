"""Every table says whose its rows are, and no migration is missing or does two things."""

import importlib
import os
import pkgutil
import re
import subprocess
import sys

import pytest
from django.apps import apps
from django.db import models

from cloudportal.core.caller import Caller
from cloudportal.core.scoping import Scope, ScopedModel
from tests.architecture.sources import ROOT
from tests.support.factories import make_personas

OURS = ("jobs", "events", "api", "tenants", "topology", "storage", "networking", "compute", "usage")

# Tables without an owner of their own: parts of a row that has one, or the program's own bookkeeping.
PARTS = {
    "jobs.JobLine": "part of a job, read through queries.lines_for",
    "jobs.Hold": "bookkeeping of open jobs",
    "jobs.PeriodicRun": "bookkeeping of regular work",
    "events.MeterMark": "raw marks; people see the usage ledger made from them",
    "tenants.RoleRule": "part of a role",
    "tenants.Counter": "read through queries.limits_for, by account or domain",
}


def our_models():
    return [model for label in OURS for model in apps.get_app_config(label).get_models()]


def test_every_table_says_whose_its_rows_are():
    missing = [m._meta.label for m in our_models() if not isinstance(getattr(m, "scope", None), Scope)]
    assert sorted(missing) == sorted(PARTS), "Give it a scope, or say above why it needs none."


def test_every_scoped_table_has_a_public_uuid():
    scoped = [model for model in our_models() if issubclass(model, ScopedModel)]
    assert scoped
    assert all(model._meta.get_field("uuid").unique for model in scoped)


@pytest.mark.django_db
def test_every_scope_can_be_asked_by_every_kind_of_caller():
    personas = vars(make_personas()).values()
    callers = [one for one in personas if isinstance(one, Caller)]
    scoped = [model for model in our_models() if issubclass(model, ScopedModel)]
    assert callers
    for model in scoped:
        for caller in callers:
            assert model._default_manager.for_caller(caller).count() >= 0


def test_no_unique_constraint_needs_what_mariadb_lacks():
    constraints = [
        c for m in our_models() for c in m._meta.constraints if isinstance(c, models.UniqueConstraint)
    ]
    assert not [c.name for c in constraints if c.condition or c.expressions or c.deferrable or c.include]


def manage(tmp_path, *arguments):
    """Runs a command of the portal as an operator would, on an empty database of its own."""
    environment = {
        **os.environ,
        "PORTAL_STATE": str(tmp_path),
        "PORTAL_DATABASE": f"sqlite:///{tmp_path}/portal.db",
    }
    return subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True
    )


def test_no_change_of_a_model_lacks_its_migration(tmp_path):
    run = manage(tmp_path, "makemigrations", "--check", "--dry-run")
    assert run.returncode == 0, run.stdout + run.stderr


def test_an_empty_database_can_be_migrated(tmp_path):
    run = manage(tmp_path, "migrate", "--verbosity", "0")
    assert run.returncode == 0, run.stdout + run.stderr


def our_migrations():
    """(app, name) → migration, from the files: the tests themselves run without migrations."""
    found = {}
    for label in OURS:
        package = importlib.import_module(f"{apps.get_app_config(label).name}.migrations")
        for module in pkgutil.iter_modules(package.__path__):
            migration = importlib.import_module(f"{package.__name__}.{module.name}").Migration
            found[label, module.name] = migration
    assert {label for label, _ in found} == set(OURS)
    return found


def test_a_migration_does_one_thing():
    # MariaDB does not take DDL back: a migration that stops halfway must be one that can be run again.
    assert not [key for key, migration in our_migrations().items() if len(migration.operations) != 1]


def test_migrations_are_named_by_hand():
    assert not [name for _, name in our_migrations() if re.search(r"_auto_|_and_more$|_initial$", name)]
