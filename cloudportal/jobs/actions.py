"""What may be done to a job."""

from cloudportal.core.actions import action
from cloudportal.core.permissions import RoleKind
from cloudportal.jobs import states

READ = action("job.read", "See jobs", reads=True)
ABORT = action(
    "job.abort",
    "Abort",
    least=RoleKind.DOMAIN_ADMIN,
    states=states.OPEN,
    confirmation="What has been done so far will be undone. Abort this job?",
    is_dangerous=True,
)
RETRY = action(
    "job.retry", "Try again", least=RoleKind.DOMAIN_ADMIN, states=(states.FAILED, states.CANCELLED)
)
RESUME = action("job.resume", "Resume clean-up", least=RoleKind.DOMAIN_ADMIN, states=(states.FAILED,))
