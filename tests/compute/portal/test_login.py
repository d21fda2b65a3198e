"""The pages that give an instance a new password or other keys."""

import pytest

from compute.portal.login import RESET_SSH_KEYS
from storage.models import Template
from tests.security.rows import stored
from tests.support.factories import account_of
from tests.support.factories_compute import deployed, fresh, make_cloud
from tests.support.factories_guest_data import make_key_pair, public_key
from tests.support.scenarios_login import taking_passwords
from tests.support.suites.pages import FillsForm, Paged


class TestResettingKeys(FillsForm):
    page = RESET_SSH_KEYS

    def prepare(self):
        self.instance = deployed(make_cloud(), self.personas.user)
        self.pair = make_key_pair(account_of(self.personas.user))

    def parts(self):
        return (self.instance.uuid,)

    def values(self):
        return {"key_pairs": [self.pair.uuid], "ssh_keys": public_key()}

    def check(self, page):
        assert page.notices == [f"{self.instance.name} is being told its new keys."]
        assert fresh(self.instance).ssh_keys[0] == self.pair.public_key

    def test_no_key_is_chosen_beforehand_and_another_one_is_a_click_away(self):
        page = self.opened()
        assert page.field("key_pairs")["checked"] is None
        assert "/key-pairs/add/" in page.links
        assert "/key-pairs/add/" not in self.opened("root_admin").links

    def test_no_key_at_all_is_said_beside_the_field(self):
        page = self.sent(ssh_keys="")
        assert (page.status, "Choose at least one key" in page.text) == (400, True)


class TestPasswords(Paged):
    page = None

    @pytest.fixture
    def cloud(self):
        return taking_passwords(make_cloud())

    def test_a_new_one_is_shown_once(self, cloud):
        instance = deployed(cloud, self.personas.user)
        browser = self.browser("user")
        asked = browser.get("instance-reset-password", instance.uuid)
        assert "Make a new password" in asked.text
        page = browser.post("instance-reset-password", instance.uuid)
        password = page.one(class_="once").all("dd")[1].one("code").text
        assert (page.status, len(password)) == (201, 23)
        assert password not in browser.get("instance", instance.uuid).text
        assert password not in stored()

    def test_the_button_is_there_only_where_the_template_takes_one(self, cloud):
        instance = deployed(cloud, self.personas.user)
        browser = self.browser("user")
        address = f"/instances/{instance.uuid}/reset-password/"
        assert address in browser.get("instance", instance.uuid).links
        Template.objects.update(takes_password=False)
        assert address not in browser.get("instance", instance.uuid).links
        refused = browser.post("instance-reset-password", instance.uuid)
        assert (refused.status, "takes passwords" in refused.text) == (409, True)

    def test_a_deployment_shows_the_first_one(self, cloud):
        answer = self.browser("user").post(
            "instance-deploy",
            template=cloud.template.uuid,
            offering=cloud.offering.uuid,
            zone=cloud.zone.uuid,
            networks=[cloud.network.uuid],
            name="web",
            root_size_gib="",
            ssh_keys="",
            user_data="",
        )
        assert (answer.status, answer.title) == (201, "Password of web")
