"""The tables of compute."""

from compute.models.affinity import AffinityGroup
from compute.models.attachments import Nic, SecondaryAddress, VolumeAttachment
from compute.models.consoles import ConsoleTicket
from compute.models.guest_data import KeyPair, UserData
from compute.models.instances import Instance
from compute.models.media import AttachedIso
from compute.models.notes import InstanceNote
from compute.models.offerings import ServiceOffering
from compute.models.schedules import InstanceSchedule, Lease
from compute.models.snapshots import InstanceSnapshot
from compute.models.template_data import InheritedUserData, TemplateUserData

__all__ = [
    "AffinityGroup",
    "AttachedIso",
    "ConsoleTicket",
    "InheritedUserData",
    "Instance",
    "InstanceNote",
    "InstanceSchedule",
    "InstanceSnapshot",
    "KeyPair",
    "Lease",
    "Nic",
    "SecondaryAddress",
    "ServiceOffering",
    "TemplateUserData",
    "UserData",
    "VolumeAttachment",
]
