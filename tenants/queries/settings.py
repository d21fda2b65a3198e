"""What settings are worth at a place: its own value, or the nearest one that it inherits.

The order is account → domain → … → ROOT → cluster → zone → the whole cloud → the default in the code. Every lookup is
one query however long the chain is and however many settings are asked for.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from cloudportal.core.caller import Caller
from cloudportal.core.errors import InvalidInput, NotFound
from cloudportal.core.secrets import Secret
from tenants import actions
from tenants.declarations import PlaceKind, Setting, all_settings, setting_named
from tenants.models import Account, Domain, SettingValue
from tenants.queries.accounts import account_for
from tenants.queries.domains import domain_for


@dataclass(frozen=True)
class Place:
    """Where a setting is read or set, with everything that it inherits from."""

    kind: PlaceKind = PlaceKind.GLOBAL
    uuid: UUID | None = None
    name: str = "the whole cloud"
    account: Account | None = None
    domain: Domain | None = None
    cluster_uuid: UUID | None = None
    zone_uuid: UUID | None = None

    @classmethod
    def of_account(cls, account: Account) -> "Place":
        """An account, in its domain."""
        return cls(PlaceKind.ACCOUNT, account.uuid, account.name, account=account, domain=account.domain)

    @classmethod
    def of_domain(cls, domain: Domain) -> "Place":
        """A domain."""
        return cls(PlaceKind.DOMAIN, domain.uuid, domain.name, domain=domain)

    @classmethod
    def of_zone(cls, uuid: UUID, name: str) -> "Place":
        """A zone."""
        return cls(PlaceKind.ZONE, uuid, name, zone_uuid=uuid)

    @classmethod
    def of_cluster(cls, uuid: UUID, name: str, *, zone_uuid: UUID) -> "Place":
        """A cluster, in its zone."""
        return cls(PlaceKind.CLUSTER, uuid, name, cluster_uuid=uuid, zone_uuid=zone_uuid)

    @property
    def key(self) -> str:
        """How the place's own values are found."""
        return self.chain[0] if self.kind is not PlaceKind.GLOBAL else PlaceKind.GLOBAL.value

    @property
    def chain(self) -> list[str]:
        """The keys of all places whose values count here, from the nearest to the whole cloud."""
        keys = [account_key(self.account.pk)] if self.account else []
        if self.domain:
            keys += [domain_key(pk) for pk in reversed(self.domain.ancestor_ids)]
        if self.cluster_uuid:
            keys.append(f"{PlaceKind.CLUSTER}:{self.cluster_uuid}")
        if self.zone_uuid:
            keys.append(f"{PlaceKind.ZONE}:{self.zone_uuid}")
        return [*keys, PlaceKind.GLOBAL.value]


def account_key(pk: int) -> str:
    """The key of an account's own values."""
    return f"{PlaceKind.ACCOUNT}:{pk}"


def domain_key(pk: int) -> str:
    """The key of a domain's own values."""
    return f"{PlaceKind.DOMAIN}:{pk}"


EVERYWHERE = Place()


@dataclass(frozen=True)
class SettingView:
    """A setting as it stands at a place. Secrets show that they are set and nothing more."""

    setting: Setting
    value: Any
    is_set_here: bool
    comes_from: PlaceKind | None


# Zones and clusters live in a higher room, which says here how a caller finds one.
_finders: dict[PlaceKind, Callable[[Caller, str], Place]] = {}


def register_place(kind: PlaceKind, find: Callable[[Caller, str], Place]) -> None:
    """Declares how a uuid becomes a place of this kind for a caller; the finder raises NotFound."""
    _finders[kind] = find


def place_for(caller: Caller, kind: str | None, uuid: UUID | str | None = None) -> Place:
    """The place with this uuid, or the whole cloud; without a kind the widest place that the caller looks after.

    Raises NotFound for what is not the caller's.
    """
    if kind is None:
        return (
            EVERYWHERE if caller.is_root_admin else Place.of_domain(domain_for(caller, _own_domain(caller)))
        )
    wanted = next((one for one in PlaceKind if one.value == kind), None)
    if wanted is None:
        raise InvalidInput.of("place", f"Use one of {', '.join(PlaceKind)}.")
    if wanted is PlaceKind.GLOBAL:
        return _everywhere(caller)
    if not uuid:
        raise InvalidInput.of("place_uuid", f"Say which {wanted.value} is meant.")
    if wanted is PlaceKind.ACCOUNT:
        return Place.of_account(account_for(caller, uuid))
    if wanted is PlaceKind.DOMAIN:
        return Place.of_domain(domain_for(caller, uuid))
    if wanted not in _finders or not caller.is_root_admin:
        raise NotFound(noun=wanted.value, uuid=uuid)
    return _finders[wanted](caller, str(uuid))


