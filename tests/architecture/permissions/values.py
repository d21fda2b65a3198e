"""Good values for the routes that take some, as the first persona that may use the route would send them."""

from datetime import timedelta

from cloudportal.core import clock
from compute.models import Instance, VolumeAttachment
from compute.services.instances import terms
from storage.models import Volume
from tests.support import factories_guest_data, factories_infra
from tests.support.factories import account_of, make_account, make_member, role_named


def _user_role(world):
    return str(role_named("User").uuid)


def new_account(world):
    return {"name": "new", "role": _user_role(world), "domain": str(world.personas.domain.uuid)}


def new_user(world):
    return {
        "account": str(world.the("accounts").uuid),
        "username": "newcomer",
        "password": "a long enough pass phrase",
    }


def new_member(world):
    project = world.the("projects")
    account = make_account(project.domain)
    return {"account": str(account.uuid), "role": str(project.roles.get(name="Member").uuid)}


def successor(world):
    return {"member": str(make_member(world.the("projects"), role="Admin").uuid)}


def new_mapping(world):
    return {
        "server": str(world.the("directory-servers").uuid),
        "group_dn": "cn=people,dc=x",
        "role": _user_role(world),
        "account_name": "{username}",
        "domain": str(world.personas.domain.uuid),
    }


def new_directory(world):
    return {
        "name": "new",
        "domain": str(world.personas.domain.uuid),
        "uris": ["ldaps://ldap.example.org"],
        "bind_dn": "cn=portal,dc=x",
        "bind_password": "kept",
        "user_base": "dc=x",
        "group_base": "dc=x",
    }


def new_instance(world):
    place = factories_infra.make_infrastructure()
    return {
        "name": "new",
        "zone": str(place.zone.uuid),
        "template": str(place.template.uuid),
        "offering": str(world.the("service-offerings").uuid),
        "networks": [str(place.network.uuid)],
        "key_pairs": [],
    }


def new_owner(world):
    """A project of the user's, for an instance that is stopped and counted."""
    instance = world.the("instances")
    type(instance).objects.filter(pk=instance.pk).update(state="stopped")
    terms.reserve(instance.account, instance.cpus, instance.memory_mib)
    return {"project": str(world.the("projects").uuid)}


def new_groups(world):
    world.the("nics").network.__class__.objects.update(has_groups=True)
    return {"security_groups": [str(world.the("security-groups").uuid)]}


def new_range(world):
    ip = world.the("networks").addresses.last().ip
    world.the("networks").addresses.filter(ip=ip).delete()
    return {"first_ip": ip, "last_ip": ip}


def old_range(world):
    ip = world.the("networks").addresses.last().ip
    return {"first_ip": ip, "last_ip": ip}


def new_nic(world):
    instance = world.the("instances")
    network = factories_infra.make_network(instance.zone, cidr="10.98.0.0/28")
    return {"instance": str(instance.uuid), "network": str(network.uuid)}


def destroyed_before(world):
    Instance.objects.filter(pk=world.the("instances").pk).update(state="destroyed")
    return {"delete_volumes": []}


def stopped_before(world):
    place = factories_infra.make_infrastructure()
    moved = {"state": "stopped", "host": None, "zone": place.zone}
    Instance.objects.filter(pk=world.the("instances").pk).update(**moved)
    return {"host": None}


def other_template(world):
    """A template of the user's, for an instance that is stopped and has a root disk."""
    instance = world.the("instances")
    type(instance).objects.filter(pk=instance.pk).update(state="stopped")
    if not instance.attachments.exists():
        known = {"account": instance.account, "zone": instance.zone, "kind": "root", "size_bytes": 2**30}
        root = Volume.objects.create(name="root", **known)
        VolumeAttachment.objects.create(instance=instance, volume=root)
    return {"template": str(world.the("templates").uuid)}


def other_size(world):
    Instance.objects.filter(pk=world.the("instances").pk).update(state="stopped")
    return {"offering": str(world.the("service-offerings").uuid)}


def new_volume(world):
    return {
        "name": "new",
        "zone": str(factories_infra.make_pool().zone.uuid),
        "offering": str(world.the("disk-offerings").uuid),
    }


def new_attachment(world):
    instance, zone = world.the("instances"), world.the("volumes").zone
    instance.zone, instance.host = zone, _host_in(zone)
    instance.save(update_fields=["zone", "host"])
    return {"instance": str(instance.uuid)}


