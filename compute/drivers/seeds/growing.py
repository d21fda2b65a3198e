"""What lets Linux use the CPUs and the memory that a running guest is given.

The kernel leaves both offline unless it was built otherwise, and distributions bring rules to switch them on for other
hypervisors only (Debian 12: none for QEMU). Written at every start where nothing outlives the next.
"""

from __future__ import annotations

from compute.drivers.seeds.parts import BOOTHOOK

# The trigger is for what came before the rules did, and for memory that was plugged in before a reboot.
HOOK = f"""{BOOTHOOK}
#!/bin/sh
[ -d /run/udev ] || exit 0
mkdir -p /run/udev/rules.d
cat > /run/udev/rules.d/80-portal-growth.rules <<'END'
SUBSYSTEM=="cpu", ACTION=="add", TEST=="online", ATTR{{online}}=="0", ATTR{{online}}="1"
SUBSYSTEM=="memory", ACTION=="add", TEST=="state", ATTR{{state}}=="offline", ATTR{{state}}="online"
END
udevadm control --reload
udevadm trigger --action=add --subsystem-match=cpu --subsystem-match=memory
exit 0
"""
