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

__all__ = [
    "AffinityGroup",
    "AttachedIso",
    "ConsoleTicket",
    "Instance",
    "InstanceNote",
    "InstanceSchedule",
    "InstanceSnapshot",
    "KeyPair",
    "Lease",
    "Nic",
    "SecondaryAddress",
    "ServiceOffering",
    "UserData",
    "VolumeAttachment",
]
