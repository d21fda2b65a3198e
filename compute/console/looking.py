"""What a guest shows and says right now, read from its host while somebody waits."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from cloudportal.core import clock
from cloudportal.core.caller import Caller
from cloudportal.core.errors import PortalError
from cloudportal.drivers.errors import DriverError
from compute import actions
from compute.console.text import readable
from compute.drivers.console import KeepsSerialLog, TakesScreenshots
from compute.drivers.contract import ComputeDriver
from compute.models import Instance
from compute.services.instances.consoles import NoConsole, demand
from compute.topology.connections import compute_driver

# Somebody waits for the answer, and a web server's thread with them.
ANSWER_SECONDS = 8.0
DEFAULT_KIB = 64
MOST_KIB = 1024

T = TypeVar("T")


class HostSilent(PortalError):
    """The host did not give what was asked for."""

    code = "host-fault"
    status = 503
    sentence = "The host did not answer. Try again in a moment."


@dataclass(frozen=True)
class SerialText:
    """The end of a serial log as text without control characters; still the guest's words, and no markup."""

    text: str
    is_whole: bool
    read_at: datetime


@dataclass(frozen=True)
class Picture:
    """A screenshot as a PNG."""

    content: bytes
    taken_at: datetime
    content_type: str = "image/png"


def serial_log(caller: Caller, instance: Instance, *, kib: int = DEFAULT_KIB) -> SerialText:
    """The last KiB of what the guest wrote to its first serial line since it was started. Raises WrongState, NoConsole,
    HostSilent.
    """
    actions.SERIAL_LOG.check(caller, instance)
    demand(instance, "KeepsSerialLog", "serial log")

    def ask(driver: ComputeDriver) -> SerialText:
        if not isinstance(driver, KeepsSerialLog):
            raise NoConsole(name=instance.name, what="serial log")
        log = driver.serial_log(instance.uuid, limit_bytes=min(kib, MOST_KIB) * 1024)
        return SerialText(readable(log.content), log.is_whole, clock.now())

    return _asked(instance, ask)


def screenshot(caller: Caller, instance: Instance) -> Picture:
    """What the guest's screen shows. Raises as `serial_log`."""
    actions.SCREENSHOT.check(caller, instance)
    demand(instance, "TakesScreenshots", "screenshots")

    def ask(driver: ComputeDriver) -> Picture:
        if not isinstance(driver, TakesScreenshots):
            raise NoConsole(name=instance.name, what="screenshots")
        return Picture(driver.screenshot(instance.uuid), clock.now())

    return _asked(instance, ask)


def _asked(instance: Instance, ask: Callable[[ComputeDriver], T]) -> T:
    if instance.host is None:
        raise NoConsole(name=instance.name, what="screen")
    try:
        with compute_driver(instance.host, timeout_seconds=ANSWER_SECONDS) as driver:
            return ask(driver)
    except DriverError as fault:
        raise HostSilent(fault.sentence) from fault
