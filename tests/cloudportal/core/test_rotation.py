"""Taking an encryption key out of use."""

import json
from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command

from cloudportal.core.rotation import encrypted_fields, rotate_all
from cloudportal.core.secrets import Undecipherable
from compute.topology.models import Host
from tenants.models import ApiKey
from tests.support.factories import make_user
from tests.support.factories_infra import make_host

pytestmark = pytest.mark.django_db
OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))


@pytest.fixture
def kept(settings):
    """A key's secret and a host's, both under the old key, and a host that has none."""
    settings.ENCRYPTION_KEYS = [OLD]
    key = ApiKey.objects.create(user=make_user(), name="key", key="k", secret="swordfish")
    host = make_host(secrets=json.dumps({"password": "hunter2"}))
    make_host()
    return key, host


def secrets_of(kept):
    key, host = kept
    return ApiKey.objects.get(pk=key.pk).secret.reveal(), Host.objects.get(pk=host.pk).secrets.reveal()


def test_after_rotating_the_old_key_is_not_needed_any_more(kept, settings):
    before = secrets_of(kept)
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    assert rotate_all() == 2
    settings.ENCRYPTION_KEYS = [NEW]
    assert secrets_of(kept) == before


def test_without_rotating_it_is(kept, settings):
    settings.ENCRYPTION_KEYS = [NEW]
    with pytest.raises(Undecipherable):
        secrets_of(kept)


def test_rotating_again_changes_nothing_that_can_be_read(kept, settings):
    before = secrets_of(kept)
    assert [rotate_all(), rotate_all()] == [2, 2]
    assert secrets_of(kept) == before


def test_the_command_says_how_many_there_were(kept):
    said = StringIO()
    call_command("rotate_secrets", stdout=said)
    assert said.getvalue() == "2 secrets are under the newest key now.\n"


def test_every_room_that_keeps_secrets_is_reached():
    tables = {field.model._meta.label for field in encrypted_fields()}
    assert {
        "topology.Host",
        "storage.Pool",
        "networking.Network",
        "compute.Instance",
        "tenants.ApiKey",
    } <= tables
