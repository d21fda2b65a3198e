"""The operator's own order of hosts: tried when it is set, heeded when it works, told of when it does not."""

import pytest

from cloudportal.core.errors import InvalidInput
from cloudportal.events.models import Alert
from tenants.models import SettingValue
from tenants.queries.settings import EVERYWHERE, Place
from tenants.services.settings import set_value
from tests.support.factories_compute import deployed, submit_deployment
from tests.support.jobs import run_job

pytestmark = pytest.mark.django_db

MODULE = "tests.support.own_order"
NAME = "placement.custom_class"


@pytest.fixture(autouse=True)
def modules(settings):
    settings.PLACEMENT_MODULES = [MODULE, "tests.support.no_such_module"]


@pytest.fixture
def custom(root, cloud):
    """The zone is ordered by the class of that name, good or bad."""

    def use(name):
        set_value(root, Place.of_zone(cloud.zone.uuid, cloud.zone.name), "placement.order", "custom")
        SettingValue.objects.update_or_create(
            name=NAME, key=EVERYWHERE.key, defaults={"value": f"{MODULE}:{name}"}
        )

    return use


def test_a_class_that_works_is_taken_and_heeded(root, cloud, tenant, custom):
    set_value(root, EVERYWHERE, NAME, f"{MODULE}:LastFirst")
    custom("LastFirst")
    assert deployed(cloud, tenant).host == cloud.hosts[-1]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("os:system", "does not name the module os"),
        (f"{MODULE}.sub:LastFirst", "does not name the module"),
        ("LastFirst", "package.module:Class"),
        (f"{MODULE}:LastFirst()", "package.module:Class"),
        (f"{MODULE}:NoOrder", "derives from"),
        (f"{MODULE}:missing", "derives from"),
        (f"{MODULE}:Unfinished", "cannot be loaded"),
        ("tests.support.no_such_module:X", "cannot be loaded"),
    ],
)
def test_what_cannot_be_used_is_refused_when_it_is_set(root, value, words):
    with pytest.raises(InvalidInput, match=words):
        set_value(root, EVERYWHERE, NAME, value)


@pytest.mark.parametrize("name", ["Raises", "Forgets", "Exaggerates", "Gone"])
def test_one_that_fails_starts_nothing_and_the_operators_are_told(cloud, tenant, custom, name):
    custom(name)
    _, job = submit_deployment(cloud, tenant)
    job = run_job(job)
    assert job.state == "failed"
    assert "operator's own rule" in job.message
    alert = Alert.objects.get(code="placement-order-failed")
    assert name in alert.detail
    assert name not in str((job.message, job.message_values))
    custom("LastFirst")
    deployed(cloud, tenant)
    alert.refresh_from_db()
    assert alert.cleared_at is not None


def test_an_order_without_a_class_says_which_setting_is_missing(root, cloud, tenant):
    set_value(root, Place.of_zone(cloud.zone.uuid, cloud.zone.name), "placement.order", "custom")
    _, job = submit_deployment(cloud, tenant)
    run_job(job)
    assert "names no class" in Alert.objects.get().detail
