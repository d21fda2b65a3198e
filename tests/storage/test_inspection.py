import struct

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cloudportal.core.errors import InvalidInput
from storage.inspection import inspect
from tests.support.factories_infra import MIB, qcow2_bytes


@pytest.fixture
def image(tmp_path):
    def make(content):
        path = tmp_path / "image"
        path.write_bytes(content)
        return path

    return make


def patched(offset, layout, *values):
    content = bytearray(qcow2_bytes())
    struct.pack_into(layout, content, offset, *values)
    return bytes(content)


def with_extension(kind, data=b"/etc/shadow"):
    padded = data.ljust(-(-len(data) // 8) * 8, b"\0")
    content = bytearray(qcow2_bytes())
    content[104 : 104 + 8 + len(padded)] = struct.pack(">II", kind, len(data)) + padded
    return bytes(content)


def test_a_sound_qcow2_image_shows_the_size_of_its_disk(image):
    assert inspect(image(qcow2_bytes(64 * MIB)), format="qcow2").virtual_size_bytes == 64 * MIB


def test_version_two_is_sound_too(image):
    content = bytearray(qcow2_bytes())
    struct.pack_into(">I", content, 4, 2)
    content[72:] = bytes(len(content) - 72)
    assert inspect(image(bytes(content)), format="qcow2").virtual_size_bytes == 64 * MIB


def test_a_raw_image_is_as_large_as_its_file(image):
    assert inspect(image(b"\x55\xaa" * 512), format="raw").virtual_size_bytes == 1024


CRAFTED = {
    "no magic": b"\0" * 65536,
    "cut short": qcow2_bytes()[:60],
    "version one": patched(4, ">I", 1),
    "version four": patched(4, ">I", 4),
    "backing file": patched(8, ">QI", 512, 11),
    "backing file without offset": patched(16, ">I", 11),
    "encrypted": patched(32, ">I", 1),
    "luks": patched(32, ">I", 2),
    "cluster of one byte": patched(20, ">I", 0),
    "cluster of 4 GiB": patched(20, ">I", 32),
    "half a sector": patched(24, ">Q", 64 * MIB + 1),
    "no disk": patched(24, ">Q", 0),
    "disk of 8 EiB": patched(24, ">Q", 2**63),
    "tables past the end": patched(36, ">I", 2**31),
    "refcounts past the end": patched(48, ">Q", 2**40),
    "tables out of line": patched(40, ">Q", 65536 * 3 + 8),
    "tables that do not cover the disk": patched(24, ">Q", 2**40),
    "tables of 4 GiB": patched(36, ">I", 2**29),
    "no refcounts": patched(56, ">I", 0),
    "refcounts of 4 GiB": patched(56, ">I", 2**16),
    "refcounts of 2 to the 64 bits": patched(96, ">I", 64),
    "header of odd length": patched(100, ">I", 105),
    "snapshots of its own": patched(60, ">I", 1),
    "dirty": patched(72, ">Q", 1),
    "corrupt": patched(72, ">Q", 2),
    "external data file": patched(72, ">Q", 4),
    "unknown feature": patched(72, ">Q", 1 << 40),
    "raw external data": patched(88, ">Q", 2),
    "header length of nothing": patched(100, ">I", 0),
    "header length past the end": patched(100, ">I", 2**30),
    "data file name": with_extension(0x44415441),
    "backing format": with_extension(0xE2792ACA),
    "encryption header": with_extension(0x0537BE77),
    "data file name behind another": with_extension(0x6803F857)[:128] + with_extension(0x44415441)[104:],
}


@pytest.mark.parametrize("content", CRAFTED.values(), ids=CRAFTED)
def test_a_crafted_qcow2_image_is_refused(image, content):
    with pytest.raises(InvalidInput) as refusal:
        inspect(image(content), format="qcow2")
    assert "source_file" in refusal.value.fields


def test_a_name_in_a_later_extension_is_found(image):
    first = struct.pack(">II", 0x6803F857, 8) + b"features"
    second = struct.pack(">II", 0x44415441, 4) + b"/etc\0\0\0\0"
    content = bytearray(qcow2_bytes())
    content[104 : 104 + len(first) + len(second)] = first + second
    with pytest.raises(InvalidInput):
        inspect(image(bytes(content)), format="qcow2")


FOREIGN = {
    "qcow2": qcow2_bytes(),
    "vmdk descriptor": b"# Disk DescriptorFile\nversion=1\n",
    "vmdk sparse": b"KDMV",
    "vmdk cow": b"COWD",
    "vhd": b"conectix",
    "vhdx": b"vhdxfile",
    "qed": b"QED\0",
    "luks": b"LUKS\xba\xbe",
    "parallels": b"WithoutFreeSpace",
    "vdi": b"<<< Oracle VM VirtualBox Disk Image >>>",
    "vdi magic alone": b"\0" * 0x40 + b"\x7f\x10\xda\xbe",
    "vhd footer": b"\0" * 1024 + b"conectix",
    "dmg footer": b"\0" * 1024 + b"koly",
}


@pytest.mark.parametrize("content", FOREIGN.values(), ids=FOREIGN)
def test_an_image_of_another_format_is_not_taken_as_raw(image, content):
    whole = content.ljust(-(-len(content) // 512) * 512, b"\0")
    with pytest.raises(InvalidInput):
        inspect(image(whole), format="raw")


def test_half_a_sector_is_no_raw_image(image):
    with pytest.raises(InvalidInput):
        inspect(image(b"x" * 700), format="raw")


@pytest.mark.parametrize("format", ["vmdk", "auto", "", "QCOW2"])
def test_a_format_is_never_guessed(image, format):
    with pytest.raises(InvalidInput):
        inspect(image(qcow2_bytes()), format=format)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 110), noise=st.binary(min_size=1, max_size=12))
def test_whatever_is_changed_in_a_header_nothing_but_a_plain_image_comes_through(image, at, noise):
    content = qcow2_bytes()
    path = image(content[:at] + noise + content[at + len(noise) :])
    try:
        found = inspect(path, format="qcow2")
    except InvalidInput:
        return
    header = path.read_bytes()[:104]
    backing_at, backing_length = struct.unpack_from(">QI", header, 8)
    (features,) = struct.unpack_from(">Q", header, 72)
    assert (backing_at, backing_length) == (0, 0)
    assert header[4:8] == b"\0\0\0\2" or not features & ~0b11000
    assert 0 < found.virtual_size_bytes <= 2**44
