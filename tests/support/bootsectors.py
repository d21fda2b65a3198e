"""The smallest guests there are: boot sectors that print a line on the serial port and wait.

SeaBIOS skips a disk that is much smaller than 2 MiB, so that is their size.
"""

DISK_BYTES = 2 * 1024 * 1024
SECTOR_BYTES = 512
GREETING = b"GUEST-UP"

# Prints the greeting at COM1 (0x3f8) and halts for good; no request to shut down reaches it.
DEAF = bytes.fromhex(
    "fa31c08ed8fcbe187cbaf803ac84c07403eeebf8"  # cli; print
    "faf4ebfc"  # cli; hlt; again
    "47554553542d55500d0a00"  # "GUEST-UP\r\n"
)

# The same, then enables the ACPI power button (PM1a_EN, port 0x602) and wakes at each tick of the timer. What it is
# asked to let go of (PCI hot-plug of ACPI, port 0xae04 of the bus at 0xae10) it ejects (0xae08); when the button was
# pressed (PM1a_STS, 0x600) it enters the soft-off state (PM1a_CNT, 0x604). The ports are those of `pc`.
HEEDING = bytes.fromhex(
    "fa31c08ed8fcbe487cbaf803ac84c07403eeebf8"  # cli; print
    "ba0206b80001ef"  # enable the button
    "fbf4ba10ae6631c066ef"  # sti; hlt; the first bus
    "ba04ae66ed6685c07405ba08ae66ef"  # asked to let go? eject
    "ba0006edf6c40174de"  # pressed?
    "ba0406b80020ef"  # soft off
    "faf4ebfc"  # cli; hlt; again
    "47554553542d55500d0a00"  # "GUEST-UP\r\n"
)

# Never rests.
SPINNING = bytes.fromhex("faebfe")  # cli; jump to itself


def disk(code: bytes) -> bytes:
    """A raw disk that boots the code."""
    sector = code.ljust(SECTOR_BYTES - 2, b"\0") + b"\x55\xaa"
    return sector.ljust(DISK_BYTES, b"\0")
