"""Instances: the list, and one instance with its network, disks, placement and all that can be done to it."""

from typing import Any
from uuid import UUID

from cloudportal.core.caller import Caller
from cloudportal.core.permissions import RoleKind
from cloudportal.events.portal.events import events_panel
from cloudportal.jobs.portal.pages import jobs_panel
from cloudportal.jobs.portal.progress import failure_panel, progress_panel
from cloudportal.portal import cells, formats, menu, subjects
from cloudportal.portal.buttons import PageLink, RowAction, RowLink
from cloudportal.portal.columns import Column
from cloudportal.portal.details import DetailPage
from cloudportal.portal.lists import ListPage
from cloudportal.portal.options import Amount, Option
from cloudportal.portal.panels import Fact, Facts, Part, Table
from cloudportal.portal.queries import Filter, name_in
from cloudportal.portal.subjects import Holder
from compute import actions, queries, schedule_actions
from compute.configuration import STOP_TIMEOUT
from compute.models import Instance
from compute.note_actions import ADD_NOTE, READ_NOTE
from compute.note_queries import notes_for
from compute.placement_actions import CHANGE_GROUPS, CHOOSE_HOST, READ_PLACEMENT
from compute.portal import funnels, words
from compute.portal.drift import FINDING_NOTICE
from compute.portal.nics import NIC_TABLE
from compute.portal.snapshot_tables import END, SCHEDULE_TABLE, SNAPSHOT_TABLE
from compute.services import instances
from compute.services.instances import media
from compute.services.instances.login import takes_password
from compute.topology.queries import hosts_for, zones_for
from storage.models import Template
from storage.portal.templates import TEMPLATE
from storage.queries import templates_for

ADMIN = RoleKind.DOMAIN_ADMIN
ROOT = RoleKind.ROOT_ADMIN

CREATE = PageLink("Deploy instance", "instance-deploy", actions.DEPLOY)

FORCE = Option(
    "force",
    "Cut the power at once",
    "The guest is not asked to shut down. What it has not written yet is lost.",
)
PATIENCE = Amount(
    "timeout_seconds",
    "Seconds to wait for it to shut down",
    "Empty for as long as the zone's setting says.",
    least=1,
    most=int(STOP_TIMEOUT.maximum or 0),
)
RUNS_ON = Option(
    "cut_power",
    "Let it run on if it has not shut down by then",
    "Otherwise its power is cut.",
    is_reversed=True,
)
SHUT_DOWN = (PATIENCE, RUNS_ON, FORCE)
VOLUMES_TOO = Option(
    "with_volumes",
    "Delete its data volumes too",
    "Otherwise they are kept, and free for other instances when it is expunged.",
)
EXPUNGE_TOO = Option(
    "expunge", "Expunge it right away", "Its root disk goes too and nothing can be recovered."
)


def _zones(caller: Caller) -> list[tuple[str, str]]:
    return [(str(zone.uuid), zone.name) for zone in zones_for(caller)]


INSTANCES = ListPage(
    route="instances",
    path="instances/",
    title="Instances",
    nouns="instances",
    icon="instance",
    rows=queries.instances_for,
    columns=(
        Column("name", "Name", words.name, sort="name"),
        Column("state", "State", words.state, sort="state"),
        Column("addresses", "Address", words.addresses),
        Column(
            "size", "Size", lambda row: cells.noted(words.size(row), row.offering.name), sort="memory_mib"
        ),
        Column("template", "Template", words.template, sort="template__name", on_phone=False),
        Column("zone", "Zone", "zone.name", sort="zone__name", on_phone=False),
        Column("account", "Account", "account.name", sort="account__name", least=ADMIN),
        Column("host", "Host", words.host, sort="host__name", least=ROOT),
        Column("created", "Created", lambda row: cells.moment(row.created_at), sort="created_at"),
    ),
    about="An instance is a machine of your own: choose what it starts as and how large it is, and it runs in seconds.",
    search=("name", "display_name", "nics__address__ip", "account__name"),
    filters=(
        Filter("state", "State", "state", lambda caller: [(one, one) for one in words.STATES]),
        Filter("zone", "Zone", "zone__uuid", _zones),
        Filter("account", "Account", "account__uuid", called=subjects.name_of("account")),
        Filter("host", "Host", "host__uuid", called=name_in(hosts_for)),
        Filter("template", "Template", "template__uuid", called=name_in(templates_for)),
        Filter("offering", "Size", "offering__uuid", called=name_in(queries.offerings_for)),
    ),
    create=CREATE,
    is_lively=words.is_changing,
)


