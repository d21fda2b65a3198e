"""Seeds a small world through the services that everybody uses; what is there already stays as it is."""

from collections.abc import Callable
from dataclasses import dataclass

from cloudportal.core.caller import Caller
from cloudportal.demo.seeding.catalogue import Catalogue, Image, ensure_catalogue
from cloudportal.demo.seeding.companies import Companies, ensure_companies
from cloudportal.demo.seeding.directory import ensure_directory
from cloudportal.demo.seeding.places import Machinery, Places, ensure_places
from deploy.services.slapd import Slapd
from tenants.authentication import system_caller
from tenants.services.foundation import ensure_foundation


@dataclass(frozen=True)
class World:
    """Everything that the demonstration is about."""

    companies: Companies
    places: Places
    catalogue: Catalogue


def seed(
    password: Callable[[str], str], machinery: Machinery, image: Image, *, slapd: Slapd | None = None
) -> World:
    """The small world, in a migrated database, with jobs for workers to connect and fetch. May be called again.

    `password` gives a person's. With `slapd`, people of that directory can sign in; without, one of them is known here.
    """
    ensure_foundation()
    caller: Caller = system_caller()
    companies = ensure_companies(caller, password, has_directory=slapd is not None)
    if slapd is not None:
        ensure_directory(caller, companies, slapd)
    return World(companies, ensure_places(caller, machinery), ensure_catalogue(caller, image))
