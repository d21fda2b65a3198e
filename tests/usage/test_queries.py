"""Who sees which usage, and how it is summed."""

from datetime import timedelta

import pytest

from cloudportal.core import clock
from cloudportal.core.errors import InvalidInput, NotFound
from cloudportal.events import meters
from tests.support.factories import account_of, make_personas
from tests.usage.test_ledger import Thing
from usage import ledger, queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def began():
    return clock.now() - timedelta(hours=2)


@pytest.fixture
def world(began):
    personas = make_personas()
    thing = Thing("web")
    owner = account_of(personas.user).owner
    meters.start(meters.RUNNING_INSTANCE, thing, owner, {"cpus": 1}, at=began)
    meters.stop(meters.RUNNING_INSTANCE, thing, owner, at=began + timedelta(seconds=100))
    return personas, thing, owner


def usage(caller, began, **options):
    return queries.usage_for(caller, began, began + timedelta(hours=1), **options)


def test_the_owner_sees_the_seconds(world, began):
    personas, thing, _ = world
    (line,) = usage(personas.user, began)
    assert (line.subject_uuid, line.seconds, line.quantities) == (thing.uuid, 100, {"cpus": 1})


def test_admins_above_see_it_too(world, began):
    personas, *_ = world
    assert len(usage(personas.domain_admin, began)) == 1
    assert len(usage(personas.root_admin, began)) == 1


def test_a_neighbour_and_another_domain_see_nothing(world, began):
    personas, *_ = world
    ledger.fold()
    assert usage(personas.neighbour, began) == []
    assert usage(personas.other_domain_admin, began) == []
    assert not queries.intervals_for(personas.neighbour).exists()


def test_a_strangers_record_is_not_found(world):
    personas, *_ = world
    ledger.fold()
    record = queries.intervals_for(personas.user).get()
    assert queries.interval_for(personas.user, record.uuid) == record
    with pytest.raises(NotFound):
        queries.interval_for(personas.neighbour, record.uuid)


def test_times_on_the_same_terms_are_one_line_and_others_another(world, began):
    personas, thing, owner = world
    again = began + timedelta(seconds=200)
    meters.start(meters.RUNNING_INSTANCE, thing, owner, {"cpus": 1}, at=again)
    meters.stop(meters.RUNNING_INSTANCE, thing, owner, at=again + timedelta(seconds=50))
    bigger = began + timedelta(seconds=400)
    meters.start(meters.RUNNING_INSTANCE, thing, owner, {"cpus": 2}, at=bigger)
    meters.stop(meters.RUNNING_INSTANCE, thing, owner, at=bigger + timedelta(seconds=7))
    lines = {line.quantities["cpus"]: line.seconds for line in usage(personas.user, began)}
    assert lines == {1: 150, 2: 7}


def test_lines_can_be_narrowed_to_a_meter_and_a_thing(world, began):
    personas, thing, owner = world
    other = Thing("db")
    meters.start(meters.VOLUME, other, owner, {}, at=began)
    assert [line.subject_name for line in usage(personas.user, began, meter=meters.VOLUME)] == ["db"]
    assert [line.subject_name for line in usage(personas.user, began, subject_uuid=thing.uuid)] == ["web"]


def test_nothing_is_counted_past_now(world):
    personas, _, owner = world
    now = clock.now()
    meters.start(meters.VOLUME, Thing("disk"), owner, {}, at=now - timedelta(seconds=10))
    lines = queries.usage_for(personas.user, now, now + timedelta(days=1), meter=meters.VOLUME)
    assert next(line.seconds for line in lines) <= 5


def test_a_window_must_end_after_it_begins(world, began):
    personas, *_ = world
    with pytest.raises(InvalidInput) as refusal:
        queries.usage_for(personas.user, began, began - timedelta(seconds=1))
    assert "until" in refusal.value.fields


def test_a_window_is_a_year_long_at_most(world, began):
    personas, *_ = world
    since = began - timedelta(days=queries.MOST_DAYS - 1)
    assert len(queries.usage_for(personas.user, since, since + timedelta(days=queries.MOST_DAYS))) == 1
    with pytest.raises(InvalidInput) as refusal:
        queries.usage_for(personas.user, since, since + timedelta(days=queries.MOST_DAYS, seconds=1))
    assert "until" in refusal.value.fields


def test_the_number_of_queries_does_not_grow(world, began, django_assert_num_queries):
    personas, _, owner = world
    for number in range(5):
        meters.start(meters.VOLUME, Thing(str(number)), owner, {}, at=began)
    with django_assert_num_queries(4):
        usage(personas.user, began)
