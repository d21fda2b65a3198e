"""The pages of instances: list, detail, deploying, editing, and what each button does."""

from uuid import uuid4

import pytest

from cloudportal.jobs.models import Job
from compute.models import AttachedIso, Instance
from compute.portal.deploy import DEPLOY
from compute.portal.edit import EDIT
from compute.portal.instances import INSTANCE, INSTANCES
from compute.portal.reinstall import REINSTALL
from compute.portal.resize import RESIZE
from compute.portal.start_on import START_ON
from networking.models import Network, SecurityGroup
from storage.models import Template
from tests.support.factories import account_of
from tests.support.factories_compute import (
    deploy_values,
    deployed,
    failed,
    make_cloud,
    make_offering,
    stopped,
    submit_deployment,
)
from tests.support.factories_infra import make_disk_offering, make_iso, make_template
from tests.support.jobs import run_jobs
from tests.support.pages import Page
from tests.support.scenarios_nics import second_network
from tests.support.suites.pages import FillsForm, ListsRows, ShowsRow


class InCloud:
    def prepare(self):
        self.cloud = make_cloud(hosts=2)

    def make(self, number=0):
        return submit_deployment(self.cloud, self.personas.user, start=False)[0]


class TestInstanceList(InCloud, ListsRows):
    page = INSTANCES

    def test_the_empty_list_says_what_it_is_for_and_has_its_one_button(self):
        page = self.listed()
        assert INSTANCES.about in page.text
        assert [one.text for one in page.one("main").all(class_="button-first")] == ["Deploy instance"]

    def test_those_who_may_not_deploy_are_offered_nothing(self):
        assert self.browser("read_only_admin").get("instances").button("Deploy instance") is None

    def test_the_address_can_be_searched_and_copied(self):
        instance = deployed(self.cloud, self.personas.user)
        page = self.listed(q=instance.nics.get().address.ip)
        assert page.rows()[0][0] == instance.name
        assert page.all("button", class_="copy")[0]["data-copy"] == instance.nics.get().address.ip

    def test_sizes_are_shown_as_they_were_given(self):
        big = make_offering(cpus=2, memory_mib=2048)
        submit_deployment(self.cloud, self.personas.user, start=False, offering=big.uuid)
        assert "2 CPUs, 2 GiB" in self.listed().text

    def test_while_a_job_works_on_one_the_list_looks_again_by_itself(self):
        instance = self.make()
        assert self.listed().one(id="look-again")["hx-trigger"] == "every 3s"
        run_jobs()
        assert instance.name in self.listed().text
        assert not self.listed().all(id="look-again")

    def test_only_operators_see_hosts_and_only_admins_see_accounts(self):
        deployed(self.cloud, self.personas.user)
        heads = {
            persona: [one.text for one in self.listed(persona).all("th", scope="col")]
            for persona in ("user", "domain_admin", "root_admin")
        }
        assert "Account" not in heads["user"]
        assert "Account" in heads["domain_admin"]
        assert "Host" not in heads["domain_admin"]
        assert "Host" in heads["root_admin"]


