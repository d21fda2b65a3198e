"""Rows that tests stand on, made straight in the database: the smallest world in which something can be said."""

from dataclasses import dataclass
from itertools import count

from cloudportal.core.caller import Caller
from tenants.authentication import caller_of, users_with_account
from tenants.models import Account, Counter, Domain, ProjectMember, Role, User
from tenants.services import limits, projects
from tenants.services.foundation import ensure_foundation
from tenants.services.projects import NewProject

PASSWORD = "correct horse battery staple"

_numbers = count(1)


def numbered(word):
    """A name that no other call in this process gets."""
    return f"{word}-{next(_numbers)}"


def foundation():
    """The ROOT domain, with the built-in roles and the root admins' account."""
    return ensure_foundation()


def role_named(name):
    return Role.objects.get(name=name)


def make_domain(parent=None, name=None, maxima=None):
    """A domain below `parent`, or below ROOT."""
    parent = parent or foundation()
    domain = Domain.objects.create(
        name=name or numbered("domain"), parent=parent, path=parent.path, depth=parent.depth + 1
    )
    domain.path = f"{parent.path}{domain.pk}/"
    domain.save(update_fields=["path"])
    limits.make_counters(Counter.DOMAIN, domain.pk, maxima or {})
    return domain


def make_account(domain=None, role="User", name=None, maxima=None):
    """An account with the named role (or Role row), in `domain` or a new one."""
    domain = domain or make_domain()
    role = role if isinstance(role, Role) else role_named(role)
    account = Account.objects.create(name=name or numbered("account"), domain=domain, role=role)
    limits.make_counters(Counter.ACCOUNT, account.pk, maxima or {})
    return account


def make_user(account=None, username=None, password=None, **values):
    """A local user. Without `password` nobody can sign in as them, which spares the hashing."""
    account = account or make_account()
    user = User(account=account, domain=account.domain, username=username or numbered("user"), **values)
    if password:
        user.set_password(password)
    else:
        user.set_unusable_password()
    user.save()
    return user


def make_root_admin(username=None, password=None):
    """A user of the root admins' account."""
    account = Account.objects.get(domain=foundation(), name="admin")
    return make_user(account, username or numbered("root"), password)


def caller(user, **options):
    """The caller that the user is, read afresh. Options as for `caller_of`."""
    return caller_of(users_with_account().get(pk=user.pk), **options)


def make_caller(domain=None, role="User", name=None):
    """The caller that a user of a new account with this role is."""
    return caller(make_user(make_account(domain, role, name), name))


def caller_for(account):
    """The caller that a new user of this account is."""
    return caller(make_user(account))


@dataclass(frozen=True)
class Personas:
    """Those who matter for every rule of permission. ROOT has the domains `domain` and `other_domain`."""

    domain: Domain
    other_domain: Domain
    root_admin: Caller
    read_only_admin: Caller
    domain_admin: Caller
    other_domain_admin: Caller
    user: Caller
    neighbour: Caller


def make_personas():
    """One caller of each kind. `neighbour` is in the user's domain, with an account of their own."""
    domain, other = make_domain(), make_domain()
    return Personas(
        domain=domain,
        other_domain=other,
        root_admin=caller(make_root_admin()),
        read_only_admin=make_caller(foundation(), "Read-Only Admin"),
        domain_admin=make_caller(domain, "Domain Admin"),
        other_domain_admin=make_caller(other, "Domain Admin"),
        user=make_caller(domain, "User"),
        neighbour=make_caller(domain, "User"),
    )


def account_of(one):
    """The account that a caller acts for."""
    return Account.objects.select_related("domain", "role").get(pk=one.owner.account_id)


def make_role(rules=("*",), kind="user", name=None):
    """A custom role; a pattern that begins with `-` denies."""
    role = Role.objects.create(name=name or numbered("role"), kind=kind)
    for position, pattern in enumerate(rules):
        role.rules.create(position=position, pattern=pattern.lstrip("-"), allows=not pattern.startswith("-"))
    return role


def make_project(founder=None, name=None):
    """A project founded by this caller, or by a new user."""
    founder = founder or make_caller()
    return projects.create(founder, NewProject(name or numbered("project")))


def make_member(project, account=None, role="Member", user=None):
    """An account of the project's domain, or one user of it, as a member with the named project role."""
    account = account or (user.account if user else make_account(project.domain))
    key = ProjectMember.key_of_user(user.pk) if user else ProjectMember.key_of_account(account.pk)
    role = project.roles.get(name=role)
    return ProjectMember.objects.create(project=project, account=account, user=user, role=role, key=key)


def used_by(owner, resource):
    """What is counted for an account or a domain."""
    level = Counter.ACCOUNT if isinstance(owner, Account) else Counter.DOMAIN
    return Counter.objects.get(level=level, owner_id=owner.pk, resource=resource).used