def _own_domain(caller: Caller) -> UUID:
    return Domain.objects.values_list("uuid", flat=True).get(pk=caller.domain_id)


def _everywhere(caller: Caller) -> Place:
    if not caller.is_root_admin:
        raise NotFound("There are no settings of the whole cloud that you may see.", noun="place", uuid="")
    return EVERYWHERE


def settings_value(
    name: str,
    *,
    account: Account | None = None,
    domain: Domain | None = None,
    cluster_uuid: UUID | None = None,
    zone_uuid: UUID | None = None,
) -> Any:
    """The value of one setting there, in its type; secrets are `Secret`. One query. Raises NotFound for no setting."""
    place = Place(
        account=account,
        domain=domain or (account.domain if account else None),
        cluster_uuid=cluster_uuid,
        zone_uuid=zone_uuid,
    )
    setting = setting_named(name)
    return values_at(place, [setting])[name]


def asked_once(name: str) -> Callable[[int], Any]:
    """A setting's value by an account's primary key, for rounds over the things of many: asked once for each account,
    and remembered for as long as what is returned is.
    """

    @cache
    def value(account_pk: int) -> Any:
        return settings_value(name, account=Account.objects.select_related("domain").get(pk=account_pk))

    return value


def values_at(place: Place, settings: Iterable[Setting]) -> dict[str, Any]:
    """By name, the values of several settings at a place, in one query."""
    wanted = {setting.name: setting for setting in settings}
    rows = _nearest(place, wanted)
    return {name: _value(setting, rows.get(name)) for name, setting in wanted.items()}


def settings_for(caller: Caller, place: Place) -> list[SettingView]:
    """All settings that may have a value at the place and that the caller may see there, in one query.

    Raises NotFound for a place that the caller does not look after, such as the domain of a project that they work in.
    """
    actions.READ_SETTING.permit(caller)
    _require_reach(caller, place)
    shown = {one.name: one for one in all_settings() if one.has_place(place.kind) and may_see(caller, one)}
    rows = _nearest(place, shown)
    return [_view(place, setting, rows.get(name)) for name, setting in shown.items()]


def _require_reach(caller: Caller, place: Place) -> None:
    path = place.domain.path if place.domain else ""
    if not caller.looks_after(path):
        raise NotFound(noun=place.kind.value, uuid=place.uuid or "")


def setting_for(caller: Caller, place: Place, name: str) -> SettingView:
    """One of them. Raises NotFound."""
    for view in settings_for(caller, place):
        if view.setting.name == name:
            return view
    raise NotFound(f"There is no setting called {name} for {place.name}.", noun="setting", uuid=name)


def may_see(caller: Caller, setting: Setting) -> bool:
    """True for settings that are set by the caller's kind of role."""
    return caller.kind.rank >= setting.least.rank


def _view(place: Place, setting: Setting, row: SettingValue | None) -> SettingView:
    value = _value(setting, row)
    return SettingView(
        setting=setting,
        value=str(value) if isinstance(value, Secret) else value,
        is_set_here=row is not None and row.key == place.key,
        comes_from=_kind(row) if row else None,
    )


def _nearest(place: Place, settings: dict[str, Setting]) -> dict[str, SettingValue]:
    """By name, the row that counts at the place."""
    chain = place.chain
    found = list(SettingValue.objects.filter(key__in=chain, name__in=list(settings)).order_by())
    # The widest first, so that a nearer row takes its place.
    found.sort(key=lambda row: -chain.index(row.key))
    return {row.name: row for row in found if settings[row.name].has_place(_kind(row))}


def _kind(row: SettingValue) -> PlaceKind:
    return PlaceKind(row.key.partition(":")[0])


def _value(setting: Setting, row: SettingValue | None) -> Any:
    if setting.is_secret:
        return Secret(json.loads(row.sealed.reveal()) if row and row.sealed else setting.default)
    return setting.default if row is None else row.value
