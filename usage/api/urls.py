"""Where usage is at the REST door."""

from cloudportal.api.routes import patterns
from usage.api.records import USAGE_OPERATIONS, USAGE_RECORDS

urlpatterns = patterns(USAGE_RECORDS, operations=USAGE_OPERATIONS)
