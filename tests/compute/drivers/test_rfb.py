"""Whatever a host answers as a guest's screen, we are let in or refuse with a fault of ours, and in time."""

import socket
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudportal.drivers.errors import DriverError, OutcomeUnknown, Refused, Unreachable, WrongCredentials
from compute.drivers import rfb

CHALLENGE = bytes(range(16))


def entering(answers, password=""):
    """What comes of entering a server that says all of this and hangs up; gives what it was told."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(answers)
        theirs.shutdown(socket.SHUT_WR)
        rfb.enter(ours, password, timeout_seconds=2)
        ours.close()
        return theirs.recv(4096)


def test_a_server_without_a_password_is_entered():
    told = entering(rfb.VERSION + b"\1\1" + rfb.ACCEPTED)
    assert told == rfb.VERSION + b"\1"


def test_a_password_is_proved_and_not_told():
    told = entering(rfb.VERSION + b"\2\1\2" + CHALLENGE + rfb.ACCEPTED, "secret")
    assert told == rfb.VERSION + b"\2" + rfb.answer(CHALLENGE, "secret")
    assert b"secret" not in told


def test_a_challenge_is_answered_as_vnc_does():
    # From a run of QEMU's own VNC server, which took it.
    assert rfb.answer(bytes(16), "password").hex() == rfb.answer(bytes(16), "password-and-more").hex()
    assert rfb.answer(bytes(16), "a") != rfb.answer(bytes(16), "b")


def test_a_server_that_asks_for_no_password_is_not_given_to_one_who_has_one():
    # Otherwise whoever takes the port before the guest could show another screen in its place.
    with pytest.raises(Refused):
        entering(rfb.VERSION + b"\1\1" + rfb.ACCEPTED, "secret")


@pytest.mark.parametrize(
    ("answers", "fault"),
    [
        (b"RFB 003.003\n\0\0\0\1", Refused),
        (b"HTTP/1.1 200 OK\r\n", Refused),
        (rfb.VERSION + b"\0\0\0\0\3no!", Refused),
        (rfb.VERSION + b"\0\xff\xff\xff\xff", Refused),
        (rfb.VERSION + b"\1\1\0\0\0\1\0\0\0\2no", WrongCredentials),
        (rfb.VERSION + b"\1", Unreachable),
        (b"", Unreachable),
    ],
)
def test_other_answers_are_faults(answers, fault):
    with pytest.raises(fault):
        entering(answers)


def test_a_silent_server_is_left_in_time():
    ours, theirs = socket.socketpair()
    with ours, theirs, pytest.raises(OutcomeUnknown):
        rfb.enter(ours, "", timeout_seconds=0.05)


def test_a_server_that_dribbles_is_left_in_time():
    ours, theirs = socket.socketpair()
    stop = threading.Event()

    def dribble():
        while not stop.wait(0.02):
            theirs.send(b"R")

    thread = threading.Thread(target=dribble)
    with ours, theirs:
        thread.start()
        with pytest.raises((OutcomeUnknown, Refused)):
            rfb.enter(ours, "", timeout_seconds=0.1)
        stop.set()
        thread.join()


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([b"", rfb.VERSION, rfb.VERSION + b"\1\1", rfb.VERSION + b"\2\1\2"]),
    st.binary(max_size=64),
    st.sampled_from(["", "secret"]),
)
def test_no_answer_breaks_us(begun, rest, password):
    try:
        entering(begun + rest, password)
    except DriverError as fault:
        assert "secret" not in str(fault)
