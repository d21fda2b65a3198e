"""Reading a seed as a guest does: the volume's label and its files by their paths."""

import io

import pycdlib


def label_of(content):
    # ISO 9660 keeps the volume's label at byte 40 of sector 16.
    return content[16 * 2048 + 40 :][:32].decode().strip()


def files_of(content):
    """The files of the seed by their Joliet paths."""
    iso = pycdlib.PyCdlib()
    iso.open_fp(io.BytesIO(content))
    found = {}
    for folder, _, names in iso.walk(joliet_path="/"):
        for name in names:
            path, out = f"{folder.rstrip('/')}/{name}", io.BytesIO()
            iso.get_file_from_iso_fp(out, joliet_path=path)
            found[path.lstrip("/")] = out.getvalue().decode()
    iso.close()
    return found
