"""What must be there before anything else: the built-in roles, the ROOT domain, its admin account."""

from django.db import transaction

from tenants.models import Account, Counter, Domain, Role
from tenants.roles import BUILTIN
from tenants.services import limits

ROOT_NAME = "ROOT"
ADMIN_ACCOUNT = "admin"


@transaction.atomic
def ensure_foundation() -> Domain:
    """The ROOT domain, with the built-in roles and the account of the root admins. May be called again."""
    for name, kind, is_read_only, description in BUILTIN:
        Role.objects.get_or_create(
            name=name,
            defaults={
                "kind": kind,
                "is_builtin": True,
                "is_read_only": is_read_only,
                "description": description,
            },
        )
    root = Domain.objects.filter(parent=None).first()
    if root is None:
        root = Domain.objects.create(name=ROOT_NAME, path="/")
        root.path = f"/{root.pk}/"
        root.save(update_fields=["path"])
        limits.make_counters(Counter.DOMAIN, root.pk, {})
    role = Role.objects.get(name="Root Admin")
    admin, is_new = Account.objects.get_or_create(domain=root, name=ADMIN_ACCOUNT, defaults={"role": role})
    if is_new:
        limits.make_counters(Counter.ACCOUNT, admin.pk, {})
    return root


def is_foundation(account: Account) -> bool:
    """True for the account in whose name the portal itself works."""
    return account.domain.parent_id is None and account.name == ADMIN_ACCOUNT and not account.is_project
