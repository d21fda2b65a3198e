import pytest

from deploy import debian, debian_guest, guest_image
from deploy.stages import Stage


@pytest.fixture
def build(tmp_path, monkeypatch):
    """`build()` asks for the image as if the scripts were run; it gives how often they were."""
    monkeypatch.setattr(debian_guest, "IMAGE", tmp_path / "image")
    monkeypatch.setattr(debian_guest, "FINGERPRINT", tmp_path / "fingerprint")
    monkeypatch.setattr(guest_image, "FINGERPRINT", tmp_path / "small")
    monkeypatch.setattr(debian, "ensure_indexes", lambda **options: None)
    monkeypatch.setattr(debian_guest, "run", lambda command, log: runs.append(command) or command[-1])
    guest_image.FINGERPRINT.write_text("scripts kernel-1\n")
    runs = []

    def ask():
        assert debian_guest.ensure(stage=Stage("Debian"), log=tmp_path / "log") == debian_guest.IMAGE
        debian_guest.IMAGE.touch()
        return len(runs)

    return ask


def test_it_is_built_once(build):
    assert (build(), build()) == (1, 1)


def test_another_kernel_makes_another_image(build):
    build()
    guest_image.FINGERPRINT.write_text("scripts kernel-2\n")
    assert build() == 2


def test_another_script_makes_another_image(build, monkeypatch, tmp_path):
    build()
    (tmp_path / "scripts").mkdir()
    monkeypatch.setattr(debian_guest, "SCRIPTS", tmp_path / "scripts")
    assert build() == 2
