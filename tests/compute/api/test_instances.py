"""Instances and their sizes at the REST door."""

import pytest

from cloudportal.jobs.models import Job
from compute import states
from compute.api.instances import INSTANCES
from compute.api.offerings import SERVICE_OFFERINGS
from compute.models import AttachedIso, Instance, Nic, VolumeAttachment
from networking.models import Address
from storage.models import Volume
from tests.support import factories
from tests.support import factories_infra as infra
from tests.support.clients import RestClient
from tests.support.factories_compute import make_cloud, make_offering
from tests.support.factories_guest_data import public_key
from tests.support.jobs import run_jobs
from tests.support.scenarios_login import taking_passwords
from tests.support.suites.rest import (
    AnswersWithJob,
    CannotSeeOthers,
    FiltersByEverything,
    NeedsPermission,
    PagesAndOrders,
    ReadsOwnRows,
    RefusesWrongState,
)

FROM_STATE = {
    "start": states.STOPPED,
    "stop": states.RUNNING,
    "reboot": states.RUNNING,
    "reinstall": states.STOPPED,
    "resize": states.STOPPED,
    "console": states.RUNNING,
    "destroy": states.RUNNING,
    "expunge": states.DESTROYED,
    "retry": states.ERROR,
    "reset-password": states.RUNNING,
    "reset-ssh-keys": states.RUNNING,
    "attach-iso": states.RUNNING,
    "detach-iso": states.RUNNING,
}


class TestInstances(
    ReadsOwnRows,
    CannotSeeOthers,
    NeedsPermission,
    FiltersByEverything,
    PagesAndOrders,
    RefusesWrongState,
    AnswersWithJob,
):
    resource = INSTANCES
    table = states.INSTANCE
    missing = {
        "name": "none",
        "search": "none",
        "state": "error",
        "power": "off",
        "created_at_from": "2999-01-01T00:00:00Z",
        "created_at_until": "2000-01-01T00:00:00Z",
    }

    def prepare(self):
        self.cloud = taking_passwords(make_cloud(addresses=200))
        self.iso = infra.make_iso()
        self.values = {
            "attach-iso": {"iso": str(self.iso.uuid)},
            "resize": {"offering": str(make_offering().uuid)},
            "reset-ssh-keys": {"ssh_keys": [public_key()]},
        }

    def make(self, number=0):
        cloud, account = self.cloud, factories.account_of(self.personas.user)
        row = Instance.objects.create(
            account=account,
            zone=cloud.zone,
            template=cloud.template,
            offering=cloud.offering,
            host=cloud.host,
            name=factories.numbered("vm"),
            state=states.RUNNING,
            power="on",
            cpus=1,
            cpu_mhz=1000,
            memory_mib=512,
        )
        volume = Volume.objects.create(
            account=account,
            zone=cloud.zone,
            pool=cloud.pool,
            template=cloud.template,
            name=row.name,
            kind="root",
            size_bytes=1024**3,
            state="ready",
            held_by=row.uuid,
        )
        VolumeAttachment.objects.create(instance=row, volume=volume)
        address = Address.objects.filter(network=cloud.network, account=None).first()
        Address.objects.filter(pk=address.pk).update(account=account, state="taken")
        mac = f"02:00:00:00:{row.pk >> 8:02x}:{row.pk & 255:02x}"
        Nic.objects.create(instance=row, network=cloud.network, address=address, mac=mac)
        return row

    def ready(self, change):
        row = self.make()
        Instance.objects.filter(pk=row.pk).update(state=FROM_STATE[change.name])
        if change.name == "detach-iso":
            AttachedIso.objects.create(instance=row, template=self.iso)
        return row

    def matching(self, row):
        return {
            "name": row.name,
            "search": row.name,
            "state": "running",
            "power": "on",
            "account": row.account.uuid,
            "domain": row.account.domain.uuid,
            "zone": row.zone.uuid,
            "template": row.template.uuid,
            "offering": row.offering.uuid,
            "created_at_from": "2000-01-01T00:00:00Z",
            "created_at_until": "2999-01-01T00:00:00Z",
        }

    def test_where_an_instance_runs_is_for_operators(self):
        row = self.make()
        assert {"host", "last_host", "drift"} & set(
            self.client("user").get(self.address_of(row)).json()
        ) == set()
        assert (
            self.client("root_admin").get(self.address_of(row)).json()["host"]["name"] == self.cloud.host.name
        )

    def test_an_instance_shows_its_disks_and_addresses(self):
        shown = self.client("user").get(self.address_of(self.make())).json()
        assert shown["nics"][0]["ip"].startswith("10.7.0.")
        assert shown["volumes"][0]["device_index"] == 0


@pytest.fixture
def personas(db):
    return factories.make_personas()


@pytest.fixture
def cloud(db):
    return make_cloud()


def wish(cloud, **values):
    return {
        "name": "web",
        "zone": str(cloud.zone.uuid),
        "template": str(cloud.template.uuid),
        "offering": str(cloud.offering.uuid),
        **values,
    }


