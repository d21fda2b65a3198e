"""An image is believed only after it was looked into."""

import hashlib
import io
import struct
import uuid

import pytest

from cloudportal.drivers.deadlines import Deadline
from cloudportal.drivers.errors import InvalidSpec, OutcomeUnknown, Refused
from storage.drivers.contract import ImageSpec, VolumeSpec
from storage.drivers.images import inspect, opened

GIB = 1 << 30


def qcow2(*, version=3, backing=0, size=GIB, features=0, encryption=0, length=1024):
    header = struct.pack(">4sIQIIQI", b"QFI\xfb", version, backing, 0, 16, size, encryption)
    return (header.ljust(72, b"\0") + struct.pack(">Q", features)).ljust(length, b"\0")


def look_into(content, image_format, **changes):
    values = {
        "image_id": uuid.uuid4(),
        "size_bytes": len(content),
        "format": image_format,
        "checksum": hashlib.sha256(content).hexdigest(),
    }
    return inspect(ImageSpec(**{**values, **changes}), io.BytesIO(content), Deadline(10))


def test_a_qcow2_image_tells_the_size_of_its_disk():
    assert look_into(qcow2(size=3 * GIB), "qcow2") == 3 * GIB
    assert look_into(qcow2(version=2, size=GIB), "qcow2") == GIB


def test_a_raw_image_is_its_disk():
    assert look_into(b"\x90" * 2048, "raw") == 2048


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"short",
        b"\0" * 1024,
        qcow2(version=1),
        qcow2(version=4),
        qcow2(backing=512),
        qcow2(version=2, backing=512),
        qcow2(features=1 << 0),
        qcow2(features=1 << 2),
        qcow2(features=1 << 40),
        qcow2(encryption=1),
        qcow2(version=2, encryption=2),
    ],
)
def test_a_qcow2_image_with_anything_strange_is_refused(content):
    with pytest.raises(Refused):
        look_into(content or b"\0", "qcow2")


def test_compressed_images_are_no_strange_ones():
    assert look_into(qcow2(features=1 << 3), "qcow2") == GIB


@pytest.mark.parametrize(
    "magic",
    [
        b"QFI\xfb",
        b"QED\0",
        b"KDMV",
        b"COWD",
        b"# Disk DescriptorFile",
        b"conectix",
        b"vhdxfile",
        b"LUKS\xba\xbe",
    ],
)
def test_another_kind_of_image_is_not_raw(magic):
    with pytest.raises(Refused):
        look_into(magic.ljust(1024, b"\0"), "raw")


def test_a_raw_image_is_whole_sectors():
    with pytest.raises(Refused):
        look_into(b"x" * 1000, "raw")


@pytest.mark.parametrize("changes", [{"size_bytes": 1536}, {"checksum": "0" * 64}])
def test_what_was_recorded_must_be_true(changes):
    with pytest.raises(Refused):
        look_into(b"x" * 1024, "raw", **changes)


def test_reading_ends_with_the_time():
    content = b"x" * 1024
    spec = ImageSpec(
        image_id=uuid.uuid4(), size_bytes=1024, format="raw", checksum=hashlib.sha256(content).hexdigest()
    )
    with pytest.raises(OutcomeUnknown):
        inspect(spec, io.BytesIO(content), Deadline(0))


def test_a_stream_is_read_from_its_beginning_and_left_open():
    source = io.BytesIO(b"abc")
    source.seek(2)

    with opened(source) as stream:
        assert stream.read() == b"abc"

    assert not source.closed


@pytest.mark.parametrize(
    "make",
    [
        lambda: VolumeSpec(uuid=uuid.uuid4(), size_bytes=0),
        lambda: VolumeSpec(uuid=uuid.uuid4(), size_bytes=513),
        lambda: VolumeSpec(uuid=uuid.uuid4(), size_bytes=512, format="vmdk"),
        lambda: ImageSpec(image_id=uuid.uuid4(), size_bytes=1, format="raw", checksum="A" * 64),
        lambda: ImageSpec(image_id=uuid.uuid4(), size_bytes=0, format="raw", checksum="a" * 64),
        lambda: ImageSpec(image_id=uuid.uuid4(), size_bytes=1, format="iso", checksum="a" * 64),
    ],
)
def test_a_spec_that_makes_no_sense_is_refused(make):
    with pytest.raises(InvalidSpec):
        make()
