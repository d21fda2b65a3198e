"""Passwords at the REST door: told once, to whoever asked for them."""

import pytest

from tests.security.rows import stored
from tests.support.clients import RestClient
from tests.support.factories import make_caller
from tests.support.factories_compute import deployed, make_cloud
from tests.support.scenarios_login import taking_passwords

pytestmark = pytest.mark.django_db


@pytest.fixture
def cloud():
    return taking_passwords(make_cloud())


@pytest.fixture
def tenant():
    return make_caller()


@pytest.fixture
def client(tenant):
    return RestClient(tenant)


def body(cloud):
    return {
        "template": str(cloud.template.uuid),
        "offering": str(cloud.offering.uuid),
        "zone": str(cloud.zone.uuid),
    }


def test_a_deployment_tells_the_password_once(cloud, client):
    first = client.post("instances/", body(cloud), Idempotency_Key="once")
    assert first.status_code == 202, first.content
    assert len(first.json()["password"]) == 23
    again = client.post("instances/", body(cloud), Idempotency_Key="once")
    assert (again.status_code, again.json()["password"]) == (202, None)
    assert first.json()["instance"]["uuid"] == again.json()["instance"]["uuid"]
    assert first.json()["password"] not in stored()


def test_a_deployment_without_one_tells_none(client):
    assert client.post("instances/", body(make_cloud())).json()["password"] is None


def test_a_reset_tells_the_new_one(cloud, client, tenant):
    instance = deployed(cloud, tenant)
    answer = client.post(f"instances/{instance.uuid}/reset-password/")
    assert answer.status_code == 202, answer.content
    password = answer.json()["password"]
    assert len(password) == 23
    shown = client.get(f"instances/{instance.uuid}/").content.decode()
    job = client.get(f"jobs/{answer.json()['job']['uuid']}/").content.decode()
    assert password not in shown + job + stored()


def test_a_plan_makes_no_password(cloud, client, tenant):
    instance = deployed(cloud, tenant)
    plan = client.post(f"instances/{instance.uuid}/reset-password/?plan=1").json()["plan"]
    assert plan["effects"][0]["sentence"].startswith(f"Gives the user root of {instance.name} a new password")
    instance.refresh_from_db()
    assert (instance.login_number, str(instance.password_hash)) == (1, "")
