#!/bin/bash
# Builds a Debian guest with cloud-init, for tests of what guests are told: build.sh DEBS OUT.qcow2
#
# DEBS holds the packages of the small guest, whose kernel and initial file system this one boots with. Needs root, for
# Debian is installed into a directory; mounts no image.
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
debs=$1
out=$2
image=$here/../image
export PATH=$PATH:/usr/sbin:/sbin

# Modules are loaded by udev in this guest, so all that a virtual machine may need is copied.
packages=systemd-sysv,udev,dbus,kmod,cloud-init,openssh-server,qemu-guest-agent,iproute2,netbase,passwd,sudo

work=$(mktemp -d)
# An interrupted installation may leave the machine's own file systems mounted in there.
trap 'rm -rf --one-file-system "$work"' EXIT

for deb in "$debs"/*.deb; do
    dpkg-deb --extract "$deb" "$work/unpacked"
done
kernel=$(basename "$work"/unpacked/lib/modules/*)
depmod --basedir "$work/unpacked" "$kernel"

mmdebstrap --quiet --variant=minbase --include="$packages" \
    --aptopt='APT::Install-Recommends "false"' \
    --dpkgopt='path-exclude=/usr/share/doc/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' \
    --dpkgopt='path-exclude=/usr/share/man/*' \
    bookworm "$work/root"
cp -r "$here/root/." "$work/root/"
chroot "$work/root" systemctl --quiet mask apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer \
    e2scrub_all.timer fstrim.timer systemd-networkd-wait-online.service getty@tty1.service
chroot "$work/root" systemctl --quiet enable systemd-networkd.service
# Each guest is to have an identity and host keys of its own.
rm -f "$work/root"/etc/ssh/ssh_host_* "$work/root/etc/resolv.conf"
: > "$work/root/etc/machine-id"
rm -rf "$work/root"/var/cache/apt/* "$work/root"/var/lib/apt/lists/*
mkdir -p "$work/root/usr/lib/modules"
cp -r "$work/unpacked/lib/modules/$kernel" "$work/root/usr/lib/modules/"

"$image/initrd.sh" "$work/unpacked" "$kernel" "$work/initrd.img"
DISK_MIB=1024 "$image/disk.sh" "$work/root" "$work/unpacked/boot/vmlinuz-$kernel" "$work/initrd.img" "$work/disk.raw"

qemu-img convert -O qcow2 "$work/disk.raw" "$out.part"
mv "$out.part" "$out"
