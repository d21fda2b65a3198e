"""The pages of regions, zones, pods, clusters and hosts, and the fields that drivers ask for."""

from uuid import uuid4

from cloudportal.drivers.settings import Setting
from compute.topology.models import Cluster, Host, Pod, Region, Zone
from compute.topology.portal import clusters, hosts, zones
from compute.topology.portal.driver_fields import field_of, settings_in
from tests.support.clients import counted_queries
from tests.support.factories_infra import (
    make_cluster,
    make_host,
    make_pod,
    make_region,
    make_zone,
    place_settings,
)
from tests.support.jobs import run_jobs
from tests.support.suites.pages import FillsForm, ListsRows, Paged, ShowsRow


class Infrastructure:
    reader = writer = "root_admin"
    strangers = ("user", "domain_admin")


class EverybodysPlaces(Infrastructure):
    """What tenants may see too, though the menu does not show it to them."""

    strangers = ()


class TestRegionList(EverybodysPlaces, ListsRows):
    page = zones.REGIONS

    def make(self, number=0):
        return make_region()


class TestRegionPage(EverybodysPlaces, ShowsRow):
    page = zones.REGION

    def make(self, number=0):
        return make_region()


class TestAddingRegions(Infrastructure, FillsForm):
    page = zones.FORMS[0]

    def values(self):
        return {"name": "Alps", "endpoint": ""}

    def check(self, page):
        assert page.title == "Alps"


class TestEditingRegions(Infrastructure, FillsForm):
    page = zones.FORMS[1]

    def prepare(self):
        self.region = make_region()

    def parts(self):
        return (self.region.uuid,)

    def values(self):
        return {"name": "Alps", "endpoint": "https://alps.example.org/"}

    def check(self, page):
        assert Region.objects.get(pk=self.region.pk).endpoint == "https://alps.example.org/"


class TestZoneList(EverybodysPlaces, ListsRows):
    page = zones.ZONES

    def make(self, number=0):
        return make_zone()


class TestZonePage(EverybodysPlaces, ShowsRow):
    page = zones.ZONE

    def make(self, number=0):
        return make_zone()

    def test_tenants_see_nothing_of_what_is_inside(self):
        zone = make_zone()
        pod = make_pod(zone)
        assert pod.name in self.shown(zone).text
        assert pod.name not in self.shown(zone, "user").text


class TestAddingZones(Infrastructure, FillsForm):
    page = zones.FORMS[2]

    def prepare(self):
        self.region = make_region()

    def values(self):
        return {
            "region_uuid": str(self.region.uuid),
            "name": "Zürich 1",
            "dns": "9.9.9.9, 1.1.1.1",
            "network_suffix": "",
        }

    def check(self, page):
        assert Zone.objects.get(name="Zürich 1").dns == ["9.9.9.9", "1.1.1.1"]


class TestEditingZones(Infrastructure, FillsForm):
    page = zones.FORMS[3]

    def prepare(self):
        self.zone = make_zone()

    def parts(self):
        return (self.zone.uuid,)

    def values(self):
        return {"name": "Bern", "dns": "", "network_suffix": "bern.example.org"}

    def check(self, page):
        assert page.title == "Bern"


class TestPodList(Infrastructure, ListsRows):
    page = clusters.PODS

    def make(self, number=0):
        return make_pod()


class TestPodPage(Infrastructure, ShowsRow):
    page = clusters.POD

    def make(self, number=0):
        return make_pod()


class TestAddingPods(Infrastructure, FillsForm):
    page = clusters.FORMS[0]

    def prepare(self):
        self.zone = make_zone()

    def values(self):
        return {"zone_uuid": str(self.zone.uuid), "name": "pod-1"}

    def check(self, page):
        assert Pod.objects.get(name="pod-1").zone == self.zone

    def test_the_zone_that_one_comes_from_is_chosen(self):
        make_zone()
        page = self.opened(zone_uuid=str(self.zone.uuid))
        chosen = [
            one["value"] for one in page.field("zone_uuid").all("option") if one["selected"] is not None
        ]
        assert chosen == [str(self.zone.uuid)]


