"""Where networking is at the REST door."""

from cloudportal.api.routes import patterns
from networking.api.networks import ADDRESSES, NETWORKS
from networking.api.security_groups import SECURITY_GROUP_RULES, SECURITY_GROUPS

urlpatterns = patterns(NETWORKS, ADDRESSES, SECURITY_GROUPS, SECURITY_GROUP_RULES)
