"""Storage pools, templates, volumes, snapshots and disk offerings at the REST door."""

from uuid import uuid4

from storage import states
from storage.api.offerings import DISK_OFFERINGS
from storage.api.pools import POOLS
from storage.api.snapshots import SNAPSHOTS
from storage.api.templates import TEMPLATES
from storage.api.volumes import VOLUMES
from storage.models import DiskOffering, Pool, Template, Volume
from tests.support import factories
from tests.support import factories_infra as infra
from tests.support.jobs import run_jobs
from tests.support.suites.rest import (
    AnswersWithJob,
    CannotSeeOthers,
    FiltersByEverything,
    NeedsPermission,
    PagesAndOrders,
    ReadsOwnRows,
    RefusesWrongState,
)

GIB = 1024**3


class Storage(
    ReadsOwnRows, CannotSeeOthers, NeedsPermission, FiltersByEverything, PagesAndOrders, RefusesWrongState
):
    pass


class TestPools(Storage, AnswersWithJob):
    resource = POOLS
    table = states.POOL
    reader = writer = "root_admin"
    strangers = ("user", "domain_admin")
    missing = {"name": "none", "search": "none", "state": "disabled", "driver": "libvirt-pool"}

    def prepare(self):
        self.host = infra.make_host()

    def make(self, number=0):
        cluster = self.host.cluster
        return Pool.objects.create(
            zone=cluster.pod.zone,
            cluster=cluster,
            host=self.host,
            name=factories.numbered("pool"),
            driver="simulator",
            state="up",
        )

    def ready(self, change):
        pool = self.make()
        Pool.objects.filter(pk=pool.pk).update(state=states.DISABLED)
        return pool

    def matching(self, row):
        return {
            "name": row.name,
            "search": row.name,
            "state": "up",
            "driver": "simulator",
            "zone": row.zone.uuid,
            "cluster": row.cluster.uuid,
            "host": row.host.uuid,
        }

    def test_a_pool_is_added_and_made(self):
        client = self.client(self.writer)
        values = {
            "name": "fast",
            "zone": str(infra.make_zone().uuid),
            "driver": "simulator",
            "settings": infra.place_settings(infra.new_place(), capacity_gib=10),
        }
        answer = client.post(self.address, values)
        assert answer.status_code == 202, answer.content
        run_jobs()
        pool = client.get(f"{self.address}{answer.json()['storage_pool']['uuid']}/").json()
        assert (pool["state"], pool["capacity_bytes"]) == ("up", 10 * GIB)

    def test_a_share_is_described_by_what_can_do_no_harm(self):
        client = self.client(self.writer)
        values = {"name": "nas", "zone": str(infra.make_zone().uuid), "driver": "libvirt-nfs"}
        wrong = {"server": "nas;id", "export": "/a/../etc", "options": "suid,exec"}
        answer = client.post(self.address, {**values, "settings": wrong})
        assert answer.status_code == 400
        assert {f"settings.{name}" for name in wrong} == set(answer.json()["fields"])
        share = {"server": "nas1.example.org", "export": "/export/primary", "options": "nfsvers=4.2"}
        answer = client.post(self.address, {**values, "settings": share})
        assert (answer.status_code, answer.json()["storage_pool"]["settings"]) == (202, share)


