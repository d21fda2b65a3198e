"""File names say all that is known of a file, and no other name passes for one of ours."""

import uuid

import pytest

from storage.drivers.contract import ImageFacts
from storage.drivers.libvirt_pool.names import (
    IMAGE,
    VOLUME,
    FileName,
    image_name,
    mark_name,
    marked_image,
    volume_name,
)

SOME = uuid.uuid4()


def test_a_volumes_name_is_read_back():
    assert FileName.read(VOLUME, volume_name(SOME, "qcow2")) == FileName(SOME, "qcow2")


def test_an_images_name_is_read_back():
    assert FileName.read(IMAGE, image_name(SOME, "raw")) == FileName(SOME, "raw")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "disk.qcow2",
        f"volume-{SOME}",
        f"volume-{SOME}.vmdk",
        f"x-volume-{SOME}.raw",
        f"volume-{SOME}.raw\n",
    ],
)
def test_another_name_is_not_ours(name):
    assert FileName.read(VOLUME, name) is None


def test_a_mark_tells_all_of_its_image():
    facts = ImageFacts(
        image_id=SOME, format="qcow2", checksum="ab" * 32, size_bytes=17, virtual_size_bytes=2**40
    )

    assert marked_image(mark_name(facts)) == facts
    assert len(mark_name(facts)) < 255
    assert FileName.read(IMAGE, mark_name(facts)) is None


def test_an_image_without_its_mark_is_none():
    assert marked_image(image_name(SOME, "qcow2")) is None
