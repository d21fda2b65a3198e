"""What the routes of the matrix are about: one of each noun, belonging to `user`, and the same for a stranger."""

from datetime import timedelta
from uuid import uuid4

from cloudportal.core import clock
from cloudportal.events import alerts, records
from cloudportal.events.records import About
from cloudportal.jobs.models import Job
from compute.models import Instance, InstanceNote, Nic, SecondaryAddress, TemplateUserData
from networking.macs import random_mac
from networking.models import Address, SecurityGroup, SecurityGroupRule
from storage.models import TemplateGrant, Volume
from tenants.models import (
    ApiKey,
    ApiToken,
    DirectoryGroupMapping,
    DirectoryServer,
    Invitation,
    ProjectRole,
    Role,
    User,
)
from tests.architecture.permissions.asking import nouns_in
from tests.support import factories, factories_compute, factories_guest_data, factories_infra
from tests.support.factories import account_of, make_caller, make_personas, numbered
from usage.models import UsageInterval

THINGS = {}
SHARED = set()


def thing(noun, *, shared=False):
    """Registers the builder `build(world, owner, *parents) -> row`; `shared` things have no owner to be foreign to."""

    def register(build):
        THINGS[noun] = build
        if shared:
            SHARED.add(noun)
        return build

    return register


class World:
    """The personas and, made when first asked for, the things that belong to `user`."""

    def __init__(self):
        self.personas = make_personas()
        self._things = {}
        self.stranger = make_caller(self.personas.other_domain)

    def caller(self, persona):
        """The caller, or None for nobody."""
        return None if persona == "anonymous" else getattr(self.personas, persona)

    def the(self, noun, *parents):
        """The user's thing of this noun."""
        if noun not in self._things:
            self._things[noun] = THINGS[noun](self, self.personas.user, *parents)
        return self._things[noun]

    def path_of(self, path):
        """The uuids that fill the path, each thing belonging to the one before it."""
        rows = []
        for noun in nouns_in(path):
            rows.append(self.the(noun, *rows))
        return [row.uuid for row in rows]

    def strange(self, noun, persona):
        """Uuids of such things that belong to another domain's account; none for what has no owner or for root."""
        if noun in SHARED or persona == "root_admin":
            return []
        return [THINGS[noun](self, self.stranger).uuid]

    def put(self, values, field, uuid):
        """The values with the reference replaced, in a list where there is one."""
        is_list = isinstance(values.get(field), list)
        return {**values, field: [str(uuid)] if is_list else str(uuid)}


def user_of(caller):
    return User.objects.get(pk=caller.user_id)


def owned(caller):
    return {"account_uuid": caller.owner.account_uuid, "domain_path": caller.owner.domain_path}


@thing("domains")
def a_domain(world, owner):
    return factories.make_domain(account_of(owner).domain)


@thing("accounts")
def an_account(world, owner):
    return factories.make_account(account_of(owner).domain)


@thing("users")
def a_user(world, owner):
    return factories.make_user(factories.make_account(account_of(owner).domain))


@thing("api-keys")
def an_api_key(world, owner):
    return ApiKey.objects.create(user=user_of(owner), name="key", key=uuid4().hex, secret="kept")


@thing("api-tokens")
def a_token(world, owner):
    until = clock.now() + timedelta(days=1)
    return ApiToken.objects.create(
        user=user_of(owner), name="token", prefix="p", digest=uuid4().hex * 2, patterns=[], expires_at=until
    )


@thing("directory-servers")
def a_directory(world, owner):
    return DirectoryServer.objects.create(
        name=numbered("directory"),
        domain=account_of(owner).domain,
        uris=["ldap://127.0.0.1:9"],
        group_base="dc=x",
    )


@thing("group-mappings")
def a_mapping(world, owner):
    return DirectoryGroupMapping.objects.create(
        server=a_directory(world, owner),
        group_dn="cn=staff,dc=x",
        role=Role.objects.get(name="User"),
        account_name="{username}",
        position=1,
        domain=account_of(owner).domain,
    )