class TestInstancePage(InCloud, ShowsRow):
    page = INSTANCE

    def test_while_it_is_deployed_the_steps_are_shown_live(self):
        instance, job = submit_deployment(self.cloud, self.personas.user)
        page = self.shown(instance)
        live = page.one(id=f"job-{job.uuid}")
        assert live["hx-trigger"] == "every 1s"
        assert "Choose a host" in live.text
        assert live.all("progress")[0]["max"] == "100"
        assert live.all("span", data_announce="Waiting for a worker.")
        assert live.all("noscript")

    def test_when_it_runs_it_can_be_stopped_and_not_started(self):
        instance = deployed(self.cloud, self.personas.user)
        page = self.shown(instance)
        assert page.button("Stop")["href"].endswith("/stop/")
        assert page.button("Start")["disabled"] is not None
        assert "To start it must be stopped." in page.one(id="why-start").text

    def test_stopping_asks_first_and_then_submits_the_job(self):
        instance = deployed(self.cloud, self.personas.user)
        page = self.browser("user").agree("instance-stop", instance.uuid)
        assert page.notices == [f"{instance.name} is being stopped."]
        run_jobs()
        assert Instance.objects.get(pk=instance.pk).state == "stopped"

    def test_starting_needs_no_question(self):
        instance = stopped(self.cloud, self.personas.user)
        page = self.browser("user").post("instance-start", instance.uuid)
        assert page.notices == [f"{instance.name} is being started."]

    def test_the_question_says_what_would_happen_with_the_boxes_that_are_ticked(self):
        instance = deployed(self.cloud, self.personas.user)
        browser = self.browser("user")
        asked = browser.get("instance-destroy", instance.uuid)
        assert "puts it aside" in asked.text
        assert "for good" not in asked.one("ul", class_="lines").text
        ticked = browser.get("instance-destroy", instance.uuid, expunge="on")
        assert "for good" in ticked.one("ul", class_="lines").text
        assert ticked.field("expunge")["checked"] is not None

    def test_a_box_that_is_ticked_without_scripts_is_asked_about_once_more(self):
        instance = deployed(self.cloud, self.personas.user)
        browser = self.browser("user")
        agreed = browser.get("instance-destroy", instance.uuid).field("agreed")["value"]
        answer = browser.send("instance-destroy", instance.uuid, agreed=agreed, expunge="on")
        assert answer.status_code == 412
        again = Page(answer)
        assert "confirm again" in again.notices[0]
        assert Instance.objects.get(pk=instance.pk).state == "running"
        browser.post("instance-destroy", instance.uuid, agreed=again.field("agreed")["value"], expunge="on")
        run_jobs()
        assert Instance.objects.get(pk=instance.pk).state == "expunged"

    def test_how_long_to_wait_and_what_then_is_chosen_as_it_is_stopped(self):
        instance = deployed(self.cloud, self.personas.user)
        self.browser("user").agree("instance-stop", instance.uuid, timeout_seconds="90", cut_power="on")
        told = Job.objects.get(kind="instance.stop").arguments
        assert told == {"force": False, "timeout_seconds": 90, "cut_power": False}

    def test_nothing_chosen_is_as_the_setting_says(self):
        instance = deployed(self.cloud, self.personas.user)
        self.browser("user").agree("instance-reboot", instance.uuid, timeout_seconds="")
        told = Job.objects.get(kind="instance.reboot").arguments
        assert told == {"force": False, "timeout_seconds": 60, "cut_power": True}

    @pytest.mark.parametrize("text", ["soon", "-1", "901", "9" * 30, "٣"])
    def test_a_time_that_is_none_is_refused_and_kept_to_be_mended(self, text):
        instance = deployed(self.cloud, self.personas.user)
        page = self.browser("user").get("instance-stop", instance.uuid, timeout_seconds=text)
        assert page.all(role="alert")
        assert page.field("timeout_seconds")["value"] == text
        assert not page.all("input", name="agreed")
        self.browser("user").post("instance-stop", instance.uuid, timeout_seconds=text, agreed="x")
        assert Instance.objects.get(pk=instance.pk).state == "running"

    def test_only_operators_are_offered_a_host(self):
        instance = stopped(self.cloud, self.personas.user)
        assert self.browser("root_admin").get("instance", instance.uuid).button("Start on a chosen host")
        assert self.browser("user").get("instance", instance.uuid).button("Start on a chosen host") is None
        assert self.browser("root_admin").get("instance-deploy").field("host")
        assert not self.browser("user").get("instance-deploy").all("select", name="host")

    def test_a_refusal_comes_back_to_the_page_as_a_sentence(self):
        instance = deployed(self.cloud, self.personas.user)
        page = self.browser("user").post("instance-start", instance.uuid)
        assert page.title == instance.name
        assert page.all(role="alert")[0].text == "The instance is running. To start it must be stopped."

    def test_what_failed_can_be_tried_again_or_expunged(self):
        instance = failed(self.cloud, self.personas.user)
        page = self.shown(instance)
        assert page.all(class_="state-bad")
        assert page.button("Try again")["disabled"] is None
        assert page.button("Expunge")["href"].endswith("/expunge/")

    def test_what_failed_says_why_until_something_else_is_begun(self):
        instance = failed(self.cloud, self.personas.user)
        job = Job.objects.get(state="failed")
        page = self.shown(instance)
        assert job.message in page.one("section", aria_label="What went wrong").text
        assert f"/jobs/{job.uuid}/" in page.links
        again = self.browser("user").post("instance-retry", instance.uuid)
        assert not again.all("section", aria_label="What went wrong")

    def test_tenants_see_how_a_host_was_chosen_without_its_name(self):
        instance = deployed(self.cloud, self.personas.user)
        names = [host.name for host in self.cloud.hosts]
        tenant, operator = self.shown(instance), self.shown(instance, "root_admin")
        assert "Placement" in tenant.text
        assert not [name for name in names if name in tenant.source]
        assert [name for name in names if name in operator.source]

    def test_it_says_how_one_signs_in(self):
        instance = deployed(self.cloud, self.personas.user)
        command = f"ssh {instance.login_user}@{instance.nics.get().address.ip}"
        assert self.shown(instance).all("button", data_copy=command)

    @pytest.mark.parametrize("changes", [{"os_type": "Windows 11"}, {"kind": "iso"}])
    def test_where_it_is_not_known_how_one_signs_in_nothing_is_said(self, changes):
        instance = deployed(self.cloud, self.personas.user)
        Template.objects.filter(pk=instance.template_id).update(**changes)
        assert "Sign in" not in self.shown(instance).text

    def test_without_an_address_there_is_nothing_to_sign_in_at(self):
        instance = deployed(self.cloud, self.personas.user)
        instance.nics.update(address=None)
        assert "Sign in" not in self.shown(instance).text

    def test_security_groups_are_shown_where_its_networks_have_any(self):
        instance = deployed(self.cloud, self.personas.user)
        assert not self.shown(instance).all("td", data_label="Security groups")
        Network.objects.filter(pk=self.cloud.network.pk).update(has_groups=True)
        assert "none" in self.shown(instance).one("td", data_label="Security groups").text
        group = SecurityGroup.objects.create(account=account_of(self.personas.user), name="web")
        instance.nics.get().groups.add(group)
        assert f"/security-groups/{group.uuid}/" in self.shown(instance).links

    def test_keys_and_user_data_are_only_words(self):
        instance = self.make()
        Instance.objects.filter(pk=instance.pk).update(user_data="</pre><script>alert('h')</script>")
        page = self.shown(instance)
        assert "alert('h')" in page.text
        assert not [one for one in page.all("script") if not one["src"]]