class TestEditingPods(Infrastructure, FillsForm):
    page = clusters.FORMS[1]

    def prepare(self):
        self.pod = make_pod()

    def parts(self):
        return (self.pod.uuid,)

    def values(self):
        return {"name": "rack-7"}

    def check(self, page):
        assert page.title == "rack-7"


class TestClusterList(Infrastructure, ListsRows):
    page = clusters.CLUSTERS

    def make(self, number=0):
        return make_cluster()


class TestClusterPage(Infrastructure, ShowsRow):
    page = clusters.CLUSTER

    def make(self, number=0):
        return make_cluster()


class TestAddingClusters(Infrastructure, FillsForm):
    page = clusters.FORMS[2]

    def prepare(self):
        self.pod = make_pod()

    def values(self):
        return {
            "pod_uuid": str(self.pod.uuid),
            "name": "kvm-1",
            "driver": "kvm",
            "cpu_overcommit": "4",
            "memory_overcommit": "1",
        }

    def check(self, page):
        assert Cluster.objects.get(name="kvm-1").cpu_overcommit == 4


class TestEditingClusters(Infrastructure, FillsForm):
    page = clusters.FORMS[3]

    def prepare(self):
        self.cluster = make_cluster()

    def parts(self):
        return (self.cluster.uuid,)

    def values(self):
        return {"name": "kvm-2", "cpu_overcommit": "2", "memory_overcommit": "1.5"}

    def check(self, page):
        assert page.title == "kvm-2"


class TestHostList(Infrastructure, ListsRows):
    page = hosts.HOSTS

    def make(self, number=0):
        return make_host()

    def test_it_draws_how_full_each_host_is(self):
        host = make_host(claimed_cpus=8, claimed_memory_mib=32768)
        page = self.listed(q=host.name)
        assert "8 of 16" in page.text
        assert "32 GiB of 64 GiB" in page.text
        assert {one["width"] for one in page.all("rect", class_="bar-used")} == {"50.0"}

    def test_those_that_are_not_up_are_found_whatever_the_reason(self):
        is_up, silent, disabled = make_host(), make_host(state="unreachable"), make_host(state="disabled")
        shown = self.listed(state="not-up").text
        assert silent.name in shown and disabled.name in shown
        assert is_up.name not in shown


class TestRoomOnTheStartPage(Paged):
    def figures(self):
        page = self.browser("root_admin").get("home")
        card = next(one for one in page.all("section") if one["aria-label"] == "Room on the hosts")
        return {one.one("dt").text: one for one in card.one("dl").all("div")}

    def test_it_counts_what_may_be_given_away(self):
        cluster = make_cluster(cpu_overcommit=4, memory_overcommit=2)
        make_host(cluster, claimed_cpus=20, reserved_memory_mib=2048, claimed_memory_mib=4096)
        make_host(claimed_cpus=4)
        found = self.figures()
        assert "24 of 80" in found["CPUs given away"].text
        assert "4 GiB of 188 GiB" in found["Memory given away"].text

    def test_hosts_that_are_not_up_are_no_room_and_one_is_led_to_them(self):
        make_host(claimed_cpus=4)
        make_host(state="unreachable", claimed_cpus=8)
        found = self.figures()
        assert "4 of 16" in found["CPUs given away"].text
        link = found["Hosts up"].one("a")
        assert (link.text, link["href"]) == ("1 not up", "/infrastructure/hosts/?state=not-up")

    def test_more_hosts_need_no_more_queries(self):
        make_host()
        browser = self.browser("root_admin")
        browser.get("home")
        with counted_queries() as few:
            browser.get("home")
        make_host(), make_host()
        with counted_queries() as many:
            browser.get("home")
        assert len(many) == len(few)


