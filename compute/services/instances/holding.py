"""What a job on an instance has to itself, and what may be done while no job has it."""

from cloudportal.core.errors import Busy
from cloudportal.jobs.services import hold_of, is_held
from compute.models import Instance


def held_with(instance: Instance) -> list[str]:
    """The instance and its volumes: whoever works on one of them keeps the others out."""
    volumes = [attachment.volume for attachment in instance.attachments.select_related("volume")]
    return [hold_of(instance), *(hold_of(volume) for volume in volumes)]


def demand_free(instance: Instance) -> None:
    """Returns while no open job has the instance; raises Busy otherwise."""
    if is_held(instance):
        raise Busy(noun=instance.name)
