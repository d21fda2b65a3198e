"""Service offerings at the REST door."""

from typing import Any

from rest_framework import serializers

from cloudportal.api.calls import into
from cloudportal.api.filters import FLAG, WHOLE, Filter, by_text
from cloudportal.api.resources import Create, Edit, Remove, Resource
from cloudportal.api.shapes import NamedShape, References, RowShape, Text, Values, Whole
from compute import actions, queries
from compute.models import Lease
from compute.services import offerings
from compute.services.offerings import LONGEST_LEASE_DAYS, OfferingChanges, OfferingValues
from storage.models import PROVISIONING
from storage.services.offerings import LARGEST_LIMIT

MOST = 2**31 - 1


class Amount(Whole):
    """How much of something; null for what is left open."""

    def __init__(self, **options: Any) -> None:
        known = {"min_value": 1, "max_value": MOST, "required": False, "allow_null": True}
        super().__init__(**{**known, **options})


class ServiceOfferingShape(RowShape):
    """A size of instance that tenants may choose. What is null is said by whoever deploys, within the bounds."""

    for_operators = ("domains", "host_tags", "storage_tags")

    name = serializers.CharField()
    description = serializers.CharField()
    is_custom = serializers.BooleanField()
    cpus = serializers.IntegerField(allow_null=True)
    least_cpus = serializers.IntegerField(allow_null=True)
    most_cpus = serializers.IntegerField(allow_null=True)
    cpu_mhz = serializers.IntegerField(allow_null=True)
    least_cpu_mhz = serializers.IntegerField(allow_null=True)
    most_cpu_mhz = serializers.IntegerField(allow_null=True)
    memory_mib = serializers.IntegerField(allow_null=True)
    least_memory_mib = serializers.IntegerField(allow_null=True)
    most_memory_mib = serializers.IntegerField(allow_null=True)
    is_cpu_capped = serializers.BooleanField(
        help_text="Never more than its MHz, even while the host is idle."
    )
    network_rate_mbits = serializers.IntegerField(allow_null=True)
    is_highly_available = serializers.BooleanField()
    lease_days = serializers.IntegerField(
        allow_null=True, help_text="How long instances live; null for what the settings say."
    )
    most_lease_days = serializers.IntegerField(
        allow_null=True, help_text="To how many days from now they may be extended."
    )
    lease_policy = serializers.CharField(
        help_text="What becomes of them then; empty for what the settings say."
    )
    root_provisioning = serializers.CharField(help_text="How root disks without a disk offering are made.")
    root_read_iops = serializers.IntegerField(
        allow_null=True, help_text="Of the root disk, null for no limit."
    )
    root_write_iops = serializers.IntegerField(allow_null=True)
    root_read_bytes_per_second = serializers.IntegerField(allow_null=True)
    root_write_bytes_per_second = serializers.IntegerField(allow_null=True)
    host_tags = serializers.ListField(child=serializers.CharField())
    storage_tags = serializers.ListField(child=serializers.CharField())
    is_active = serializers.BooleanField()
    is_domain_bound = serializers.BooleanField()
    domains = NamedShape(many=True)
    is_zone_bound = serializers.BooleanField()
    zones = NamedShape(many=True)


class OfferingWords(Values):
    """What a size is called, where it may run, and whom it is for: without domains everybody, without zones
    everywhere.
    """

    name = Text(max_length=100)
    description = Text(required=False, allow_blank=True)
    host_tags = serializers.ListField(child=Text(max_length=100), max_length=50, required=False)
    storage_tags = serializers.ListField(child=Text(max_length=100), max_length=50, required=False)
    domains = References(required=False)
    zones = References(required=False)


class CreateServiceOffering(OfferingWords):
    """A size as an operator wants it. Null leaves the amount to whoever deploys."""

    cpus = Amount(required=True)
    least_cpus = Amount()
    most_cpus = Amount()
    memory_mib = Amount(required=True)
    least_memory_mib = Amount()
    most_memory_mib = Amount()
    cpu_mhz = Amount(help_text="1000 where it is not sent.")
    least_cpu_mhz = Amount()
    most_cpu_mhz = Amount()
    is_cpu_capped = serializers.BooleanField(required=False)
    network_rate_mbits = Amount()
    is_highly_available = serializers.BooleanField(required=False)
    lease_days = Amount(max_value=LONGEST_LEASE_DAYS)
    most_lease_days = Amount(max_value=LONGEST_LEASE_DAYS)
    lease_policy = serializers.ChoiceField(choices=Lease.POLICIES, required=False, allow_blank=True)
    root_provisioning = serializers.ChoiceField(choices=PROVISIONING, required=False)
    root_read_iops = Amount(max_value=LARGEST_LIMIT)
    root_write_iops = Amount(max_value=LARGEST_LIMIT)
    root_read_bytes_per_second = Amount(max_value=LARGEST_LIMIT)
    root_write_bytes_per_second = Amount(max_value=LARGEST_LIMIT)


class EditServiceOffering(OfferingWords):
    """What may be changed about a size. How large it is may not: instances keep their terms."""

    is_active = serializers.BooleanField(required=False)


SERVICE_OFFERINGS = Resource(
    path="service-offerings",
    noun="service offering",
    shape=ServiceOfferingShape,
    read=actions.READ_OFFERING,
    rows=queries.offerings_for,
    row=queries.offering_for,
    filters=(
        Filter("name"),
        by_text(),
        Filter("cpus", kind=WHOLE),
        Filter("memory_mib", kind=WHOLE),
        Filter("is_active", kind=FLAG),
    ),
    orderings=("name", "created_at", "cpus", "memory_mib"),
    changes=(
        Create(CreateServiceOffering, into(OfferingValues, offerings.create), actions.CREATE_OFFERING),
        Edit(EditServiceOffering, into(OfferingChanges, offerings.update), actions.UPDATE_OFFERING),
        Remove(offerings.delete, actions.DELETE_OFFERING),
    ),
)
