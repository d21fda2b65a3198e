"""The pages of volumes, templates and storage pools."""

from uuid import uuid4

from django.conf import settings

from storage.models import Pool, Template, Volume
from storage.portal import pools, registering, templates, volumes
from storage.services import volumes as services
from storage.services.volumes import NewVolume
from tests.support.factories import account_of, numbered
from tests.support.factories_compute import deployed, make_cloud
from tests.support.factories_infra import (
    make_disk_offering,
    make_os_type,
    make_pool,
    make_template,
    make_zone,
    place_settings,
    qcow2_bytes,
)
from tests.support.jobs import run_jobs
from tests.support.suites.pages import FillsForm, ListsRows, ShowsRow


class Volumes:
    def prepare(self):
        self.zone = make_zone()
        make_pool(self.zone)
        self.offering = make_disk_offering()

    def make(self, number=0):
        wanted = NewVolume(zone_uuid=self.zone.uuid, offering_uuid=self.offering.uuid, name=numbered("disk"))
        return services.create(self.personas.user, wanted)[0]


class TestVolumeList(Volumes, ListsRows):
    page = volumes.VOLUMES

    def test_it_says_by_name_what_has_the_volume(self):
        cloud = make_cloud()
        instance = deployed(cloud, self.personas.user)
        row = next(one for one in self.listed().rows() if one[0] == f"root of {instance.name}")
        assert instance.name in row

    def test_those_in_use_and_those_that_are_free_can_be_told_apart(self):
        instance = deployed(make_cloud(), self.personas.user)
        free = self.make()
        found = {use: [row[0] for row in self.listed(use=use).rows()] for use in ("attached", "free")}
        assert found == {"attached": [f"root of {instance.name}"], "free": [free.name]}

    def test_a_chip_says_the_name_of_what_its_link_asked_for(self):
        self.make()
        pool, account = Pool.objects.get(), account_of(self.personas.user)
        page = self.listed("root_admin", pool=str(pool.uuid), account=str(account.uuid))
        chips = [one.text for one in page.all(class_="chip-chosen")]
        assert chips == [f"Account: {account.name}", f"Pool: {pool.name}"]

    def test_a_chip_tells_nobody_the_name_of_what_is_not_theirs(self):
        self.make()
        pool, account = Pool.objects.get(), account_of(self.personas.neighbour)
        page = self.listed(pool=str(pool.uuid), account=str(account.uuid))
        assert pool.name not in page.one("main").text
        assert account.name not in page.one("main").text

    def test_it_says_what_a_volume_is_for(self):
        assert volumes.VOLUMES.about in self.listed().text


class TestVolumePage(Volumes, ShowsRow):
    page = volumes.VOLUME

    def test_deleting_says_what_goes_and_does_it(self):
        volume = self.make()
        run_jobs()
        asked = self.browser("user").get("volume-delete", volume.uuid)
        assert "everything on it" in asked.text
        self.browser("user").agree("volume-delete", volume.uuid)
        run_jobs()
        assert Volume.objects.get(pk=volume.pk).state == "deleted"

    def test_one_that_is_attached_cannot_be_deleted_and_says_why(self):
        instance = deployed(make_cloud(), self.personas.user)
        volume = instance.attachments.get().volume
        asked = self.browser("user").get("volume-delete", volume.uuid)
        assert "is attached to an instance" in asked.one(role="alert").text
        assert asked.button("Delete volume") is None

    def test_where_it_lies_is_for_operators(self):
        volume = deployed(make_cloud(), self.personas.user).attachments.get().volume
        assert volume.locator
        assert volume.locator not in self.shown(volume).source
        assert volume.locator in self.shown(volume, "root_admin").source


class TestCreatingVolumes(Volumes, FillsForm):
    page = volumes.ADD

    def values(self):
        return {
            "name": "data",
            "offering_uuid": self.offering.uuid,
            "zone_uuid": self.zone.uuid,
            "size_gib": "",
        }

    def check(self, page):
        run_jobs()
        assert page.title == "data"
        assert Volume.objects.get(name="data").state == "ready"


class TestRenamingVolumes(Volumes, FillsForm):
    page = volumes.RENAME

    def prepare(self):
        super().prepare()
        self.volume = self.make()
        run_jobs()

    def parts(self):
        return (self.volume.uuid,)

    def values(self):
        return {"name": "archive"}

    def check(self, page):
        assert page.title == "archive"


class Templates:
    strangers = ()
    writer = "root_admin"

    def make(self, number=0):
        return make_template()


class TestTemplateList(Templates, ListsRows):
    page = templates.TEMPLATES

    def test_private_ones_of_others_are_not_listed(self):
        private = make_template(account_of(self.personas.neighbour), is_public=False)
        assert private.name not in self.listed().text
        assert private.name in self.listed("neighbour").text


