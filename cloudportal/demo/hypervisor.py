"""The hypervisor of the demonstration: a private libvirtd where this machine can run one, else the simulator."""

import os
import shutil
import subprocess

from cloudportal.demo.place import Place
from cloudportal.demo.processes import Running, Supervisor
from deploy import guest_image
from deploy.services import libvirtd

PROGRAMS = {"qemu-system-x86_64": "QEMU", "libvirtd": "libvirt", "qemu-img": "qemu-img", "dnsmasq": "dnsmasq"}
SYSTEM_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


def obstacle() -> str:
    """Why no real guest can run here, in a few words; empty when one can."""
    if os.geteuid() != 0:
        return "only root can run guests and networks"
    lacking = [label for program, label in PROGRAMS.items() if not shutil.which(program, path=SYSTEM_PATH)]
    if lacking:
        return f"{' and '.join(lacking)} cannot be found"
    if not guest_image.IMAGE.exists():
        return "there is no guest image (`make image` builds it)"
    return (
        "" if _may_have_namespaces() else "this machine allows no namespaces, as in an unprivileged container"
    )


def start(place: Place, supervisor: Supervisor) -> str:
    """Start the private libvirtd and give the address that a host of the portal connects to. Raises NotStarted."""
    running = libvirtd.start(place.directory / "libvirt")
    log = running.directory / "log" / "libvirtd.log"
    supervisor.add(Running("libvirtd", running.process.pid, log, lambda: libvirtd.stop(running)))
    return running.uri


def _may_have_namespaces() -> bool:
    command = ["unshare", "--mount", "--pid", "--fork", "true"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