@thing("roles", shared=True)
def a_role(world, owner):
    return factories.make_role(("instance.read",))


@thing("roles/rules", shared=True)
def a_rule(world, owner, role=None):
    return (role or a_role(world, owner)).rules.first()


@thing("projects")
def a_project(world, owner):
    return factories.make_project(owner)


@thing("projects/members")
def a_member(world, owner, project=None):
    return factories.make_member(project or a_project(world, owner))


@thing("projects/roles")
def a_project_role(world, owner, project=None):
    return ProjectRole.objects.create(project=project or a_project(world, owner), name=numbered("role"))


@thing("projects/invitations")
def an_invitation(world, owner, project=None):
    project = project or a_project(world, owner)
    return Invitation.objects.create(
        project=project,
        role=project.roles.get(name="Member"),
        email="guest@example.org",
        token_hash=uuid4().hex * 2,
        invited_by="somebody",
        expires_at=clock.now() + timedelta(days=1),
    )


@thing("jobs")
def a_job(world, owner):
    return Job.objects.create(kind="volume.create", queue="storage", subject_uuid=uuid4(), **owned(owner))


@thing("events")
def an_event(world, owner):
    return records.record(owner, "VM.CREATE", About())


@thing("alerts", shared=True)
def an_alert(world, owner):
    return alerts.raise_alert("host-silent", "host:1", "Silent.")


@thing("usage-records")
def a_usage_record(world, owner):
    return UsageInterval.objects.create(
        meter="volume",
        subject_uuid=uuid4(),
        account_name="x",
        started_at=clock.now(),
        start_mark=uuid4().int % 10**9,
        **owned(owner),
    )


@thing("regions", shared=True)
def a_region(world, owner):
    return factories_infra.make_region()


@thing("os-categories", shared=True)
def an_os_category(world, owner):
    return factories_infra.make_os_category()


@thing("os-types", shared=True)
def an_os_type(world, owner):
    return factories_infra.make_os_type()


@thing("zones", shared=True)
def a_zone(world, owner):
    return factories_infra.make_zone()


@thing("pods", shared=True)
def a_pod(world, owner):
    return factories_infra.make_pod()


@thing("clusters", shared=True)
def a_cluster(world, owner):
    return factories_infra.make_cluster()


@thing("hosts", shared=True)
def a_host(world, owner):
    return factories_infra.make_host()


@thing("storage-pools", shared=True)
def a_pool(world, owner):
    return factories_infra.make_pool()


@thing("disk-offerings", shared=True)
def a_disk_offering(world, owner):
    return factories_infra.make_disk_offering()


@thing("service-offerings", shared=True)
def an_offering(world, owner):
    return factories_compute.make_offering()


@thing("networks")
def a_network(world, owner):
    return factories_infra.make_network(cidr="10.77.0.0/28", account=account_of(owner))


@thing("shared-networks", shared=True)
def a_shared_network(world, owner):
    return factories_infra.make_network(cidr="10.78.0.0/28")


@thing("addresses")
def an_address(world, owner):
    network = factories_infra.make_network(cidr=f"10.{80 + Address.objects.count() % 100}.0.0/29")
    address = network.addresses.first()
    Address.objects.filter(pk=address.pk).update(account=account_of(owner), state="taken", held_by=uuid4())
    return address


@thing("isos")
def an_iso(world, owner):
    return factories_infra.make_iso(account_of(owner), is_public=False)


@thing("templates/grants")
def a_grant(world, owner, template=None):
    template = template or a_template(world, owner)
    return TemplateGrant.objects.create(template=template, account=factories.make_account())


@thing("templates/user-data")
def linked_user_data(world, owner, template=None):
    template = template or a_template(world, owner)
    kept = factories_guest_data.make_user_data(template.account)
    return TemplateUserData.objects.create(template=template, user_data=kept)


@thing("templates")
def a_template(world, owner):
    return factories_infra.make_template(account_of(owner), is_public=False)


