"""Draws every state table into a folder, so that the pictures never lag behind the code."""

import importlib
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand
from django.utils.module_loading import module_has_submodule

from cloudportal.core.states import StateTable


class Command(BaseCommand):
    """`manage.py draw_states FOLDER`"""

    help = "Writes one Markdown file with a Mermaid picture for every state table."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The folder to write to."""
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Writes the files, replacing what was there."""
        folder: Path = options["folder"]
        folder.mkdir(parents=True, exist_ok=True)
        for table in _tables():
            (folder / f"{table.noun.lower().replace(' ', '-')}.md").write_text(_drawn(table))


def _tables() -> list[StateTable]:
    modules = [
        importlib.import_module(f"{config.name}.states")
        for config in apps.get_app_configs()
        if config.module and module_has_submodule(config.module, "states")
    ]
    return [value for module in modules for value in vars(module).values() if isinstance(value, StateTable)]


def _drawn(table: StateTable) -> str:
    lines = [
        f"# States of a {table.noun}",
        "",
        "```mermaid",
        "stateDiagram-v2",
        f"    [*] --> {_id(table.initial)}",
    ]
    lines += [f"    {_id(move.source)} --> {_id(move.target)}: {move.event}" for move in table.moves]
    lines += [f"    {_id(state)} --> [*]" for state in sorted(table.final)]
    lines += ["```", ""]
    for group in table.groups:
        lines += [group.sentence, ""]
        lines += [f"- *{move.event}*: {move.source} → {move.target}" for move in group.moves]
        lines += [""]
    return "\n".join(lines)


def _id(state: str) -> str:
    return state.replace("-", "_")
