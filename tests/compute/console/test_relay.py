"""Whatever a viewer or a guest sends, the relay passes on whole messages and keeps little."""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compute.console.greeting import Greeting
from compute.console.messages import TEXT_LIMIT_BYTES, Broken, Viewer
from compute.console.relay import BROKEN, FRAME_LIMIT_BYTES, GONE, LEFT, REASON_BYTES, Relay, Terms, as_reason
from tests.support import viewers

GREETED = b"RFB 003.008\n\1"
CUT_TEXT = b"\6\0\0\0\0\0\0\2hi"
ENCODINGS = b"\2\0\0\2" + bytes(8)
WHOLE = [
    viewers.key(97),
    viewers.update_request(),
    CUT_TEXT,
    ENCODINGS,
    bytes(20),
    b"\5\0\0\1\0\1",
    b"\xff\0" + bytes(10),
]


def relayed(messages, *, said=b""):
    """How it ended, and what reached the guest, when the viewer sends these and leaves."""

    async def run():
        ours, guest = socket.socketpair()
        queue = [{"type": "websocket.receive", **one} for one in messages]

        async def receive():
            return queue.pop(0) if queue else {"type": "websocket.disconnect"}

        async def send(message):
            return

        async def why_not():
            return ""

        guest.sendall(said)
        ending = await Relay(receive, send, Terms(60, 60, 60), why_not).run(ours)
        guest.setblocking(False)
        with guest:
            try:
                return ending, guest.recv(1 << 20)
            except BlockingIOError:
                return ending, b""

    # In a thread of its own: a browser that another test of this process left open keeps a loop running in this one.
    with ThreadPoolExecutor(1) as elsewhere:
        return elsewhere.submit(lambda: asyncio.run(run())).result()


def as_bytes(*pieces):
    return [{"bytes": piece} for piece in pieces]


def test_what_a_viewer_means_reaches_the_guest():
    ending, got = relayed(as_bytes(GREETED, b"\1", *WHOLE))
    assert ending in (LEFT, GONE)
    assert got == b"\1" + b"".join(WHOLE)


def test_half_a_message_waits_for_the_rest():
    _, got = relayed(as_bytes(GREETED, b"\1", CUT_TEXT[:5]))
    assert got == b"\1"


@pytest.mark.parametrize(
    "message",
    [
        {"bytes": b"\xfe"},
        {"bytes": b"\6\0\0\0\x7f\xff\xff\xff"},
        {"bytes": b"\6\0\0\0\x80\0\0\0"},
        {"bytes": b"\xff\1\0\0"},
        {"bytes": b"\2\0\xff\xff"},
        {"bytes": b"\xfa\0\1\2"},
        {"bytes": bytes(FRAME_LIMIT_BYTES + 1)},
        {"text": "hello"},
        {"text": "hello", "bytes": None},
    ],
    ids=["unknown", "long", "very long", "sound", "encodings", "power", "frame", "text", "text alone"],
)
def test_what_no_viewer_sends_ends_it(message):
    ending, got = relayed([*as_bytes(GREETED, b"\1"), message])
    assert ending == BROKEN
    assert got == b"\1"


@pytest.mark.parametrize(
    "greeting", [b"RFB 003.003\n", b"GET / HTTP/1", b"RFB 003.008\n\2", b"RFB 003.008\n\0"]
)
def test_another_greeting_ends_it(greeting):
    assert relayed(as_bytes(greeting)) == (BROKEN, b"")


def test_only_a_persons_hand_counts():
    viewer = Viewer()
    # ClientInit has the value of a kind that a person sends.
    assert viewer.feed(b"\4") == (b"\4", False)
    assert not viewer.feed(viewers.update_request() + ENCODINGS)[1]
    assert viewer.feed(viewers.key(97))[1]


@settings(max_examples=80, deadline=None)
@given(st.lists(st.sampled_from(WHOLE), max_size=12), st.lists(st.integers(1, 40), max_size=40))
def test_pieces_do_not_matter(messages, sizes):
    content, viewer, got = b"\1" + b"".join(messages), Viewer(), b""
    for size in [*sizes, len(content)]:
        got += viewer.feed(content[:size])[0]
        content = content[size:]
    assert got == b"\1" + b"".join(messages)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.binary(max_size=300), max_size=8))
def test_no_bytes_break_the_readers(pieces):
    greeting, viewer, sent, passed = Greeting(), Viewer(), 0, 0
    try:
        for piece in pieces:
            _, beyond = (b"", piece) if greeting.is_done else greeting.feed(piece)
            sent += len(beyond)
            passed += len(viewer.feed(beyond)[0])
            assert sent - passed <= TEXT_LIMIT_BYTES + 300
    except Broken:
        pass


@given(st.text(max_size=300))
@settings(max_examples=60, deadline=None)
def test_a_reason_fits(sentence):
    assert len(as_reason(sentence).encode()) <= REASON_BYTES


def test_a_long_reason_ends_with_a_whole_sentence():
    told = as_reason(
        "The host is not set up for consoles. " + "Ask an operator to do something about it. " * 4
    )
    assert told.startswith("The host is not set up for consoles.")
    assert told.endswith(".")
