"""The portal's pages about regions, zones, pods, clusters and hosts."""
