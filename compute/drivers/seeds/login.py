"""A new password or new keys for a guest, as a script that its next start runs.

cloud-init sets passwords and keys once in an instance's life. A new instance id would make it begin that life anew,
with other host keys and all of the tenant's own data run again; a boot hook runs at every start, and this one does its
work once. It is a shell script, for every guest that reads seeds has one, and takes all that differs as base64.
"""

from __future__ import annotations

import base64
import shlex

from compute.drivers.seeds.parts import BOOTHOOK
from compute.drivers.specs import LoginChange

# Users are made after boot hooks have run, so the work itself waits for the end of the start.
_HOOK = """{mark}
#!/bin/sh
set -eu
umask 077
script=/var/lib/cloud/scripts/per-boot/10-portal-login
mkdir -p "${{script%/*}}"
echo {script} | base64 -d > "$script.part"
chmod 700 "$script.part"
mv "$script.part" "$script"
"""
# The keys are written by the user they are for: root would follow whatever links that user laid there.
_SCRIPT = """#!/bin/sh
set -eu
rm -f "$0"
user={user}
change={change}
done=/var/lib/cloud/portal-login
[ "$(cat "$done" 2>/dev/null || true)" != "$change" ] || exit 0
hash="$(echo {password_hash} | base64 -d)"
if [ -n "$hash" ]; then
    printf '%s:%s\\n' "$user" "$hash" | chpasswd -e
fi
if {has_keys}; then
    echo {keys} | base64 -d |
        su -s /bin/sh "$user" -c 'umask 077; cd && mkdir -p .ssh && cat > .ssh/authorized_keys'
fi
echo "$change" > "$done"
"""


def boothook(change: LoginChange, instance_id: str) -> str:
    """The part of vendor data that brings the change; run again it changes nothing more."""
    script = _SCRIPT.format(
        user=shlex.quote(change.user),
        # With the instance's id, for a copy of this disk may serve another instance.
        change=shlex.quote(f"{instance_id}:{change.number}"),
        password_hash=_base64(change.password_hash or ""),
        has_keys="true" if change.ssh_keys is not None else "false",
        keys=_base64("".join(f"{key}\n" for key in change.ssh_keys or ())),
    )
    return _HOOK.format(mark=BOOTHOOK, script=_base64(script))


def _base64(text: str) -> str:
    # Never nothing: `echo` of nothing would still be a line.
    return base64.b64encode(text.encode()).decode() or "''"