class TestDeploying(InCloud, FillsForm):
    page = DEPLOY

    def values(self, **changes):
        wanted = deploy_values(self.cloud, name="web-1")
        known = {
            "template": str(wanted.template),
            "offering": str(wanted.offering),
            "zone": str(wanted.zone),
            "networks": [str(one) for one in wanted.networks],
            "name": wanted.name,
            "ssh_keys": "",
            "user_data": "",
            "root_size_gib": "",
        }
        return {**known, **changes}

    def check(self, page):
        assert page.title == "web-1"
        run_jobs()
        assert Instance.objects.get(name="web-1").state == "running"

    def test_an_iso_is_given_a_disk_by_an_offering(self):
        assert self.opened().all("select", name="root_disk_offering") == []
        offering, iso = make_disk_offering(size_gib=2), make_iso()
        assert offering.name in self.opened().one("select", name="root_disk_offering").text
        self.sent(**self.values(template=str(iso.uuid), root_disk_offering=str(offering.uuid)))
        (attachment,) = Instance.objects.get(name="web-1").attachments.all()
        assert attachment.volume.offering == offering

    def two_networks(self):
        """The cloud's own and another with security groups, as values of the form that choose both."""
        other = second_network(self.cloud)
        type(other).objects.filter(pk=other.pk).update(has_groups=True)
        return other, self.values(networks=[str(self.cloud.network.uuid), str(other.uuid)])

    def test_of_several_networks_one_is_the_default_with_the_address_and_groups_that_were_chosen(self):
        other, values = self.two_networks()
        group = SecurityGroup.objects.create(account=account_of(self.personas.user), name="web")
        ip = other.addresses.last().ip
        chosen = {f"address-{other.uuid}": ip, "default_network": str(other.uuid)}
        self.sent(**values, **chosen, security_groups=[str(group.uuid)])
        first, second = Instance.objects.get(name="web-1").nics.order_by("device_index")
        assert (first.network, first.is_default, first.address.ip) == (other, True, ip)
        assert [one.name for one in first.groups.all()] == ["web"]
        assert (second.network, second.is_default, list(second.groups.all())) == (
            self.cloud.network,
            False,
            [],
        )

    def test_a_refused_address_stands_in_the_card_of_its_network(self):
        other, values = self.two_networks()
        taken = deployed(self.cloud, self.personas.neighbour).nics.get().address.ip
        page = self.sent(**values, **{f"address-{self.cloud.network.uuid}": taken})
        assert page.status == 409
        assert "is in use" in page.one(id=f"id_address-{self.cloud.network.uuid}_error").text
        assert not page.all(id=f"id_address-{other.uuid}_error")

    def test_what_was_said_of_a_network_that_is_not_chosen_counts_for_nothing(self):
        other, values = self.two_networks()
        left_over = {f"address-{other.uuid}": "no address", "default_network": str(other.uuid)}
        self.sent(**{**values, "networks": [str(self.cloud.network.uuid)]}, **left_over)
        assert Instance.objects.get(name="web-1").nics.get().network == self.cloud.network

    def planned(self, persona="user", **changes):
        return Page(self.browser(persona).client.post("/instances/deploy/?plan=1", self.values(**changes)))

    def test_everything_is_chosen_beforehand_so_that_one_click_will_do(self):
        page = self.opened()
        chosen = {one["name"] for one in page.all("input") if one["checked"] is not None}
        assert {"template", "offering", "networks"} <= chosen

    def test_the_side_says_what_would_be_made_and_what_is_left(self):
        page = self.planned()
        side = page.one(id="plan").text
        assert "Creates the instance web-1" in side
        assert "There is room for it." in side
        assert "Your limits afterwards" in side
        assert not Instance.objects.exists()

    def test_to_a_script_only_the_summary_is_sent(self):
        browser = self.browser("user")
        answer = browser.client.post(
            "/instances/deploy/?plan=1", self.values(), headers={"HX-Request": "true"}
        )
        page = Page(answer)
        assert "Creates the instance web-1" in page.text
        assert not page.all("html")

    def test_the_side_names_what_is_still_needed_without_blaming(self):
        page = self.planned(template="")
        assert "Still needed: Template." in page.one(id="plan").text

    def test_the_side_shows_a_refusal_before_it_is_one(self):
        page = self.planned(name="Not a host name")
        assert "small letters" in page.one(id="plan").text

    def test_a_template_that_a_link_names_is_offered_however_many_there_are(self):
        one = Template.objects.get(pk=self.cloud.template.pk)
        Template.objects.filter(pk=one.pk).update(name="the last")
        for number in range(61):
            one.pk, one.uuid, one.name = None, uuid4(), f"a template {number}"
            one.save(force_insert=True)
        named = str(self.cloud.template.uuid)
        assert not self.opened().all("input", name="template", value=named)
        page = self.opened(template=named)
        assert page.one("input", name="template", value=named)["checked"] is not None
        assert page.one("main").all("a", href="/templates/")
        assert self.sent(**self.values(template=named)).title == "web-1"

    def fill_hosts(self):
        for host in self.cloud.hosts:
            type(host).objects.filter(pk=host.pk).update(claimed_memory_mib=host.memory_mib)

    def test_operators_see_at_which_check_it_would_fail_and_tenants_what_helps(self):
        self.fill_hosts()
        name = self.cloud.hosts[0].name
        operators = self.planned(persona="root_admin").one(id="plan")
        assert f"{name}: has 16 CPUs and 0 MiB left" in operators.one("ol").text
        tenants = self.planned().one(id="plan")
        assert "Choose a smaller size" in tenants.text
        assert name not in tenants.text

    def test_operators_see_what_each_host_says(self):
        full, free = self.cloud.hosts
        type(full).objects.filter(pk=full.pk).update(claimed_memory_mib=full.memory_mib)
        said = [
            one.text for one in self.planned(persona="root_admin").one(id="plan").all("li", class_="step")
        ]
        assert [one for one in said if full.name in one and "room" in one]
        assert f"{free.name} could take it" in said
        assert full.name not in self.planned().source

    def test_a_deployment_that_found_no_room_says_where_it_ended(self):
        instance, job = submit_deployment(self.cloud, self.personas.user)
        self.fill_hosts()
        run_jobs()
        for parts in (("instance", instance.uuid), ("job", job.uuid)):
            operators = self.browser("root_admin").get(*parts).one("section", aria_label="Placement")
            assert f"{self.cloud.hosts[0].name}: has 16 CPUs and 0 MiB left" in operators.text, parts
            assert operators.one("details")["open"] is not None
            tenants = self.browser("user").get(*parts).one("section", aria_label="Placement")
            assert self.cloud.hosts[0].name not in tenants.text, parts

    def test_a_refusal_stands_beside_its_field_and_keeps_what_was_typed(self):
        page = self.sent(**self.values(name="Not a host name", ssh_keys="ssh-ed25519 AAAA me"))
        assert page.status == 400
        assert "small letters" in page.one(id="id_name_error").text
        assert page.field("name")["value"] == "Not a host name"
        assert page.field("name")["autofocus"] is not None
        assert "ssh-ed25519 AAAA me" in page.field("ssh_keys").text
        assert not Instance.objects.exists()

    def test_a_strangers_network_cannot_be_chosen(self):
        other = make_cloud()
        type(other.network).objects.filter(pk=other.network.pk).update(state="deleting")
        page = self.sent(**self.values(networks=[str(other.network.uuid)]))
        assert page.status == 400
        assert not Instance.objects.exists()


