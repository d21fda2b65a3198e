#!/bin/bash
# Builds the small guest image: build.sh DEBS OUT.qcow2
#
# DEBS holds the packages of a cloud kernel, the static busybox and the guest agent. They are unpacked, not installed:
# a second kernel in the boot menu, or an agent that obeys whoever hosts this machine, is nothing to leave behind.
# Needs no root and mounts nothing.
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
debs=$1
out=$2
export PATH=$PATH:/usr/sbin:/sbin

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for deb in "$debs"/*.deb; do
    dpkg-deb --extract "$deb" "$work/unpacked"
done
kernel=$(basename "$work"/unpacked/lib/modules/*)
depmod --basedir "$work/unpacked" "$kernel"

"$here/root.sh" "$work/unpacked" "$kernel" "$work/root"
"$here/initrd.sh" "$work/unpacked" "$kernel" "$work/initrd.img"
"$here/disk.sh" "$work/root" "$work/unpacked/boot/vmlinuz-$kernel" "$work/initrd.img" "$work/disk.raw"

qemu-img convert -c -O qcow2 "$work/disk.raw" "$out.part"
mv "$out.part" "$out"
