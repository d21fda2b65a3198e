#!/bin/bash
# Packs the initial file system, which only finds the disk: initrd.sh UNPACKED KERNEL OUT
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
unpacked=$1
kernel=$2
out=$3
source "$here/modules.sh"

tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree"/{bin,dev,proc,mnt}
install -m 755 "$here/initrd/init" "$tree/init"
install -m 755 "$unpacked/bin/busybox" "$tree/bin/busybox"
copy_modules "$unpacked" "$kernel" "$tree/modules" virtio_pci virtio_blk

(cd "$tree" && find . | cpio --create --format=newc --owner=0:0 --quiet) | gzip -6 > "$out"
