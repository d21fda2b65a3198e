import hashlib
import io
import uuid

import pytest

from cloudportal.core.errors import InvalidInput
from storage import store

CONTENT = b"an image" * 1000
CHECKSUM = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(autouse=True)
def empty_store(settings, tmp_path):
    settings.STATE_DIR = tmp_path
    return tmp_path


@pytest.fixture
def owner():
    return uuid.uuid4()


def receive(owner, content=CONTENT, **options):
    return store.receive(io.BytesIO(content), owner, **{"limit_bytes": 10**9, **options})


def everything(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_an_image_gets_its_name_by_content(owner, tmp_path):
    received = receive(owner)
    assert (received.checksum, received.size_bytes) == (CHECKSUM, len(CONTENT))
    store.shelve(owner, CHECKSUM)
    assert everything(tmp_path) == [f"templates/{CHECKSUM}"]
    assert store.path_of(CHECKSUM).read_bytes() == CONTENT


def test_receiving_and_shelving_may_be_repeated(owner):
    receive(owner)
    receive(owner)
    store.shelve(owner, CHECKSUM)
    store.shelve(owner, CHECKSUM)
    assert store.checksums() == [CHECKSUM]


def test_what_is_neither_here_nor_there_is_not_shelved(owner):
    with pytest.raises(FileNotFoundError):
        store.shelve(owner, CHECKSUM)


def test_a_source_that_breaks_leaves_nothing(owner, tmp_path):
    class Breaking(io.BytesIO):
        def read(self, size=-1):
            if self.tell():
                raise OSError("the disk is gone")
            return super().read(10)

    with pytest.raises(OSError, match="gone"):
        store.receive(Breaking(CONTENT), owner, limit_bytes=10**9)
    assert everything(tmp_path) == []


def test_whoever_watches_may_stop_it(owner, tmp_path):
    def stop(size_bytes):
        raise RuntimeError(f"stopped at {size_bytes}")

    with pytest.raises(RuntimeError, match="stopped"):
        receive(owner, on_progress=stop)
    assert everything(tmp_path) == []


@pytest.mark.parametrize(("content", "limit_bytes"), [(b"", 100), (b"x" * 101, 100)])
def test_nothing_and_too_much_are_refused(owner, tmp_path, content, limit_bytes):
    with pytest.raises(InvalidInput):
        receive(owner, content, limit_bytes=limit_bytes)
    assert everything(tmp_path) == []


def test_discarding_takes_what_came_in_and_what_was_coming(owner, tmp_path):
    receive(owner)
    (tmp_path / "templates" / "incoming" / f"{owner}.draft").write_bytes(b"half")
    other = uuid.uuid4()
    receive(other)
    store.discard_incoming(owner)
    assert everything(tmp_path) == [f"templates/incoming/{other}"]


def test_an_unwanted_image_is_removed_once_and_again(owner, tmp_path):
    receive(owner)
    store.shelve(owner, CHECKSUM)
    store.remove(CHECKSUM, is_wanted=lambda: False)
    store.remove(CHECKSUM, is_wanted=lambda: False)
    assert everything(tmp_path) == []


def test_a_wanted_image_stays(owner):
    receive(owner)
    store.shelve(owner, CHECKSUM)
    store.remove(CHECKSUM, is_wanted=lambda: True)
    assert store.checksums() == [CHECKSUM]


def test_an_image_that_is_wanted_meanwhile_comes_back(owner, tmp_path):
    receive(owner)
    store.shelve(owner, CHECKSUM)
    answers = iter([False, True])
    store.remove(CHECKSUM, is_wanted=lambda: next(answers))
    assert everything(tmp_path) == [f"templates/{CHECKSUM}"]


@pytest.mark.parametrize("name", ["../secrets", "", "g" * 64, "A" * 64, f"{CHECKSUM}\n"])
def test_only_a_checksum_names_a_file(name):
    with pytest.raises(ValueError, match="64"):
        store.path_of(name)
