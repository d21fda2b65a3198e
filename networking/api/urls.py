"""Where networking is at the REST door."""

from cloudportal.api.routes import patterns
from networking.api.networks import ADDRESSES, NETWORKS

urlpatterns = patterns(NETWORKS, ADDRESSES)
