"""A guest's power on a KVM host: looked at, changed, and waited for."""

from __future__ import annotations

import time
from typing import Any

from cloudportal.drivers.errors import NotThere, OutcomeUnknown, Refused
from cloudportal.drivers.libvirtd.link import Talk, library
from cloudportal.drivers.libvirtd.overtaking import have_done, outlast_races
from compute.drivers.facts import Power, PowerAction
from compute.drivers.kvm.reading import power_of

POLL_SECONDS = 0.1
# A guest that is still booting loses the first presses of its power button.
PRESS_AGAIN_SECONDS = 5.0
LOOKS_AFTER_REFUSAL = 20


def power_now(talk: Talk, domain: Any) -> Power:
    """Whether the guest runs; raises NotThere when it has gone."""
    state, reason = talk.look(domain.state, 0)
    return power_of(state, reason)


def set_power(talk: Talk, domain: Any, action: PowerAction, *, force: bool) -> None:
    """The action is done when this returns; see the contract."""
    if action is PowerAction.ON:
        turn_on(talk, domain)
    elif action is PowerAction.OFF:
        turn_off(talk, domain, force=force)
    else:
        reset(talk, domain, force=force)


def turn_on(talk: Talk, domain: Any) -> None:
    """The guest runs. Raises Refused when something that it needs is missing or used by another."""
    now = power_now(talk, domain)
    do = domain.resume if now is Power.PAUSED else domain.create
    try:
        # Once only, unless it was a race: each attempt starts a QEMU, and what it misses will not appear by itself.
        outlast_races(
            talk, lambda: have_done(talk, lambda: power_now(talk, domain) is Power.ON, do, attempts=1)
        )
    except NotThere as fault:
        # The guest itself, or one of its parts? Asking for its power tells: it raises NotThere for the
        # former.
        power_now(talk, domain)
        raise Refused(
            "A volume or network of the instance is missing on the host.", detail=fault.detail
        ) from fault


def turn_off(talk: Talk, domain: Any, *, force: bool) -> None:
    """The guest does not run."""
    if force:
        cut(talk, domain)
    else:
        _ask(talk, domain)


def cut(talk: Talk, domain: Any) -> None:
    """The guest does not run, whatever it was doing."""
    have_done(talk, lambda: power_now(talk, domain) is Power.OFF, domain.destroy)


def reset(talk: Talk, domain: Any, *, force: bool) -> None:
    """The guest has started anew. Asked nicely it goes off and on, for only that can be seen to have
    happened.
    """
    if not force:
        turn_off(talk, domain, force=False)
    if power_now(talk, domain) is Power.ON:
        talk.act(domain.reset, 0)
        return
    if power_now(talk, domain) is Power.PAUSED:
        talk.act(domain.reset, 0)
    turn_on(talk, domain)


def _ask(talk: Talk, domain: Any) -> None:
    next_press = 0.0
    while (now := power_now(talk, domain)) is not Power.OFF:
        if time.monotonic() >= next_press:
            _press(talk, domain, now)
            next_press = time.monotonic() + PRESS_AGAIN_SECONDS
        if talk.deadline.remaining_seconds() < 2 * POLL_SECONDS:
            raise OutcomeUnknown(
                "The instance did not shut down in time. It may still do so; otherwise stop it with force.",
                detail=f"still {now} after {talk.deadline.limit_seconds:g} s",
            )
        time.sleep(POLL_SECONDS)


def _press(talk: Talk, domain: Any, now: Power) -> None:
    try:
        if now is Power.PAUSED:
            talk.act(domain.resume)
        talk.act(domain.shutdownFlags, library().VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN)
    except Refused:
        if not _goes_off(talk, domain):
            raise


def _goes_off(talk: Talk, domain: Any) -> bool:
    """True where the guest is off soon: a moment before it says so, libvirt presses no button of one any more."""
    for _ in range(LOOKS_AFTER_REFUSAL):
        if power_now(talk, domain) is Power.OFF:
            return True
        time.sleep(POLL_SECONDS)
    return False