def new_instance_snapshot(world):
    instance = world.the("instances")
    instance.host = _host_in(instance.zone)
    instance.save(update_fields=["host"])
    return {"instance": str(instance.uuid), "name": "new", "with_memory": True}


def new_affinity(world):
    """No groups, for an instance that is stopped."""
    instance = world.the("instances")
    type(instance).objects.filter(pk=instance.pk).update(state="stopped")
    return {"affinity_groups": []}


def new_reach(world):
    """Where an offering may be chosen."""
    return {"domains": [str(world.personas.domain.uuid)], "zones": [str(world.the("zones").uuid)]}


def _host_in(zone):
    return factories_infra.make_host(factories_infra.make_cluster(factories_infra.make_pod(zone)))


def new_place_of_volume(world):
    volume = world.the("volumes")
    zone = volume.zone
    _host_in(zone)
    return {"pool": str(factories_infra.make_pool(zone).uuid)}


def new_pool(world):
    host = world.the("hosts")
    return {
        "name": "new",
        "zone": str(host.cluster.pod.zone.uuid),
        "cluster": str(host.cluster.uuid),
        "host": str(host.uuid),
        "driver": "simulator",
        "settings": factories_infra.place_settings(factories_infra.new_place(), capacity_gib=8),
    }


def new_host(world):
    return {
        "name": "new",
        "cluster": str(world.the("clusters").uuid),
        "settings": factories_infra.place_settings(factories_infra.new_place()),
    }


