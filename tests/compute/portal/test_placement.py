"""The pages of affinity groups and dedications."""

from compute.models import AffinityGroup
from compute.portal import affinity, dedications
from compute.topology.models import Dedication, Host
from tests.support.factories import account_of, make_domain
from tests.support.factories_compute import make_affinity_group, make_cloud, make_dedication, stopped
from tests.support.suites.pages import FillsForm, ListsRows, ShowsRow


class Groups:
    def make(self, number=0):
        return make_affinity_group(account_of(self.personas.user))


class TestGroupList(Groups, ListsRows):
    page = affinity.GROUPS


class TestGroupPage(Groups, ShowsRow):
    page = affinity.GROUP


class TestCreatingGroups(FillsForm):
    page = affinity.ADD

    def values(self):
        return {"name": "database", "description": "", "rule": "anti-affinity False"}

    def check(self, page):
        group = AffinityGroup.objects.get(name="database")
        assert (group.kind, group.is_strict) == ("anti-affinity", False)
        assert "Rather on different hosts" in page.text


class TestEditingGroups(FillsForm):
    page = affinity.EDIT

    def prepare(self):
        self.group = make_affinity_group(account_of(self.personas.user))

    def parts(self):
        return (self.group.uuid,)

    def values(self):
        return {"name": "queue", "description": ""}

    def check(self, page):
        self.group.refresh_from_db()
        assert self.group.name == "queue"


class TestChangingGroups(FillsForm):
    page = affinity.MEMBERSHIP

    def prepare(self):
        self.group = make_affinity_group(account_of(self.personas.user))
        self.instance = stopped(make_cloud(), self.personas.user)

    def parts(self):
        return (self.instance.uuid,)

    def values(self):
        return {"affinity_groups": [str(self.group.uuid)]}

    def check(self, page):
        assert list(self.group.instances.all()) == [self.instance]
        assert self.group.name in page.text


class Dedications:
    reader = writer = "root_admin"
    strangers = ("user", "domain_admin")

    def make(self, number=0):
        return make_dedication(make_domain(), host=make_cloud().host)

    def words(self, row):
        return str(row.place)

    def rename(self, row, name):
        """A dedication has no name of its own; its place's is shown."""
        Host.objects.filter(pk=row.host_id).update(name=name)


class TestDedicationList(Dedications, ListsRows):
    page = dedications.DEDICATIONS


class TestDedicationPage(Dedications, ShowsRow):
    page = dedications.DEDICATION


class TestDedicating(Dedications, FillsForm):
    page = dedications.ADD

    def prepare(self):
        self.cloud, self.domain = make_cloud(), make_domain()

    def values(self):
        return {"place": f"cluster {self.cloud.cluster.uuid}", "owner": f"domain {self.domain.uuid}"}

    def check(self, page):
        assert Dedication.objects.get().owner == self.domain
