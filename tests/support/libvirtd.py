"""A real libvirtd with QEMU for tests, private to the test process, and ways to disturb it."""

import sys
from contextlib import contextmanager

import pytest

from cloudportal.drivers.libvirtd.link import library
from deploy.services import daemon, libvirtd
from tests.support import mount_nfs


def nfs_client(directory):
    """A directory with the mount helper for hosts whose kernel has no NFS."""
    directory.mkdir(parents=True, exist_ok=True)
    helper = directory / "mount.nfs"
    helper.write_text(f'#!/bin/sh\nexec {sys.executable} {mount_nfs.__file__} "$@"\n')
    helper.chmod(0o755)
    return directory


# One character of the file for each loss that is left.
LOSING = """\
#!/bin/sh
if [ -s {left} ]; then
    case " $* " in
        *" -A libvirt-"*)
            truncate -s -1 {left}
            echo "ebtables v1.8.9 (nf_tables):  RULE_DELETE failed (No such file or directory): rule" >&2
            exit 4 ;;
    esac
fi
exec {next} "$@"
"""


class PrivateLibvirtd:
    """A running daemon: `uri` is for drivers, `connection` for looking behind their backs."""

    def __init__(self, directory, **options):
        self.directory, self.options = directory, {"helpers": nfs_client(directory / "helpers"), **options}
        self.daemon = libvirtd.start(directory, **self.options)
        self.uri = self.daemon.uri
        self.connection = library().open(self.uri)

    def domain(self, uuid):
        return self.connection.lookupByUUIDString(str(uuid))

    def frozen(self):
        """The daemon takes connections and calls and answers none."""
        return daemon.frozen(libvirtd.daemon_pid(self.daemon))

    @contextmanager
    def away(self):
        """There is no daemon; its guests live on, and are its again when it comes back."""
        with libvirtd.away(self.daemon):
            yield
        self.connection = library().open(self.uri)

    @contextmanager
    def losing_races(self, times):
        """So many times, a rule that ebtables is to add is lost to another program, as nf_tables tells it."""
        program = libvirtd.programs(self.directory) / "ebtables"
        left = self.directory / "races"
        left.write_text("." * times)
        usual = program.readlink()
        program.unlink()
        program.write_text(LOSING.format(left=left, next=usual))
        program.chmod(0o755)
        try:
            yield lambda: times - left.stat().st_size
        finally:
            program.unlink()
            program.symlink_to(usual)

    def clear(self):
        """Remove all guests, networks and pools."""
        for domain in self.connection.listAllDomains():
            if domain.isActive():
                domain.destroy()
            if domain.isPersistent():
                domain.undefine()
        for guard in self.connection.listAllNWFilters():
            guard.undefine()
        for thing in [*self.connection.listAllNetworks(), *self.connection.listAllStoragePools()]:
            if thing.isActive():
                thing.destroy()
            thing.undefine()

    def restart(self):
        """Another daemon in the same place; whoever was connected to the first one is so no more."""
        self.stop()
        self.daemon = libvirtd.start(self.directory, **self.options)
        self.connection = library().open(self.uri)

    def stop(self):
        self.connection.close()
        libvirtd.stop(self.daemon)


@pytest.fixture(scope="session")
def libvirtd_process(tmp_path_factory):
    """The daemon, one for all tests of this process."""
    started = PrivateLibvirtd(tmp_path_factory.mktemp("libvirtd"))
    yield started
    started.stop()


@pytest.fixture
def private_libvirtd(libvirtd_process):
    """The daemon without guests, networks and pools; what a test makes there is removed after it."""
    yield libvirtd_process
    libvirtd_process.clear()
