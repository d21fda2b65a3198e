"""Bytes into the units that limits and offerings count in."""

GIB = 1024**3
SECTOR_BYTES = 512


def gib_of(size_bytes: int) -> int:
    """Whole GiB, rounded up: what a limit counts for so many bytes."""
    return -(-size_bytes // GIB)


def whole_sectors(size_bytes: int) -> int:
    """The size rounded up to whole sectors of 512 bytes, as disks have them."""
    return -(-size_bytes // SECTOR_BYTES) * SECTOR_BYTES


def readable(size_bytes: int) -> str:
    """`17 MiB`, `1.5 GiB`: for sentences."""
    size = float(size_bytes)
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if size < 1024:
            return f"{size:.4g} {unit}"
        size /= 1024
    return f"{size:.4g} TiB"
