"""How a host was looked for: on the pages of instances and of jobs, and beside the form that deploys."""

from typing import Any

from cloudportal.core.caller import Caller
from cloudportal.core.errors import PortalError
from cloudportal.core.plans import Plan
from cloudportal.jobs.models import Job
from cloudportal.jobs.portal.pages import JOB
from cloudportal.jobs.queries import jobs_for
from cloudportal.portal.panels import Part
from compute.models import Instance
from compute.placement.choice import NoPlacement
from compute.queries import funnel_for


def of_instance(caller: Caller, instance: Instance) -> dict[str, Any] | None:
    """How the last job on it that looked for a host fared."""
    job = jobs_for(caller).filter(subject_uuid=instance.uuid, notes__has_key="funnel").first()
    found = of_job(caller, job) if job else None
    return {**found, "job": job} if found else None


def of_job(caller: Caller, job: Job) -> dict[str, Any] | None:
    """How the job fared: in full for operators, without hosts for tenants; None where it looked for no host."""
    found = funnel_for(caller, job)
    if found is None:
        return None
    is_refused = any(not (one.get("passed") or one.get("left")) for one in found.get("stages", ()))
    # Where all is well, what was asked on the way is for those who look for it.
    return {"funnel": found, "is_open": is_refused}


def of_plan(caller: Caller, plan: Plan) -> dict[str, Any]:
    """For operators: at which check it would fail, or what each host says where it would not."""
    if not caller.is_root_admin:
        return {}
    noted = next((one for one in plan.effects if one["kind"] == "placement"), {})
    return {"funnel": _of_refusal(plan.refusal), "verdicts": noted.get("hosts", ())}


def _of_refusal(refusal: PortalError | None) -> dict[str, Any] | None:
    if isinstance(refusal, NoPlacement):
        return refusal.funnel.for_operators()
    # A chosen host's refusal has all that was asked of it; other refusals looked for no host.
    found = refusal.values.get("funnel") if refusal else None
    return found if isinstance(found, dict) else None


JOB.show(Part("Placement", "compute/placement.html", of_job, place="side"))
