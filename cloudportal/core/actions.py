"""What can be done to what: every permission, button and state rule is read from these declarations."""

from dataclasses import dataclass
from typing import Any

from cloudportal.core.caller import Caller
from cloudportal.core.errors import NotPermitted, WrongState
from cloudportal.core.permissions import RoleKind
from cloudportal.core.states import readable_list


@dataclass(frozen=True)
class Action:
    """One verb on one noun. `name` is the permission, as in `instance.stop`.

    `least` is the humblest built-in role that has it; `reads` marks actions that change nothing and so belong
    to the read-only roles too. `states` are those in which it makes sense; empty means always.
    """

    name: str
    label: str
    least: RoleKind = RoleKind.USER
    reads: bool = False
    states: tuple[str, ...] = ()
    confirmation: str = ""
    is_dangerous: bool = False

    @property
    def noun(self) -> str:
        """`instance` of `instance.stop`."""
        return self.name.split(".", 1)[0]

    @property
    def verb(self) -> str:
        """`stop` of `instance.stop`."""
        return self.name.split(".", 1)[1]

    def permit(self, caller: Caller) -> None:
        """Returns when the caller's rules allow the action; raises NotPermitted otherwise."""
        if not caller.may(self.name):
            raise NotPermitted(action=self.label.lower() or self.name)

    def refusal(self, row: Any) -> WrongState | None:
        """Why the row's state forbids the action, or None."""
        if not self.states or row.state in self.states:
            return None
        noun = self.noun.replace("-", " ")
        needed = readable_list(self.states)
        return WrongState(noun=noun, state=row.state, action=self.label.lower(), needed=needed)

    def check(self, caller: Caller, row: Any) -> None:
        """Permission and state together. Raises NotPermitted or WrongState."""
        self.permit(caller)
        self.demand_state(row)

    def demand_state(self, row: Any) -> None:
        """Returns where the row's state allows the action, whoever asks. Raises WrongState."""
        refusal = self.refusal(row)
        if refusal:
            raise refusal


_registered: dict[str, Action] = {}


def action(name: str, label: str, **options: Any) -> Action:
    """Declares an action, once per name."""
    declared = Action(name, label, **options)
    if _registered.setdefault(name, declared) != declared:
        raise ValueError(f"The action {name} is declared twice.")
    return declared


def all_actions() -> tuple[Action, ...]:
    """Every declared action, by name."""
    return tuple(_registered[name] for name in sorted(_registered))


def actions_of(noun: str) -> tuple[Action, ...]:
    """The actions on one noun, in the order of their declaration."""
    return tuple(one for one in _registered.values() if one.noun == noun)
