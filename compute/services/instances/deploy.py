"""Deploying instances: all of their rows, their share of limits, and the job that makes them run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from django.db import transaction

from cloudportal.core import plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import InvalidInput, WrongState
from cloudportal.core.names import check_hostname
from cloudportal.core.secrets import Secret
from cloudportal.events import records
from cloudportal.jobs import services as jobs
from cloudportal.jobs.models import Job
from cloudportal.jobs.services import Subject
from compute import actions, queries, states
from compute.models import Instance, ServiceOffering, VolumeAttachment
from compute.services.guest_data import template_links
from compute.services.guest_data.passwords import hash_of
from compute.services.instances import affinity, guest_values, lease_terms, media, terms, wiring
from compute.services.instances.chosen_host import arguments_for, chosen_host
from compute.services.instances.foresight import foresee_placement
from compute.services.instances.guest_values import Told
from compute.services.instances.holding import held_with
from compute.services.instances.login import first_password
from compute.services.sizing import Size, Wanted, size_of, terms_of
from compute.topology import queries as topology
from compute.topology import states as topology_states
from compute.topology.models import Host, Zone
from compute.topology.services.offered import demand_open
from networking.models import Network
from storage import queries as storage
from storage.amounts import GIB
from storage.models import DiskOffering, Template, Volume
from storage.services import volumes
from tenants.models import Account


@dataclass(frozen=True, kw_only=True)
class DeployValues:
    """An instance as a caller wants it; `template`, `offering`, `zone` and `networks` are uuids.

    Without a name it gets one. Without networks it is wired to the zone's shared one, where there is just one.
    `addresses` may name the address to have, by the uuid of its network; `security_groups`, which are uuids, hold its
    NICs to their rules where a network has groups, by default the account's own default group.
    `cpus`, `cpu_mhz` and `memory_mib` are for sizes that leave them open. `root_size_gib` may enlarge the template's
    disk, and is the size of the empty disk where the template is an ISO; such a disk may be of a `root_disk_offering`,
    a uuid, which may have a size. `ssh_keys` and `user_data` go to the guest as they are; of `key_pairs`, which are
    uuids, it gets the public keys. `host`, a uuid too, is where it is to run and nowhere else; root administrators may
    choose it. `lease_days` is how long it may live, 0 for no end, None for what its size or the settings say.
    """

    template: UUID | str
    offering: UUID | str
    zone: UUID | str
    name: str = ""
    display_name: str = ""
    is_protected: bool = False
    networks: tuple[UUID | str, ...] = ()
    addresses: Mapping[str, str] = field(default_factory=dict)
    security_groups: tuple[UUID | str, ...] = ()
    cpus: int | None = None
    cpu_mhz: int | None = None
    memory_mib: int | None = None
    root_size_gib: int | None = None
    root_disk_offering: UUID | str | None = None
    ssh_keys: tuple[str, ...] = ()
    key_pairs: tuple[UUID | str, ...] = ()
    affinity_groups: tuple[UUID | str, ...] = ()
    user_data: str = ""
    user_data_from: UUID | str | None = None
    user_data_values: Mapping[str, str] = field(default_factory=dict)
    host: UUID | str | None = None
    lease_days: int | None = None


@dataclass(frozen=True)
class _Parts:
    zone: Zone
    template: Template
    offering: ServiceOffering
    size: Size
    networks: list[Network]
    host: Host | None


@transaction.atomic
def deploy(caller: Caller, values: DeployValues, *, start: bool = True) -> tuple[Instance, Job]:
    """An instance with its root volume and NICs as rows, and the job that makes it run.

    Where the template takes one, the guest's user gets a password, which is the instance's `new_password` here and
    now, and kept nowhere. With `start=False` it stays stopped, and its disk is made when it is first started. Raises
    NotFound for uuids that are not the caller's to use, InvalidInput, WrongState for a locked account, LimitReached,
    and NoRoom where no host could take it now.
    """
    actions.DEPLOY.permit(caller)
    account = Account.objects.select_related("domain").get(pk=caller.owner.account_id)
    parts = _parts(caller, account, values)
    if parts.host is not None and not start:
        raise InvalidInput.of("host", "It gets its host as it starts. Choose the host when you start it.")
    password = first_password(parts.template)
    instance = _instance(caller, account, parts, values, password)
    volume = _root_volume(caller, instance, parts, values)
    wiring.add_nics(caller, instance, parts.networks, values.addresses, values.security_groups)
    if parts.template.is_iso:
        media.put_in(instance, parts.template)
    terms.start_allocated(instance)
    if values.lease_days is not None:
        lease_terms.demand_allowed(caller, instance, values.lease_days, field="lease_days")
    lease_terms.begin(instance, values.lease_days)
    plans.note(
        "create",
        f"Creates the instance {values.name or 'with a name of its own'} in {parts.zone.name} with "
        f"{instance.cpus} {'CPU' if instance.cpus == 1 else 'CPUs'} and {instance.memory_mib} MiB of memory.",
        noun="instance",
        cpus=instance.cpus,
        memory_mib=instance.memory_mib,
        zone=str(parts.zone.uuid),
    )
    affinity.join(caller, instance, values.affinity_groups)
    if start:
        foresee_placement(caller, instance, volume, parts.host)
    job = jobs.submit(
        caller,
        "instance.deploy" if start else "instance.allocate",
        Subject.of(instance),
        arguments_for(parts.host),
        owner=account.owner,
        holds=held_with(instance),
    )
    _record(caller, instance, parts, job)
    found = queries.instance_for(caller, instance.uuid) if caller.may(actions.READ.name) else instance
    found.new_password = password
    return found, job


@transaction.atomic
def retry(caller: Caller, instance: Instance) -> Job:
    """The job that deploys an instance again whose first deployment failed. Raises as `deploy` does."""
    actions.RETRY.check(caller, instance)
    prepare_again(caller, instance)
    plans.note("deploy", f"Deploys the instance {instance.name} again.", noun="instance")
    return jobs.submit(
        caller,
        "instance.deploy",
        Subject.of(instance),
        owner=instance.account.owner,
        holds=held_with(instance),
    )


def prepare_again(caller: Caller, instance: Instance) -> None:
    """The rows of a failed deployment as they were before it: state, limits, addresses, meter."""
    states.INSTANCE.move(instance, "deploy")
    terms.reserve(instance.account, instance.cpus, instance.memory_mib)
    wiring.take_addresses(caller, instance)
    terms.start_allocated(instance)


def _parts(caller: Caller, account: Account, values: DeployValues) -> _Parts:
    zone = topology.zone_for(caller, values.zone)
    if zone.state != topology_states.ENABLED:
        raise WrongState(noun="zone", state=zone.state, action="deploy into it", needed="enabled")
    template = storage.template_for(caller, values.template)
    if not template.is_bootable:
        raise InvalidInput.of("template", f"{template.name} is an ISO that no machine can start from.")
    offering = queries.offering_for(caller, values.offering)
    demand_open(offering, account.domain, zone)
    wanted = Wanted(cpus=values.cpus, cpu_mhz=values.cpu_mhz, memory_mib=values.memory_mib)
    size = size_of(offering, wanted)
    if size.memory_mib < template.minimum_memory_mib:
        raise InvalidInput.of(
            "offering" if offering.memory_mib else "memory_mib",
            f"{template.name} needs {template.minimum_memory_mib} MiB of memory and {offering.name} has "
            f"{size.memory_mib}. Choose a larger size.",
        )
    networks = wiring.chosen_networks(caller, zone, account, values.networks)
    return _Parts(zone, template, offering, size, networks, chosen_host(caller, zone, values.host))


def _instance(
    caller: Caller, account: Account, parts: _Parts, values: DeployValues, password: Secret | None
) -> Instance:
    uuid = uuid4()
    told = Told(values.user_data, values.user_data_from, values.user_data_values)
    name = check_hostname(values.name) if values.name.strip() else f"vm-{uuid.hex[:12]}"
    terms.reserve(account, parts.size.cpus, parts.size.memory_mib)
    text, linked = guest_values.told_texts(caller, account, parts.template, told)
    instance = Instance.objects.create(
        uuid=uuid,
        account=account,
        zone=parts.zone,
        template=parts.template,
        name=name,
        display_name=guest_values.checked_display_name(values.display_name),
        is_protected=values.is_protected,
        ssh_keys=guest_values.chosen_ssh_keys(caller, account, values.ssh_keys, values.key_pairs),
        user_data=text,
        login_number=1 if password else 0,
        password_hash=hash_of(password) if password else "",
        **terms_of(parts.offering, parts.size),
    )
    if linked is not None:
        template_links.inherit(instance, parts.template, linked, told.values)
    return instance


def _root_disk_offering(caller: Caller, instance: Instance, parts: _Parts, uuid: UUID | str) -> DiskOffering:
    offering = storage.disk_offering_for(caller, uuid)
    if not parts.template.is_iso:
        raise InvalidInput.of(
            "root_disk_offering",
            f"The disk of an instance that starts as {parts.template.name} is that template's. Leave this out, or "
            "choose an ISO.",
        )
    demand_open(offering, instance.account.domain, parts.zone, field="root_disk_offering")
    return offering


def _root_volume(caller: Caller, instance: Instance, parts: _Parts, values: DeployValues) -> Volume:
    size_gib, offering = values.root_size_gib, None
    if values.root_disk_offering:
        offering = _root_disk_offering(caller, instance, parts, values.root_disk_offering)
        size_gib = volumes.size_of(offering, size_gib, field="root_size_gib")
    if size_gib is not None and not 1 <= size_gib <= volumes.LARGEST_GIB:
        raise InvalidInput.of("root_size_gib", f"Choose 1 to {volumes.LARGEST_GIB} GiB.")
    volume = volumes.allocate_root(
        caller,
        parts.zone,
        parts.template,
        name=f"root of {instance.name}",
        size_bytes=size_gib * GIB if size_gib is not None else None,
        offering=offering,
        provisioning=parts.offering.root_provisioning,
    )
    if offering is not None:
        plans.note("create", f"Its empty disk is of the offering {offering.name}.", noun="volume")
    volume.held_by = instance.uuid
    volume.save(update_fields=["held_by"])
    VolumeAttachment.objects.create(instance=instance, volume=volume, device_index=0)
    return volume


def _record(caller: Caller, instance: Instance, parts: _Parts, job: Job) -> None:
    records.record(
        caller,
        "VM.CREATE",
        terms.about(instance),
        after={
            "name": instance.name,
            "zone": parts.zone.name,
            "template": parts.template.name,
            "offering": parts.offering.name,
            "networks": [network.name for network in parts.networks],
        },
        stage="started",
        job_uuid=job.uuid,
    )