class TestTemplatePage(Templates, ShowsRow):
    page = templates.TEMPLATE

    def test_it_leads_to_the_readers_instances_that_began_as_it(self):
        cloud = make_cloud()
        deployed(cloud, self.personas.user)
        shown = {
            persona: self.shown(cloud.template, persona).one("section", aria_label="Made from it")
            for persona in ("user", "neighbour")
        }
        assert [(one["href"], one.text) for one in shown["user"].all("a")] == [
            (f"/instances/?template={cloud.template.uuid}", "1")
        ]
        assert not shown["neighbour"].all("a")

    def test_what_is_everybodys_is_not_everybodys_to_change(self):
        template = self.make()
        page = self.shown(template, "user")
        assert page.button("Edit template") is None
        assert page.button("Delete template") is None
        assert self.browser("user").ask("template-edit", template.uuid).status_code == 404
        assert self.browser("user").send("template-delete", template.uuid, agreed="").status_code == 404
        assert Template.objects.get(pk=template.pk).state == "ready"

    def test_an_operator_publishes_one(self):
        template = make_template(is_public=False)
        self.browser("root_admin").post("template-publish", template.uuid)
        assert Template.objects.get(pk=template.pk).is_public


class TestRegisteringTemplates(Templates, FillsForm):
    page = registering.FORMS[0]

    def prepare(self):
        folder = settings.STATE_DIR / "images"
        folder.mkdir(exist_ok=True)
        self.file = folder / f"{numbered('image')}.qcow2"
        self.file.write_bytes(qcow2_bytes(salt=self.file.name.encode()))
        make_os_type("Debian 12")

    def values(self):
        return {
            "name": "Debian 12",
            "description": "Small",
            "os_type": "Debian 12",
            "minimum_memory_mib": "0",
            "minimum_disk_gib": "0",
            "source_file": str(self.file),
            "format": "qcow2",
            "is_public": "on",
        }

    def check(self, page):
        assert page.title == "Debian 12"


class TestEditingTemplates(Templates, FillsForm):
    page = templates.FORMS[0]

    def prepare(self):
        self.template = make_template()
        make_os_type("Debian 13")

    def parts(self):
        return (self.template.uuid,)

    def values(self):
        return {
            "name": "Debian 13",
            "description": "",
            "os_type": "Debian 13",
            "minimum_memory_mib": "256",
            "minimum_disk_gib": "2",
        }

    def check(self, page):
        assert page.title == "Debian 13"


class Pools:
    reader = writer = "root_admin"
    strangers = ("user", "domain_admin")

    def make(self, number=0):
        return make_pool()


class TestPoolList(Pools, ListsRows):
    page = pools.POOLS


class TestPoolPage(Pools, ShowsRow):
    page = pools.POOL

    def test_it_leads_to_the_volumes_that_lie_there(self):
        cloud = make_cloud()
        deployed(cloud, self.personas.user)
        address = f"/volumes/?pool={cloud.pool.uuid}&sort=-size"
        assert {one["href"]: one.text for one in self.shown(cloud.pool).all("a")}[address] == "1"

    def test_disabling_needs_no_question(self):
        pool = self.make()
        page = self.browser("root_admin").post("pool-disable", pool.uuid)
        assert page.notices == [f"{pool.name} takes nothing new."]
        assert Pool.objects.get(pk=pool.pk).state == "disabled"


class TestAddingPools(Pools, FillsForm):
    page = pools.FORMS[0]

    def prepare(self):
        self.zone = make_zone()

    def values(self):
        settings_ = place_settings(f"pool-{uuid4()}", capacity_gib="100")
        return {
            "driver": "simulator",
            "name": "pool-a",
            "zone_uuid": str(self.zone.uuid),
            "reach": "",
            "overcommit": "2",
            "tags": "",
            **{f"settings.{name}": value for name, value in settings_.items()},
        }

    def opened(self, persona=None, **query):
        return super().opened(persona, **{"driver": "simulator", **query})

    def check(self, page):
        run_jobs()
        assert (page.title, Pool.objects.get(name="pool-a").state) == ("pool-a", "up")


class TestEditingPools(Pools, FillsForm):
    page = pools.FORMS[1]

    def prepare(self):
        self.pool = make_pool()

    def parts(self):
        return (self.pool.uuid,)

    def values(self):
        settings_ = {f"settings.{name}": value for name, value in self.pool.settings.items()}
        return {"name": "pool-b", "overcommit": "3", "tags": "fast", **settings_}

    def check(self, page):
        self.pool.refresh_from_db()
        assert (page.title, self.pool.tags) == ("pool-b", ["fast"])
