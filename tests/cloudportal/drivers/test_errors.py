"""Driver faults tell users a sentence, operators a detail, and callers whether to try again."""

import pickle

import pytest

from cloudportal.drivers.errors import (
    ERRORS,
    Busy,
    DriverError,
    Leftover,
    OutcomeUnknown,
    Refused,
    Unreachable,
)


@pytest.mark.parametrize("kind", ERRORS.values())
def test_every_fault_has_a_sentence_for_users(kind):
    fault = kind()

    assert fault.sentence.endswith(".")
    assert len(fault.sentence.split()) > 5


def test_only_what_may_pass_is_tried_again():
    assert {kind for kind in ERRORS.values() if kind.is_retryable} == {Unreachable, Busy, OutcomeUnknown}


def test_a_fault_keeps_its_own_sentence_and_detail():
    fault = Refused("Nothing was done.", detail="code 7")

    assert (fault.sentence, fault.detail, str(fault)) == (
        "Nothing was done.",
        "code 7",
        "Nothing was done. [code 7]",
    )


def test_a_detail_is_cut_before_it_fills_a_log():
    assert len(Refused(detail="x" * 5000).detail) == 1000


def test_a_fault_survives_the_way_between_processes():
    copy = pickle.loads(pickle.dumps(Leftover("Half done.", detail="seed")))  # noqa: S301

    assert (type(copy), copy.sentence, copy.detail) == (Leftover, "Half done.", "seed")


def test_every_code_names_one_fault():
    assert all(kind.code == code for code, kind in ERRORS.items())
    assert DriverError.code not in ERRORS
