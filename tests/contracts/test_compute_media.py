"""Every driver that has CD drives puts images into them and takes them out alike, cold and hot."""

import uuid
from dataclasses import replace

import pytest

from cloudportal.drivers.errors import NotThere, Refused
from compute.drivers.facts import PowerAction, differences
from compute.drivers.media import MediaSpec
from tests.contracts import specs


@pytest.fixture
def driver(compute):
    with compute.open() as driver:
        yield driver


@pytest.fixture
def off(compute, driver):
    """The spec of a guest that is off."""
    spec = specs.guest(compute)
    driver.ensure_guest(spec)
    return spec


@pytest.fixture
def running(compute, driver, off):
    """The spec of a guest that runs its own code."""
    driver.set_power(off.uuid, PowerAction.ON)
    compute.await_up(off.uuid)
    return off


@pytest.fixture
def media(compute):
    return MediaSpec(locator=compute.media_locator())


@pytest.mark.parametrize("power", ["off", "running"])
def test_what_is_put_into_the_drive_stays_there_and_comes_out_again(driver, media, power, request):
    spec = request.getfixturevalue(power)
    facts = driver.change_media(spec.uuid, media)
    assert differences(replace(spec, media=media), facts) == ()
    assert driver.change_media(spec.uuid, media) == facts
    driver.set_power(spec.uuid, PowerAction.OFF, force=True)
    assert driver.guest(spec.uuid).media == media.locator
    assert differences(spec, driver.change_media(spec.uuid, None)) == ()
    assert differences(spec, driver.change_media(spec.uuid, None)) == ()


def test_one_image_is_changed_for_another_while_the_guest_runs(compute, driver, running, media):
    another = MediaSpec(locator=compute.media_locator())
    driver.change_media(running.uuid, media)
    assert driver.change_media(running.uuid, another).media == another.locator


def test_a_guest_is_made_with_an_image_in_its_drive(compute, driver, media):
    spec = specs.guest(compute, media=media, boot_order=("cdrom", "disk"))
    assert differences(spec, driver.ensure_guest(spec)) == ()
    assert driver.set_power(spec.uuid, PowerAction.ON).media == media.locator


def test_two_guests_read_one_image_at_once(compute, driver, running, media):
    another = specs.guest(compute, media=media)
    driver.ensure_guest(another)
    driver.change_media(running.uuid, media)
    assert driver.set_power(another.uuid, PowerAction.ON).media == media.locator


def test_what_is_missing_cannot_be_put_into_a_running_guest(compute, driver, running, media):
    compute.lose_media(media.locator)
    with pytest.raises(Refused):
        driver.change_media(running.uuid, media)


def test_nobodys_drive_is_not_there(driver, media):
    with pytest.raises(NotThere):
        driver.change_media(uuid.uuid4(), media)
