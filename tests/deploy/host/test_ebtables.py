"""The ebtables of a KVM host tries again what lost a race, and is otherwise the one that it calls."""

import subprocess

import pytest

from deploy.services.libvirtd import HOST_PROGRAMS

RACE = "ebtables v1.8.9 (nf_tables):  RULE_DELETE failed (No such file or directory): rule in chain x"
# Fails as many times as the file has characters.
REAL = """\
#!/bin/sh
echo "$*" >> {calls}
echo listed
if [ -s {left} ]; then truncate -s -1 {left}; echo "{words}" >&2; exit {status}; fi
"""


@pytest.fixture
def asked(tmp_path):
    """Asks for a rule where the real program fails so often; the answer, and what the real one was asked."""

    def ask(times, *, words=RACE, status=4):
        real, left, calls = (tmp_path / name for name in ("real", "left", "calls"))
        left.write_text("." * times)
        real.write_text(REAL.format(calls=calls, left=left, words=words, status=status))
        real.chmod(0o755)
        command = [HOST_PROGRAMS / "ebtables", "-A", "a chain", "-j", "DROP"]
        answer = subprocess.run(command, capture_output=True, text=True, env={"EBTABLES": str(real)})
        return answer, calls.read_text().splitlines()

    return ask


def test_what_succeeds_is_passed_on(asked):
    answer, calls = asked(0)

    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "listed\n", "")
    assert calls == ["-A a chain -j DROP"]


def test_a_lost_race_is_run_again(asked):
    answer, calls = asked(3)

    assert (answer.returncode, answer.stderr) == (0, "")
    assert calls == ["-A a chain -j DROP"] * 4


def test_any_other_failure_is_the_answer(asked):
    answer, calls = asked(3, words="Chain x does not exist", status=1)

    assert (answer.returncode, answer.stderr) == (1, "Chain x does not exist\n")
    assert len(calls) == 1


def test_a_race_that_is_never_won_is_the_answer_in_the_end(asked):
    answer, calls = asked(1000)

    assert (answer.returncode, answer.stderr) == (4, f"{RACE}\n")
    assert len(calls) == 100
