"""A directory on a host as a storage pool, through libvirt."""
