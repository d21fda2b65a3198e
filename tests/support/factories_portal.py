"""A small world in which every page has something to show."""

from dataclasses import dataclass
from datetime import timedelta

from cloudportal.core import clock
from cloudportal.events import alerts
from compute.models import Instance
from tenants.models import User
from tenants.services import credentials, invitations
from tests.support import factories
from tests.support.factories import Personas
from tests.support.factories_compute import (
    Cloud,
    deployed,
    destroyed,
    failed,
    make_cloud,
    stopped,
    submit_deployment,
)
from tests.support.factories_infra import make_disk_offering

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAID95rZ9T+etBuGlorkw5ZgvXY9Sc+ladqSM36beqFmF3 me@example.org"


@dataclass(frozen=True)
class Town:
    """Who lives there, and the cloud that they use."""

    who: Personas
    cloud: Cloud


def make_town():
    """Instances in many states, jobs that are open, done and failed, an alert, drift, a project, keys and tokens."""
    who = factories.make_personas()
    cloud = make_cloud(hosts=2)
    make_disk_offering()
    for make in (deployed, stopped, destroyed, failed):
        make(cloud, who.user)
    _drift(deployed(cloud, who.neighbour), cloud)
    alerts.raise_alert("host-unreachable", "x", "A host does not answer.")
    project = factories.make_project(who.user)
    invitations.invite(who.user, project, email="kurt@example.org")
    user = User.objects.get(uuid=who.user.user_uuid)
    credentials.create_api_key(who.user, user, "backup")
    wanted = credentials.NewToken("ci", ["instance.*"], clock.now() + timedelta(days=1))
    credentials.create_token(who.user, user, wanted)
    submit_deployment(cloud, who.user, ssh_keys=(KEY,))
    return Town(who, cloud)


def _drift(instance, cloud):
    seen = clock.now().isoformat()
    drift = {
        "kind": "gone",
        "host_id": cloud.host.pk,
        "host_name": cloud.host.name,
        "sentence": f"{instance.name} should run, and is not there.",
        "times": 2,
        "first_seen_at": seen,
        "last_seen_at": seen,
        "confirmed_at": seen,
        "is_ignored": False,
    }
    Instance.objects.filter(pk=instance.pk).update(drift=drift)
