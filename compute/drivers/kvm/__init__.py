"""KVM and QEMU hosts, through libvirt."""
