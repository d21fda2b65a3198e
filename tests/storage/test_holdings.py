import pytest

from storage import holdings
from storage.models import Template, Volume
from storage.services import volumes
from tenants.models import Account
from tenants.services import departures
from tests.support.factories import account_of, make_caller
from tests.support.factories_infra import (
    make_disk_offering,
    make_infrastructure,
    make_pool,
    make_template,
)
from tests.support.jobs import run_job, run_jobs

pytestmark = pytest.mark.django_db


@pytest.fixture
def caller():
    return make_caller()


@pytest.fixture
def accounts(caller):
    return Account.objects.filter(pk=account_of(caller).pk)


def made(caller, zone):
    values = volumes.NewVolume(zone_uuid=zone.uuid, offering_uuid=make_disk_offering().uuid, name="data")
    volume, job = volumes.create(caller, values)
    run_job(job)
    volume.refresh_from_db()
    return volume


def test_volumes_and_templates_go_after_instances():
    names = [one.name for one in departures.all_holdings()]
    assert [one for one in names if one in ("instances", "volumes", "templates")] == [
        "instances",
        "volumes",
        "templates",
    ]


def test_an_accounts_volumes_are_removed_and_buried(caller, accounts):
    volume = made(caller, make_pool().zone)
    other = made(make_caller(), make_pool().zone)
    assert list(holdings.living_volumes(accounts)) == [volume]
    holdings.remove_volume(caller, volume)
    run_jobs()
    assert list(holdings.living_volumes(accounts)) == []
    holdings.bury_volumes(accounts)
    assert list(Volume.objects.all()) == [other]


def test_an_accounts_templates_are_removed_and_buried(caller, accounts):
    template = make_template(account_of(caller))
    holdings.remove_template(caller, template)
    run_jobs()
    assert list(holdings.living_templates(accounts)) == []
    holdings.bury_templates(accounts)
    assert not Template.objects.exists()


def test_a_template_that_others_began_as_outlives_its_account(caller, accounts):
    infra = make_infrastructure()
    Template.objects.filter(pk=infra.template.pk).update(account=account_of(caller))
    volume = volumes.allocate_root(make_caller(), infra.zone, infra.template, name="root")
    Template.objects.filter(pk=infra.template.pk).update(state="deleted")
    holdings.bury_templates(accounts)
    volume.refresh_from_db()
    assert volume.template.account.name == "admin"
