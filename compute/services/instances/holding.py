"""What a job on an instance has to itself, and what may be done while no job has it."""

from cloudportal.core.errors import Busy
from cloudportal.jobs.services import hold_of, is_held
from compute.models import Instance


def held_with(instance: Instance) -> list[str]:
    """The instance and its volumes: whoever works on one of them keeps the others out."""
    volumes = [attachment.volume for attachment in instance.attachments.select_related("volume")]
    return [hold_of(instance), *(hold_of(volume) for volume in volumes)]


def lock(instance: Instance) -> None:
    """The row in hand is as it is now, and nobody else changes it before this transaction ends.

    For jobs that move no state as they are submitted, whose guarded move would tell an outdated row.
    """
    Instance.objects.select_for_update().values_list("pk").get(pk=instance.pk)
    own = [one.attname for one in Instance._meta.concrete_fields]
    instance.refresh_from_db(fields=own)


def demand_free(instance: Instance) -> None:
    """Returns while no open job has the instance; raises Busy otherwise."""
    if is_held(instance):
        raise Busy(noun=instance.name)