@thing("volumes")
def a_volume(world, owner):
    pool = factories_infra.make_pool()
    return Volume.objects.create(
        account=account_of(owner),
        zone=pool.zone,
        pool=pool,
        name=numbered("volume"),
        size_bytes=2**30,
        state="ready",
    )


@thing("key-pairs")
def a_key_pair(world, owner):
    return factories_guest_data.make_key_pair(account_of(owner))


@thing("snapshots")
def a_snapshot(world, owner):
    return factories_infra.make_snapshot(a_volume(world, owner))


@thing("volume-exports")
def a_volume_export(world, owner):
    return factories_infra.make_volume_export(a_volume(world, owner))


@thing("user-data")
def some_user_data(world, owner):
    return factories_guest_data.make_user_data(account_of(owner))


@thing("instance-snapshots")
def an_instance_snapshot(world, owner):
    return factories_compute.make_instance_snapshot(an_instance(world, owner))


@thing("snapshot-schedules")
def a_snapshot_schedule(world, owner):
    return factories_infra.make_snapshot_schedule(a_volume(world, owner))


@thing("instance-schedules")
def an_instance_schedule(world, owner):
    return factories_compute.make_schedule(an_instance(world, owner))


@thing("instances/notes")
def a_note(world, owner, instance=None):
    return InstanceNote.objects.create(
        instance=instance or an_instance(world, owner), text="Call Ada first.", author_name="ada"
    )


@thing("affinity-groups")
def an_affinity_group(world, owner):
    return factories_compute.make_affinity_group(account_of(owner))


@thing("dedications", shared=True)
def a_dedication(world, owner):
    return factories_compute.make_dedication(world.the("domains"), host=world.the("hosts"))


@thing("drifts", shared=True)
def a_drift(world, owner):
    moment = clock.now().isoformat()
    instance = an_instance(world, owner)
    instance.drift = {
        "kind": "silent",
        "host_id": None,
        "host_name": "h1",
        "sentence": "It does not answer.",
        "times": 2,
        "first_seen_at": moment,
        "last_seen_at": moment,
        "confirmed_at": moment,
    }
    instance.save(update_fields=["drift"])
    return instance


@thing("instances")
def an_instance(world, owner):
    return Instance.objects.create(
        account=account_of(owner),
        zone=factories_infra.make_zone(),
        offering=factories_compute.make_offering(),
        name=numbered("instance"),
        state="running",
        cpus=1,
        cpu_mhz=1000,
        memory_mib=512,
    )


@thing("nics")
def a_nic(world, owner):
    """The second NIC of an instance, so that it may go."""
    instance = an_instance(world, owner)
    for index in range(2):
        network = factories_infra.make_network(instance.zone, cidr=f"10.7{index}.0.0/28")
        nic = Nic.objects.create(
            instance=instance,
            network=network,
            mac=random_mac(),
            device_index=index,
            is_default=not index,
        )
        take(nic.network.addresses.first(), owner, nic.uuid, nic)
    return nic


@thing("nics/secondary-addresses")
def a_secondary_address(world, owner, nic=None):
    nic = nic or a_nic(world, owner)
    address = nic.network.addresses.filter(state="free").first()
    row = SecondaryAddress.objects.create(nic=nic, address=address)
    take(address, owner, row.uuid)
    return row


def take(address, owner, holder, nic=None):
    """The address is the holder's, and the NIC's first one where one is named."""
    values = {"account": account_of(owner), "state": "taken", "held_by": holder}
    Address.objects.filter(pk=address.pk).update(**values)
    if nic is not None:
        nic.address = address
        nic.save()


@thing("security-groups")
def a_security_group(world, owner):
    return SecurityGroup.objects.create(account=account_of(owner), name=numbered("group"))


@thing("security-groups/rules")
def a_group_rule(world, owner, group=None):
    group = group or a_security_group(world, owner)
    return SecurityGroupRule.objects.create(group=group, direction="egress", cidr="0.0.0.0/0")
