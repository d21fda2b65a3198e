"""Networks on a host's Linux bridges, with DHCP by dnsmasq, through libvirt."""
