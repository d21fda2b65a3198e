"""Installs the Debian packages that are missing, and only those, without starting any of their services."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.commands import CommandFailed
from deploy.stages import Stage

LISTS = Path(__file__).parent / "packages"
POLICY = Path("/usr/sbin/policy-rc.d")
SYSTEMD_RUNS = Path("/run/systemd/system")
INDEXES = Path("/var/lib/apt/lists")
# Unattended upgrades of a fresh machine hold the lock for a few minutes after boot.
LOCK_SECONDS = 600
LOCK_PAUSE_SECONDS = 5
QUIET = {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8", "APT_LISTCHANGES_FRONTEND": "none"}

LOCKED = re.compile(r"Could not get lock|Unable to acquire the dpkg frontend lock|Unable to lock directory")
STALE = re.compile(r"Unable to locate package|has no installation candidate|Failed to fetch|404 +Not Found")
STATUS = re.compile(r"(?P<kind>dl|pm)status:.*?:(?P<percent>[\d.]+):(?P<doing>.*)")
UNIT = re.compile(r"^(?:/usr)?/lib/systemd/system/([^/@]+\.(?:service|socket))$", re.MULTILINE)
HALF_DONE = re.compile(r"dpkg was interrupted|run 'dpkg --configure -a'")


class CannotInstall(Exception):
    """Packages are missing and we may not, or cannot, install them here."""


@dataclass(frozen=True)
class Group:
    """One list of packages, and what it means to do without it."""

    name: str
    without: str

    def packages(self) -> list[str]:
        """The names in this group's list, in its order."""
        return names_in(LISTS / f"{self.name}.txt")


def names_in(path: Path) -> list[str]:
    """The first word of each line that is not blank and no comment."""
    lines = (line.partition("#")[0].strip() for line in path.read_text().splitlines())
    return [line for line in lines if line]


def missing(names: Iterable[str]) -> list[str]:
    """Those of `names` that are not fully installed; all of them where there is no dpkg."""
    wanted = sorted(set(names))
    if not wanted or shutil.which("dpkg-query") is None:
        return wanted
    answer = subprocess.run(
        ["dpkg-query", "--show", "--showformat=${Package} ${db:Status-Status}\n", *wanted],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=False,  # it fails when any of the names is unknown, and still lists the others
    ).stdout
    installed = {line.split()[0] for line in answer.splitlines() if line.endswith(" installed")}
    return [name for name in wanted if name not in installed]


def reason_not_to_install() -> str:
    """Why this user on this machine cannot install packages; empty when nothing is in the way."""
    if shutil.which("apt-get") is None:
        return "this machine has no apt"
    return "" if os.geteuid() == 0 else "only root may install them"


def install(names: Sequence[str], *, stage: Stage, log: Path) -> None:
    """Install `names`, starting none of their services. Raises CannotInstall or CommandFailed."""
    obstacle = reason_not_to_install()
    if obstacle:
        raise CannotInstall(obstacle)
    command = ["install", "--yes", "--no-install-recommends", "-o", "Dpkg::Options::=--force-confold", *names]
    with services_kept_off(names):
        _apt_with_fresh_indexes(command, stage=stage, log=log)


def download(names: Sequence[str], target: Path, *, stage: Stage, log: Path) -> None:
    """Fetch the packages' files into `target`, and nothing else into it. Raises CommandFailed."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    _apt_with_fresh_indexes(["download", *names], stage=stage, log=log, directory=target)


def ensure_indexes(*, stage: Stage, log: Path) -> None:
    """Fetch apt's indexes where there are none, as on a machine that was just made. Raises CommandFailed."""
    if not any(INDEXES.glob("*_Packages*")):
        _apt(["update"], stage=stage, log=log)


def indexes_changed_at() -> float:
    """When apt's indexes were last fetched, in seconds since the epoch; 0 where there are none."""
    return INDEXES.stat().st_mtime if INDEXES.exists() else 0.0


