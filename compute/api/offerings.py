"""Service offerings at the REST door."""

from rest_framework import serializers

from cloudportal.api.calls import into
from cloudportal.api.filters import FLAG, WHOLE, Filter, by_text
from cloudportal.api.resources import Create, Edit, Remove, Resource
from cloudportal.api.shapes import RowShape, Text, Values, Whole
from compute import actions, queries
from compute.services import offerings
from compute.services.offerings import OfferingChanges, OfferingValues

MOST = 2**31 - 1


class ServiceOfferingShape(RowShape):
    """A size of instance that tenants may choose."""

    name = serializers.CharField()
    description = serializers.CharField()
    cpus = serializers.IntegerField()
    cpu_mhz = serializers.IntegerField()
    memory_mib = serializers.IntegerField()
    host_tags = serializers.ListField(child=serializers.CharField())
    storage_tags = serializers.ListField(child=serializers.CharField())
    is_active = serializers.BooleanField()


class OfferingWords(Values):
    """What a size is called, and where it may run."""

    name = Text(max_length=100)
    description = Text(required=False, allow_blank=True)
    host_tags = serializers.ListField(child=Text(max_length=100), max_length=50, required=False)
    storage_tags = serializers.ListField(child=Text(max_length=100), max_length=50, required=False)


class CreateServiceOffering(OfferingWords):
    """A size as an operator wants it."""

    cpus = Whole(min_value=1, max_value=MOST)
    memory_mib = Whole(min_value=1, max_value=MOST)
    cpu_mhz = Whole(min_value=1, max_value=MOST, required=False)


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
