"""User data at the REST door."""

from compute.api.user_data import USER_DATA
from compute.services.guest_data.variables import Variable
from tests.support.factories import account_of
from tests.support.factories_guest_data import make_user_data
from tests.support.suites.rest import (
    CannotSeeOthers,
    FiltersByEverything,
    NeedsPermission,
    PagesAndOrders,
    ReadsOwnRows,
)

BODY = {
    "name": "web",
    "content": "#cloud-config\nport: ${{ port }}\n",
    "variables": [{"name": "port", "default": "80", "description": "Where it listens"}],
}


class TestUserData(ReadsOwnRows, CannotSeeOthers, NeedsPermission, FiltersByEverything, PagesAndOrders):
    resource = USER_DATA
    missing = {"name": "nothing", "search": "nothing"}

    def make(self, number=0):
        return make_user_data(account_of(self.personas.user), variables=(Variable(name="x"),))

    def matching(self, row):
        return {
            "name": row.name,
            "search": row.name,
            "account": str(row.account.uuid),
            "domain": str(row.account.domain.uuid),
        }

    def test_it_is_kept_with_its_variables(self):
        answer = self.client("user").post("user-data/", BODY)
        assert answer.status_code == 201, answer.content
        assert answer.json()["content"] == BODY["content"]
        variable = {"is_required": False, "is_secret": False, **BODY["variables"][0]}
        assert answer.json()["variables"] == [variable]

    def test_the_list_does_not_show_the_text(self):
        self.make()
        assert "content" not in self.client("user").get("user-data/").json()["results"][0]

    def test_it_is_changed_in_part(self):
        row = self.make()
        answer = self.client("user").patch(self.address_of(row), {"description": "For the web"})
        assert (answer.status_code, answer.json()["description"]) == (200, "For the web")
        assert len(answer.json()["variables"]) == 1

    def test_a_wrong_variable_names_its_field(self):
        answer = self.client("user").post("user-data/", {**BODY, "variables": [{"name": "Bad Name"}]})
        assert (answer.status_code, list(answer.json()["fields"])) == (400, ["variables"])

    def test_it_can_be_deleted(self):
        row = self.make()
        assert self.client("user").delete(self.address_of(row)).status_code == 204
        assert self.client("user").get(self.address_of(row)).status_code == 404
