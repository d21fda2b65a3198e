"""Regular work on hosts."""

from cloudportal.jobs.periodic import every
from compute.topology import watch

every(watch.EVERY_SECONDS, "topology.watch", watch.watch)
