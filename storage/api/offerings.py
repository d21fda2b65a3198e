"""Disk offerings at the REST door."""

from typing import Any

from rest_framework import serializers

from cloudportal.api.calls import into
from cloudportal.api.filters import FLAG, WHOLE, Filter, by_text
from cloudportal.api.resources import Create, Edit, Remove, Resource
from cloudportal.api.shapes import NamedShape, References, RowShape, Text, Values, Whole
from storage import actions, queries
from storage.models import PROVISIONING
from storage.services import offerings
from storage.services.offerings import LARGEST_LIMIT, DiskOfferingChanges, DiskOfferingValues
from storage.services.volumes import LARGEST_GIB


class DiskOfferingShape(RowShape):
    """A kind of disk that tenants may choose. Limits are for each disk, null for none."""

    for_operators = ("tags", "domains")

    name = serializers.CharField()
    description = serializers.CharField()
    size_gib = serializers.IntegerField(
        allow_null=True, help_text="Null lets whoever creates a volume say it."
    )
    least_gib = serializers.IntegerField(allow_null=True)
    most_gib = serializers.IntegerField(allow_null=True)
    read_iops = serializers.IntegerField(allow_null=True)
    write_iops = serializers.IntegerField(allow_null=True)
    read_bytes_per_second = serializers.IntegerField(allow_null=True)
    write_bytes_per_second = serializers.IntegerField(allow_null=True)
    provisioning = serializers.CharField()
    tags = serializers.ListField(child=serializers.CharField())
    is_active = serializers.BooleanField()
    is_domain_bound = serializers.BooleanField()
    domains = NamedShape(many=True)
    is_zone_bound = serializers.BooleanField()
    zones = NamedShape(many=True)


class DiskOfferingWords(Values):
    """What an offering is called, where its disks may lie, and whom it is for: without domains everybody, without
    zones everywhere.
    """

    name = Text(max_length=100)
    description = Text(required=False, allow_blank=True)
    tags = serializers.ListField(child=Text(max_length=100), max_length=50, required=False)
    domains = References(required=False)
    zones = References(required=False)


class EditDiskOffering(DiskOfferingWords):
    """What may be changed about an offering. Its size and limits are not: volumes keep their terms."""

    is_active = serializers.BooleanField(required=False)


class Amount(Whole):
    """How much of something, in GiB where nothing else is said; null for what is left open."""

    def __init__(self, **options: Any) -> None:
        known = {"min_value": 1, "max_value": LARGEST_GIB, "required": False, "allow_null": True}
        super().__init__(**{**known, **options})


class CreateDiskOffering(DiskOfferingWords):
    """An offering as an operator wants it."""

    size_gib = Amount()
    least_gib = Amount()
    most_gib = Amount()
    read_iops = Amount(max_value=LARGEST_LIMIT)
    write_iops = Amount(max_value=LARGEST_LIMIT)
    read_bytes_per_second = Amount(max_value=LARGEST_LIMIT)
    write_bytes_per_second = Amount(max_value=LARGEST_LIMIT)
    provisioning = serializers.ChoiceField(choices=PROVISIONING, required=False)


DISK_OFFERINGS = Resource(
    path="disk-offerings",
    noun="disk offering",
    shape=DiskOfferingShape,
    read=actions.READ_DISK_OFFERING,
    rows=queries.disk_offerings_for,
    row=queries.disk_offering_for,
    filters=(Filter("name"), by_text(), Filter("size_gib", kind=WHOLE), Filter("is_active", kind=FLAG)),
    orderings=("name", "created_at", "size_gib"),
    changes=(
        Create(CreateDiskOffering, into(DiskOfferingValues, offerings.create), actions.CREATE_DISK_OFFERING),
        Edit(EditDiskOffering, into(DiskOfferingChanges, offerings.update), actions.UPDATE_DISK_OFFERING),
        Remove(offerings.delete, actions.DELETE_DISK_OFFERING),
    ),
)
