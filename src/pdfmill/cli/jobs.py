"""Looking after the jobs of a server."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

import click

from pdfmill.cli.report import size_text

if TYPE_CHECKING:
    from pdfmill.client import Client, Job

_STATES = ("PENDING", "PROCESSING", "COMPLETED", "FAILED", "CANCELLED", "EXPIRED")

_COLOURS = {"COMPLETED": "green", "FAILED": "red", "PROCESSING": "cyan"}

_SERVER = click.option(
    "--server",
    metavar="URL",
    envvar="PDFMILL_SERVER",
    default="http://127.0.0.1:8000",
    show_default=True,
    show_envvar=True,
    help="The server.",
)
_JSON = click.option("--json", "as_json", is_flag=True, help="As one JSON object.")


@click.group()
def jobs() -> None:
    """The jobs of a server: list, show, cancel, retry."""


@jobs.command("list")
@click.option("--status", type=click.Choice(_STATES, case_sensitive=False), help="Only jobs in this state.")
@click.option("--operation", metavar="NAME", help="Only jobs of this operation.")
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True, help="How many.")
@click.option("--cursor", metavar="TEXT", help="Go on after the page that gave this cursor.")
@_SERVER
@_JSON
def list_jobs(
    status: str | None, operation: str | None, limit: int, cursor: str | None, server: str, as_json: bool
) -> None:
    """The latest jobs, newest first."""
    with _client(server) as client:
        page = client.jobs(status=status, operation=operation, limit=limit, cursor=cursor)
    if as_json:
        click.echo(page.model_dump_json())
    elif not page.items:
        click.echo("There are no such jobs.")
    else:
        _print_table(page.items)
        if page.next_cursor:
            click.echo(f"There are more: --cursor {page.next_cursor}", err=True)


@jobs.command()
@click.argument("job_id", metavar="ID")
@_SERVER
@_JSON
def show(job_id: str, server: str, as_json: bool) -> None:
    """One job, with everything the server tells of it."""
    with _client(server) as client:
        _print_job(client.job(job_id), as_json=as_json)


@jobs.command()
@click.argument("job_id", metavar="ID")
@_SERVER
@_JSON
def cancel(job_id: str, server: str, as_json: bool) -> None:
    """Stop a job; what it has begun is thrown away."""
    with _client(server) as client:
        _print_job(client.cancel(job_id), as_json=as_json)


@jobs.command()
@click.argument("job_id", metavar="ID")
@_SERVER
@_JSON
def retry(job_id: str, server: str, as_json: bool) -> None:
    """Try a failed job again, a quarantined one as well."""
    with _client(server) as client:
        _print_job(client.retry(job_id), as_json=as_json)


def _client(server: str) -> Client:
    from pdfmill.client import Client  # an HTTP library, which `pdfmill --help` need not wait for

    return Client(server)


def _print_table(items: tuple[Job, ...]) -> None:
    """Columns as wide as what is in them: an id that is cut to fit the terminal cannot be copied."""
    rows = [("id", "status", "operation", "created", "progress", "file")]
    for job in items:
        name = job.inputs[0].name if job.inputs else ""
        rows.append((job.id, job.status, job.operation, _local(job.created_at), _progress(job), name))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for position, row in enumerate(rows):
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        colour = _COLOURS.get(row[1])
        line = line.replace(row[1], click.style(row[1], fg=colour), 1) if colour else line
        click.echo(click.style(line, bold=True) if position == 0 else line)


def _print_job(job: Job, *, as_json: bool) -> None:
    if as_json:
        click.echo(job.model_dump_json())
        return
    rows = [
        ("id", job.id),
        ("operation", job.operation),
        ("status", click.style(job.status, fg=_COLOURS.get(job.status))),
        ("progress", _progress(job)),
        ("attempt", str(job.attempt or "")),
        ("created", _local(job.created_at)),
        ("started", _local(job.started_at)),
        ("finished", _local(job.finished_at)),
        ("files until", _local(job.expires_at)),
        ("options", _json(job.options)),
        *(("input", f"{file.name}, {size_text(file.size_bytes)}") for file in job.inputs),
        *(("output", f"{file.name}, {size_text(file.size_bytes)}") for file in job.outputs),
        ("result", _json(job.result)),
        *(("warning", warning) for warning in job.warnings),
        ("error", f"{job.error.title} [{job.error.code}]. {job.error.detail}" if job.error else ""),
    ]
    for heading, text in rows:
        if text:
            click.echo(f"{heading:<12}{text}")


def _progress(job: Job) -> str:
    if job.is_terminal or not job.progress.percent:
        return ""
    return f"{job.progress.percent:.0f} % {job.progress.stage}".rstrip()


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) if value else ""


def _local(moment: datetime | None) -> str:
    """On the clock of whoever reads it."""
    return "" if moment is None else moment.astimezone().strftime("%Y-%m-%d %H:%M:%S")
