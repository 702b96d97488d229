"""How a command fails."""

import json

import click
import pytest

from pdfmill.cli.failures import reported
from pdfmill.core.errors import DamagedInput, error_classes
from pdfmill.core.failure import Failure


def fail(error, capsys, *, as_json=False):
    with pytest.raises(SystemExit) as ended, reported(as_json=as_json):
        raise error
    printed = capsys.readouterr()
    assert printed.out == ""
    return ended.value.code, printed.err


def test_an_error_takes_two_lines_and_the_exit_code_of_its_kind(capsys):
    code, lines = fail(DamagedInput("Nothing in it can be read. Ask for it again."), capsys)
    title, detail = lines.splitlines()
    assert code == 4
    assert title == "error: The file is damaged beyond repair [damaged_input]"
    assert detail == "Nothing in it can be read. Ask for it again."


def test_json_errors_are_the_same_failure_as_everywhere(capsys):
    error = DamagedInput("Nothing in it can be read.", page_number=3)
    _, line = fail(error, capsys, as_json=True)
    assert Failure.model_validate(json.loads(line)) == Failure.of(error)


def test_every_error_ends_with_the_exit_code_of_its_kind(capsys):
    for error_class in error_classes().values():
        error = error_class.__new__(error_class)
        error.detail, error.extras = "It failed.", {}
        code, lines = fail(error, capsys)
        assert code == error_class.kind.exit_code
        assert f"[{error_class.code}]" in lines


def test_a_defect_is_told_without_its_traceback(capsys, monkeypatch):
    monkeypatch.delenv("PDFMILL_LOG__LEVEL", raising=False)
    code, lines = fail(ZeroDivisionError("secret path"), capsys)
    assert code == 70
    assert "secret path" not in lines
    assert "PDFMILL_LOG__LEVEL=DEBUG" in lines


def test_a_defect_shows_its_traceback_on_request(capsys, monkeypatch):
    monkeypatch.setenv("PDFMILL_LOG__LEVEL", "debug")
    _, lines = fail(ZeroDivisionError("the very cause"), capsys)
    assert "Traceback" in lines
    assert "the very cause" in lines


@pytest.mark.parametrize("interruption", [KeyboardInterrupt(), click.Abort()])
def test_ctrl_c_is_130(capsys, interruption):
    code, lines = fail(interruption, capsys)
    assert code == 130
    assert "[cancelled]" in lines


def test_a_usage_error_points_to_the_help(pdfmill):
    done = pdfmill("config", "shwo")
    assert done.exit_code == 2
    assert "`pdfmill config --help`" in done.stderr
    assert "[invalid_request]" in done.stderr


@pytest.mark.parametrize("words", [[], ["jobs"], ["config"]])
def test_a_group_without_a_command_shows_its_help(pdfmill, words):
    done = pdfmill(*words)
    assert done.exit_code == 2
    assert "Commands:" in done.stderr or "Operations:" in done.stderr
