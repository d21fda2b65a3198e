"""The pages of sizes and of drift."""

from cloudportal.jobs.models import Job
from compute.models import Instance, ServiceOffering
from compute.portal.deploy import DEPLOY
from compute.portal.drift import DRIFT, FINDING
from compute.portal.offerings import FORMS, OFFERING, OFFERINGS
from compute.services import drift
from compute.topology.connections import compute_driver
from compute.topology.models import Host
from tests.support.factories_compute import deployed, make_cloud, make_offering
from tests.support.jobs import run_jobs
from tests.support.suites.pages import FillsForm, ListsRows, ShowsRow

ADD, EDIT = FORMS


class Sizes:
    strangers = ()
    writer = "root_admin"

    def make(self, number=0):
        return make_offering()


class TestSizeList(Sizes, ListsRows):
    page = OFFERINGS


class TestSizePage(Sizes, ShowsRow):
    page = OFFERING

    def test_closed_ones_are_shown_to_operators_alone(self):
        closed = make_offering(is_active=False)
        assert self.shown(closed).status == 404
        assert "disabled" in self.shown(closed, "root_admin").text


class TestCreatingSizes(Sizes, FillsForm):
    page = ADD

    def values(self):
        return {
            "name": "Small",
            "description": "For one service",
            "cpus": 1,
            "cpu_mhz": 1000,
            "memory_mib": 512,
            "host_tags": "ssd, new",
            "storage_tags": "",
            "root_provisioning": "fat",
            "root_write_iops": 300,
            "lease_days": 30,
            "lease_policy": "destroy",
        }

    def check(self, page):
        assert page.title == "Small"
        size = ServiceOffering.objects.get(name="Small")
        assert size.host_tags == ["new", "ssd"]
        assert (size.root_provisioning, size.root_read_iops, size.root_write_iops) == ("fat", None, 300)
        assert "30 days; then they are destroyed" in page.text


class TestEditingSizes(Sizes, FillsForm):
    page = EDIT

    def prepare(self):
        self.offering = make_offering()

    def parts(self):
        return (self.offering.uuid,)

    def values(self):
        return {"name": "Medium", "description": "", "host_tags": "", "storage_tags": "", "is_active": ""}

    def check(self, page):
        self.offering.refresh_from_db()
        assert (self.offering.name, self.offering.is_active) == ("Medium", False)


class Drifting:
    reader = writer = "root_admin"
    strangers = ("user", "domain_admin")

    def prepare(self):
        self.cloud = make_cloud(hosts=2)

    def make(self, number=0):
        instance = deployed(self.cloud, self.personas.user)
        finding = {
            "kind": "gone",
            "host_id": instance.host.pk,
            "host_name": instance.host.name,
            "sentence": f"{instance.name} should run, and is not there.",
            "times": 2,
            "first_seen_at": "2026-11-22T10:00:00+00:00",
            "last_seen_at": "2026-11-22T10:01:00+00:00",
            "confirmed_at": "2026-11-22T10:01:00+00:00",
            "is_ignored": False,
        }
        with compute_driver(instance.host) as driver:
            driver.remove_guest(instance.uuid)
        Instance.objects.filter(pk=instance.pk).update(drift=finding)
        return Instance.objects.get(pk=instance.pk)


class TestDriftList(Drifting, ListsRows):
    page = DRIFT

    def test_the_menu_counts_what_waits_for_a_person(self):
        self.make()
        lines = self.listed().one("nav", class_="menu").all("a")
        line = next(one for one in lines if "Drift" in one.text)
        assert line.one(class_="count").text.startswith("1")

    def test_the_hosts_page_leads_to_what_was_found_there(self):
        instance = self.make()
        host = instance.host
        browser = self.browser("root_admin")
        address = f"/infrastructure/drift/?host={host.uuid}"
        assert address in browser.get("host", host.uuid).links
        assert len(browser.open(address).rows()) == 1
        other = Host.objects.exclude(pk=host.pk).get()
        assert not self.listed(host=str(other.uuid)).rows()

    def test_it_narrows_to_one_kind_of_finding(self):
        self.make()
        assert len(self.listed(kind="gone").rows()) == 1
        assert not self.listed(kind="silent").rows()

    def test_it_looks_again_while_something_waits_for_a_person(self):
        instance = self.make()
        assert self.listed().all(id="look-again")
        drift.ignore(self.personas.root_admin, instance)
        assert not self.listed().all(id="look-again")


