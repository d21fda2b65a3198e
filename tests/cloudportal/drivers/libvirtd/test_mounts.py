"""What goes wrong with a mount is said in words, and tried again only where that can help."""

import pytest

from cloudportal.drivers import errors
from cloudportal.drivers.libvirtd import mounts

MOUNT = (
    "libvirt 1/0: internal error: Child process (/bin/mount -t nfs nas:/x /y) unexpected exit status 32: {}"
)


@pytest.mark.parametrize(
    ("words", "kind", "sentence"),
    [
        ("mount.nfs: Connection refused", errors.Unreachable, mounts.SERVER_SILENT),
        ("mount.nfs: Connection timed out", errors.Unreachable, mounts.SERVER_SILENT),
        ("mount.nfs: No route to host", errors.Unreachable, mounts.SERVER_SILENT),
        (
            "mount.nfs: Failed to resolve server nas: Name or service not known",
            errors.Unreachable,
            mounts.SERVER_SILENT,
        ),
        ("mount.nfs: access denied by server while mounting nas:/x", errors.Refused, mounts.EXPORT_REFUSED),
        (
            "mount.nfs: mounting nas:/x failed, reason given by server: No such file or directory",
            errors.Refused,
            mounts.EXPORT_REFUSED,
        ),
        (
            "mount: /y: bad option; for several filesystems (e.g. nfs, cifs) you might need a /sbin/mount.<type> "
            "helper program.",
            errors.Unsupported,
            mounts.HELPER_MISSING,
        ),
        ("mount: /y: unknown filesystem type 'nfs'.", errors.Unsupported, mounts.HELPER_MISSING),
        ("mount.nfs: Protocol not supported", errors.Refused, mounts.OPTIONS_REFUSED),
        (
            "mount.nfs: requested NFS version or transport protocol is not supported",
            errors.Refused,
            mounts.OPTIONS_REFUSED,
        ),
        ("mount.nfs: Stale file handle", errors.Busy, mounts.STALE),
        ("umount: /y: target is busy.", errors.Refused, mounts.STILL_USED),
    ],
)
def test_each_fault_of_a_mount_has_its_sentence(words, kind, sentence):
    with pytest.raises(errors.DriverError) as caught, mounts.told():
        raise errors.Refused(detail=MOUNT.format(words))
    assert (type(caught.value), caught.value.sentence) == (kind, sentence)
    assert words in caught.value.detail


def test_silence_may_be_the_servers():
    with pytest.raises(errors.OutcomeUnknown) as caught, mounts.told():
        raise errors.OutcomeUnknown(detail="libvirt refresh: no answer within 30 s")
    assert caught.value.sentence == mounts.NO_ANSWER


@pytest.mark.parametrize(
    "fault",
    [
        errors.Refused("The volume is there already.", detail="not supported"),
        errors.Refused(detail="something else"),
        errors.WrongCredentials(detail="access denied by server"),
        errors.Unreachable(detail="Connection refused"),
        errors.NotThere(detail="libvirt 49/18: no storage pool"),
    ],
)
def test_faults_that_are_known_better_stay_as_they_are(fault):
    with pytest.raises(errors.DriverError) as caught, mounts.told():
        raise fault
    assert caught.value is fault