class TestSnapshots(Storage, AnswersWithJob):
    resource = SNAPSHOTS
    table = states.SNAPSHOT
    missing = {
        "name": "none",
        "search": "none",
        "state": "error",
        "created_at_from": "2999-01-01T00:00:00Z",
        "created_at_until": "2000-01-01T00:00:00Z",
    }

    def make(self, number=0):
        pool = infra.make_pool()
        volume = Volume.objects.create(
            account=factories.account_of(self.personas.user),
            zone=pool.zone,
            pool=pool,
            name=factories.numbered("volume"),
            size_bytes=GIB,
            state="ready",
        )
        return infra.make_snapshot(volume, schedule_uuid=uuid4())

    def states_against(self, action):
        # A deleted snapshot is found by nobody.
        return [state for state in super().states_against(action) if state != states.DELETED]

    def matching(self, row):
        return {
            "name": row.name,
            "search": row.name,
            "state": "ready",
            "account": row.account.uuid,
            "domain": row.account.domain.uuid,
            "zone": row.zone.uuid,
            "volume": row.volume.uuid,
            "schedule_uuid": row.schedule_uuid,
            "created_at_from": "2000-01-01T00:00:00Z",
            "created_at_until": "2999-01-01T00:00:00Z",
        }

    def test_volumes_and_templates_are_made_of_it(self):
        row, client = self.make(), self.client(self.writer)
        for noun, key in (("volumes", "volume"), ("templates", "template")):
            answer = client.post(f"{self.address_of(row)}{noun}/", {"name": "new"})
            assert answer.status_code == 202, answer.content
            assert answer.json()[key]["name"] == "new"
            run_jobs()

    def test_a_snapshot_is_taken(self):
        volume = self.make().volume
        answer = self.client(self.writer).post(self.address, {"volume": str(volume.uuid), "name": "first"})
        assert answer.status_code == 202, answer.content
        assert (answer.json()["snapshot"]["name"], answer.json()["snapshot"]["state"]) == (
            "first",
            "creating",
        )


class TestTemplates(Storage, AnswersWithJob):
    resource = TEMPLATES
    table = states.TEMPLATE
    missing = {
        "name": "none",
        "search": "none",
        "state": "error",
        "kind": "iso",
        "format": "raw",
        "os_type": "windows",
        "system": uuid4(),
        "is_public": "true",
        "is_featured": "true",
    }

    def make(self, number=0):
        return Template.objects.create(
            account=factories.account_of(self.personas.user),
            name=factories.numbered("template"),
            os_type="linux",
            system=infra.make_os_type(),
            state="ready",
            checksum=f"{number:064x}",
        )

    def states_against(self, action):
        # A deleted template is found by nobody.
        return [state for state in super().states_against(action) if state != states.DELETED]

    def matching(self, row):
        return {
            "name": row.name,
            "search": row.name,
            "state": "ready",
            "kind": row.kind,
            "format": "qcow2",
            "os_type": "linux",
            "system": row.system.uuid,
            "is_public": "false",
            "is_featured": "false",
            "account": row.account.uuid,
        }

    def test_a_public_template_is_seen_by_all_and_changed_by_none_but_its_owner(self):
        row = self.make()
        publish = self.client("root_admin").post(self.address_of(row, "publish"), {"is_public": True})
        assert (publish.status_code, publish.json()["is_public"]) == (200, True)
        for stranger in self.strangers:
            client = self.client(stranger)
            shown = client.get(self.address_of(row))
            assert (shown.status_code, shown.json()["account"]) == (200, None)
            assert client.patch(self.address_of(row), {"name": "mine"}).status_code == 404
            assert client.delete(self.address_of(row)).status_code == 404
        assert self.client("user").patch(self.address_of(row), {"name": "ours"}).json()["name"] == "ours"
        assert self.client("domain_admin").get(self.address_of(row)).json()["account"]["uuid"] == str(
            row.account.uuid
        )

    def test_tenants_neither_register_files_nor_publish(self):
        client = self.client("domain_admin")
        values = {"name": "x", "format": "qcow2", "source_file": "/etc/shadow"}
        assert client.post(self.address, values).status_code == 403
        assert client.post(self.address_of(self.make(), "publish"), {"is_public": True}).status_code == 403

    def test_a_file_outside_the_directory_of_images_is_refused(self):
        for name in ("/etc/shadow", "../../etc/shadow", "a\nb"):
            values = {"name": "x", "format": "raw", "source_file": name}
            answer = self.client("root_admin").post(self.address, values)
            assert (answer.status_code, list(answer.json()["fields"])) == (400, ["source_file"]), name


