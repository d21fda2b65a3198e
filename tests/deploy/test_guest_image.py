import io
import json
import os
import socket
import subprocess
import time
import urllib.request

import pycdlib
import pytest

from deploy import debian, guest_image
from deploy.services import daemon

BOOT_SECONDS = 120


@pytest.fixture
def built(tmp_path, monkeypatch):
    """An image as if just built from today's scripts and the kernel `linux-image-1`."""
    monkeypatch.setattr(guest_image, "IMAGE", tmp_path / "image")
    monkeypatch.setattr(guest_image, "FINGERPRINT", tmp_path / "fingerprint")
    monkeypatch.setattr(guest_image, "kernel_package", lambda: "linux-image-1")
    guest_image.IMAGE.touch()
    guest_image.FINGERPRINT.write_text(f"{guest_image._scripts_digest()} linux-image-1\n")


def test_an_image_is_current_until_apt_knows_of_another_kernel(built, monkeypatch):
    monkeypatch.setattr(debian, "indexes_changed_at", lambda: time.time() + 60)
    assert guest_image.is_current()
    monkeypatch.setattr(guest_image, "kernel_package", lambda: "linux-image-2")
    assert not guest_image.is_current()


def test_apt_is_not_asked_while_its_indexes_stay_the_same(built, monkeypatch):
    def refuse():
        raise AssertionError("asked")

    monkeypatch.setattr(debian, "indexes_changed_at", lambda: 0.0)
    monkeypatch.setattr(guest_image, "kernel_package", refuse)
    assert guest_image.is_current()


def test_another_script_makes_another_image(built, monkeypatch, tmp_path):
    (tmp_path / "scripts").mkdir()
    monkeypatch.setattr(guest_image, "SCRIPTS", tmp_path / "scripts")
    assert not guest_image.is_current()


def test_no_image_is_not_current(built):
    guest_image.IMAGE.unlink()
    assert not guest_image.is_current()


@pytest.fixture
def guest(tmp_path):
    """The image booted without hardware virtualization, from a seed that names it and gives it a script."""
    seed = {
        "META.;1": ("meta-data", b"instance-id: i-7\nlocal-hostname: seventh\n"),
        "USER.;1": ("user-data", b"#!/bin/sh\necho from the script > /var/www/script.html\n"),
    }
    disk = pycdlib.PyCdlib()
    disk.new(interchange_level=3, joliet=3, rock_ridge="1.09", vol_ident="cidata")
    for name, (long_name, content) in seed.items():
        disk.add_fp(
            io.BytesIO(content), len(content), f"/{name}", rr_name=long_name, joliet_path=f"/{long_name}"
        )
    disk.write(str(tmp_path / "seed.iso"))
    image = f"driver=qcow2,file.filename={guest_image.IMAGE}"
    http, ssh = daemon.free_port(), daemon.free_port()
    forwards = f"hostfwd=tcp:127.0.0.1:{http}-:80,hostfwd=tcp:127.0.0.1:{ssh}-:22"
    command = ["qemu-system-x86_64", "-accel", "tcg", "-machine", "pc", "-cpu", "qemu64", "-m", "128"]
    command += ["-display", "none", "-serial", f"file:{tmp_path}/serial", "-snapshot"]
    command += ["-drive", f"{image},if=virtio", "-netdev", f"user,id=net,{forwards}"]
    command += ["-drive", f"file={tmp_path}/seed.iso,if=virtio,format=raw,readonly=on"]
    command += ["-device", "virtio-net-pci,netdev=net", "-qmp", f"unix:{tmp_path}/qmp,server=on,wait=off"]
    process = subprocess.Popen(command)
    yield Guest(process, http, ssh, tmp_path / "qmp")
    process.kill()
    process.wait()


class Guest:
    def __init__(self, process, http, ssh, qmp):
        self.process, self.http, self.ssh, self.qmp = process, http, ssh, qmp

    def page(self, name=""):
        """What the guest's web server answers, once it does."""
        end = time.monotonic() + BOOT_SECONDS
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.http}/{name}", timeout=5) as answer:
                    return answer.read().decode()
            except OSError:
                assert time.monotonic() < end, "the guest did not come up"
                time.sleep(0.2)

    def press_power_button(self):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(self.qmp))
            stream = connection.makefile("rw")
            stream.readline()
            for command in ("qmp_capabilities", "system_powerdown"):
                stream.write(json.dumps({"execute": command}) + "\n")
                stream.flush()
                stream.readline()


@pytest.mark.real
def test_the_guest_takes_its_seed_serves_its_name_and_obeys_the_power_button(guest):
    assert guest.page() == "seventh i-7\n"
    assert guest.page("script.html") == "from the script\n"
    with socket.create_connection(("127.0.0.1", guest.ssh), timeout=30) as connection:
        assert connection.recv(7) == b"SSH-2.0"
    guest.press_power_button()
    assert guest.process.wait(timeout=BOOT_SECONDS) == os.EX_OK


@pytest.mark.real
def test_the_image_is_small():
    assert guest_image.IMAGE.stat().st_size < 24 * 2**20
