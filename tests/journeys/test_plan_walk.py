"""A tenant walks at random through what can be done, each time by the plan: what was planned is done, exactly, and in
the end rows, limits, claims, meters and the world agree.
"""

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from compute.models import Instance, Nic
from storage.models import Volume
from tests.support.agreement_compute import world_equals_rows
from tests.support.factories import make_caller, numbered
from tests.support.factories_compute import make_cloud
from tests.support.factories_infra import make_disk_offering
from tests.support.jobs import run_jobs
from tests.support.planning import carried_out, taken_back

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

POWER = ("start", "stop", "reboot", "destroy", "recover", "expunge", "retry")


def deploy(cloud, pick):
    return (
        "POST",
        "instances/",
        {
            "name": numbered("vm"),
            "zone": str(cloud.zone.uuid),
            "template": str(cloud.template.uuid),
            "offering": str(cloud.offering.uuid),
            "networks": [str(cloud.network.uuid)],
            "start": pick % 3 != 0,
        },
    )


def on_an_instance(verb):
    def act(cloud, pick):
        return "POST", f"instances/{one_of(Instance, pick)}/{verb}/", {}

    return act


def protect(cloud, pick):
    return "PATCH", f"instances/{one_of(Instance, pick)}/", {"is_protected": pick % 2 == 0}


def create_volume(cloud, pick):
    offering = make_disk_offering(size_gib=1 + pick % 3)
    return (
        "POST",
        "volumes/",
        {
            "name": numbered("data"),
            "zone": str(cloud.zone.uuid),
            "offering": str(offering.uuid),
        },
    )


def attach(cloud, pick):
    return "POST", f"volumes/{one_of(Volume, pick)}/attach/", {"instance": one_of(Instance, pick // 2)}


def detach(cloud, pick):
    return "POST", f"volumes/{one_of(Volume, pick)}/detach/", {}


def grow(cloud, pick):
    return "POST", f"volumes/{one_of(Volume, pick)}/resize/", {"size_gib": 1 + pick % 9}


def delete_volume(cloud, pick):
    return "DELETE", f"volumes/{one_of(Volume, pick)}/", None


def add_nic(cloud, pick):
    values = {"instance": one_of(Instance, pick), "network": str(cloud.network.uuid)}
    return "POST", "nics/", values


def remove_nic(cloud, pick):
    return "DELETE", f"nics/{one_of(Nic, pick)}/", None


def add_address(cloud, pick):
    return "POST", f"nics/{one_of(Nic, pick)}/secondary-addresses/", {}


DEEDS = (
    deploy,
    *(on_an_instance(verb) for verb in POWER),
    protect,
    create_volume,
    attach,
    detach,
    grow,
    delete_volume,
    add_nic,
    remove_nic,
    add_address,
)
NOBODY = "00000000-0000-4000-8000-000000000000"


def one_of(model, pick):
    """The uuid of one of the rows, whatever its state; of none where there are none."""
    uuids = list(model.objects.order_by("id").values_list("uuid", flat=True))
    return str(uuids[pick % len(uuids)]) if uuids else NOBODY


# What to do, to which thing, and whether its job is worked on before the next is asked for.
WALK = st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(0, 60), st.booleans()), min_size=6, max_size=16)


# Not shrunk: one walk takes seconds, and shrinking would go hundreds of them.
@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(walk=WALK)
def test_whatever_is_done_by_its_plan_is_what_was_planned(walk):
    with taken_back():
        cloud, tenant = make_cloud(hosts=2), make_caller()
        for act, pick, is_worked_on in [(deploy, 1, True), *walk]:
            plan, _, complaints = carried_out(tenant, *act(cloud, pick))
            assert complaints == [], (act, plan)
            run_jobs() if is_worked_on else None
        run_jobs()
        world_equals_rows(cloud)
