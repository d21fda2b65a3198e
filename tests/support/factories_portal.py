"""A small world in which every page has something to show."""

from dataclasses import dataclass
from datetime import timedelta

from cloudportal.core import clock
from cloudportal.events import alerts
from compute.models import Instance, InstanceNote, Nic, TemplateUserData
from compute.services import nics
from compute.services.nics import NewNic
from networking.models import SecurityGroup, SecurityGroupRule
from networking.services import ranges
from storage.models import Volume
from tenants.models import User
from tenants.services import credentials, invitations
from tests.support import factories
from tests.support.factories import Personas, account_of
from tests.support.factories_compute import (
    Cloud,
    cluster_in,
    deployed,
    destroyed,
    failed,
    fresh,
    make_affinity_group,
    make_cloud,
    make_dedication,
    make_instance_snapshot,
    make_schedule,
    stopped,
    submit_deployment,
)
from tests.support.factories_guest_data import make_key_pair, make_user_data
from tests.support.factories_infra import (
    make_disk_offering,
    make_host,
    make_os_type,
    make_snapshot,
    make_snapshot_schedule,
    make_template,
    make_volume_export,
)
from tests.support.factories_volumes import make_attached, make_volume
from tests.support.jobs import run_jobs
from tests.support.scenarios_nics import second_network

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAID95rZ9T+etBuGlorkw5ZgvXY9Sc+ladqSM36beqFmF3 me@example.org"


@dataclass(frozen=True)
class Town:
    """Who lives there, and the cloud that they use."""

    who: Personas
    cloud: Cloud


def make_furnished_town():
    """As `make_town`, with one of each thing that may be around instances, so that every page can be found."""
    return make_town(furnish)


def make_town(more=lambda who, cloud: None):
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
    more(who, cloud)
    # Last, so that its job is open while the pages are looked at.
    submit_deployment(cloud, who.user, ssh_keys=(KEY,))
    return Town(who, cloud)


def furnish(who, cloud):
    """One of each thing that may be around instances, in the states in which most can be done to it."""
    account = account_of(who.user)
    instance = deployed(cloud, who.user, template=make_template(account, takes_password=True).uuid)
    make_affinity_group(account)
    make_dedication(who.domain, host=make_host(cluster_in(cloud.zone)))
    make_key_pair(account)
    make_user_data(account)
    group = SecurityGroup.objects.create(account=account, name="web")
    SecurityGroupRule.objects.create(group=group, direction="ingress", protocol="tcp", cidr="0.0.0.0/0")
    nic, _ = nics.add(who.user, instance, NewNic(network=_with_groups(second_network(cloud)).uuid))
    run_jobs()
    nics.add_address(
        who.user, Nic.objects.select_related("instance__account__domain", "network").get(pk=nic.pk)
    )
    run_jobs()
    InstanceNote.objects.create(instance=instance, text="Ours.", author_name="somebody")
    ranges.reserve(who.root_admin, cloud.network.addresses.filter(state="free").first(), note="The printer")
    make_os_type()
    make_volume(cloud.zone, who.user)
    data = make_attached(who.user, make_volume(cloud.zone, who.user), fresh(instance))
    make_snapshot(data)
    make_volume_export(data)
    waiting = make_volume(cloud.zone, who.user)
    Volume.objects.filter(pk=waiting.pk).update(state="uploading")
    make_snapshot_schedule(data)
    make_schedule(instance)
    make_instance_snapshot(instance)
    shared = make_template(account, is_public=False)
    shared.grants.create(account=account_of(who.neighbour))
    TemplateUserData.objects.create(template=shared, user_data=make_user_data(account))
    make_template(account, state="uploading", checksum="")


def _with_groups(network):
    network.has_groups = True
    network.save(update_fields=["has_groups"])
    return network


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
