"""The pages of SSH keys."""

from compute.models import KeyPair
from compute.portal.key_pairs import ADD, KEY_PAIR, KEY_PAIRS
from tests.support.factories import account_of
from tests.support.factories_guest_data import make_key_pair, public_key
from tests.support.suites.pages import FillsForm, ListsRows, ShowsRow


class Keys:
    strangers = ("neighbour", "other_domain_admin")

    def make(self, number=0):
        return make_key_pair(account_of(self.personas.user))


class TestKeyList(Keys, ListsRows):
    page = KEY_PAIRS


class TestKeyPage(Keys, ShowsRow):
    page = KEY_PAIR

    def test_it_is_deleted_after_a_question(self):
        page = self.browser("user").agree("key-pair-delete", self.make().uuid)
        assert page.title == "SSH keys"
        assert not KeyPair.objects.exists()


class TestRegisteringKeys(Keys, FillsForm):
    page = ADD

    def values(self):
        return {"name": "laptop", "public_key": public_key()}

    def check(self, page):
        assert "laptop is there" in page.title
        assert KeyPair.objects.get().name == "laptop"
        assert "PRIVATE KEY" not in page.text

    def test_a_key_that_is_made_is_shown_once(self):
        page = self.sent(name="made", public_key="")
        assert page.one("pre").text.startswith("-----BEGIN OPENSSH PRIVATE KEY-----")
        key = page.one("pre").text
        assert " ".join(page.button("Copy the private key")["data-copy"].split()) == key
        assert "Reset SSH keys" in page.text
        shown = self.browser("user").get("key-pair", KeyPair.objects.get().uuid)
        assert "PRIVATE KEY" not in shown.text

    def test_what_is_no_key_is_said_beside_the_field(self):
        page = self.sent(name="bad", public_key="hello")
        assert (page.status, page.field("public_key").text) == (400, "hello")
        assert "as OpenSSH writes it" in page.text
