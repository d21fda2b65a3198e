"""Throw-away certificate authorities, for services whose certificates are to be checked like real ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.commands import feed

KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc"]
DAYS = "825"  # clients refuse server certificates that are valid for longer


@dataclass(frozen=True)
class Certificate:
    """A certificate and its private key, both in PEM files."""

    certificate: Path
    key: Path


def make_authority(directory: Path, name: str) -> Certificate:
    """A new authority that nobody else trusts."""
    return _make(
        directory, "authority", name, ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign"]
    )


def issue(authority: Certificate, directory: Path) -> Certificate:
    """A certificate for a server that is reached as 127.0.0.1 or localhost."""
    signer = ["-CA", str(authority.certificate), "-CAkey", str(authority.key)]
    extensions = ["subjectAltName=DNS:localhost,IP:127.0.0.1", "basicConstraints=critical,CA:FALSE"]
    return _make(directory, "server", "localhost", extensions, signer)


def _make(
    directory: Path, role: str, name: str, extensions: Sequence[str], signer: Sequence[str] = ()
) -> Certificate:
    directory.mkdir(parents=True, exist_ok=True)
    made = Certificate(certificate=directory / f"{role}.pem", key=directory / f"{role}.key")
    command = ["openssl", "req", "-x509", *KEY, "-days", DAYS, "-subj", f"/CN={name}", *signer]
    for extension in extensions:
        command += ["-addext", extension]
    command += ["-keyout", str(made.key), "-out", str(made.certificate)]
    feed(command)
    return made
