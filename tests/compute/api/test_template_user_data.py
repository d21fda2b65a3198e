"""User data that comes with templates, at the REST door."""

from compute.api.template_user_data import TEMPLATE_USER_DATA
from compute.models import TemplateUserData
from compute.services.guest_data.variables import Variable
from storage.models import TemplateGrant
from tests.support.factories import account_of
from tests.support.factories_guest_data import make_user_data
from tests.support.factories_infra import make_template
from tests.support.suites.rest import NeedsPermission

SECRET = "canary-of-the-template"


class TestLinking(NeedsPermission):
    resource = TEMPLATE_USER_DATA

    def prepare(self):
        self.template = make_template(account_of(self.personas.user), is_public=False)

    def parents(self):
        return (self.template.uuid,)

    def make(self, number=0):
        account = account_of(self.personas.user)
        kept = make_user_data(account, content=SECRET, variables=(Variable(name="port"),))
        return TemplateUserData.objects.create(template=self.template, user_data=kept)

    def test_its_owner_links_it_and_again_and_unlinks_it(self):
        row = self.make()
        address = self.address
        body = {"user_data": str(row.user_data.uuid), "policy": "append"}
        answer = self.client("user").post(address, body)
        assert (answer.status_code, answer.json()["policy"]) == (201, "append")
        assert TemplateUserData.objects.count() == 1
        shown = self.client("user").get(address).json()["results"]
        assert shown[0]["user_data"]["name"] == row.user_data.name
        assert self.client("user").delete(f"{address}{row.uuid}/").status_code == 204
        assert self.client("user").get(address).json()["results"] == []

    def test_whoever_may_use_the_template_hears_what_to_say_and_not_what_it_says(self):
        row = self.make()
        TemplateGrant.objects.create(template=row.template, account=account_of(self.personas.neighbour))
        answer = self.client("neighbour").get(self.address)
        (shown,) = answer.json()["results"]
        assert (shown["user_data"], shown["policy"]) == (None, "allow-override")
        assert [one["name"] for one in shown["variables"]] == ["port"]
        assert SECRET not in answer.content.decode()
        assert self.client("neighbour").delete(self.address_of(row)).status_code == 404