class TestResizing(InCloud, FillsForm):
    page = RESIZE

    def prepare(self):
        super().prepare()
        self.instance = deployed(self.cloud, self.personas.user)
        self.larger = make_offering("larger", cpus=2, memory_mib=1024)

    def parts(self):
        return (self.instance.uuid,)

    def values(self):
        return {"offering": str(self.larger.uuid)}

    def check(self, page):
        assert page.notices == [f"{self.instance.name} is being resized."]
        run_jobs()
        assert Instance.objects.get(pk=self.instance.pk).memory_mib == 1024

    def test_it_says_what_the_instance_has_and_how_far_it_can_grow(self):
        page = self.opened()
        assert "It has 1 CPU, 512 MiB now. While it runs it can grow to 4 CPUs and 2 GiB." in page.text
        assert "larger" in page.text
        assert self.cloud.offering.name not in [one.text for one in page.all("label")]

    def test_what_it_cannot_take_while_it_runs_stands_on_the_page(self):
        page = self.sent(offering=str(make_offering(memory_mib=256).uuid))
        assert (page.status, "Stop" in page.one(class_="notice-error").text) == (409, True)


class TestReinstalling(InCloud, FillsForm):
    page = REINSTALL

    def prepare(self):
        super().prepare()
        self.instance = deployed(self.cloud, self.personas.user)

    def parts(self):
        return (self.instance.uuid,)

    def values(self):
        return {"template": str(self.cloud.template.uuid)}

    def check(self, page):
        assert page.notices == [f"{self.instance.name} is being reinstalled."]
        run_jobs()
        assert Instance.objects.get(pk=self.instance.pk).state == "running"

    def test_its_own_template_comes_first_and_what_is_lost_is_said(self):
        page = self.opened()
        assert "as it is now" in page.text
        assert "Everything on it is lost" in page.text

    def test_of_all_isos_the_one_in_its_drive_is_offered(self):
        inside, outside = make_iso(), make_iso()
        AttachedIso.objects.create(instance=self.instance, template=inside)
        text = self.opened().text
        assert (inside.name in text, outside.name in text) == (True, False)

    def chosen(self, page):
        return [one["value"] for one in page.all("input", name="template") if one["checked"] is not None]

    def test_nothing_is_chosen_beforehand_where_its_own_is_not_offered(self):
        assert self.chosen(self.opened()) == [str(self.cloud.template.uuid)]
        make_template()
        Template.objects.filter(pk=self.cloud.template.pk).update(state="failed")
        page = self.opened()
        assert page.all("input", name="template")
        assert self.chosen(page) == []
        assert "Attach the ISO first" not in page.text

    def test_whoever_was_made_from_an_iso_is_told_to_attach_it(self):
        iso = make_iso()
        Instance.objects.filter(pk=self.instance.pk).update(template=iso)
        page = self.opened()
        assert self.chosen(page) == []
        assert "Attach the ISO first to reinstall from it." in page.text
        AttachedIso.objects.create(instance=self.instance, template=iso)
        inserted = self.opened()
        assert self.chosen(inserted) == [str(iso.uuid)]
        assert "Attach the ISO first" not in inserted.text


class TestStartingOnAHost(InCloud, FillsForm):
    page = START_ON
    writer, nobody = "root_admin", "domain_admin"

    def prepare(self):
        super().prepare()
        self.instance = stopped(self.cloud, self.personas.user)

    def parts(self):
        return (self.instance.uuid,)

    def values(self):
        return {"host": str(self.cloud.hosts[1].uuid)}

    def check(self, page):
        assert f"{self.instance.name} is being started." in page.notices
        run_jobs()
        assert Instance.objects.get(pk=self.instance.pk).host == self.cloud.hosts[1]


class TestEditing(InCloud, FillsForm):
    page = EDIT

    def prepare(self):
        super().prepare()
        self.instance = stopped(self.cloud, self.personas.user)

    def parts(self):
        return (self.instance.uuid,)

    def values(self):
        return {"display_name": "The shop", "name": "shop", "ssh_keys": "", "user_data": ""}

    def check(self, page):
        assert (page.title, page.one(class_="under").text) == ("shop", "The shop")

    def test_a_neighbour_cannot_open_it(self):
        assert self.opened("neighbour").status == 404
