"""The pages of user data, and how variables are written there."""

import pytest

from cloudportal.core.errors import InvalidInput
from compute.models import Instance, TemplateUserData, UserData
from compute.portal.deploy import DEPLOY
from compute.portal.template_user_data import LINK
from compute.portal.user_data import FORMS, ONE, USER_DATA
from compute.portal.variable_lines import lines_for, variables_in
from compute.services.guest_data.variables import Variable
from storage.models import TemplateGrant
from storage.portal.templates import TEMPLATE
from tests.support.factories import account_of, make_personas
from tests.support.factories_compute import make_cloud, submit_deployment
from tests.support.factories_guest_data import make_key_pair, make_user_data
from tests.support.factories_infra import make_template
from tests.support.pages import PageClient
from tests.support.suites.pages import FillsForm, ListsRows, ShowsRow

ADD, EDIT = FORMS
VARIABLES = (
    Variable(name="password", is_required=True, is_secret=True, description="Of the database"),
    Variable(name="port", default="8080", description="Where it listens"),
    Variable(name="color", default="#fff"),
    Variable(name="plain"),
)


def test_variables_are_written_as_they_are_read():
    text = lines_for(VARIABLES)
    assert text.splitlines()[:2] == ["password!* # Of the database", "port = 8080 # Where it listens"]
    assert variables_in(f"\n{text}\n\n") == VARIABLES


@pytest.mark.parametrize("line", ["!", "= x", "a b", "a ! b"])
def test_a_line_that_says_nothing_is_refused(line):
    with pytest.raises(InvalidInput):
        variables_in(line)


class Kept:
    strangers = ("neighbour", "other_domain_admin")

    def make(self, number=0):
        return make_user_data(account_of(self.personas.user), variables=VARIABLES)


class TestUserDataList(Kept, ListsRows):
    page = USER_DATA


class TestUserDataPage(Kept, ShowsRow):
    page = ONE

    def test_it_shows_the_text_and_its_variables(self):
        page = self.shown(self.make())
        assert page.one("pre").text.startswith("#!/bin/sh")
        assert "required, secret" in page.text and "Where it listens" in page.text


class TestKeepingUserData(Kept, FillsForm):
    page = ADD

    def values(self):
        content = "#!/bin/sh\r\necho ${{ port }}\r\n"
        return {"name": "web", "description": "", "content": content, "variables": "port = 80"}

    def check(self, page):
        row = UserData.objects.get()
        assert (page.title, row.text) == ("web", "#!/bin/sh\necho ${{ port }}\n")
        assert [one["name"] for one in row.variables] == ["port"]


class TestEditingUserData(Kept, FillsForm):
    page = EDIT

    def prepare(self):
        self.row = self.make()

    def parts(self):
        return (self.row.uuid,)

    def values(self):
        return {"name": "other", "description": "x", "content": "#!/bin/sh\n", "variables": ""}

    def check(self, page):
        self.row.refresh_from_db()
        assert (self.row.name, self.row.variables) == ("other", [])

    def test_it_begins_with_what_is_there(self):
        assert self.opened().field("variables").text == " ".join(lines_for(VARIABLES).split())


class TestDeployingWithUserData(FillsForm):
    page = DEPLOY

    def prepare(self):
        self.cloud = make_cloud()
        account = account_of(self.personas.user)
        self.pair = make_key_pair(account)
        content = "#cloud-config\nport: ${{ port }}\npassword: ${{ password }}\n"
        self.row = make_user_data(account, content=content, variables=VARIABLES)

    def values(self):
        return {
            "template": self.cloud.template.uuid,
            "offering": self.cloud.offering.uuid,
            "zone": self.cloud.zone.uuid,
            "networks": [self.cloud.network.uuid],
            "name": "web",
            "root_size_gib": "",
            "key_pairs": [self.pair.uuid],
            "ssh_keys": "",
            "user_data": "",
            "user_data_from": self.row.uuid,
            "value-password": "hunter2",
            "value-port": "",
            "value-color": "",
            "value-plain": "",
        }

    def check(self, page):
        instance = Instance.objects.get()
        assert instance.ssh_keys == [self.pair.public_key]
        assert instance.guest_text == "#cloud-config\nport: 8080\npassword: hunter2\n"

    def test_its_variables_are_asked_for_once_it_is_chosen(self):
        assert not self.opened().all("input", name="value-port")
        page = self.opened(user_data_from=str(self.row.uuid))
        assert page.one("input", name="value-port")["value"] == "8080"
        assert page.one("input", name="value-password")["type"] == "password"

    def test_a_value_that_is_missing_is_said_beside_its_field(self):
        page = self.sent(**{**self.values(), "value-password": ""})
        assert page.status == 400
        assert page.all(id="id_value-password_error")

    def test_another_tenants_is_not_offered(self):
        strange = make_user_data(account_of(self.personas.neighbour), name="strange")
        assert "strange" not in self.opened().text
        page = self.sent(**{**self.values(), "user_data_from": strange.uuid})
        assert page.status == 400
        assert not Instance.objects.exists()

    def test_what_its_template_leaves_open_is_asked_for_too(self):
        row = make_user_data(account_of(self.personas.user), variables=(Variable(name="realm"),))
        TemplateUserData.objects.create(template=self.cloud.template, user_data=row, policy="deny-override")
        page = self.opened(template=str(self.cloud.template.uuid))
        assert page.all("input", name="value-realm")
        page = self.sent(**self.values())
        assert page.status == 400
        assert "takes no other" in page.text


@pytest.mark.django_db
def test_an_instances_page_says_that_its_template_tells_it_something_and_not_what():
    personas, cloud = make_personas(), make_cloud()
    row = make_user_data(account_of(personas.user), content="canary-text")
    TemplateUserData.objects.create(template=cloud.template, user_data=row, policy="append")
    instance, _ = submit_deployment(cloud, personas.neighbour)
    page = PageClient(personas.neighbour).get("instance", instance.uuid)
    assert "user data of its own, told before your own" in page.text
    assert "canary-text" not in page.text


class TestTellingInstancesOfATemplate(FillsForm):
    page = LINK

    def prepare(self):
        account = account_of(self.personas.user)
        self.row = make_user_data(account, content="canary-text")
        self.template = make_template(account, is_public=False)

    def parts(self):
        return (self.template.uuid,)

    def values(self):
        return {"user_data": self.row.uuid, "policy": "append"}

    def check(self, page):
        assert (page.title, self.row.name in page.text) == (self.template.name, True)
        assert TemplateUserData.objects.get().policy == "append"

    def test_whoever_it_is_shared_with_reads_that_it_tells_something(self):
        TemplateUserData.objects.create(template=self.template, user_data=self.row, policy="append")
        TemplateGrant.objects.create(template=self.template, account=account_of(self.personas.neighbour))
        page = self.browser("neighbour").open(TEMPLATE.address(self.template))
        assert "Its owner's text" in page.text and "may add to it" in page.text
        assert self.row.name not in page.text and "canary-text" not in page.text
