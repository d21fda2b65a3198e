"""What only a real pool shows: what an interrupted sending leaves is no image and is repaired."""

import pytest

from cloudportal.drivers.errors import OutcomeUnknown, Refused
from cloudportal.drivers.libvirtd import pools
from storage.drivers.libvirt_pool import images
from storage.drivers.libvirt_pool.names import image_name
from tests.contracts.conftest import libvirt_storage  # noqa: F401
from tests.contracts.rigs.simulated import raw_image
from tests.support.libvirtd import libvirtd_process, private_libvirtd  # noqa: F401

pytestmark = pytest.mark.real


@pytest.fixture
def driver(libvirt_storage):  # noqa: F811
    with libvirt_storage.open() as driver:
        driver.ensure_pool(libvirt_storage.pool_spec)
        yield driver


def break_off(talk, volume, source, size_bytes):
    """Send half of it, and then nobody knows."""
    pools.send(talk, volume, source, size_bytes // 2)
    raise OutcomeUnknown


class Breaking:
    """The pools room with a sending that breaks off in the middle."""

    send = staticmethod(break_off)

    def __getattr__(self, name):
        return getattr(pools, name)


def test_half_an_image_is_no_image_and_the_next_call_completes_it(driver, libvirt_storage, monkeypatch):  # noqa: F811
    spec, source = raw_image()
    with monkeypatch.context() as patched:
        patched.setattr(images, "pools", Breaking())
        with pytest.raises(OutcomeUnknown):
            driver.ensure_image(spec, source)
    assert libvirt_storage.leftovers(spec.image_id) == (image_name(spec.image_id, "raw"),)
    assert driver.find_image(spec.image_id) is None

    driver.ensure_image(spec, source)

    path = libvirt_storage.volumes / image_name(spec.image_id, "raw")
    assert path.read_bytes() == source.getvalue()
    assert driver.find_image(spec.image_id) is not None


def test_half_an_image_is_removed_too(driver, libvirt_storage, monkeypatch):  # noqa: F811
    spec, source = raw_image()
    with monkeypatch.context() as patched:
        patched.setattr(images, "pools", Breaking())
        with pytest.raises(OutcomeUnknown):
            driver.ensure_image(spec, source)

    driver.remove_image(spec.image_id)

    assert libvirt_storage.leftovers(spec.image_id) == ()


def test_an_image_that_arrives_damaged_is_refused_and_removed(driver, libvirt_storage, monkeypatch):  # noqa: F811
    class Damaging(Breaking):
        @staticmethod
        def send(talk, volume, source, size_bytes):
            source.seek(512)
            pools.send(talk, volume, source, size_bytes - 512)

    monkeypatch.setattr(images, "pools", Damaging())
    spec, source = raw_image()

    with pytest.raises(Refused):
        driver.ensure_image(spec, source)

    assert libvirt_storage.leftovers(spec.image_id) == ()


def test_a_mark_without_its_image_is_not_believed(driver, libvirt_storage):  # noqa: F811
    spec, source = raw_image()
    driver.ensure_image(spec, source)
    (libvirt_storage.volumes / image_name(spec.image_id, "raw")).unlink()

    assert driver.find_image(spec.image_id) is None
    assert driver.ensure_image(spec, source).image_id == spec.image_id
