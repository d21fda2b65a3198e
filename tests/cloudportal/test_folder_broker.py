from queue import Empty

import pytest
from kombu import Connection

from cloudportal import celery
from cloudportal.folder_broker import Channel


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "bells"


@pytest.fixture
def connect(tmp_path):
    opened = []

    def connect():
        values = celery.transport(f"filesystem://{tmp_path}")
        opened.append(Connection(values["broker_url"], transport_options=values["broker_transport_options"]))
        return opened[-1].channel()

    yield connect
    for connection in opened:
        connection.close()


def test_it_is_what_celery_gets(connect):
    assert isinstance(connect(), Channel)


def test_messages_come_out_in_the_order_in_which_others_put_them_in(connect):
    there, here = connect(), connect()
    for number in range(12):
        there._put("compute", {"number": number})
    assert [here._get("compute")["number"] for _ in range(12)] == list(range(12))


def test_a_message_is_taken_once_and_leaves_nothing(connect, folder):
    connect()._put("compute", {"number": 1})
    assert connect()._get("compute") == {"number": 1}
    with pytest.raises(Empty):
        connect()._get("compute")
    assert list(folder.iterdir()) == []


def test_another_queue_is_left_alone(connect):
    channel = connect()
    channel._put("storage", {"number": 1})
    with pytest.raises(Empty):
        channel._get("compute")
    assert channel._size("storage") == 1


def test_a_message_that_is_being_written_is_not_seen(connect, folder, monkeypatch):
    writer, reader = connect(), connect()
    seen = []
    monkeypatch.setattr("cloudportal.folder_broker.dumps", lambda payload: seen.append(_seen(reader)) or "{}")
    real = type(folder).write_text

    def slowly(path, text):
        path.touch()
        seen.append(_seen(reader))
        return real(path, text)

    monkeypatch.setattr(type(folder), "write_text", slowly)
    writer._put("compute", {})
    assert seen == ["nothing", "nothing"]
    assert reader._get("compute") == {}


def _seen(channel):
    try:
        return channel._get("compute")
    except Empty:
        return "nothing"


def test_one_that_somebody_else_took_meanwhile_is_passed_over(connect, folder, monkeypatch):
    channel = connect()
    channel._put("compute", {"number": 1})
    channel._put("compute", {"number": 2})
    names = sorted(path.name for path in folder.iterdir())
    other = connect()
    monkeypatch.setattr("cloudportal.folder_broker.os.listdir", lambda folder: names)
    assert other._get("compute") == {"number": 1}
    assert channel._get("compute") == {"number": 2}


def test_what_cannot_be_read_is_dropped(connect, folder, caplog):
    channel = connect()
    (folder / "00_broken.compute.msg").touch()
    channel._put("compute", {"number": 1})
    assert channel._get("compute") == {"number": 1}
    assert "00_broken.compute.msg cannot be read" in caplog.text
    assert list(folder.iterdir()) == []
