# Kernel modules for an image; sourced by the scripts that need some.

# copy_modules UNPACKED KERNEL TARGET NAME...: the modules and all that they need, and TARGET/order to load them in.
copy_modules() {
    local unpacked=$1 kernel=$2 target=$3
    shift 3
    mkdir -p "$target"
    local name file
    for name in "$@"; do
        modprobe --dirname "$unpacked" --set-version "$kernel" --show-depends "$name" | awk '$1 == "insmod" {print $2}'
    done | awk '!seen[$0]++' | while read -r file; do
        cp "$file" "$target/"
        basename "$file" >> "$target/order"
    done
}