class TestHostPage(Infrastructure, ShowsRow):
    page = hosts.HOST

    def make(self, number=0):
        return make_host()

    def test_one_that_is_silent_says_why_and_can_be_asked_again(self):
        host = make_host(state="unreachable", reason="Nothing answers at its address.")
        page = self.shown(host)
        assert page.one(class_="under").text == "Nothing answers at its address."
        assert "button-first" in page.button("Reconnect").classes

    def test_secrets_are_never_shown(self):
        host = make_host()
        host.secrets = '{"password": "canary-7"}'
        host.save()
        assert "canary-7" not in self.shown(host).source
        assert "canary-7" not in self.browser("root_admin").get("host-edit", host.uuid).source

    def test_maintenance_says_what_stays(self):
        host = make_host()
        page = self.browser("root_admin").agree("host-maintain", host.uuid)
        assert page.notices == [f"{host.name} is in maintenance."]


class TestAddingHosts(Infrastructure, FillsForm):
    page = hosts.FORMS[0]

    def prepare(self):
        self.cluster = make_cluster()

    def values(self):
        settings = place_settings(f"node-{uuid4()}", cpus="4", cpu_mhz="2000", memory_mib="8192")
        return {
            "cluster_uuid": str(self.cluster.uuid),
            "name": "node-1",
            "tags": "ssd",
            "reserved_memory_mib": "0",
            **{f"settings.{name}": value for name, value in settings.items()},
        }

    def check(self, page):
        assert page.title == "node-1"
        run_jobs()
        host = Host.objects.get(name="node-1")
        assert (host.state, host.cpus, host.tags) == ("up", 4, ["ssd"])

    def test_the_cluster_comes_first_because_its_driver_decides_what_is_asked(self):
        make_cluster(driver="kvm")
        page = self.opened()
        assert page.one("main").all("select", name="cluster_uuid")
        assert not page.one("main").all("input", name="name")
        kvm = Cluster.objects.get(driver="kvm")
        chosen = self.opened(cluster_uuid=str(kvm.uuid))
        assert chosen.field("settings.uri")
        assert chosen.one("input", name="cluster_uuid")["value"] == str(kvm.uuid)

    def test_where_there_is_one_cluster_nobody_is_asked(self):
        assert self.opened().field("settings.place")

    def test_what_a_driver_refuses_stands_beside_its_field(self):
        page = self.sent(**{**self.values(), "settings.world": "not a path"})
        assert page.status == 400
        assert page.all(id="id_settings.world_error")

    def test_the_address_takes_no_cluster_that_is_not_there(self):
        page = self.opened(cluster_uuid="00000000-0000-4000-8000-000000000000")
        assert page.one("main").all("select", name="cluster_uuid")


class TestEditingHosts(Infrastructure, FillsForm):
    page = hosts.FORMS[1]

    def prepare(self):
        self.host = make_host()

    def parts(self):
        return (self.host.uuid,)

    def values(self):
        settings = {f"settings.{name}": value for name, value in self.host.settings.items()}
        return {"name": "node-9", "tags": "", "reserved_memory_mib": "1024", **settings}

    def check(self, page):
        self.host.refresh_from_db()
        assert (page.title, self.host.reserved_memory_mib) == ("node-9", 1024)


def setting(**values):
    return Setting(
        **{"name": "x", "label": "X", "kind": "text", "scope": "host", "help": "Say it.", **values}
    )


def test_a_secret_is_typed_unseen_and_never_sent_back():
    field = field_of(setting(secret=True, required=True), value="canary")
    assert field.widget.input_type == "password"
    assert field.initial is None
    assert "canary" not in field.widget.render("x", None)


def test_a_stored_secret_may_stay_empty():
    field = field_of(setting(secret=True, required=True), is_kept=True)
    assert not field.required
    assert "keep what is stored" in str(field.help_text)


def test_every_kind_of_setting_has_a_field():
    kinds = {kind: field_of(setting(kind=kind, choices=(("a", "A"),))) for kind in KINDS}
    assert {kind: type(field).__name__ for kind, field in kinds.items()} == {
        "text": "CharField",
        "integer": "IntegerField",
        "boolean": "BooleanField",
        "choice": "ChoiceField",
        "url": "CharField",
        "path": "CharField",
        "secret": "CharField",
        "pem": "CharField",
    }


KINDS = ("text", "integer", "boolean", "choice", "url", "path", "secret", "pem")


def test_only_what_was_filled_in_reaches_the_driver():
    assert settings_in({"name": "n", "settings.a": "1", "settings.b": None}) == {"a": "1"}