@contextmanager
def services_kept_off(names: Sequence[str]) -> Iterator[None]:
    """Inside, packages start no service; afterwards those of `names` do not start at boot either.

    The portal starts these servers itself, on ports of its own; a second slapd or RabbitMQ that nobody asked
    for would be open to the network. The switch is Debian's own: /usr/sbin/policy-rc.d answering 101.
    """
    ours = not POLICY.exists()
    if ours:
        POLICY.write_text("#!/bin/sh\nexit 101\n")
        POLICY.chmod(0o755)
    try:
        yield
    finally:
        if ours:
            POLICY.unlink(missing_ok=True)
    if SYSTEMD_RUNS.exists():
        _disable_services_of(names)


def _disable_services_of(names: Sequence[str]) -> None:
    command = ["dpkg", "--listfiles", *names]
    files = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False).stdout
    units = sorted(set(UNIT.findall(files)))
    if units:
        subprocess.run(["systemctl", "--quiet", "disable", *units], stderr=subprocess.DEVNULL, check=False)


def _apt_with_fresh_indexes(
    arguments: Sequence[str], *, stage: Stage, log: Path, directory: Path | None = None
) -> None:
    """Run apt-get; where it fails because the indexes are older than the archive, fetch them and try again."""
    ensure_indexes(stage=stage, log=log)
    try:
        _apt(arguments, stage=stage, log=log, directory=directory)
    except CommandFailed as failure:
        if not STALE.search(failure.tail):
            raise
        _apt(["update"], stage=stage, log=log)
        _apt(arguments, stage=stage, log=log, directory=directory)


def _apt(arguments: Sequence[str], *, stage: Stage, log: Path, directory: Path | None = None) -> None:
    deadline = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            return _apt_once(arguments, stage=stage, log=log, directory=directory)
        except CommandFailed as failure:
            half_done = HALF_DONE.search(failure.tail)
            if time.monotonic() > deadline or not (half_done or LOCKED.search(failure.tail)):
                raise
            if half_done:
                subprocess.run(["dpkg", "--configure", "-a"], env={**os.environ, **QUIET}, check=True)
                continue
        stage.progress("another program is installing packages; waiting for it")
        time.sleep(LOCK_PAUSE_SECONDS)


def _apt_once(arguments: Sequence[str], *, stage: Stage, log: Path, directory: Path | None) -> None:
    """apt-get with its progress, which it writes to a pipe of its own, shown on the stage."""
    log.parent.mkdir(parents=True, exist_ok=True)
    reading, writing = os.pipe()
    command = ["apt-get", *arguments, "-o", f"APT::Status-Fd={writing}"]
    with log.open("a") as kept:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=kept,
            stderr=subprocess.STDOUT,
            env={**os.environ, **QUIET},
            pass_fds=[writing],
            cwd=directory,
        )
        os.close(writing)
        with child, os.fdopen(reading, errors="replace") as status:
            for line in status:
                show_progress(line, report=stage.progress)
    if child.returncode:
        raise CommandFailed(command, child.returncode, log)


def show_progress(line: str, *, report: Callable[..., None]) -> None:
    """Turn one line of apt's status into progress: `pmstatus:slapd:45.6:Unpacking slapd (amd64)`.

    Fetching fills the first half and installing the second. The format is that of APT::Status-Fd in apt's own
    progress-reporting.md.
    """
    found = STATUS.match(line)
    if found:
        half = 0.0 if found["kind"] == "dl" else 0.5
        report(found["doing"], share=half + float(found["percent"]) / 200)


def explain_missing(groups: Iterable[Group], obstacle: str) -> list[str]:
    """One sentence for each group with something missing: what, why it is not installed, what that means."""
    sentences = []
    for group in groups:
        names = missing(group.packages())
        if names:
            sentences.append(f"Missing Debian packages: {', '.join(names)} ({obstacle}). {group.without}")
    return sentences
