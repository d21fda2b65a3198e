"""Telling a guest that has lived already who may sign in: by its agent while it runs, else at its next start."""

from typing import ClassVar

from cloudportal.core.actions import Action
from cloudportal.events import records
from cloudportal.jobs.run import Run
from cloudportal.jobs.workflows import Step, Workflow, workflow
from compute import actions, states
from compute.drivers.agent import TalksToAgent
from compute.models import Instance
from compute.services.instances import login, terms
from compute.topology.connections import compute_driver
from compute.workflows.subjects import instance_of, login_of
from tenants.services.standing import require_enabled


class TellGuest(Step):
    """The guest has been asked. Cannot be taken back, and may be repeated."""

    name = "tell-guest"
    label = "Tell the guest"
    event_type = ""

    def act(self, run: Run) -> bool:
        """True when its agent has done it; False where there is nobody to ask."""
        instance = instance_of(run)
        if instance.state != states.RUNNING or instance.host is None:
            return False
        with compute_driver(instance.host) as driver:
            return isinstance(driver, TalksToAgent) and _tell(run, driver, instance)

    def record(self, run: Run, result: bool) -> None:
        """What has been taken is kept no longer; what has not waits for the next start."""
        instance = instance_of(run)
        if result:
            login.handed_over(instance)
            run.say("The guest has taken it.")
        elif instance.state == states.RUNNING:
            run.say(
                "Nobody inside the guest answered. It takes this when the instance is stopped and started.",
                level="warning",
            )
        else:
            run.say("The guest takes this when the instance is started.")
        records.completed(run.job.caller, self.event_type, terms.about(instance), job_uuid=run.job.uuid)


class TellPassword(TellGuest):
    """A new password."""

    event_type = "VM.RESETPASSWORD"


class TellKeys(TellGuest):
    """New keys."""

    event_type = "VM.RESETSSHKEY"


@workflow
class ResetPassword(Workflow):
    """A failed one changes nothing about the password that was shown: the guest takes it at its next start."""

    kind = "instance.reset-password"
    queue = "compute"
    label = "Resetting the password"
    steps: ClassVar = (TellPassword,)
    action = actions.RESET_PASSWORD

    def retry(self, run: Run) -> None:
        """As it is, where it could be asked for anew."""
        _demand_able(run, actions.RESET_PASSWORD)


@workflow
class ResetSshKeys(Workflow):
    """As with a password."""

    kind = "instance.reset-ssh-keys"
    queue = "compute"
    label = "Resetting the SSH keys"
    steps: ClassVar = (TellKeys,)
    action = actions.RESET_SSH_KEYS

    def retry(self, run: Run) -> None:
        """As with a password."""
        _demand_able(run, actions.RESET_SSH_KEYS)


def _demand_able(run: Run, action: Action) -> None:
    instance = instance_of(run)
    require_enabled(instance.account)
    refusal = action.refusal(instance)
    if refusal:
        raise refusal


def _tell(run: Run, driver: TalksToAgent, instance: Instance) -> bool:
    """All that waits for the guest, so that nothing of it is forgotten with the rest."""
    change = login_of(instance)
    if change is None:
        return True
    if change.password_hash and not driver.set_password(instance.uuid, change.user, change.password_hash):
        return False
    run.check_lease()
    return change.ssh_keys is None or driver.set_ssh_keys(instance.uuid, change.user, change.ssh_keys)
