"""Every kind of field as an option of a command."""

from typing import Literal

import click
import pytest
from click.testing import CliRunner
from pydantic import Field, SecretStr

from pdfmill.cli.operations import operation_command
from pdfmill.cli.options import options_of, values_of
from pdfmill.core.documents import MediaType
from pdfmill.core.errors import UnusablePath
from pdfmill.core.operation import Accepts, Operation, Options, Outcome, Result
from pdfmill.core.pages import PageRanges


class EverythingOptions(Options):
    flag: bool = Field(True, description="A flag.")
    count: int | None = Field(None, ge=1, le=9, description="A count.")
    number: float = Field(0.5, ge=0, description="A number.")
    text: str = Field("", description="A text.")
    choice: Literal["small", "large"] = Field("small", description="A choice.")
    words: tuple[str, ...] = Field((), description="Words.")
    only_pages: PageRanges | None = Field(None, description="Pages.")
    user_password: SecretStr | None = Field(None, description="A secret.")


def everything(accepts):
    return Operation(
        name="everything",
        title="Everything",
        summary="Has every kind of option.",
        queue="compression",
        accepts=accepts,
        options=EverythingOptions,
        result=Result,
        run=lambda inputs, options, ctx: Outcome(Result()),
    )


OPERATION = everything(Accepts((MediaType.PDF,)))


@pytest.fixture
def parse():
    """The values that a command line gives the operation."""

    def run(*words, typed=None):
        taken = {}
        command = click.Command(
            "everything",
            params=options_of(OPERATION.fields),
            callback=lambda **arguments: taken.update(values_of(OPERATION.fields, arguments)),
        )
        done = CliRunner().invoke(command, words, input=typed, standalone_mode=False)
        if done.exception is not None:
            raise done.exception
        OPERATION.parse_options(taken)
        return taken

    return run


def test_without_options_the_defaults_of_the_model_hold(parse):
    assert OPERATION.parse_options(parse()) == EverythingOptions()


def test_every_kind_of_value_arrives(parse):
    words = "--no-flag --count 3 --number 1.5 --text hello --choice large --words a --words b --only-pages 1-3,end"
    assert parse(*words.split()) == {
        "flag": False,
        "count": 3,
        "number": 1.5,
        "text": "hello",
        "choice": "large",
        "words": ["a", "b"],
        "only_pages": "1-3,end",
    }


@pytest.mark.parametrize("words", [["--count", "0"], ["--count", "10"], ["--number", "-1"], ["--choice", "medium"]])
def test_a_value_out_of_range_names_its_option(parse, words):
    with pytest.raises(click.BadParameter) as raised:
        parse(*words)
    assert words[0] in raised.value.format_message()


def test_a_secret_is_never_taken_from_the_command_line(parse):
    with pytest.raises(click.UsageError):
        parse("--user-password", "hunter2")


def test_a_secret_is_asked_for_and_not_shown(parse, capsys):
    assert parse("--user-password", typed="hunter2\n") == {**parse(), "user_password": "hunter2"}
    assert "hunter2" not in capsys.readouterr().out


def test_a_secret_comes_from_the_first_line_of_a_file(parse, tmp_path):
    (tmp_path / "secret").write_text("hunter2\nnot this\n")
    assert parse("--user-password-file", str(tmp_path / "secret"))["user_password"] == "hunter2"


@pytest.mark.parametrize("content", [None, b"\xff\xfe\xff"])
def test_a_secret_s_file_that_cannot_be_read_is_named(parse, tmp_path, content):
    if content is not None:
        (tmp_path / "secret").write_bytes(content)
    with pytest.raises(UnusablePath, match="--user-password-file"):
        parse("--user-password-file", str(tmp_path / "secret"))


def test_the_help_tells_every_option_with_its_default():
    done = CliRunner().invoke(operation_command(OPERATION), ["--help"])
    for field in OPERATION.fields:
        assert f"--{field.name.replace('_', '-')}" in done.stdout
        assert field.description in done.stdout
    assert "[default: small]" in done.stdout


def test_an_operation_of_several_files_takes_several():
    help_text = CliRunner().invoke(operation_command(everything(Accepts((MediaType.PDF,), 2, 9))), ["--help"]).stdout
    assert "FILE..." in help_text


def test_no_operation_has_an_option_that_every_command_has(registry):
    for operation in [*registry, OPERATION]:
        names = [word for option in operation_command(operation).params for word in option.opts]
        assert len(names) == len(set(names))
