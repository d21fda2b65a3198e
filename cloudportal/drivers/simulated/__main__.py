"""The simulated world from the command line: `python -m cloudportal.drivers.simulated WORLD --help`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable
from uuid import UUID

from cloudportal.drivers.errors import ERRORS, Unreachable
from cloudportal.drivers.simulated import tampering
from cloudportal.drivers.simulated.faults import Fault, FaultKind
from cloudportal.drivers.simulated.world import SimulatedWorld

Command = Callable[[SimulatedWorld, argparse.Namespace], Iterable[object]]


def main(words: list[str]) -> int:
    """Do what the words ask for and write one line for each thing to tell."""
    arguments = _parser().parse_args(words)
    command: Command = arguments.command
    for line in command(SimulatedWorld(arguments.world), arguments):
        sys.stdout.write(f"{line}\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="simulated", description="Disturb a simulated world, or look into it."
    )
    parser.add_argument("world", help="the world's file")
    commands = parser.add_subparsers(required=True)
    inject = _add(commands, "inject", "put a fault into the world", _inject)
    inject.add_argument("operation", help="a driver's method such as ensure_guest, or * for all")
    inject.add_argument("kind", choices=[kind.value for kind in FaultKind])
    inject.add_argument("--error", choices=list(ERRORS), default=Unreachable.code)
    inject.add_argument("--place")
    inject.add_argument("--subject", help="an id")
    inject.add_argument("--count", type=int, default=1, help="0: without end")
    inject.add_argument("--seconds", type=float, default=0.0)
    _add(commands, "faults", "list the faults that will still be met", lambda world, _: world.faults())
    _add(commands, "clear", "take all faults away", _clear)
    effects = _add(commands, "effects", "list what really happened", _effects)
    effects.add_argument("--subject", help="an id")
    power = _add(commands, "power", "turn a guest on, off or paused behind the portal's back", _power)
    power.add_argument("guest", type=UUID)
    power.add_argument("power", choices=["on", "off", "paused"])
    reach = _add(commands, "reach", "cut a place off, or bring it back", _reach)
    reach.add_argument("place")
    reach.add_argument("is_reachable", choices=["yes", "no"])
    return parser


def _add(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, text: str, command: Command
) -> argparse.ArgumentParser:
    added = commands.add_parser(name, help=text)
    added.set_defaults(command=command)
    return added


def _inject(world: SimulatedWorld, arguments: argparse.Namespace) -> Iterable[object]:
    fault = Fault(
        operation=arguments.operation,
        kind=FaultKind(arguments.kind),
        error=arguments.error,
        place=arguments.place,
        subject=arguments.subject,
        count=arguments.count or None,
        seconds=arguments.seconds,
    )
    return [f"fault {world.inject(fault)}"]


def _clear(world: SimulatedWorld, arguments: argparse.Namespace) -> Iterable[object]:
    world.clear_faults()
    return []


def _effects(world: SimulatedWorld, arguments: argparse.Namespace) -> Iterable[object]:
    found = world.effects(subject=arguments.subject)
    return [f"{one.id} {one.operation} {one.place} {one.subject} {one.detail}" for one in found]


def _power(world: SimulatedWorld, arguments: argparse.Namespace) -> Iterable[object]:
    tampering.set_guest_power(world, arguments.guest, arguments.power)
    return []


def _reach(world: SimulatedWorld, arguments: argparse.Namespace) -> Iterable[object]:
    tampering.set_reachable(world, arguments.place, arguments.is_reachable == "yes")
    return []


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
