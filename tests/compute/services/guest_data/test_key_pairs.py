"""SSH key pairs: registered or made by their owner, given to instances, and nobody else's to use."""

import subprocess

import pytest

from cloudportal.core.errors import Conflict, InvalidInput, NotFound, WrongState
from cloudportal.events.models import Event
from compute import guest_data_queries as queries
from compute.models import KeyPair
from compute.services.guest_data import key_pairs
from compute.services.guest_data.key_pairs import KeyPairValues
from tests.security.rows import stored
from tests.support.factories import account_of, make_caller
from tests.support.factories_compute import deployed, fresh, submit_deployment
from tests.support.factories_guest_data import make_key_pair, public_key

pytestmark = pytest.mark.django_db


def test_a_registered_key_is_kept_with_its_fingerprint(tenant):
    line = public_key()
    made = key_pairs.create(tenant, KeyPairValues(name="laptop", public_key=f"{line}\n"))
    pair = queries.key_pair_for(tenant, made.row.uuid)
    assert (pair.public_key, made.private_key) == (line, None)
    assert pair.fingerprint.startswith("SHA256:")
    event = Event.objects.get()
    assert (event.type, event.sentence) == ("REGISTER.SSH.KEYPAIR", "Registers the SSH key pair laptop.")


def test_both_halves_of_a_key_that_is_made_here_fit_and_one_is_kept(tenant, tmp_path):
    made = key_pairs.create(tenant, KeyPairValues(name="made"))
    file = tmp_path / "key"
    file.write_text(made.private_key.reveal())
    file.chmod(0o600)
    public = subprocess.run(["ssh-keygen", "-yf", file], capture_output=True, text=True, check=True).stdout
    assert public.split()[:2] == made.row.public_key.split()[:2]
    middle = made.private_key.reveal().splitlines()[2]
    assert middle not in stored()
    assert str(made.private_key) == "********"


def test_a_name_is_given_once_in_an_account_and_again_in_another(tenant):
    values = KeyPairValues(name="laptop", public_key=public_key())
    key_pairs.create(tenant, values)
    with pytest.raises(Conflict):
        key_pairs.create(tenant, values)
    assert key_pairs.create(make_caller(), values).row.name == "laptop"


@pytest.mark.parametrize(
    ("field", "more"),
    [("name", {"name": " "}), ("name", {"name": "a\nb"}), ("public_key", {"public_key": "ssh-rsa AAAA"})],
)
def test_a_wrong_value_names_its_field(tenant, field, more):
    with pytest.raises(InvalidInput) as refusal:
        key_pairs.create(tenant, KeyPairValues(**{"name": "key", **more}))
    assert list(refusal.value.fields) == [field]


def test_a_locked_account_makes_no_keys(tenant):
    account = account_of(tenant)
    account.state = "locked"
    account.save()
    with pytest.raises(WrongState):
        key_pairs.create(tenant, KeyPairValues(name="late"))


def test_an_instance_gets_the_chosen_keys_once_and_keeps_them(cloud, tenant):
    account = account_of(tenant)
    first, second, pasted = make_key_pair(account), make_key_pair(account), public_key()
    lines = (pasted, second.public_key)
    instance = deployed(cloud, tenant, key_pairs=(first.uuid, second.uuid), ssh_keys=lines)
    wanted = [first.public_key, second.public_key, pasted]
    assert instance.ssh_keys == wanted
    key_pairs.delete(tenant, first)
    assert not KeyPair.objects.filter(pk=first.pk).exists()
    assert fresh(instance).ssh_keys == wanted


def test_a_strangers_key_is_not_there_to_be_chosen_or_deleted(cloud, tenant):
    strange = make_key_pair(account_of(make_caller()))
    with pytest.raises(NotFound):
        submit_deployment(cloud, tenant, key_pairs=(strange.uuid,))
    with pytest.raises(NotFound):
        queries.key_pair_for(tenant, strange.uuid)


def test_an_admin_cannot_give_somebody_elses_key_to_their_own_instance(cloud, root, tenant):
    pair = make_key_pair(account_of(tenant))
    assert queries.key_pair_for(root, pair.uuid) == pair
    with pytest.raises(NotFound):
        submit_deployment(cloud, root, key_pairs=(pair.uuid,))


def test_keys_go_with_their_account(tenant):
    account = account_of(tenant)
    pair = make_key_pair(account)
    account.users.all().delete()
    account.delete()
    assert not KeyPair.objects.filter(pk=pair.pk).exists()
