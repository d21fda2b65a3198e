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
    known = set(Role.objects.filter(is_builtin=True).values_list("name", flat=True))
    Role.objects.bulk_create(
        Role(name=name, kind=kind, is_builtin=True, is_read_only=is_read_only, description=description)
        for name, kind, is_read_only, description in BUILTIN
        if name not in known
    )
    root = Domain.objects.filter(parent=None).first()
    if root is None:
        root = Domain.objects.create(name=ROOT_NAME, path="/")
        root.path = f"/{root.pk}/"
        root.save(update_fields=["path"])
        limits.make_counters(Counter.DOMAIN, root.pk, {})
    if not Account.objects.filter(domain=root, name=ADMIN_ACCOUNT).exists():
        role = Role.objects.get(name="Root Admin")
        admin = Account.objects.create(domain=root, name=ADMIN_ACCOUNT, role=role)
        limits.make_counters(Counter.ACCOUNT, admin.pk, {})
    return root


def is_foundation(account: Account) -> bool:
    """True for the account in whose name the portal itself works."""
    return account.domain.parent_id is None and account.name == ADMIN_ACCOUNT and not account.is_project
