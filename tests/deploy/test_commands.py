import pytest

from deploy import commands


def test_each_line_is_kept_and_told(tmp_path):
    told = []
    commands.run(["printf", "one\ntwo\n"], log=tmp_path / "log", on_line=told.append)
    assert told == ["one", "two"]
    assert (tmp_path / "log").read_text() == "one\ntwo\n"


def test_errors_are_kept_with_the_output_and_shown_in_the_failure(tmp_path):
    with pytest.raises(commands.CommandFailed, match="no such thing") as failure:
        commands.run(["sh", "-c", "echo no such thing >&2; exit 3"], log=tmp_path / "log")
    assert failure.value.code == 3
    assert str(tmp_path / "log") in str(failure.value)


def test_a_failure_shows_only_the_end_of_a_long_log(tmp_path):
    with pytest.raises(commands.CommandFailed) as failure:
        commands.run(["sh", "-c", "seq 1000; exit 1"], log=tmp_path / "log")
    assert failure.value.tail.split() == [str(number) for number in range(986, 1001)]


def test_what_is_added_to_the_environment_reaches_the_program(tmp_path):
    commands.run(["sh", "-c", "echo $COLOUR"], log=tmp_path / "log", environment={"COLOUR": "green"})
    assert (tmp_path / "log").read_text() == "green\n"
