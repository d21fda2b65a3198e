import pytest

from cloudportal.core.errors import InvalidInput
from storage.sources import source_file


@pytest.fixture
def allowed(tmp_path, monkeypatch):
    folder = tmp_path / "images"
    folder.mkdir()
    monkeypatch.setenv("PORTAL_TEMPLATE_SOURCES", str(folder))
    return folder


def test_a_file_in_a_named_directory_may_be_read(allowed):
    path = allowed / "deep" / "image"
    path.parent.mkdir()
    path.write_bytes(b"x")
    assert source_file(str(path)) == path


@pytest.mark.parametrize("path", ["/etc/passwd", "", "/no/such/file", "image\0", "relative"])
def test_nothing_else_may_be_read(allowed, path):
    with pytest.raises(InvalidInput):
        source_file(path)


def test_no_link_and_no_dots_lead_out(allowed, tmp_path):
    outside = tmp_path / "secret"
    outside.write_bytes(b"x")
    (allowed / "link").symlink_to(outside)
    for path in (allowed / "link", allowed / ".." / "secret", allowed):
        with pytest.raises(InvalidInput):
            source_file(str(path))


def test_a_file_outside_is_refused_like_one_that_is_not_there(allowed):
    with pytest.raises(InvalidInput) as there:
        source_file("/etc/passwd")
    with pytest.raises(InvalidInput) as missing:
        source_file("/etc/no-such-file")
    assert there.value.detail == missing.value.detail
