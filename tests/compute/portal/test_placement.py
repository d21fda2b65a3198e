"""The pages of affinity groups and dedications."""

import pytest

from compute.models import AffinityGroup
from compute.portal import affinity, dedications
from compute.topology.models import Dedication, Host
from tests.support.factories import account_of, make_domain, make_personas
from tests.support.factories_compute import make_affinity_group, make_cloud, make_dedication, stopped
from tests.support.factories_infra import make_host
from tests.support.pages import PageClient
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


@pytest.mark.django_db
def test_places_say_for_whom_they_are_kept_to_operators_alone():
    personas = make_personas()
    host = make_host()
    pod = host.cluster.pod
    owner = make_domain()
    Dedication.objects.create(pod=pod, domain=owner)
    Dedication.objects.create(host=host, domain=owner, is_confining=True)
    root = PageClient(personas.root_admin)
    shown = {
        kind: root.get(kind, row.uuid).text.count(owner.name)
        for kind, row in (("zone", pod.zone), ("pod", pod), ("cluster", host.cluster), ("host", host))
    }
    assert shown == {"zone": 0, "pod": 1, "cluster": 1, "host": 2}
    assert "Kept for" not in PageClient(personas.user).get("zone", pod.zone.uuid).text
