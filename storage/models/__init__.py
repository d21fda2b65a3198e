"""The tables of storage."""

from storage.models.arrivals import VolumeArrival
from storage.models.exports import VolumeExport
from storage.models.grants import TemplateGrant
from storage.models.pools import Pool
from storage.models.schedules import SnapshotSchedule
from storage.models.snapshots import Snapshot
from storage.models.templates import ATTACHED_ISOS, Template, TemplateCopy
from storage.models.transfers import Download, Upload
from storage.models.volumes import FAT, PROVISIONING, SPARSE, THIN, DiskOffering, Volume

__all__ = [
    "ATTACHED_ISOS",
    "FAT",
    "PROVISIONING",
    "SPARSE",
    "THIN",
    "DiskOffering",
    "Download",
    "Pool",
    "Snapshot",
    "SnapshotSchedule",
    "Template",
    "TemplateCopy",
    "TemplateGrant",
    "Upload",
    "Volume",
    "VolumeArrival",
    "VolumeExport",
]
