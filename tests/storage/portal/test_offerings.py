"""The pages of disk offerings."""

from storage.models import DiskOffering
from storage.portal.offerings import FORMS, OFFERING, OFFERINGS
from tests.support.factories import make_domain
from tests.support.factories_infra import make_disk_offering
from tests.support.suites.pages import FillsForm, ListsRows, ShowsRow

ADD, EDIT = FORMS


class DiskOfferings:
    strangers = ()
    writer = "root_admin"

    def make(self, number=0):
        return make_disk_offering()


class TestDiskOfferingList(DiskOfferings, ListsRows):
    page = OFFERINGS


class TestDiskOfferingPage(DiskOfferings, ShowsRow):
    page = OFFERING

    def test_it_says_how_large_and_how_fast_its_disks_are(self):
        text = self.shown(make_disk_offering(size_gib=None, most_gib=20, read_iops=300)).text
        assert "1 GiB to 20 GiB" in text
        assert "300 a second" in text
        assert "not limited" in text


class TestCreatingDiskOfferings(DiskOfferings, FillsForm):
    page = ADD

    def prepare(self):
        self.domain = make_domain(name="labs")

    def values(self):
        return {
            "name": "Fast",
            "description": "For databases",
            "size_gib": "",
            "least_gib": 2,
            "most_gib": 8,
            "provisioning": "thin",
            "read_iops": 500,
            "write_iops": "",
            "read_bytes_per_second": "",
            "write_bytes_per_second": "",
            "tags": "ssd",
            "domains": [str(self.domain.uuid)],
        }

    def check(self, page):
        offering = DiskOffering.objects.get(name="Fast")
        assert (offering.size_gib, offering.most_gib, offering.read_iops) == (None, 8, 500)
        assert list(offering.domains.all()) == [self.domain]
        assert "labs" in page.text


class TestEditingDiskOfferings(DiskOfferings, FillsForm):
    page = EDIT

    def prepare(self):
        self.offering = make_disk_offering()

    def parts(self):
        return (self.offering.uuid,)

    def values(self):
        return {"name": "Slow", "description": "", "tags": "", "is_active": ""}

    def check(self, page):
        self.offering.refresh_from_db()
        assert (self.offering.name, self.offering.is_active) == ("Slow", False)
