"""State tables: complete, without dead ends, and drawn as they are."""

import importlib
import pkgutil

import pytest
from django.apps import apps
from django.core.management import call_command

from cloudportal.core.states import StateTable
from tests.architecture.sources import ROOT

ROOMS = ("cloudportal.jobs", "tenants", "compute", "compute.topology", "storage", "networking", "usage")


def all_tables():
    for room in ROOMS:
        if "states" in {found.name for found in pkgutil.iter_modules(importlib.import_module(room).__path__)}:
            module = importlib.import_module(f"{room}.states")
            for name, value in vars(module).items():
                if isinstance(value, StateTable):
                    yield pytest.param(value, id=f"{room}.{name}")


TABLES = list(all_tables())


def reachable(table, start):
    seen, waiting = set(), [start]
    while waiting:
        state = waiting.pop()
        if state not in seen:
            seen.add(state)
            waiting += [move.target for move in table.moves if move.source == state]
    return seen


@pytest.mark.parametrize("table", TABLES)
def test_every_state_can_be_reached(table):
    assert reachable(table, table.initial) == table.states


@pytest.mark.parametrize("table", TABLES)
def test_only_final_states_have_no_way_out(table):
    stuck = {state for state in table.states if not any(move.source == state for move in table.moves)}
    assert stuck == set(table.final)


@pytest.mark.parametrize("table", TABLES)
def test_every_transient_state_has_a_way_out_to_rest(table):
    at_rest = table.states - table.transient
    for state in table.transient - table.final:
        assert reachable(table, state) & at_rest, state


@pytest.mark.parametrize("table", TABLES)
def test_an_event_leads_from_a_state_to_one_place(table):
    arrows = [(move.source, move.event) for move in table.moves]
    assert len(arrows) == len(set(arrows))


def test_the_pictures_show_the_tables(tmp_path):
    call_command("draw_states", str(tmp_path))
    drawn = {path.name: path.read_text() for path in tmp_path.iterdir()}
    kept = {path.name: path.read_text() for path in (ROOT / "docs" / "states").iterdir()}
    assert drawn == kept, "Run `make states`."


def test_every_state_fits_its_column():
    models = [model for model in apps.get_models() if any(f.name == "state" for f in model._meta.fields)]
    assert models
    for model in models:
        column = model._meta.get_field("state")
        assert column.max_length >= 8, model
