"""Tickets, serial logs and screenshots at the REST door."""

import base64

import pytest

from cloudportal.drivers.simulated import tampering
from compute.drivers.console import PNG
from compute.drivers.simulator_console import SAID
from compute.models import ConsoleTicket
from tests.support.clients import RestClient
from tests.support.factories import make_personas
from tests.support.factories_compute import deployed, make_cloud, stopped

pytestmark = pytest.mark.django_db


@pytest.fixture
def personas():
    return make_personas()


@pytest.fixture
def cloud():
    return make_cloud()


@pytest.fixture
def instance(cloud, personas):
    return deployed(cloud, personas.user)


@pytest.fixture
def client(personas):
    return RestClient(personas.user)


def test_a_ticket_says_where_to_connect_and_with_what(client, instance, settings):
    settings.PORTAL_URL = "https://cloud.example"
    answer = client.post(f"instances/{instance.uuid}/console/")

    told = answer.json()
    assert answer.status_code == 200
    assert told["url"] == f"wss://cloud.example/instances/{instance.uuid}/console/socket"
    assert told["token"] not in told["url"]
    assert told["protocols"] == ["binary", f"ticket.{told['token']}"]
    assert ConsoleTicket.objects.get().session_digest == ""


def test_a_plan_makes_no_ticket(client, instance):
    told = client.post(f"instances/{instance.uuid}/console/?plan=1").json()
    assert told["plan"]["effects"][0]["kind"] == "console"
    assert not ConsoleTicket.objects.exists()


def test_a_stopped_instance_has_nothing_to_show(client, cloud, personas):
    instance = stopped(cloud, personas.user)
    assert client.post(f"instances/{instance.uuid}/console/").status_code == 409
    assert client.get(f"instances/{instance.uuid}/serial-log/").status_code == 409
    assert client.get(f"instances/{instance.uuid}/screenshot/").status_code == 409


def test_the_serial_log_is_plain_text(client, cloud, instance):
    with cloud.world.tampering("print") as scene:
        scene.record(instance.uuid, f"{SAID}\x1b[31m<b>red</b>")
    told = client.get(f"instances/{instance.uuid}/serial-log/").json()
    assert told["text"].endswith("guest login: \n<b>red</b>")
    assert told["is_whole"]


def test_only_as_much_is_read_as_was_asked_for(client, cloud, instance):
    with cloud.world.tampering("print") as scene:
        scene.record(instance.uuid, SAID + "x" * 5000)
    told = client.get(f"instances/{instance.uuid}/serial-log/", {"kib": 1}).json()
    assert (len(told["text"]), told["is_whole"]) == (1024, False)
    assert client.get(f"instances/{instance.uuid}/serial-log/", {"kib": "-1"}).status_code == 400
    assert client.get(f"instances/{instance.uuid}/serial-log/", {"kib": 10**9}).status_code == 200


def test_a_screenshot_is_a_png_in_base64(client, instance):
    told = client.get(f"instances/{instance.uuid}/screenshot/").json()
    assert told["content_type"] == "image/png"
    assert base64.b64decode(told["content"]).startswith(PNG)


def test_a_silent_host_is_told(client, cloud, instance):
    tampering.set_reachable(cloud.world, "host-0", False)
    answer = client.get(f"instances/{instance.uuid}/screenshot/")
    assert (answer.status_code, answer.json()["code"]) == (503, "host-fault")