class TestVolumes(Storage, AnswersWithJob):
    resource = VOLUMES
    table = states.VOLUME
    missing = {"name": "none", "search": "none", "state": "error", "kind": "root"}
    values = {"edit": {"name": "another"}}

    def prepare(self):
        self.zone = infra.make_zone()
        self.pool = infra.make_pool(self.zone)
        self.template = infra.make_template()
        self.offering = infra.make_disk_offering(size_gib=None)

    def make(self, number=0):
        return Volume.objects.create(
            account=factories.account_of(self.personas.user),
            zone=self.zone,
            pool=self.pool,
            template=self.template,
            offering=self.offering,
            name=factories.numbered("volume"),
            size_bytes=GIB,
            state="ready",
            held_by=self.pool.uuid,
        )

    def ready(self, change):
        row = self.make()
        Volume.objects.filter(pk=row.pk).update(held_by=None)
        return row

    def states_against(self, action):
        return [state for state in super().states_against(action) if state != states.DELETED]

    def matching(self, row):
        return {
            "name": row.name,
            "search": row.name,
            "state": "ready",
            "kind": "data",
            "account": row.account.uuid,
            "domain": row.account.domain.uuid,
            "zone": row.zone.uuid,
            "template": row.template.uuid,
            "offering": row.offering.uuid,
            "held_by": row.held_by,
        }

    def test_where_a_volume_lies_is_for_operators(self):
        row = self.make()
        assert {"pool", "locator"} & set(self.client("user").get(self.address_of(row)).json()) == set()
        assert {"pool", "locator"} <= set(self.client("root_admin").get(self.address_of(row)).json())

    def test_a_volume_is_created_and_counted(self):
        client = self.client("user")
        values = {
            "name": "data",
            "zone": str(self.zone.uuid),
            "offering": str(self.offering.uuid),
            "size_gib": 2,
        }
        answer = client.post(self.address, values)
        assert answer.status_code == 202, answer.content
        run_jobs()
        volume = client.get(f"{self.address}{answer.json()['volume']['uuid']}/").json()
        assert (volume["state"], volume["size_bytes"]) == ("ready", 2 * GIB)
        limits = client.get(f"accounts/{volume['account']['uuid']}/limits/").json()["results"]
        assert {one["resource"]: one["used"] for one in limits}["volumes"] == 1

    def test_a_retired_offering_is_not_found(self):
        DiskOffering.objects.filter(pk=self.offering.pk).update(is_active=False)
        values = {
            "name": "data",
            "zone": str(self.zone.uuid),
            "offering": str(self.offering.uuid),
            "size_gib": 2,
        }
        assert self.client("user").post(self.address, values).status_code == 404


class TestDiskOfferings(ReadsOwnRows, NeedsPermission, FiltersByEverything, PagesAndOrders):
    resource = DISK_OFFERINGS
    reader = writer = "root_admin"
    missing = {"name": "none", "search": "none", "size_gib": "7", "is_active": "false"}

    def make(self, number=0):
        return infra.make_disk_offering()

    def matching(self, row):
        return {"name": row.name, "search": row.name, "size_gib": "5", "is_active": "true"}

    def test_an_offering_is_created_renamed_and_removed(self):
        client = self.client(self.writer)
        made = client.post(self.address, {"name": "big", "size_gib": 100, "tags": ["ssd"]})
        assert (made.status_code, made.json()["size_gib"]) == (201, 100)
        address = f"{self.address}{made.json()['uuid']}/"
        assert client.patch(address, {"name": "huge"}).json()["name"] == "huge"
        assert client.delete(address).status_code == 204

    def test_tenants_choose_and_do_not_change(self):
        row = self.make()
        assert self.client("user").get(self.address_of(row)).status_code == 200
        assert self.client("domain_admin").patch(self.address_of(row), {"name": "mine"}).status_code == 403
