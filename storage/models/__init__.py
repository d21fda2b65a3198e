"""The tables of storage."""

from storage.models.pools import Pool
from storage.models.templates import Template, TemplateCopy
from storage.models.volumes import DiskOffering, Volume

__all__ = ["DiskOffering", "Pool", "Template", "TemplateCopy", "Volume"]
