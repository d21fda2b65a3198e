"""The matrix itself: who may use each route. A new route without a row here fails the suite."""

from tests.architecture.permissions.audiences import (
    ADDING,
    ADMIN,
    ADMIN_READ,
    ADMINS_READ,
    ALL,
    ALL_READ,
    MEMBERS,
    OPEN,
    OTHER_READ,
    OWN,
    OWN_READ,
    PERSONAL,
    ROOT,
    ROOT_READ,
    SELF,
)
from tests.architecture.permissions.values import VALUES  # noqa: F401  (part of the matrix)


def crud(noun, listing, creating, reading, changing):
    """The five routes that most nouns have."""
    return {
        f"GET {noun}/": listing,
        f"POST {noun}/": creating,
        f"GET {noun}/{{uuid}}/": reading,
        f"PATCH {noun}/{{uuid}}/": changing,
        f"DELETE {noun}/{{uuid}}/": changing,
    }


def verbs(noun, audience, *names):
    """POST routes on one thing."""
    return {f"POST {noun}/{{uuid}}/{name}/": audience for name in names}


def reading(noun, listing, one):
    """A noun that can only be looked at."""
    return {f"GET {noun}/": listing, f"GET {noun}/{{uuid}}/": one}


ROWS = {
    # Signing in and oneself
    "POST session/": OPEN,
    "GET session/": SELF,
    "DELETE session/": SELF,
    "GET profile/": SELF,
    "PATCH profile/": SELF,
    "POST profile/password/": SELF,
    "GET actions/": ALL_READ,
    **reading("api-keys", ALL_READ, PERSONAL),
    "POST api-keys/": ALL,
    "DELETE api-keys/{uuid}/": OWN,
    **reading("api-tokens", ALL_READ, PERSONAL),
    "POST api-tokens/": ALL,
    "DELETE api-tokens/{uuid}/": OWN,
    # Tenants
    **crud("domains", ALL_READ, ADMIN, OTHER_READ, ADMIN),
    "GET domains/{uuid}/limits/": OTHER_READ,
    "PUT domains/{uuid}/limits/{resource:str}/": ADMIN,
    **crud("accounts", ALL_READ, ADMIN, OTHER_READ, ADMIN),
    **verbs("accounts", ADMIN, "disable", "enable", "lock"),
    "GET accounts/{uuid}/limits/": OTHER_READ,
    "PUT accounts/{uuid}/limits/{resource:str}/": ADMIN,
    **crud("users", ALL_READ, ADMIN, OTHER_READ, ADMIN),
    **verbs("users", ADMIN, "disable", "enable", "set-password"),
    **crud("roles", ALL_READ, ROOT, ALL_READ, ROOT),
    "POST roles/{uuid}/clone/": ROOT,
    "POST roles/{role}/rules/": ROOT,
    "PUT roles/{role}/rules/": ROOT,
    "POST roles/{role}/rules/order/": ROOT,
    "PATCH roles/{role}/rules/{uuid}/": ROOT,
    "DELETE roles/{role}/rules/{uuid}/": ROOT,
    **crud("projects", ALL_READ, OWN, OWN_READ, OWN),
    **verbs("projects", OWN, "activate", "suspend", "hand-over"),
    "POST projects/{uuid}/leave/": MEMBERS,
    "GET projects/{uuid}/limits/": OWN_READ,
    "PUT projects/{uuid}/limits/{resource:str}/": ADMIN,
    **crud("projects/{project}/members", OWN_READ, ADDING, OWN_READ, OWN),
    **crud("projects/{project}/roles", OWN_READ, OWN, OWN_READ, OWN),
    **reading("projects/{project}/invitations", OWN_READ, OWN_READ),
    "POST projects/{project}/invitations/": OWN,
    "POST projects/{project}/invitations/{uuid}/revoke/": OWN,
    "POST invitations/accept/": ALL,
    "POST invitations/decline/": ALL,
    "POST limits/recount/": ROOT,
    **crud("directory-servers", ADMINS_READ, ROOT, ADMIN_READ, ROOT),
    "POST directory-servers/{uuid}/try-sign-in/": ADMIN,
    **crud("group-mappings", ADMINS_READ, ADMIN, ADMIN_READ, ADMIN),
    "GET settings/": ADMINS_READ,
    "PUT settings/{name:str}/": ADMIN,
    "POST settings/{name:str}/reset/": ADMIN,
    # Infrastructure
    "GET drivers/": ROOT_READ,
    **crud("regions", ALL_READ, ROOT, ALL_READ, ROOT),
    **crud("zones", ALL_READ, ROOT, ALL_READ, ROOT),
    **verbs("zones", ROOT, "disable", "enable"),
    **crud("pods", ROOT_READ, ROOT, ROOT_READ, ROOT),
    **verbs("pods", ROOT, "disable", "enable"),
    **crud("clusters", ROOT_READ, ROOT, ROOT_READ, ROOT),
    **verbs("clusters", ROOT, "disable", "enable"),
    **crud("hosts", ROOT_READ, ROOT, ROOT_READ, ROOT),
    **verbs("hosts", ROOT, "disable", "enable", "maintain", "reconnect", "reconcile"),
    **crud("dedications", ROOT_READ, ROOT, ROOT_READ, ROOT),
    **crud("storage-pools", ROOT_READ, ROOT, ROOT_READ, ROOT),
    **verbs("storage-pools", ROOT, "disable", "enable", "maintain", "reconnect"),
    **crud("disk-offerings", ALL_READ, ROOT, ALL_READ, ROOT),
    **crud("service-offerings", ALL_READ, ROOT, ALL_READ, ROOT),
    # What tenants have
    **crud("networks", ALL_READ, ROOT, OWN_READ, ROOT),
    **verbs("networks", ROOT, "add-range"),
    **reading("addresses", ALL_READ, OWN_READ),
    **verbs("addresses", ROOT, "reserve", "unreserve"),
    **crud("templates", ALL_READ, ALL, OWN_READ, OWN),
    "POST template-uploads/": ALL,
    "POST templates/{uuid}/upload/": OWN,
    "POST templates/{uuid}/publish/": ROOT,
    **crud("volumes", ALL_READ, ALL, OWN_READ, OWN),
    **verbs("volumes", OWN, "attach", "detach", "resize", "destroy", "recover"),
    "POST volumes/{volume}/templates/": OWN,
    **crud("snapshots", ALL_READ, OWN, OWN_READ, OWN),
    **verbs("snapshots", OWN, "restore"),
    **crud("snapshot-schedules", ALL_READ, OWN, OWN_READ, OWN),
    **crud("instance-schedules", ALL_READ, OWN, OWN_READ, OWN),
    "POST instances/{uuid}/lease/": OWN,
    "POST snapshots/{snapshot}/volumes/": OWN,
    "POST snapshots/{snapshot}/templates/": OWN,
    **crud("instances", ALL_READ, ALL, OWN_READ, OWN),
    **verbs("instances", OWN, "start", "stop", "reboot", "resize", "destroy", "recover", "expunge", "retry"),
    "POST instances/{uuid}/console/": OWN,
    "GET instances/{uuid}/serial-log/": OWN,
    "GET instances/{uuid}/screenshot/": OWN,
    **crud("affinity-groups", ALL_READ, ALL, OWN_READ, OWN),
    **verbs("instances", OWN, "change-affinity"),
    "GET instances/{uuid}/placement/": ROOT_READ,
    **reading("key-pairs", ALL_READ, OWN_READ),
    "POST key-pairs/": ALL,
    "DELETE key-pairs/{uuid}/": OWN,
    **crud("user-data", ALL_READ, ALL, OWN_READ, OWN),
    **crud("security-groups", ALL_READ, ALL, OWN_READ, OWN),
    **crud("security-groups/{group}/rules", OWN_READ, OWN, OWN_READ, OWN),
    "POST nics/{uuid}/set-groups/": OWN,
    **verbs("instances", OWN, "move", "reset-password", "reset-ssh-keys"),
    **crud("nics", ALL_READ, OWN, OWN_READ, OWN),
    **verbs("nics", OWN, "make-default", "connect", "disconnect"),
    **crud("nics/{nic}/secondary-addresses", OWN_READ, OWN, OWN_READ, OWN),
    **reading("drifts", ROOT_READ, ROOT_READ),
    **verbs("drifts", ROOT, "accept", "repair", "ignore"),
    # What happened
    **reading("jobs", ALL_READ, OWN_READ),
    **verbs("jobs", ADMIN, "abort", "resume", "retry"),
    **reading("events", ALL_READ, OWN_READ),
    **reading("alerts", ROOT_READ, ROOT_READ),
    "POST alerts/{uuid}/clear/": ROOT,
    "GET usage/": ALL_READ,
    **reading("usage-records", ALL_READ, OWN_READ),
    "POST usage-records/rebuild/": ROOT,
    "POST usage-records/verify/": ROOT,
}
del ROWS["DELETE instances/{uuid}/"]
del ROWS["PATCH dedications/{uuid}/"]
del ROWS["PATCH nics/{uuid}/"]
del ROWS["PATCH security-groups/{group}/rules/{uuid}/"]
del ROWS["PATCH nics/{nic}/secondary-addresses/{uuid}/"]

# field in a body → the noun that it refers to
REFERENCES = {
    "domain": "domains",
    "parent": "domains",
    "account": "accounts",
    "user": "users",
    "role": "roles",
    "member": "projects/members",
    "rules": "roles/rules",
    "server": "directory-servers",
    "region": "regions",
    "zone": "zones",
    "pod": "pods",
    "cluster": "clusters",
    "host": "hosts",
    "template": "templates",
    "offering": "service-offerings",
    "project": "projects",
    "networks": "networks",
    "volume": "volumes",
    "instance": "instances",
    "disk_offering": "disk-offerings",
    "key_pairs": "key-pairs",
    "affinity_groups": "affinity-groups",
    "domains": "domains",
    "zones": "zones",
    "network": "networks",
    "user_data_from": "user-data",
    "security_groups": "security-groups",
    "peer": "security-groups",
    "place_uuid": "domains",
    # Whatever was ever metered, for root admins alone: there is no row to be a stranger to.
    "subject": None,
}
