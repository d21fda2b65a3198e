import pytest

from cloudportal.drivers.simulated.tampering import set_reachable
from cloudportal.events.models import Alert, Event
from compute.topology import watch as watching
from compute.topology.connections import compute_driver
from compute.topology.models import Host
from compute.topology.watch import SILENT_ROUNDS, watch
from tests.support.factories import foundation
from tests.support.factories_infra import make_host, place_settings, world

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def root_domain():
    foundation()


@pytest.fixture
def host():
    return make_host()


def silence(host, is_silent=True):
    set_reachable(world(), host.settings["place"], not is_silent)


def state_of(host):
    return Host.objects.get(pk=host.pk).state


def watch_times(times):
    for _ in range(times):
        watch()


def test_capacity_is_refreshed(host):
    Host.objects.filter(pk=host.pk).update(cpus=1, memory_mib=1)
    assert watch() == 1
    host.refresh_from_db()
    assert (host.cpus, host.memory_mib) == (16, 65536)
    assert host.last_seen_at is not None


def test_a_host_that_is_silent_once_stays_up(host):
    silence(host)
    watch_times(SILENT_ROUNDS - 1)
    silence(host, False)
    watch()
    silence(host)
    watch_times(SILENT_ROUNDS - 1)
    assert state_of(host) == "up"
    assert not Alert.objects.exists()


def test_a_host_that_stays_silent_is_unreachable_with_one_alert(host):
    silence(host)
    watch_times(SILENT_ROUNDS + 2)
    assert state_of(host) == "unreachable"
    alert = Alert.objects.get()
    assert host.name in alert.sentence
    assert alert.times == 3
    assert Event.objects.filter(type="HOST.LOST").count() == 1


def test_a_host_that_answers_again_comes_up_and_its_alert_is_cleared(host):
    silence(host)
    watch_times(SILENT_ROUNDS)
    silence(host, False)
    watch()
    assert state_of(host) == "up"
    assert not Alert.objects.get().is_open
    assert Event.objects.filter(type="HOST.FOUND").count() == 1


@pytest.mark.parametrize("state", ["disabled", "maintenance"])
def test_hosts_out_of_use_stay_so_whether_they_answer_or_not(state):
    host = make_host(state=state)
    silence(host)
    watch_times(SILENT_ROUNDS)
    silence(host, False)
    watch()
    assert state_of(host) == state
    assert not Alert.objects.exists()


def test_one_silent_host_does_not_hide_the_others(host):
    silence(host)
    other = make_host()
    assert watch() == 1
    other.refresh_from_db()
    assert other.last_seen_at is not None


def test_broken_settings_count_as_silence():
    host = make_host(settings={})
    watch_times(SILENT_ROUNDS)
    assert state_of(host) == "unreachable"
    assert "does not accept us" in Alert.objects.get().sentence


def test_the_same_machine_under_two_names_says_so():
    host = make_host()
    twin = make_host(settings=place_settings(host.settings["place"]))
    watch()
    reasons = set(Host.objects.filter(pk__in=[host.pk, twin.pk]).values_list("reason", flat=True))
    assert any("already" in reason for reason in reasons)


def test_a_host_that_is_disabled_while_it_is_asked_stays_disabled(host, monkeypatch):
    silence(host)
    watch_times(SILENT_ROUNDS - 1)
    really_ask = watching._ask

    def ask(asked):
        Host.objects.filter(pk=host.pk).update(state="disabled")
        return really_ask(asked)

    monkeypatch.setattr(
        watching, "_ask_all", lambda hosts: [ask((one, compute_driver(one))) for one in hosts]
    )
    watch()
    assert state_of(host) == "disabled"
    assert not Alert.objects.exists()
