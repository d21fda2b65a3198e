"""Storage pools and disk offerings, for operators."""

from typing import Any

from django import forms

from cloudportal.core.caller import Caller
from cloudportal.core.permissions import RoleKind
from cloudportal.events.portal.events import events_panel
from cloudportal.jobs.models import Job
from cloudportal.jobs.portal.pages import jobs_panel
from cloudportal.jobs.portal.progress import failure_panel, progress_panel
from cloudportal.portal import cells, formats, menu, subjects
from cloudportal.portal.buttons import PageLink, RowAction, RowLink
from cloudportal.portal.choices import words_of
from cloudportal.portal.columns import Column
from cloudportal.portal.details import DetailPage
from cloudportal.portal.forms import PortalForm, adding, editing
from cloudportal.portal.lists import ListPage
from cloudportal.portal.panels import Fact, Facts, Part
from cloudportal.portal.queries import Filter
from compute.topology.abilities import known_drivers
from compute.topology.portal.clusters import zone_choices
from compute.topology.portal.driver_fields import add_fields, settings_in
from compute.topology.queries import clusters_for, hosts_for
from storage import actions, queries, states
from storage.models import Pool
from storage.pool_choice import promisable_bytes, promised_bytes
from storage.services import pools
from storage.services.pools import PoolChanges, PoolValues

ROOT = RoleKind.ROOT_ADMIN
STATES = (states.UP, states.DISABLED, states.EVACUATING, states.MAINTENANCE, states.CONNECTING)


def claimed_bar(pool: Pool) -> Any:
    """How much of what may be promised has been promised to volumes."""
    promised, most = promised_bytes(pool), promisable_bytes(pool)
    return cells.bar(promised, most, text=f"{formats.size(promised)} of {formats.size(most)}")


def used_bar(pool: Pool) -> Any:
    """How full the pool really is, as its driver saw it last."""
    text = f"{formats.size(pool.used_bytes)} of {formats.size(pool.capacity_bytes)}"
    return cells.bar(pool.used_bytes, pool.capacity_bytes, text=text)


def _reach(pool: Pool) -> Any:
    if pool.host:
        return cells.link(pool.host.name, "host", pool.host.uuid, note=f"host in {pool.zone.name}")
    if pool.cluster:
        return cells.link(
            pool.cluster.name, "cluster", pool.cluster.uuid, note=f"cluster in {pool.zone.name}"
        )
    return cells.link(pool.zone.name, "zone", pool.zone.uuid, note="the whole zone")


class PoolChoice(PortalForm):
    """Which driver the pool is behind; it decides what must be told."""

    driver = forms.ChoiceField(label="Kind of storage")

    def shape(self) -> None:
        """Offers every driver."""
        self.offer("driver", [(one.name, one.label) for one in known_drivers("storage", "pool")])


class PoolForm(PortalForm):
    """A pool's name and reach, and what its driver must be told."""

    name = forms.CharField(max_length=100)
    zone_uuid = forms.ChoiceField(label="Zone")
    reach = forms.ChoiceField(
        label="Reached by",
        required=False,
        help_text="Which hosts can use it: all of the zone, or some of them.",
    )
    overcommit = forms.DecimalField(
        label="Over-commitment",
        initial="2",
        max_digits=5,
        decimal_places=2,
        help_text="How often its space may be promised; volumes grow only as they are written.",
    )
    tags = forms.CharField(
        required=False,
        help_text="Words with commas between them. Sizes with a tag use only pools that have it.",
    )

    def shape(self) -> None:
        """Adds the driver's fields; where the pool is there, its place stays."""
        pool: Pool | None = self.row
        driver = pool.driver if pool else self.chosen["driver"]
        declared = {one.name: one.settings for one in known_drivers("storage", "pool")}
        added = add_fields(self, declared.get(driver, ()), row=pool)
        self.order_fields(["name", "zone_uuid", "reach", *added, "overcommit", "tags"])
        if pool is not None:
            del self.fields["zone_uuid"], self.fields["reach"]
            self.initial = {"name": pool.name, "overcommit": pool.overcommit, "tags": ", ".join(pool.tags)}
            return
        self.offer("zone_uuid", zone_choices(self.caller))
        self.offer("reach", _reaches(self.caller))


def _reaches(caller: Caller) -> list[tuple[str, str]]:
    clusters = [(f"cluster:{one.uuid}", f"the cluster {one.name}") for one in clusters_for(caller)]
    hosts = [(f"host:{one.uuid}", f"the host {one.name} alone") for one in hosts_for(caller)]
    return [("", "every host of the zone"), *clusters, *hosts]


def _add(caller: Caller, row: None, values: dict[str, Any]) -> tuple[Pool, Job]:
    kind, _, uuid = values["reach"].partition(":")
    wanted = PoolValues(
        zone_uuid=values["zone_uuid"],
        name=values["name"],
        driver=values["driver"],
        cluster_uuid=uuid if kind == "cluster" else None,
        host_uuid=uuid if kind == "host" else None,
        settings=settings_in(values),
        tags=words_of(values["tags"]),
        overcommit=values["overcommit"],
    )
    return pools.add(caller, wanted)


