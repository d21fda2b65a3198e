import pytest

from deploy import lint
from deploy.commands import CommandFailed


@pytest.fixture
def programs(monkeypatch, tmp_path):
    """Stands in for the checking programs: those named in `complaining` complain, `makes` is the schema made."""

    class Programs:
        complaining = set()
        makes = "openapi: 3"
        ran = []

    programs = Programs()
    programs.ran = []

    def run(command, *, log, directory):
        programs.ran.append(command)
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(f"{command[0]} says where\n")
        if programs.complaining & set(command[0].rsplit("/", 1)[-1:] + list(command[1:])):
            raise CommandFailed(command, 1, log)
        if "spectacular" in command:
            (tmp_path / "logs" / "openapi.yaml").write_text(programs.makes)

    monkeypatch.setattr(lint, "run", run)
    monkeypatch.setattr(lint, "LOGS", tmp_path / "logs")
    monkeypatch.setattr(lint, "ROOT", tmp_path)
    monkeypatch.setattr(lint, "SCHEMA", tmp_path / "docs" / "openapi.yaml")
    lint.SCHEMA.parent.mkdir()
    lint.SCHEMA.write_text(programs.makes)
    return programs


def test_content_checks_pass_without_a_complaint(programs, capsys):
    assert lint.main([]) == 0
    assert capsys.readouterr().err == ""
    assert len(programs.ran) == len(lint.CHECKS) + 1


def test_every_check_runs_although_one_complains(programs, capsys):
    programs.complaining = {"mypy"}
    assert lint.main([]) == 1
    assert len(programs.ran) == len(lint.CHECKS) + 1
    assert "Types: Each line says where and what." in capsys.readouterr().err


def test_a_model_without_its_migration_is_told_what_to_do(programs, capsys):
    programs.complaining = {"makemigrations"}
    assert lint.main([]) == 1
    assert "`make migrations` writes what is missing." in capsys.readouterr().err


@pytest.mark.parametrize("published", ["openapi: 2", ""])
def test_a_schema_that_is_not_what_the_code_makes_fails(programs, capsys, published):
    lint.SCHEMA.write_text(published)
    assert lint.main([]) == 1
    assert "`make schema` writes it." in capsys.readouterr().err


def test_a_schema_that_cannot_be_made_fails(programs, capsys):
    programs.complaining = {"spectacular"}
    assert lint.main([]) == 1
    assert "API schema: Each line says which view or serializer." in capsys.readouterr().err
