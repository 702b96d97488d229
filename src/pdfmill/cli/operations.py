"""Each operation of the registry as a command."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from pdfmill.cli.environment import read_settings
from pdfmill.cli.inputs import refuse_empty, take_inputs
from pdfmill.cli.options import options_of, values_of
from pdfmill.cli.outputs import Destination
from pdfmill.cli.report import Finished, Report
from pdfmill.cli.workspace import temporary_workspace
from pdfmill.config.logging import configure_logging
from pdfmill.core.documents import InputFile
from pdfmill.core.errors import InvalidRequest
from pdfmill.core.operation import AnyOperation

SERVER_OPTION = click.Option(
    ["--server"],
    metavar="URL",
    envvar="PDFMILL_SERVER",
    show_envvar=True,
    help="Have a pdfmill server do the work instead of this machine.",
)


@dataclass(frozen=True)
class _Manner:
    """How a command was asked to work and to talk."""

    server: str | None
    from_jobs: tuple[str, ...]
    as_json: bool
    quiet: bool
    full: bool


def operation_command(operation: AnyOperation) -> click.Command:
    """The command of an operation: its files, its options, and what all of them share."""
    single = operation.accepts.maximum == 1
    files_argument = click.Argument(
        ["files"], nargs=1 if single else -1, required=False, metavar="FILE" if single else "FILE..."
    )

    def callback(files: str | tuple[str, ...] | None, **arguments: Any) -> None:
        given = (files,) if isinstance(files, str) else files or ()
        if not given and not arguments["from_job"]:
            raise click.MissingParameter(ctx=click.get_current_context(), param=files_argument)
        values = values_of(operation.fields, arguments)
        operation.parse_options(values)  # before any file is looked at
        manner = _Manner(
            arguments["server"],
            arguments["from_job"],
            arguments["json"],
            arguments["quiet"],
            arguments["report"],
        )
        if manner.from_jobs and not manner.server:
            raise InvalidRequest("--from-job names a job of a server. Name the server with --server or PDFMILL_SERVER.")
        destination = Destination.of(arguments["output"], given, force=arguments["force"])
        if manner.as_json and destination.path is None:
            raise InvalidRequest("--json and the document both want standard output. Name a file with -o.")
        run(operation, values, given, destination, manner)

    return click.Command(
        operation.name,
        callback=callback,
        params=[
            files_argument,
            *options_of(operation.fields),
            *_shared_options(),
        ],
        help=f"{operation.summary}\n\nFILE may be - for standard input.",
        short_help=operation.summary,
    )


def run(
    operation: AnyOperation,
    values: dict[str, Any],
    given: tuple[str, ...],
    destination: Destination,
    manner: _Manner,
) -> None:
    """Take the inputs, do the work, put the outputs in their places, tell."""
    with temporary_workspace() as workspace:
        inputs = take_inputs(given, workspace)
        if operation.batch is None:  # in a batch, an empty file fails alone
            refuse_empty(inputs, given)
        if manner.from_jobs:  # the server knows how many files there are
            operation.check_media_types(file.media_type for file in inputs)
        else:
            operation.check_inputs([file.media_type for file in inputs])
        started = time.monotonic()
        finished = _work(operation, values, inputs, workspace, manner)
        seconds = time.monotonic() - started
        sizes = [made.path.stat().st_size for made in finished.outputs]
        places = destination.place(finished.outputs)
        outputs = list(zip(finished.outputs, sizes, places, strict=True))
        report = Report(operation.name, finished.inputs or inputs, finished, outputs, seconds)
        if manner.as_json:
            click.echo(report.as_json())
        elif not manner.quiet:
            click.echo(report.as_text(full=manner.full), err=destination.path is None)


def _work(
    operation: AnyOperation,
    values: dict[str, Any],
    inputs: list[InputFile],
    workspace: Path,
    manner: _Manner,
) -> Finished:
    # Only one of both ways is taken, and the other one's imports would delay it.
    from pdfmill.cli.progress_bar import ProgressBar

    settings = read_settings()
    level = "DEBUG" if settings.log.level == "DEBUG" else "WARNING"
    configure_logging(settings.log.model_copy(update={"level": level}), part="cli")
    with ProgressBar(quiet=manner.quiet) as bar:
        if manner.server:
            from pdfmill.cli.remote import run_on_server

            return run_on_server(
                operation,
                values,
                inputs,
                manner.from_jobs,
                server=manner.server,
                workspace=workspace,
                show=bar.show,
            )
        from pdfmill.cli.local import run_here
        from pdfmill.providers.service import open_providers

        providers = open_providers(settings.provider)
        return run_here(
            operation,
            values,
            inputs,
            limits=settings.limits,
            providers=providers,
            workspace=workspace,
            show=bar.show,
        )


def _shared_options() -> list[click.Option]:
    return [
        click.Option(
            ["-o", "--output"],
            metavar="PATH",
            help="Where the output goes: a file, a folder, or - for standard output. Default: beside the input.",
        ),
        click.Option(
            ["--from-job"],
            metavar="ID",
            multiple=True,
            help="Instead of a file, take the output of the server's job of this id; ID/2 is its third one.",
        ),
        click.Option(["--force"], is_flag=True, help="Replace an output file that exists."),
        click.Option(["--json"], is_flag=True, help="Print the result as one JSON object; errors too, on stderr."),
        click.Option(["--report"], is_flag=True, help="Tell all that was done, as a table."),
        click.Option(["-q", "--quiet"], is_flag=True, help="Print nothing but errors."),
        SERVER_OPTION,
    ]