def test_an_instance_lives_from_deploy_to_expunge(personas, cloud):
    client = RestClient(personas.user)
    answer = client.post("instances/", wish(cloud))
    assert answer.status_code == 202, answer.content
    instance = answer.json()["instance"]
    assert (instance["state"], instance["job"]["uuid"]) == ("deploying", answer.json()["job"]["uuid"])
    address = f"instances/{instance['uuid']}/"
    run_jobs()
    running = client.get(address).json()
    assert (running["state"], running["job"]) == ("running", None)
    for verb, state in (
        ("stop", "stopped"),
        ("start", "running"),
        ("reboot", "running"),
        ("destroy", "destroyed"),
        ("expunge", "expunged"),
    ):
        assert client.post(f"{address}{verb}/").status_code == 202, verb
        run_jobs()
        assert client.get(address).json()["state"] == state, verb


def test_the_job_of_a_deploy_tells_its_steps(personas, cloud):
    client = RestClient(personas.user)
    location = client.post("instances/", wish(cloud))["Location"].removeprefix("/api/v1/")
    waiting = client.get(location).json()
    assert {step["state"] for step in waiting["steps"]} == {"waiting"}
    run_jobs()
    done = client.get(location).json()
    assert (done["state"], done["progress"]) == ("done", 100)
    assert {step["state"] for step in done["steps"]} == {"done"}


def test_a_deploy_can_be_planned_and_agreed_on(personas, cloud):
    client = RestClient(personas.user)
    plan = client.post("instances/?plan=1", wish(cloud)).json()["plan"]
    assert plan["refusal"] is None
    assert any(effect["kind"] == "limit" for effect in plan["effects"])
    assert (Instance.objects.count(), Job.objects.count()) == (0, 0)
    assert client.post("instances/", wish(cloud), X_Plan=plan["fingerprint"]).status_code == 202


def test_a_plan_tells_of_a_limit_that_would_be_passed(personas, cloud):
    account = factories.account_of(personas.user)
    RestClient(personas.root_admin).put(f"accounts/{account.uuid}/limits/instances/", {"maximum": 0})
    plan = RestClient(personas.user).post("instances/?plan=1", wish(cloud)).json()["plan"]
    assert plan["refusal"]["code"] == "limit-reached"
    assert plan["refusal"]["values"]["maximum"] == 0


def test_a_deploy_sent_twice_makes_one_instance(personas, cloud):
    client = RestClient(personas.user)
    first, second = (client.post("instances/", wish(cloud), Idempotency_Key="once") for _ in range(2))
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json() == second.json()
    assert (Instance.objects.count(), Job.objects.count()) == (1, 1)


@pytest.mark.parametrize("field", ["template", "offering", "zone", "networks"])
def test_a_thing_that_is_not_the_callers_to_use_is_not_found(personas, cloud, field):
    stranger = factories.account_of(personas.neighbour)
    theirs = {
        "template": infra.make_template(stranger, is_public=False).uuid,
        "offering": make_offering(is_active=False).uuid,
        "zone": infra.make_zone(state="disabled").uuid,
        "networks": infra.make_network(cloud.zone, cidr="10.8.0.0/24", account=stranger).uuid,
    }
    value = str(theirs[field])
    answer = RestClient(personas.user).post(
        "instances/", wish(cloud, **{field: [value] if field == "networks" else value})
    )
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    assert not Instance.objects.exists()


def test_user_data_may_have_several_lines_and_a_name_may_not(personas, cloud):
    client = RestClient(personas.user)
    assert client.post("instances/", wish(cloud, user_data="#!/bin/sh\necho\n")).status_code == 202
    answer = client.post("instances/", wish(cloud, display_name="a\nb"))
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["display_name"])


class TestServiceOfferings(ReadsOwnRows, NeedsPermission, FiltersByEverything, PagesAndOrders):
    resource = SERVICE_OFFERINGS
    reader = writer = "root_admin"
    missing = {"name": "none", "search": "none", "cpus": "7", "memory_mib": "7", "is_active": "false"}

    def make(self, number=0):
        return make_offering()

    def matching(self, row):
        return {"name": row.name, "search": row.name, "cpus": "1", "memory_mib": "512", "is_active": "true"}

    def test_a_size_is_created_renamed_and_retired(self):
        client = self.client(self.writer)
        made = client.post(self.address, {"name": "large", "cpus": 8, "memory_mib": 16384})
        assert (made.status_code, made.json()["cpus"]) == (201, 8)
        address = f"{self.address}{made.json()['uuid']}/"
        assert client.patch(address, {"is_active": False}).json()["is_active"] is False
        assert self.client("user").get(address).status_code == 404

    def test_what_a_size_is_cannot_be_changed(self):
        answer = self.client(self.writer).patch(self.address_of(self.make()), {"cpus": 2})
        assert (answer.status_code, list(answer.json()["fields"])) == (400, ["cpus"])