class TestFinding(Drifting, ShowsRow):
    page = FINDING

    def told(self, persona, instance):
        return self.browser(persona).get("instance", instance.uuid).notices

    def test_the_instances_page_tells_operators_and_leads_to_the_finding(self):
        instance = self.make()
        page = self.browser("root_admin").get("instance", instance.uuid)
        assert f"{instance.name} should run, and is not there." in page.notices[0]
        assert f"/infrastructure/drift/{instance.uuid}/" in page.links

    def test_whose_instance_it_is_reads_what_it_means_and_no_host(self):
        instance = self.make()
        notices = self.told("user", instance)
        assert notices == ["It was not found as it should be; whoever runs this cloud has been told."]
        Instance.objects.filter(pk=instance.pk).update(drift={**instance.drift, "kind": "silent"})
        page = self.browser("user").get("instance", instance.uuid)
        assert page.notices == ["Its host does not answer; what is shown is what was known last."]
        assert instance.host.name not in page.one("main").text

    def test_what_was_seen_once_is_told_to_nobody(self):
        instance = self.make()
        kept = {name: value for name, value in instance.drift.items() if name != "confirmed_at"}
        Instance.objects.filter(pk=instance.pk).update(drift=kept)
        assert self.told("user", instance) == []
        assert self.told("root_admin", instance) == []

    def test_no_repair_is_offered_while_the_host_is_silent(self):
        instance = self.make()
        assert self.shown(instance, "root_admin").button("Repair")
        Instance.objects.filter(pk=instance.pk).update(drift={**instance.drift, "kind": "silent"})
        page = self.shown(instance, "root_admin")
        assert page.button("Repair") is None
        assert page.button("Accept")

    def test_repairing_it_leads_to_the_instance_where_its_job_is_followed(self):
        instance = self.make()
        page = self.browser("root_admin").agree("drift-repair", instance.uuid)
        assert instance.name in page.title
        assert page.answer.wsgi_request.path == f"/instances/{instance.uuid}/"
        assert page.all("progress")

    def test_a_repair_that_failed_is_told_on_the_findings_page(self):
        instance = self.make()
        job = drift.repair(self.personas.root_admin, instance)
        Job.objects.filter(pk=job.pk).update(state="failed", message="No host has room for it.")
        page = self.shown(instance, "root_admin")
        assert [one for one in page.notices if "No host has room for it." in one]

    def test_accepting_it_asks_first_and_then_does_it(self):
        instance = self.make()
        page = self.browser("root_admin").agree("drift-accept", instance.uuid)
        assert page.notices == ["What was found is on record."]
        run_jobs()
        assert Instance.objects.get(pk=instance.pk).state == "stopped"


class TestDeployingCustomSizes(FillsForm):
    """A size that leaves its amounts open is never the one that is chosen beforehand."""

    page = DEPLOY

    def prepare(self):
        self.cloud = make_cloud()
        self.open = make_offering(cpus=None, memory_mib=None, most_cpus=4)

    def values(self):
        return {
            "template": str(self.cloud.template.uuid),
            "offering": str(self.open.uuid),
            "zone": str(self.cloud.zone.uuid),
            "networks": [str(self.cloud.network.uuid)],
            "name": "web",
            "cpus": 2,
            "memory_mib": 256,
        }

    def check(self, page):
        instance = Instance.objects.get(name="web")
        assert (instance.offering, instance.cpus, instance.memory_mib) == (self.open, 2, 256)

    def test_the_size_chosen_beforehand_leaves_nothing_open(self):
        chosen = self.opened().one("input", name="offering", checked="")
        assert chosen["value"] == str(self.cloud.offering.uuid)
