"""From a caller and a project to the caller inside that project."""

from dataclasses import replace

from cloudportal.core.caller import Caller
from cloudportal.core.errors import NotFound
from cloudportal.core.permissions import Rule
from tenants.models import Project, ProjectMember
from tenants.models.projects import member_keys

EVERYTHING = (Rule("*", True),)


def caller_in_project(caller: Caller, project: Project) -> Caller:
    """The caller as a member of the project: new things belong to the project's account, only the project's things
    are in sight, and the project role's rules bind as the last of `rule_sets`. Raises NotFound for anybody else.
    """
    if caller.project_uuid == project.uuid:
        return caller
    member = _membership(caller, project) if caller.project_uuid is None else None
    if member is None:
        raise NotFound(noun="project", uuid=project.uuid)
    return replace(
        caller,
        owner=project.account.owner,
        home=caller.home or caller.owner,
        domain_id=project.domain_id,
        domain_path=project.domain.path,
        rule_sets=(*caller.rule_sets, tuple(line.rule for line in member.role.rules.all())),
        project_uuid=project.uuid,
    )


def acting_on(caller: Caller, project: Project) -> Caller:
    """Whoever this caller is towards the project: an admin of its domain stays what they are, everybody else acts as
    a member, with a member's rules. Raises NotFound for strangers.
    """
    if caller.looks_after(project.domain.path):
        return caller
    return caller_in_project(caller, project)


def project_rules(acting: Caller) -> tuple[Rule, ...]:
    """What binds the acting caller inside the project: the project role's rules, and nothing for a domain's admin."""
    return acting.rule_sets[-1] if acting.project_uuid is not None else EVERYTHING


def _membership(caller: Caller, project: Project) -> ProjectMember | None:
    """The caller's own membership, or that of their whole account."""
    members = ProjectMember.objects.filter(project=project, key__in=member_keys(caller))
    found = {member.key: member for member in members.select_related("role").prefetch_related("role__rules")}
    return next((found[key] for key in member_keys(caller) if key in found), None)
