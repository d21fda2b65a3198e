"""Every storage driver takes images in whole or not at all, and believes only what was checked."""

import io
import struct
import subprocess
import uuid
from dataclasses import replace

import pytest

from cloudportal.drivers.errors import NotThere, OutcomeUnknown, Refused
from storage.drivers.contract import VolumeSpec
from tests.contracts.parallel import at_once
from tests.contracts.rigs.simulated import image_spec, raw_image

MIB = 1 << 20


@pytest.fixture
def driver(storage):
    with storage.open() as driver:
        driver.ensure_pool(storage.pool_spec)
        yield driver


def qcow2(directory, *options, size=4 * MIB):
    path = directory / "image.qcow2"
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", *options, path, str(size)], check=True)
    return path


def test_an_image_that_was_sent_is_there(driver):
    spec, source = raw_image()

    facts = driver.ensure_image(spec, source)

    assert (facts.image_id, facts.format, facts.checksum) == (spec.image_id, "raw", spec.checksum)
    assert facts.size_bytes == facts.virtual_size_bytes == spec.size_bytes
    assert driver.find_image(spec.image_id) == facts


def test_an_image_can_be_sent_from_a_file(driver, tmp_path):
    path = qcow2(tmp_path)
    spec = image_spec(path.read_bytes(), "qcow2")

    facts = driver.ensure_image(spec, path)

    assert facts.size_bytes == path.stat().st_size
    assert facts.virtual_size_bytes == 4 * MIB


def test_an_image_that_is_there_is_not_sent_again(driver):
    spec, source = raw_image()
    first = driver.ensure_image(spec, source)
    source.close()

    assert driver.ensure_image(spec, source) == first


def test_two_callers_send_one_image(storage, driver):
    spec, source = raw_image()
    with storage.open() as other:
        answers = at_once(
            lambda: driver.ensure_image(spec, source),
            lambda: other.ensure_image(spec, io.BytesIO(source.getvalue())),
        )

    assert answers[0] == answers[1]


def test_another_content_under_the_same_id_is_refused(driver):
    spec, source = raw_image()
    first = driver.ensure_image(spec, source)
    other, other_source = raw_image(b"\x01" * MIB)

    with pytest.raises(Refused):
        driver.ensure_image(replace(other, image_id=spec.image_id), other_source)

    assert driver.find_image(spec.image_id) == first


@pytest.mark.parametrize(
    "changes",
    [{"checksum": "0" * 64}, {"size_bytes": MIB}, {"format": "qcow2"}],
    ids=["checksum", "size", "format"],
)
def test_a_source_that_is_not_what_was_recorded_leaves_nothing(storage, driver, changes):
    spec, source = raw_image()
    wrong = replace(spec, **changes)

    with pytest.raises(Refused):
        driver.ensure_image(wrong, source)

    assert driver.find_image(spec.image_id) is None
    assert storage.leftovers(spec.image_id) == ()


def test_an_image_that_names_a_base_is_refused(driver, tmp_path):
    secret = tmp_path / "secret"
    secret.write_bytes(b"x" * MIB)
    content = qcow2(tmp_path, "-b", str(secret), "-F", "raw").read_bytes()
    spec = image_spec(content, "qcow2")

    with pytest.raises(Refused):
        driver.ensure_image(spec, io.BytesIO(content))

    assert driver.find_image(spec.image_id) is None


def test_an_image_that_names_a_data_file_is_refused(driver, tmp_path):
    content = qcow2(tmp_path, "-o", f"data_file={tmp_path / 'data'}").read_bytes()

    with pytest.raises(Refused):
        driver.ensure_image(image_spec(content, "qcow2"), io.BytesIO(content))


def test_a_qcow2_image_registered_as_raw_is_refused(driver, tmp_path):
    content = qcow2(tmp_path).read_bytes()

    with pytest.raises(Refused):
        driver.ensure_image(image_spec(content, "raw"), io.BytesIO(content))


@pytest.mark.parametrize("magic", [b"KDMV", b"# Disk DescriptorFile", b"vhdxfile", b"conectix", b"QED\0"])
def test_a_foreign_image_registered_as_raw_is_refused(driver, magic):
    content = magic.ljust(MIB, b"\0")

    with pytest.raises(Refused):
        driver.ensure_image(image_spec(content, "raw"), io.BytesIO(content))


def test_a_qcow2_image_of_an_unknown_kind_is_refused(driver, tmp_path):
    content = bytearray(qcow2(tmp_path).read_bytes())
    struct.pack_into(">I", content, 4, 9)

    with pytest.raises(Refused):
        driver.ensure_image(image_spec(bytes(content), "qcow2"), io.BytesIO(content))


def test_a_removed_image_is_gone_and_can_be_sent_again(storage, driver):
    spec, source = raw_image()
    driver.ensure_image(spec, source)

    driver.remove_image(spec.image_id)

    assert driver.find_image(spec.image_id) is None
    assert storage.leftovers(spec.image_id) == ()
    assert driver.ensure_image(spec, source).image_id == spec.image_id


def test_removing_what_is_not_there_succeeds(driver):
    assert driver.remove_image(uuid.uuid4()) is None


def test_an_image_that_a_volume_still_needs_is_kept(driver):
    spec, source = raw_image()
    driver.ensure_image(spec, source)
    driver.ensure_volume(VolumeSpec(uuid=uuid.uuid4(), size_bytes=4 * MIB, base_image=spec.image_id))

    with pytest.raises(Refused):
        driver.remove_image(spec.image_id)

    assert driver.find_image(spec.image_id) is not None


def test_sending_ends_when_the_pool_does_not_answer_in_time(storage):
    spec, source = raw_image()
    with storage.open(timeout_seconds=5) as driver:
        driver.ensure_pool(storage.pool_spec)
        driver.timeout_seconds = 0.5
        with storage.hanging(), pytest.raises(OutcomeUnknown):
            driver.ensure_image(spec, source)


def test_guests_find_an_image_where_it_lies(driver):
    spec, source = raw_image()
    with pytest.raises(NotThere):
        driver.image_locator(spec.image_id)
    driver.ensure_image(spec, source)
    assert driver.image_locator(spec.image_id) == driver.image_locator(spec.image_id)
    driver.remove_image(spec.image_id)
    with pytest.raises(NotThere):
        driver.image_locator(spec.image_id)