def _told(caller: Caller, instance: Instance) -> dict[str, Any] | None:
    """What the guest reads as it starts; nothing where it is told nothing."""
    if not (instance.ssh_keys or instance.guest_text):
        return None
    return {"keys": instance.ssh_keys, "user_data": instance.guest_text}


INSTANCE = DetailPage(
    route="instance",
    path="instances/",
    noun="instance",
    row=queries.instance_for,
    parent="instances",
    parent_label="Instances",
    title=lambda instance: instance.name,
    summary=lambda instance: instance.display_name,
    panels=(
        FINDING_NOTICE,
        failure_panel(),
        progress_panel(),
        Facts(
            "Instance",
            (
                Fact("Address", words.addresses),
                Fact("Sign in", words.sign_in, is_shown_empty=False),
                Fact("Size", lambda row: cells.noted(words.size(row), row.offering.name)),
                Fact("CPU", lambda row: f"{row.cpus} × {row.cpu_mhz} MHz"),
                Fact("Template", words.template),
                Fact("Told by its template", words.inherited, is_shown_empty=False),
                Fact(
                    "In its drive",
                    lambda row: (
                        cells.link(row.iso.template.name, "template", row.iso.template.uuid)
                        if hasattr(row, "iso")
                        else ""
                    ),
                    is_shown_empty=False,
                ),
                Fact("Zone", "zone.name"),
                Fact("Account", "account.name", least=ADMIN),
                Fact("Affinity groups", words.affinity_groups, is_shown_empty=False),
                Fact("Host", words.host, least=ROOT),
                Fact("Power", words.power),
                Fact(
                    "Protected",
                    lambda row: "It cannot be destroyed" if row.is_protected else "",
                    is_shown_empty=False,
                ),
                END,
                Fact("Created", lambda row: cells.exact_moment(row.created_at)),
                Fact("Destroyed", lambda row: cells.exact_moment(row.destroyed_at), is_shown_empty=False),
                Fact("Id", lambda row: cells.copyable(row.uuid)),
            ),
        ),
        NIC_TABLE,
        Table(
            "Disks",
            lambda caller, row: row.attachments.all(),
            (
                Column("name", "Volume", lambda one: cells.link(one.volume.name, "volume", one.volume.uuid)),
                Column("place", "Place", lambda one: str(one.device_index)),
                Column("state", "State", lambda one: cells.state(one.volume.state)),
                Column("size", "Size", lambda one: formats.size(one.volume.size_bytes), kind="number"),
                Column("pool", "Pool", lambda one: one.volume.pool and one.volume.pool.name, least=ROOT),
            ),
            empty="It has no disk.",
            add=RowLink(actions.ATTACH_VOLUME, "instance-attach", icon="volume", label="Attach volume"),
        ),
        SNAPSHOT_TABLE,
        SCHEDULE_TABLE,
        Table(
            "Notes",
            lambda caller, row: notes_for(caller, row) if caller.may(READ_NOTE.name) else (),
            (
                Column("text", "Note", lambda note: cells.link(note.text, "instance-note", note.uuid)),
                Column("author", "By", "author_name"),
                Column("created", "Written", lambda note: cells.moment(note.created_at)),
            ),
            empty="Nobody has written anything down about it.",
            add=RowLink(ADD_NOTE, "instance-note-add", icon="plus"),
        ),
        jobs_panel(),
        Part("Placement", "compute/placement.html", funnels.of_instance, place="side"),
        Part(
            "Guest",
            "compute/guest.html",
            _told,
            place="side",
        ),
        events_panel(place="side"),
    ),
    buttons=(
        RowAction(
            actions.START, instances.start, icon="play", is_first=True, done="{name} is being started."
        ),
        RowAction(
            actions.RETRY,
            instances.retry,
            icon="reboot",
            is_first=True,
            done="{name} is being deployed again.",
        ),
        RowAction(
            actions.RECOVER,
            instances.recover,
            icon="recover",
            is_first=True,
            done="{name} is yours again, and stopped.",
        ),
        RowLink(
            CHOOSE_HOST,
            "instance-choose-host",
            icon="host",
            is_shown=lambda caller, row: caller.is_root_admin,
        ),
        RowLink(actions.CONSOLE, "instance-console", icon="console"),
        RowLink(actions.SERIAL_LOG, "instance-serial-log", icon="log"),
        RowAction(
            actions.STOP, instances.stop, icon="stop", done="{name} is being stopped.", options=SHUT_DOWN
        ),
        RowAction(
            actions.REBOOT,
            instances.reboot,
            icon="reboot",
            done="{name} is being rebooted.",
            options=SHUT_DOWN,
        ),
        RowLink(actions.REINSTALL, "instance-reinstall", icon="template"),
        RowLink(actions.RESIZE, "instance-resize", icon="limit"),
        RowLink(
            actions.ATTACH_ISO,
            "instance-iso",
            icon="volume",
            is_shown=lambda caller, row: not hasattr(row, "iso"),
        ),
        RowAction(
            actions.DETACH_ISO,
            media.detach,
            icon="volume",
            done="The ISO is being taken out of the drive of {name}.",
            is_shown=lambda caller, row: hasattr(row, "iso"),
        ),
        RowLink(schedule_actions.LEASE, "instance-lease", icon="event"),
        RowLink(actions.UPDATE, "instance-edit", icon="edit"),
        RowLink(
            actions.RESET_PASSWORD,
            "instance-reset-password",
            icon="lock",
            is_shown=lambda caller, row: takes_password(row.template),
        ),
        RowLink(actions.RESET_SSH_KEYS, "instance-reset-ssh-keys", icon="key"),
        RowLink(actions.MOVE, "instance-move", icon="project"),
        RowLink(CHANGE_GROUPS, "instance-affinity", icon="instance"),
        RowLink(READ_PLACEMENT, "instance-placement", icon="host"),
        RowAction(
            actions.DESTROY,
            instances.destroy,
            icon="trash",
            done="{name} is being destroyed.",
            options=(EXPUNGE_TOO, VOLUMES_TOO, FORCE),
        ),
        RowAction(
            actions.EXPUNGE,
            instances.expunge,
            icon="trash",
            done="{name} is being removed for good.",
            options=(VOLUMES_TOO,),
        ),
    ),
)


