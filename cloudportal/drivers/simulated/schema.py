"""The tables of a simulated world."""

# A network lies in each place that guests use it in, under one id. `effects` is append-only: it says how
# often something really happened, which the other tables cannot.
SCHEMA = """
CREATE TABLE IF NOT EXISTS places (
    name TEXT PRIMARY KEY, uuid TEXT NOT NULL, is_reachable INTEGER NOT NULL DEFAULT 1
);
CREATE TABLE IF NOT EXISTS guests (
    uuid TEXT PRIMARY KEY, place TEXT NOT NULL, name TEXT NOT NULL, power TEXT NOT NULL,
    cpus INTEGER NOT NULL, memory_mib INTEGER NOT NULL, disks TEXT NOT NULL, nics TEXT NOT NULL,
    guest_data_digest TEXT, cpu_cap_percent INTEGER, media TEXT, started_at REAL, is_deaf INTEGER NOT NULL DEFAULT 0,
    most_cpus INTEGER, most_memory_mib INTEGER,
    has_agent INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX IF NOT EXISTS guests_by_place ON guests (place);
CREATE TABLE IF NOT EXISTS pools (
    place TEXT PRIMARY KEY, uuid TEXT NOT NULL, name TEXT NOT NULL, capacity_bytes INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS volumes (
    uuid TEXT NOT NULL, place TEXT NOT NULL, size_bytes INTEGER NOT NULL, allocated_bytes INTEGER NOT NULL,
    format TEXT NOT NULL, base_image TEXT,
    locator TEXT NOT NULL, PRIMARY KEY (uuid, place)
);
CREATE INDEX IF NOT EXISTS volumes_by_place ON volumes (place);
CREATE TABLE IF NOT EXISTS images (
    place TEXT NOT NULL, image_id TEXT NOT NULL, format TEXT NOT NULL, checksum TEXT NOT NULL,
    size_bytes INTEGER NOT NULL, virtual_size_bytes INTEGER NOT NULL, PRIMARY KEY (place, image_id)
);
CREATE TABLE IF NOT EXISTS snapshots (
    uuid TEXT PRIMARY KEY, place TEXT NOT NULL, volume TEXT NOT NULL, virtual_size_bytes INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS guest_snapshots (
    uuid TEXT PRIMARY KEY, guest TEXT NOT NULL, disks TEXT NOT NULL, has_memory INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS networks (
    uuid TEXT NOT NULL, place TEXT NOT NULL, name TEXT NOT NULL, cidr TEXT NOT NULL, gateway TEXT NOT NULL,
    mtu INTEGER NOT NULL, PRIMARY KEY (uuid, place)
);
CREATE TABLE IF NOT EXISTS reservations (
    network TEXT NOT NULL, place TEXT NOT NULL, mac TEXT NOT NULL, ip TEXT NOT NULL, hostname TEXT NOT NULL,
    PRIMARY KEY (network, place, mac), UNIQUE (network, place, ip),
    FOREIGN KEY (network, place) REFERENCES networks (uuid, place) ON DELETE CASCADE
);
CREATE TABLE IF NOT EXISTS faults (
    id INTEGER PRIMARY KEY AUTOINCREMENT, operation TEXT NOT NULL, kind TEXT NOT NULL, error TEXT NOT NULL,
    place TEXT, subject TEXT, remaining INTEGER, seconds REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS effects (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, operation TEXT NOT NULL, place TEXT NOT NULL,
    subject TEXT NOT NULL, detail TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS effects_by_subject ON effects (subject);
CREATE INDEX IF NOT EXISTS guest_snapshots_by_guest ON guest_snapshots (guest);
CREATE INDEX IF NOT EXISTS snapshots_by_place ON snapshots (place);
CREATE TABLE IF NOT EXISTS guards (
    nic TEXT NOT NULL, place TEXT NOT NULL, guard TEXT NOT NULL, PRIMARY KEY (nic, place)
);
CREATE INDEX IF NOT EXISTS guards_by_place ON guards (place);
CREATE TABLE IF NOT EXISTS changed_networks (
    uuid TEXT NOT NULL, place TEXT NOT NULL, mtu INTEGER NOT NULL, PRIMARY KEY (uuid, place)
);
"""

# Made last, so a file that has it has all the rest.
LAST_IN_SCHEMA = "changed_networks"
