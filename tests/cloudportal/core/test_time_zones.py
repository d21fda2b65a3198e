"""Time zones: what is offered, and what means the same on every machine."""

import zoneinfo

import pytest

from cloudportal.core import time_zones
from cloudportal.core.errors import InvalidInput
from cloudportal.core.recurrence import recurrence


@pytest.mark.parametrize("name", ["localtime", "posixrules", "Factory", "../UTC", "Nowhere/Town", ""])
def test_what_is_no_place_is_neither_offered_nor_taken(name):
    assert name not in time_zones.offered()
    with pytest.raises(InvalidInput):
        recurrence("0 3 * * *", name)


def test_utc_comes_first_and_each_zone_once_by_the_name_of_today():
    names = time_zones.offered()
    assert names[0] == "UTC"
    assert len(set(names)) == len(names) > 300
    assert {"Europe/Berlin", "Europe/Stockholm", "Asia/Kolkata"} <= set(names)
    assert not {"Asia/Calcutta", "US/Pacific", "Europe/Belfast"} & set(names)


def test_an_older_name_that_is_set_stays_to_choose():
    assert recurrence("0 3 * * *", "Asia/Calcutta").time_zone == "Asia/Calcutta"
    assert time_zones.choices("Asia/Calcutta")[0] == ("Asia/Calcutta", "Asia/Calcutta")
    assert time_zones.choices("UTC") == time_zones.choices()


def test_a_machine_without_the_table_offers_places(monkeypatch):
    monkeypatch.setattr(zoneinfo, "TZPATH", ())
    names = time_zones.offered.__wrapped__()
    assert names[0] == "UTC" and "Europe/Berlin" in names and "localtime" not in names