def _instances(caller: Caller, uuids: set[UUID]) -> dict[UUID, Holder]:
    rows = queries.instances_for(caller, with_expunged=True).filter(uuid__in=uuids)
    return {uuid: Holder(name, "instance", uuid) for uuid, name in rows.values_list("uuid", "name")}


def _instances_of_nics(caller: Caller, uuids: set[UUID]) -> dict[UUID, Holder]:
    """By the uuids that hold addresses: those of NICs, and of their secondary addresses."""
    rows = queries.instances_for(caller, with_expunged=True)
    first = rows.filter(nics__uuid__in=uuids).values_list("nics__uuid", "uuid", "name")
    secondary = rows.filter(nics__secondary_addresses__uuid__in=uuids)
    more = secondary.values_list("nics__secondary_addresses__uuid", "uuid", "name")
    return {held: Holder(name, "instance", uuid) for held, uuid, name in [*first, *more]}


def _from_template(caller: Caller, template: Template) -> dict[str, Any] | None:
    """How many of the caller's instances began as the template."""
    if not caller.may(actions.READ.name):
        return None
    count = queries.instances_for(caller).filter(template=template).count()
    found = cells.narrowed(f"{count:,}", "instances", template=template.uuid) if count else cells.NOTHING
    return {"lines": [("Instances", found)]}


TEMPLATE.show(Part("Made from it", "portal/panels/facts.html", _from_template, place="side"))

menu.entry("Instances", "instances", icon="instance", section="Resources", order=10, action=actions.READ)
subjects.shown_at("instance", "instance")
subjects.held_through("instance", _instances)
subjects.held_through("NIC", _instances_of_nics)

urlpatterns = [*INSTANCES.urls(), *INSTANCE.urls()]
