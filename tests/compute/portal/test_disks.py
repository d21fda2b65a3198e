"""Attaching volumes from both sides, and detaching them."""

from compute.portal import disks
from tests.support.factories_compute import deployed, make_cloud
from tests.support.factories_volumes import another_pool, fresh_volume, make_attached, make_volume
from tests.support.jobs import run_jobs
from tests.support.suites.pages import FillsForm


class Attaching(FillsForm):
    def prepare(self):
        self.cloud = make_cloud()
        self.instance = deployed(self.cloud, self.personas.user)
        self.volume = make_volume(self.cloud.zone, self.personas.user)

    def check(self, page):
        run_jobs()
        assert page.title == self.volume.name
        assert fresh_volume(self.volume).held_by == self.instance.uuid


class TestAttachingFromTheVolume(Attaching):
    page = disks.FROM_VOLUME

    def parts(self):
        return (self.volume.uuid,)

    def values(self):
        return {"instance": self.instance.uuid, "device_index": "4"}

    def test_the_volumes_page_offers_what_makes_sense(self):
        free = self.browser("user").get("volume", self.volume.uuid)
        assert any(f"/volumes/{self.volume.uuid}/attach/" in link for link in free.links)
        assert free.button("Detach") is None
        make_attached(self.personas.user, self.volume, self.instance)
        held = self.browser("user").get("volume", self.volume.uuid)
        assert held.button("Detach") or any("detach" in link for link in held.links)
        assert self.instance.name in held.text

    def test_detaching_is_asked_for_and_done(self):
        make_attached(self.personas.user, self.volume, self.instance)
        asked = self.browser("user").get("volume-detach", self.volume.uuid)
        assert "unmount it" in asked.text
        self.browser("user").agree("volume-detach", self.volume.uuid)
        run_jobs()
        assert fresh_volume(self.volume).held_by is None

    def test_strangers_find_nothing(self):
        for route in ("volume-attach", "volume-detach"):
            assert self.browser("neighbour").ask(route, self.volume.uuid).status_code == 404
            answer = self.browser("neighbour").send(route, self.volume.uuid, agreed="")
            assert answer.status_code == 404


class TestAttachingFromTheInstance(Attaching):
    page = disks.FROM_INSTANCE

    def parts(self):
        return (self.instance.uuid,)

    def values(self):
        return {"volume": self.volume.uuid, "device_index": ""}

    def test_only_free_volumes_are_offered(self):
        make_attached(self.personas.user, self.volume, self.instance)
        assert self.volume.name not in self.opened().text
        assert "no free data volume" in self.opened().text


class TestResizing(Attaching):
    page = disks.RESIZE

    def parts(self):
        return (self.volume.uuid,)

    def values(self):
        return {"size_gib": "3", "offering": ""}

    def check(self, page):
        run_jobs()
        assert fresh_volume(self.volume).size_bytes == 3 * 1024**3

    def test_a_smaller_size_is_refused_beside_its_field(self):
        page = self.sent(size_gib="1", offering="")
        assert page.status == 400
        assert "cannot be made smaller" in page.one(id="id_size_gib_error").text


class TestCloning(Attaching):
    page = disks.CLONE

    def parts(self):
        return (self.volume.uuid,)

    def values(self):
        return {"name": "twin"}

    def check(self, page):
        run_jobs()
        assert page.title == "twin"


class TestMoving(Attaching):
    page = disks.MOVE
    writer = "root_admin"
    nobody = "user"

    def prepare(self):
        super().prepare()
        self.other = another_pool(self.cloud)

    def parts(self):
        return (self.volume.uuid,)

    def values(self):
        return {"pool": self.other.uuid}

    def check(self, page):
        run_jobs()
        assert fresh_volume(self.volume).pool == self.other
