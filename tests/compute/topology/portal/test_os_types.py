"""The pages of OS types and their categories, and where they are chosen."""

from compute.topology.models import OsCategory, OsType
from compute.topology.portal import hosts, os_types
from tests.support.factories_infra import make_host, make_os_category, make_os_type
from tests.support.suites.pages import FillsForm, ListsRows, ShowsRow


class Systems:
    reader = writer = "root_admin"
    strangers = ()


class TestOsCategoryList(Systems, ListsRows):
    page = os_types.OS_CATEGORIES

    def make(self, number=0):
        return make_os_category()


class TestOsCategoryPage(Systems, ShowsRow):
    page = os_types.OS_CATEGORY

    def make(self, number=0):
        return make_os_category()

    def test_it_shows_its_types(self):
        row = make_os_type()
        assert row.name in self.shown(row.category).text


class TestOsTypeList(Systems, ListsRows):
    page = os_types.OS_TYPES

    def make(self, number=0):
        return make_os_type()


class TestOsTypePage(Systems, ShowsRow):
    page = os_types.OS_TYPE

    def make(self, number=0):
        return make_os_type()


class TestAddingCategories(Systems, FillsForm):
    page = os_types.FORMS[0]

    def values(self):
        return {"name": "Solaris"}

    def check(self, page):
        assert page.title == "Solaris"


class TestEditingCategories(Systems, FillsForm):
    page = os_types.FORMS[1]

    def prepare(self):
        self.category = make_os_category()

    def parts(self):
        return (self.category.uuid,)

    def values(self):
        return {"name": "Unix"}

    def check(self, page):
        assert OsCategory.objects.get(pk=self.category.pk).name == "Unix"


class TestAddingTypes(Systems, FillsForm):
    page = os_types.FORMS[2]

    def prepare(self):
        self.category = make_os_category()

    def values(self):
        return {"name": "Haiku 1", "category": str(self.category.uuid)}

    def check(self, page):
        assert OsType.objects.get(name="Haiku 1").category == self.category


class TestEditingTypes(Systems, FillsForm):
    page = os_types.FORMS[3]

    def prepare(self):
        self.row = make_os_type()

    def parts(self):
        return (self.row.uuid,)

    def values(self):
        return {"name": "Haiku 2", "category": str(self.row.category.uuid)}

    def check(self, page):
        assert page.title == "Haiku 2"


class TestHostsForCategories(Systems, FillsForm):
    page = hosts.FORMS[1]

    def prepare(self):
        self.category = make_os_category("Windows")
        self.host = make_host(preferred_os="linux")

    def parts(self):
        return (self.host.uuid,)

    def values(self):
        settings = {f"settings.{name}": str(value) for name, value in self.host.settings.items()}
        return {"name": "n1", "tags": "", "preferred_os": "Windows", "reserved_memory_mib": "0", **settings}

    def check(self, page):
        self.host.refresh_from_db()
        assert self.host.os_category == self.category

    def test_a_word_that_is_there_can_stay(self):
        self.sent(**{**self.values(), "preferred_os": "linux"})
        self.host.refresh_from_db()
        assert (self.host.preferred_os, self.host.os_category) == ("linux", None)
