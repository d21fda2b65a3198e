"""What signing in looks up: the domain that people mean, and the directories that are asked there."""

from uuid import UUID

from django.db import models

from tenants.models import DirectoryServer, Domain


def domain_named(words: str) -> Domain | None:
    """The domain that somebody typed: names from ROOT down with `/` between them, or a uuid; nothing means ROOT.

    Upper and lower case are the same unless two domains differ in nothing else. The number of queries depends on
    the words alone, not on what there is.
    """
    uuid = _uuid(words)
    if uuid is not None:
        return Domain.objects.filter(uuid=uuid).first()
    domain = Domain.objects.filter(parent=None).first()
    names = [name.strip() for name in words.split("/") if name.strip()]
    if domain is not None and names and names[0].lower() == domain.name.lower():
        names = names[1:]
    for name in names:
        domain = _child(domain, name)
    return domain


def directories_asked_at(domain: Domain) -> list[DirectoryServer]:
    """The enabled servers of the domain, and those of domains above it that map a group into it; nearest first."""
    above = models.Q(domain_id__in=domain.ancestor_ids, mappings__domain=domain)
    servers = DirectoryServer.objects.filter(models.Q(domain=domain) | above, is_enabled=True)
    return list(servers.select_related("domain").order_by("-domain__depth", "position", "id").distinct())


def _child(parent: Domain | None, name: str) -> Domain | None:
    # Below nothing there is nothing; it is asked all the same, for the sake of the time that it takes.
    alike = list(Domain.objects.filter(parent_id=parent.pk if parent else 0, name__iexact=name)[:2])
    exact = next((one for one in alike if one.name == name), None)
    return exact or (alike[0] if len(alike) == 1 else None)


def _uuid(words: str) -> UUID | None:
    try:
        return UUID(words.strip())
    except ValueError:
        return None
