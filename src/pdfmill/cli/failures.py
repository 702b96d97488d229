"""How a command fails: two lines on standard error, or one of JSON, and the exit code of the error's kind."""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import click

from pdfmill.core.errors import Cancelled, ErrorKind, InternalError, InvalidRequest, PdfMillError
from pdfmill.core.failure import Failure


@contextmanager
def reported(*, as_json: bool) -> Iterator[None]:
    """Turn whatever is raised inside into its report and `SystemExit`.

    Args:
        as_json: Write the `Failure` as one line of JSON, for programs; it is the last line on standard error.
    """
    try:
        yield
    except (click.exceptions.Abort, KeyboardInterrupt) as interruption:
        _fail(interruption, Cancelled("Interrupted. The input is as it was."), as_json=as_json)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(error.exit_code)
    except click.ClickException as error:
        _fail(error, InvalidRequest(_usage(error)), as_json=as_json)
    except PdfMillError as error:
        _fail(error, error, as_json=as_json)
    except Exception as error:  # noqa: BLE001 - the outermost frame: the cause is shown on request, see `_fail`
        detail = "pdfmill made a mistake. Set PDFMILL_LOG__LEVEL=DEBUG to see the cause, and report it."
        _fail(error, InternalError(detail), as_json=as_json)


def wants_debugging() -> bool:
    """Whether causes are shown. Read here and not from the settings, which may be the very thing that is wrong."""
    return os.environ.get("PDFMILL_LOG__LEVEL", "").upper() == "DEBUG"


def _fail(cause: BaseException, error: PdfMillError, *, as_json: bool) -> None:
    if wants_debugging():
        click.echo("".join(traceback.format_exception(cause)), err=True, nl=False)
    failure = Failure.of(error)
    if as_json:
        click.echo(json.dumps(failure.model_dump(mode="json"), ensure_ascii=False), err=True)
    else:
        mark = click.style("error:", fg="red", bold=True)
        click.echo(f"{mark} {failure.title} [{failure.code}]\n{failure.detail}", err=True)
    sys.exit(failure.exit_code)


def _usage(error: click.ClickException) -> str:
    """Click's own words, and where the right ones stand."""
    message = error.format_message().rstrip()
    if not isinstance(error, click.UsageError) or error.ctx is None:
        return message
    end = "" if message.endswith((".", "?")) else "."
    return f"{message}{end} `{error.ctx.command_path} --help` tells how it is written."


#: Status that a shell gives a program whose reader went away (128 + SIGPIPE).
EXIT_BROKEN_PIPE = 141

#: What `pdfmill doctor` ends with when something that is needed is missing.
EXIT_MISSING = ErrorKind.ENGINE_MISSING.exit_code
