"""The tables of compute."""

from compute.models.attachments import Nic, SecondaryAddress, VolumeAttachment
from compute.models.consoles import ConsoleTicket
from compute.models.guest_data import KeyPair, UserData
from compute.models.instances import Instance
from compute.models.offerings import ServiceOffering

__all__ = [
    "ConsoleTicket",
    "Instance",
    "KeyPair",
    "Nic",
    "SecondaryAddress",
    "ServiceOffering",
    "UserData",
    "VolumeAttachment",
]