def _edit(caller: Caller, pool: Pool, values: dict[str, Any]) -> Pool:
    changes = PoolChanges(
        name=values["name"],
        settings=settings_in(values),
        tags=words_of(values["tags"]),
        overcommit=values["overcommit"],
    )
    return pools.update(caller, pool, changes)


def _driver_values(caller: Caller, pool: Pool) -> dict[str, Any]:
    declared = {one.name: one for one in known_drivers("storage", "pool")}
    found = declared.get(pool.driver)
    lines = [
        (one.label, "stored, not shown" if one.secret else cells.code(pool.settings.get(one.name)))
        for one in (found.settings if found else ())
    ]
    return {"lines": [("Driver", found.label if found else pool.driver), *lines]}


def _volumes(caller: Caller, pool: Pool) -> None:
    """Says in `volume_count` how many volumes lie there, as far as the caller may see them."""
    may = caller.may(actions.READ_VOLUME.name)
    pool.volume_count = queries.volumes_for(caller).filter(pool=pool).count() if may else 0  # type: ignore[attr-defined]


def _volumes_link(pool: Pool) -> Any:
    count = getattr(pool, "volume_count", 0)
    return cells.narrowed(f"{count:,}", "volumes", pool=pool.uuid, sort="-size") if count else ""


POOLS = ListPage(
    route="pools",
    path="infrastructure/pools/",
    title="Storage pools",
    nouns="pools",
    icon="pool",
    rows=queries.pools_for,
    columns=(
        Column(
            "name",
            "Name",
            lambda pool: cells.link(pool.name, "pool", pool.uuid, note=pool.driver),
            sort="name",
        ),
        Column("state", "State", lambda pool: cells.state(pool.state), sort="state"),
        Column("claimed", "Promised", claimed_bar, sort="claimed_bytes"),
        Column("used", "Written", used_bar, sort="used_bytes"),
        Column("reach", "Reached by", _reach, sort="zone__name"),
        Column("tags", "Tags", lambda pool: cells.words(pool.tags), on_phone=False),
    ),
    about="A storage pool is where volumes lie. Add one to a zone before its first instance.",
    search=("name", "zone__name", "driver"),
    filters=(
        Filter("state", "State", "state", lambda caller: [(one, one) for one in STATES]),
        Filter("zone", "Zone", "zone__uuid", zone_choices),
    ),
    create=PageLink("Add pool", "pool-add", actions.ADD_POOL),
    is_lively=lambda pool: pool.state in states.POOL.transient,
)
POOL = DetailPage(
    route="pool",
    path="infrastructure/pools/",
    noun="storage pool",
    row=queries.pool_for,
    parent="pools",
    parent_label="Storage pools",
    prepare=_volumes,
    panels=(
        failure_panel(),
        progress_panel(),
        Facts(
            "Room",
            (
                Fact("Promised to volumes", claimed_bar),
                Fact("Written", used_bar),
                Fact("Volumes", _volumes_link),
                Fact("Over-commitment", lambda pool: f"{pool.overcommit} ×"),
                Fact("Reached by", _reach),
                Fact("Tags", lambda pool: cells.words(pool.tags)),
                Fact("Last seen", lambda pool: cells.moment(pool.seen_at)),
                Fact("Id", lambda pool: cells.copyable(pool.uuid)),
            ),
        ),
        jobs_panel(),
        Part("Driver", "portal/panels/facts.html", _driver_values, place="side"),
        events_panel(place="side"),
    ),
    buttons=(
        RowAction(
            actions.ENABLE_POOL, pools.enable, icon="play", is_first=True, done="{name} takes volumes again."
        ),
        RowAction(
            actions.RECONNECT_POOL,
            pools.reconnect,
            icon="reboot",
            is_first=True,
            done="{name} is being connected.",
        ),
        RowLink(actions.UPDATE_POOL, "pool-edit", icon="edit"),
        RowAction(actions.DISABLE_POOL, pools.disable, icon="stop", done="{name} takes nothing new."),
        RowAction(actions.MAINTAIN_POOL, pools.maintain, icon="lock", done="{name} is in maintenance."),
        RowAction(
            actions.REMOVE_POOL, pools.remove, icon="trash", done="{name} is forgotten.", goes_away=True
        ),
    ),
)
FORMS = (
    adding(
        POOL,
        title="Add a storage pool",
        action=actions.ADD_POOL,
        form=PoolForm,
        chooser=PoolChoice,
        submit=_add,
        button="Add pool",
        done=lambda result: f"{result[0].name} is being connected.",
    ),
    editing(POOL, action=actions.UPDATE_POOL, form=PoolForm, submit=_edit),
)

menu.entry(
    "Storage pools",
    "pools",
    icon="pool",
    section="Infrastructure",
    order=60,
    action=actions.READ_POOL,
    least=ROOT,
)
subjects.shown_at("storage pool", "pool")

urlpatterns = [*(pattern for form in FORMS for pattern in form.urls()), *POOLS.urls(), *POOL.urls()]
