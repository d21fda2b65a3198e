"""Who may sign in to a guest that has lived already: a new password, or new SSH keys.

A running guest is told by its agent. One that is stopped, or has no agent, is told as it starts the next time
(compute.drivers.seeds.login). Its identity stays as it is: a new one would make cloud-init set the guest up anew, with
other host keys and all of its user data run again, which nobody who has lost a password asks for.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from cloudportal.core import plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import InvalidInput, WrongState
from cloudportal.core.secrets import Secret
from cloudportal.events import records
from cloudportal.jobs import services as jobs
from cloudportal.jobs.models import Job
from cloudportal.jobs.services import Subject
from compute import actions, states
from compute.models import Instance
from compute.services.guest_data.passwords import hash_of, new_password
from compute.services.instances import guest_values, terms
from compute.services.instances.holding import held_with
from storage.guest_terms import is_windows
from storage.models import Template
from tenants.services.standing import require_enabled


@transaction.atomic
def reset_password(caller: Caller, instance: Instance) -> tuple[Job, Secret]:
    """The job that gives the guest's user a new password, and the password, which is shown now and kept nowhere.

    Raises WrongState for another state, a locked account, and a template that takes no password; Busy.
    """
    actions.RESET_PASSWORD.check(caller, instance)
    require_enabled(instance.account)
    if not takes_password(instance.template):
        raise WrongState(
            f"{instance.name} was not made from a template that takes passwords. Sign in with a key, or ask the "
            "template's owner whether its guests can take one."
        )
    password = new_password()
    _keep(instance, password_hash=hash_of(password))
    plans.note("reset", f"Gives {_whom(instance)} a new password; {_how(instance)}.", noun="instance")
    return _submit(caller, instance, "instance.reset-password", "VM.RESETPASSWORD"), password


@transaction.atomic
def reset_ssh_keys(
    caller: Caller,
    instance: Instance,
    *,
    key_pairs: Sequence[UUID | str] = (),
    ssh_keys: Sequence[str] = (),
) -> Job:
    """The job that lets these keys, and no others, sign in as the guest's user.

    Raises InvalidInput, NotFound for key pairs that are not its owner's, WrongState, Busy.
    """
    actions.RESET_SSH_KEYS.check(caller, instance)
    require_enabled(instance.account)
    keys = guest_values.chosen_ssh_keys(caller, instance.account, ssh_keys, key_pairs)
    if not keys:
        raise InvalidInput.of("key_pairs", "Choose at least one key, or nobody could sign in with one.")
    before = {"ssh_keys": instance.ssh_keys}
    _keep(instance, ssh_keys=keys, has_new_keys=True)
    plans.note("reset", f"Gives {_whom(instance)} {len(keys)} new keys; {_how(instance)}.", noun="instance")
    return _submit(caller, instance, "instance.reset-ssh-keys", "VM.RESETSSHKEY", before, {"ssh_keys": keys})


def first_password(template: Template) -> Secret | None:
    """A password for a guest that is to be made from the template, or None where it takes none."""
    return new_password() if takes_password(template) else None


def takes_password(template: Template | None) -> bool:
    """True where guests of the template can be given a password by its hash, which Windows takes from nobody."""
    return template is not None and template.takes_password and not is_windows(template.os_type)


def handed_over(instance: Instance) -> None:
    """The guest has been told what was kept for it; from now on its password is kept nowhere. Rows only.

    What was made since the instance was read is kept on.
    """
    rows = Instance.objects.filter(pk=instance.pk, login_number=instance.login_number)
    rows.update(password_hash="", has_new_keys=False)


def taking(values: Mapping[str, object]) -> dict[str, Any]:
    """What else to write where these values of an instance are written, so that a guest which has lived takes them."""
    return {"login_number": F("login_number") + 1, "has_new_keys": True} if "ssh_keys" in values else {}


def _keep(instance: Instance, **values: object) -> None:
    rows = Instance.objects.filter(pk=instance.pk, state=instance.state)
    if not rows.update(login_number=F("login_number") + 1, **values):
        # It was started or stopped meanwhile: the caller should look again.
        raise WrongState(f"{instance.name} has just changed. Look at it again and repeat this.")
    instance.refresh_from_db(fields=["login_number", *values])


def _whom(instance: Instance) -> str:
    return f"the user {instance.login_user} of {instance.name}"


def _how(instance: Instance) -> str:
    if instance.state == states.RUNNING:
        return "the guest takes it at once if its agent answers, and else when it is stopped and started"
    return "the guest takes it when it is started"


def _submit(
    caller: Caller,
    instance: Instance,
    kind: str,
    event_type: str,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> Job:
    job = jobs.submit(
        caller, kind, Subject.of(instance), owner=instance.account.owner, holds=held_with(instance)
    )
    records.record(
        caller,
        event_type,
        terms.about(instance),
        before=before,
        after=after,
        stage="started",
        job_uuid=job.uuid,
    )
    return job