VALUES = {
    "POST instances/{uuid}/move/": new_owner,
    "POST instance-snapshots/": new_instance_snapshot,
    "POST disk-offerings/": lambda world: {"name": "new", "size_gib": 5, **new_reach(world)},
    "PATCH disk-offerings/{uuid}/": new_reach,
    "POST service-offerings/": lambda world: {
        "name": "new",
        "cpus": 1,
        "memory_mib": 512,
        **new_reach(world),
    },
    "PATCH service-offerings/{uuid}/": new_reach,
    "POST instances/{uuid}/lease/": lambda world: {"days": 3},
    "POST instance-schedules/": lambda world: {
        "instance": str(world.the("instances").uuid),
        "name": "new",
        "verb": "stop",
        "expression": "0 20 * * *",
        "time_zone": "UTC",
    },
    "POST snapshot-schedules/": lambda world: {
        "volume": str(world.the("volumes").uuid),
        "interval": "daily",
        "keep": 3,
        "time_zone": "UTC",
    },
    "POST volumes/{volume}/templates/": lambda world: {"name": "new"},
    "POST volume-exports/": lambda world: {"volume": str(world.the("volumes").uuid)},
    "POST snapshots/": lambda world: {"volume": str(world.the("volumes").uuid)},
    "PATCH snapshots/{uuid}/": lambda world: {"name": "new"},
    "POST snapshots/{snapshot}/templates/": lambda world: {"name": "new"},
    "POST snapshots/{snapshot}/volumes/": lambda world: {
        "name": "new",
        "disk_offering": str(world.the("disk-offerings").uuid),
    },
    "POST accounts/": new_account,
    "PATCH accounts/{uuid}/": lambda world: {"role": _user_role(world)},
    "POST domains/": lambda world: {"name": "new", "parent": str(world.personas.domain.uuid)},
    "POST users/": new_user,
    "POST api-keys/": lambda world: {"name": "new"},
    "POST api-tokens/": lambda world: {
        "name": "new",
        "patterns": ["instance.read"],
        "expires_at": (clock.now() + timedelta(days=1)).isoformat(),
    },
    "POST directory-servers/": new_directory,
    "POST group-mappings/": new_mapping,
    "PATCH group-mappings/{uuid}/": lambda world: {
        "group_dn": "cn=people,dc=x",
        "role": _user_role(world),
        "account_name": "{username}",
        "domain": str(world.personas.domain.uuid),
    },
    "POST projects/": lambda world: {"name": "new", "account": str(account_of(world.personas.user).uuid)},
    "POST projects/{project}/members/": new_member,
    "PATCH projects/{project}/members/{uuid}/": lambda world: {
        "role": str(world.the("projects").roles.get(name="Member").uuid)
    },
    "POST projects/{project}/invitations/": lambda world: {
        "email": "new@example.org",
        "role": str(world.the("projects").roles.get(name="Member").uuid),
    },
    "POST projects/{uuid}/hand-over/": successor,
    "PUT accounts/{uuid}/limits/{resource:str}/": lambda world: {"maximum": 5},
    "PUT domains/{uuid}/limits/{resource:str}/": lambda world: {"maximum": 5},
    "PUT projects/{uuid}/limits/{resource:str}/": lambda world: {"maximum": 5},
    "POST projects/{project}/roles/": lambda world: {"name": "new"},
    "PUT settings/{name:str}/": lambda world: {
        "place": "domain",
        "place_uuid": str(world.personas.domain.uuid),
        "value": False,
    },
    "POST settings/{name:str}/reset/": lambda world: {
        "place": "domain",
        "place_uuid": str(world.personas.domain.uuid),
    },
    "POST roles/{role}/rules/": lambda world: {"pattern": "volume.read", "allows": True},
    "PUT roles/{role}/rules/": lambda world: {"rules": [{"pattern": "volume.read", "allows": True}]},
    "POST roles/{role}/rules/order/": lambda world: {
        "rules": [str(world.the("roles/rules", world.the("roles")).uuid)]
    },
    "POST pods/": lambda world: {"name": "new", "zone": str(world.the("zones").uuid)},
    "POST os-types/": lambda world: {"name": "new", "category": str(world.the("os-categories").uuid)},
    "PATCH os-types/{uuid}/": lambda world: {"category": str(world.the("os-categories").uuid)},
    "POST zones/": lambda world: {"name": "new", "region": str(world.the("regions").uuid)},
    "POST clusters/": lambda world: {
        "name": "new",
        "pod": str(world.the("pods").uuid),
        "driver": "simulator",
    },
    "POST hosts/": new_host,
    "POST storage-pools/": new_pool,
    "POST volumes/": new_volume,
    "POST volume-uploads/": lambda world: {**new_volume(world), "format": "qcow2"},
    "POST volumes/{uuid}/attach/": new_attachment,
    "POST templates/": lambda world: {
        "name": "new",
        "format": "qcow2",
        "url": "https://mirror.example.org/image.qcow2",
    },
    "POST templates/{template}/grants/": lambda world: {"project": str(world.the("projects").uuid)},
    "POST templates/{template}/user-data/": lambda world: {"user_data": str(world.the("user-data").uuid)},
    "POST instances/{uuid}/attach-iso/": lambda world: {"iso": str(world.the("isos").uuid)},
    "POST template-uploads/": lambda world: {"name": "new", "format": "qcow2"},
    "POST volumes/{uuid}/clone/": lambda world: {"name": "copy"},
    "POST volumes/{uuid}/move/": new_place_of_volume,
    "POST volumes/{uuid}/resize/": lambda world: {
        "size_gib": 5,
        "offering": str(world.the("disk-offerings").uuid),
    },
    "POST instances/{uuid}/reinstall/": other_template,
    "POST instances/{uuid}/start/": stopped_before,
    "POST instances/{uuid}/destroy/": lambda world: {"delete_volumes": []},
    "POST instances/{uuid}/expunge/": destroyed_before,
    "POST instances/{instance}/notes/": lambda world: {"text": "Call Ada first."},
    "POST instances/{uuid}/resize/": other_size,
    "POST instances/": new_instance,
    "POST user-data/": lambda world: {"name": "new", "content": "#!/bin/sh\n"},
    "POST affinity-groups/": lambda world: {"name": "new", "kind": "anti-affinity"},
    "POST instances/{uuid}/change-affinity/": new_affinity,
    "POST dedications/": lambda world: {
        "pod": str(world.the("pods").uuid),
        "domain": str(world.the("domains").uuid),
    },
    "POST instances/{uuid}/reset-ssh-keys/": lambda world: {
        "key_pairs": [],
        "ssh_keys": [factories_guest_data.public_key()],
    },
    "POST key-pairs/": lambda world: {"name": "new"},
    "POST nics/": new_nic,
    "POST networks/{uuid}/add-range/": new_range,
    "POST networks/{uuid}/remove-range/": old_range,
    "POST nics/{uuid}/set-groups/": new_groups,
    "POST security-groups/": lambda world: {"name": "new"},
    "POST security-groups/{group}/rules/": lambda world: {
        "direction": "ingress",
        "peer": str(world.the("security-groups").uuid),
    },
    "POST networks/": lambda world: {
        "name": "new",
        "zone": str(world.the("zones").uuid),
        "driver": "simulator",
        "cidr": "10.99.0.0/28",
        "gateway": "10.99.0.1",
        "settings": factories_infra.place_settings(factories_infra.new_place()),
    },
}
