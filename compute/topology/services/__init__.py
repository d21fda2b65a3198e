"""One function per change to regions, zones, pods, clusters and hosts."""
