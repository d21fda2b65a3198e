#!/bin/bash
# Puts a boot sector, a boot partition and a root partition together: disk.sh ROOT VMLINUZ INITRD OUT.raw
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
root=$1
vmlinuz=$2
initrd=$3
disk=$4

disk_mib=${DISK_MIB:-256}
boot_mib=40
first_mib=1
sectors_per_mib=2048

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

truncate --size "${disk_mib}M" "$disk"
sfdisk --quiet "$disk" <<TABLE
label: dos
start=$((first_mib * sectors_per_mib)), size=$((boot_mib * sectors_per_mib)), type=e, bootable
start=$(((first_mib + boot_mib) * sectors_per_mib)), type=83
TABLE
dd if=/usr/lib/syslinux/mbr/mbr.bin of="$disk" bs=440 count=1 conv=notrunc status=none

truncate --size "${boot_mib}M" "$work/boot"
mkfs.vfat -F 16 -n BOOT "$work/boot" > /dev/null
mcopy -i "$work/boot" "$vmlinuz" ::vmlinuz
mcopy -i "$work/boot" "$initrd" ::initrd.img
mcopy -i "$work/boot" "$here/syslinux.cfg" ::syslinux.cfg
syslinux --install "$work/boot"
dd if="$work/boot" of="$disk" bs=1M seek="$first_mib" conv=notrunc,sparse status=none

truncate --size "$((disk_mib - first_mib - boot_mib))M" "$work/root"
mke2fs -q -t ext4 -L root -E root_owner=0:0 -d "$root" "$work/root"
dd if="$work/root" of="$disk" bs=1M seek="$((first_mib + boot_mib))" conv=notrunc,sparse status=none
