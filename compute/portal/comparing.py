"""Comparing one host with the rows at once, for operators who do not want to wait for the next round."""

from cloudportal.core.caller import Caller
from cloudportal.portal.buttons import RowAction
from compute import actions
from compute.reconcile.decisions import Reaction
from compute.reconcile.rounds import Report, compare_hosts
from compute.topology.models import Host
from compute.topology.portal.hosts import HOST


def _compare(caller: Caller, host: Host) -> Report:
    return compare_hosts(caller, [host])


def _told(report: Report) -> str:
    if not report.hosts:
        return "The host does not answer, so what runs there could not be compared."
    count = "1 instance was" if report.instances == 1 else f"{report.instances} instances were"
    found = sum(report.reactions.get(one, 0) for one in (Reaction.NOTE, Reaction.ALERT, Reaction.SUBMIT))
    if not found:
        return f"{count} compared, and all is as it is on record."
    return f"{count} compared, of which {found} differ; under Drift is what was found twice."


urlpatterns = HOST.add(
    RowAction(actions.RECONCILE, _compare, icon="drift", done="{name} was compared.", told=_told),
    is_last=True,
)
