import pytest
from django.db import IntegrityError

from networking import macs
from tests.support.factories_infra import make_region

pytestmark = pytest.mark.django_db


def test_macs_are_unicast_and_locally_administered():
    for _ in range(200):
        first = int(macs.random_mac()[:2], 16)
        assert (first & 1, first & 2) == (0, 2)


def test_a_mac_that_is_taken_is_followed_by_another(monkeypatch):
    make_region("02:00:00:00:00:01")
    answers = iter(["02:00:00:00:00:01", "02:00:00:00:00:01", "02:00:00:00:00:02"])
    monkeypatch.setattr(macs, "random_mac", lambda: next(answers))
    assert macs.with_new_mac(make_region).name == "02:00:00:00:00:02"


def test_a_constraint_that_no_mac_can_satisfy_comes_through():
    make_region("taken")
    with pytest.raises(IntegrityError):
        macs.with_new_mac(lambda mac: make_region("taken"))
