"""Dedicating places: what is asked for is checked, told beforehand, and taken back."""

import pytest

from cloudportal.core import plans
from cloudportal.core.errors import Conflict, InvalidInput, NotPermitted
from cloudportal.events.models import Event
from compute.services import dedications
from compute.services.dedications import DedicationValues
from compute.topology.models import Dedication
from tests.support.factories import account_of, make_account, make_domain, make_personas
from tests.support.factories_compute import deployed

pytestmark = pytest.mark.django_db


def test_a_place_is_dedicated_once_and_released(cloud, root):
    domain = make_domain()
    dedication = dedications.dedicate(root, DedicationValues(host=cloud.host.uuid, domain=domain.uuid))
    assert (dedication.place, dedication.owner) == (cloud.host, domain)
    with pytest.raises(Conflict, match="dedicated already"):
        dedications.dedicate(root, DedicationValues(host=cloud.host.uuid, account=make_account().uuid))
    dedications.release(root, dedication)
    assert not Dedication.objects.exists()
    assert [event.type for event in Event.objects.order_by("pk")] == [
        "DEDICATE.RESOURCE",
        "DEDICATE.RESOURCE.RELEASE",
    ]


def test_an_accounts_domain_is_known(cloud, root):
    account = make_account()
    dedication = dedications.dedicate(
        root, DedicationValues(pod=cloud.cluster.pod.uuid, account=account.uuid)
    )
    assert (dedication.domain, dedication.owner, str(dedication)) == (
        account.domain,
        account,
        f"pod {cloud.cluster.pod.name}",
    )


def test_just_one_place_and_one_owner_are_named(cloud, root):
    domain, account = make_domain(), make_account()
    wrong = [
        {"domain": domain.uuid},
        {"host": cloud.host.uuid, "zone": cloud.zone.uuid, "domain": domain.uuid},
        {"host": cloud.host.uuid},
        {"host": cloud.host.uuid, "domain": domain.uuid, "account": account.uuid},
    ]
    for values in wrong:
        with pytest.raises(InvalidInput):
            dedications.dedicate(root, DedicationValues(**values))


def test_the_plan_names_whose_instances_stay(cloud, root, tenant):
    stranger = deployed(cloud, tenant)
    values = DedicationValues(zone=cloud.zone.uuid, domain=make_domain().uuid, is_confining=True)
    told = [one["sentence"] for one in plans.planned(lambda: dedications.dedicate(root, values)).effects]
    assert any(stranger.name in sentence for sentence in told)
    own = DedicationValues(zone=cloud.zone.uuid, domain=account_of(tenant).domain.uuid)
    told = [one["sentence"] for one in plans.planned(lambda: dedications.dedicate(root, own)).effects]
    assert not any(stranger.name in sentence for sentence in told)


@pytest.mark.parametrize("who", ["user", "domain_admin", "read_only_admin"])
def test_only_root_admins_dedicate(cloud, who):
    caller = getattr(make_personas(), who)
    with pytest.raises(NotPermitted):
        dedications.dedicate(caller, DedicationValues(host=cloud.host.uuid, domain=make_domain().uuid))
