"""SSH key pairs at the REST door."""

from compute.api.key_pairs import KEY_PAIRS
from compute.models import KeyPair
from tests.support.factories import account_of
from tests.support.factories_guest_data import make_key_pair, public_key
from tests.support.suites.rest import (
    CannotSeeOthers,
    FiltersByEverything,
    NeedsPermission,
    PagesAndOrders,
    ReadsOwnRows,
)


class TestKeyPairs(ReadsOwnRows, CannotSeeOthers, NeedsPermission, FiltersByEverything, PagesAndOrders):
    resource = KEY_PAIRS
    missing = {"name": "nothing", "search": "nothing", "fingerprint": "SHA256:none", "kind": "ssh-rsa"}

    def make(self, number=0):
        return make_key_pair(account_of(self.personas.user))

    def matching(self, row):
        return {
            "name": row.name,
            "search": row.name,
            "fingerprint": row.fingerprint,
            "kind": row.kind,
            "account": str(row.account.uuid),
            "domain": str(row.account.domain.uuid),
        }

    def test_a_private_key_is_told_once_and_not_to_who_asks_again(self):
        client = self.client("user")
        first = client.post("key-pairs/", {"name": "made"}, Idempotency_Key="once")
        assert first.status_code == 201, first.content
        assert first.json()["private_key"].startswith("-----BEGIN OPENSSH PRIVATE KEY-----")
        again = client.post("key-pairs/", {"name": "made"}, Idempotency_Key="once")
        assert (again.status_code, again.json()["private_key"]) == (201, None)
        assert "private_key" not in client.get(first["Location"].removeprefix("/api/v1/")).json()

    def test_a_registered_key_has_no_private_half_here(self):
        line = public_key()
        answer = self.client("user").post("key-pairs/", {"name": "laptop", "public_key": line})
        assert (answer.json()["public_key"], answer.json()["private_key"]) == (line, None)

    def test_a_plan_makes_nothing_and_shows_no_key(self):
        answer = self.client("user").post("key-pairs/?plan=1", {"name": "made"})
        assert answer.json()["plan"]["effects"][0]["sentence"] == "Makes the SSH key pair made."
        assert "PRIVATE KEY" not in answer.content.decode()
        assert not KeyPair.objects.exists()

    def test_it_can_be_deleted(self):
        row = self.make()
        assert self.client("user").delete(self.address_of(row)).status_code == 204
        assert not KeyPair.objects.exists()
