"""Images of CDs and DVDs: what is taken for one, what a machine can start from, and what is refused."""

import io
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudportal.core.errors import InvalidInput
from storage import inspection
from storage.discs import inspect
from tests.support.discs import descriptor, iso_bytes, patched, udf_bytes
from tests.support.factories_infra import qcow2_bytes

DISC = iso_bytes()
PRIMARY, BOOT = descriptor(DISC, 1), descriptor(DISC, 0)
CATALOGUE = struct.unpack_from("<I", DISC, BOOT + 71)[0] * 2048


def looked_at(content):
    return inspect(io.BytesIO(content), len(content))


def test_a_machine_can_start_from_a_disc_with_a_sound_boot_catalogue():
    assert looked_at(DISC).is_bootable
    assert not looked_at(iso_bytes(boots=False)).is_bootable


def test_a_disc_may_be_udf_alone():
    assert not looked_at(udf_bytes()).is_bootable


CRAFTED = {
    "nothing": b"",
    "zeros": bytes(2048 * 40),
    "half a sector": DISC + b"x",
    "cut short": DISC[: len(DISC) // 2 // 2048 * 2048],
    "larger than its file": patched(DISC, PRIMARY + 80, "<I", 2**32 - 1),
    "no blocks": patched(DISC, PRIMARY + 80, "<I", 0),
    "blocks of one byte": patched(DISC, PRIMARY + 128, "<H", 1),
    "another version": patched(DISC, PRIMARY + 6, "B", 2),
    "catalogue past its end": patched(DISC, BOOT + 71, "<I", 2**32 - 1),
    "catalogue that is none": patched(DISC, BOOT + 71, "<I", 16),
    "catalogue with a wrong sum": patched(DISC, CATALOGUE + 28, "<H", 0xBEEF),
    "a qcow2 image": qcow2_bytes(),
}


@pytest.mark.parametrize("name", CRAFTED)
def test_what_is_no_sound_disc_is_refused(name):
    with pytest.raises(InvalidInput):
        looked_at(CRAFTED[name])


def test_boot_code_past_the_end_starts_nothing():
    assert not looked_at(patched(DISC, CATALOGUE + 40, "<I", 2**32 - 1)).is_bootable
    assert not looked_at(patched(DISC, CATALOGUE + 32, "B", 0)).is_bootable


@pytest.mark.parametrize(
    "magic", [b"QFI\xfb", b"KDMV", b"# Disk DescriptorFile", b"vhdxfile", b"LUKS\xba\xbe"]
)
def test_a_disc_that_is_another_image_too_is_refused(tmp_path, magic):
    path = tmp_path / "polyglot"
    path.write_bytes(magic + DISC[len(magic) :])
    with pytest.raises(InvalidInput):
        inspection.inspect(path, format="iso")


@settings(max_examples=60, deadline=None)
@given(st.integers(16 * 2048, len(DISC) - 9), st.binary(min_size=1, max_size=8))
def test_whatever_is_changed_in_a_disc_the_answer_is_one_of_two(at, noise):
    try:
        found = looked_at(DISC[:at] + noise + DISC[at + len(noise) :])
    except InvalidInput:
        return
    assert found.is_bootable in (True, False)
