#!/bin/bash
# Lays out the guest's root file system: root.sh UNPACKED KERNEL ROOT
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
unpacked=$1
kernel=$2
root=$3
source "$here/modules.sh"

# copy_program FILE PATH: the program as PATH in the guest, with the libraries that it loads.
copy_program() {
    install -D -m 755 "$1" "$root$2"
    ldd "$1" | grep -o '/[^ ]*' | while read -r library; do
        install -D -m 755 "$library" "$root$library"
    done
}

mkdir -p "$root"/{bin,sbin,dev,proc,sys,run,tmp,mnt/seed,usr/bin,usr/sbin,var/lib/cloud,var/www,root/.ssh}
chmod 700 "$root/root" "$root/root/.ssh"
chmod 1777 "$root/tmp"
cp -r "$here/root/." "$root/"
chmod 640 "$root/etc/shadow"

install -m 755 "$unpacked/bin/busybox" "$root/bin/busybox"
"$root/bin/busybox" --list-full | grep -v -e '^bin/busybox$' -e '^linuxrc$' | while read -r applet; do
    mkdir -p "$root/$(dirname "$applet")"
    ln -sf /bin/busybox "$root/$applet"
done

copy_program /usr/sbin/dropbear /usr/sbin/dropbear
copy_program /usr/bin/dropbearkey /usr/bin/dropbearkey
copy_program "$unpacked/usr/sbin/qemu-ga" /usr/sbin/qemu-ga
# Loaded by name at run time, so ldd does not see it; without it dropbear knows no user.
install -D -m 755 /lib/x86_64-linux-gnu/libnss_files.so.2 "$root/lib/x86_64-linux-gnu/libnss_files.so.2"

# acpiphp lets disks and NICs come and go; button and evdev carry the power button to acpid.
copy_modules "$unpacked" "$kernel" "$root/lib/modules/$kernel" \
    virtio_net virtio_console virtio_balloon virtio_rng isofs nls_ascii evdev button acpiphp
