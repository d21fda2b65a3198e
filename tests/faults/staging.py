"""A scenario is played many times, for a worker can die at many points of it, and is set up once."""

import os
import shutil
import sqlite3
from pathlib import Path

from django.conf import settings
from django.db import connection, connections

from tests.faults.scenarios import all_scenarios

SCENARIOS = all_scenarios()


class Stage:
    """The scenario that was played last, with its rows and files as they were before anything happened."""

    def __init__(self):
        self.kind = self.scenario = None

    def set_up(self, kind):
        """The scenario of that kind, at its beginning. A database that is no file has it made anew each time."""
        if connection.vendor != "sqlite":
            return SCENARIOS[kind]()
        if kind == self.kind:
            self._restore()
        else:
            self.kind, self.scenario = kind, SCENARIOS[kind]()
            self._keep()
        self.scenario.job.refresh_from_db()
        return self.scenario

    def _keep(self):
        shutil.rmtree(self._kept, ignore_errors=True)
        shutil.copytree(settings.STATE_DIR, self._kept / "files", ignore=_databases)
        _copy(connection.settings_dict["NAME"], self._kept / "rows")

    def _restore(self):
        _copy(self._kept / "rows", connection.settings_dict["NAME"])
        for name in os.listdir(settings.STATE_DIR):
            path = settings.STATE_DIR / name
            if path.is_dir():
                shutil.rmtree(path)
        shutil.copytree(self._kept / "files", settings.STATE_DIR, dirs_exist_ok=True)

    @property
    def _kept(self):
        return settings.STATE_DIR.parent / f"{settings.STATE_DIR.name}-kept"


def _databases(folder, names):
    """The portal's own database, which lies beside the files."""
    name = Path(connection.settings_dict["NAME"]).name
    return [one for one in names if one.startswith(name)]


def _copy(source, target):
    connections.close_all()
    here, there = sqlite3.connect(source), sqlite3.connect(target)
    with here, there:
        here.backup(there)
    here.close()
    there.close()
