"""Backup and restore of what `pdfmill serve` keeps in its data directory."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pdfmill.cli.environment import DATA_DIR, settings_with

if TYPE_CHECKING:
    from pdfmill.jobs.backup import Contents

_FILE = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
_JSON = click.option("--json", "as_json", is_flag=True, help="As one JSON object.")


@click.command(short_help="Back up jobs, files and the server's secret.")
@_FILE
@DATA_DIR
@_JSON
def backup(file: Path, data_dir: Path | None, as_json: bool) -> None:
    """Write jobs, their files and the server's secret into one FILE, while the server works or not.

    FILE holds documents and the secret in plain: keep it where nobody else reads it, or encrypt it. It does not replace
    an older one. Run this as the user who runs the server.
    """
    from pdfmill.jobs.backup import write_backup

    contents = write_backup(settings_with(data_dir=data_dir), file.absolute())
    _tell(contents, f"{file} holds", as_json=as_json)


@click.command(short_help="Restore a backup into an empty data directory.")
@_FILE
@DATA_DIR
@_JSON
def restore(file: Path, data_dir: Path | None, as_json: bool) -> None:
    """Restore the backup FILE into an empty data directory; jobs that were being worked on are begun anew.

    Run this as the user who will run the server.
    """
    from pdfmill.jobs.restore import restore_backup

    settings = settings_with(data_dir=data_dir)
    contents = restore_backup(settings, file.absolute())
    _tell(contents, f"{settings.data_dir} holds", as_json=as_json)


def _tell(contents: Contents, beginning: str, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(contents)))
        return
    click.echo(f"{beginning} {contents.jobs} jobs and {contents.files} files as of {contents.created_at}.", err=True)
    if contents.missing:
        click.echo(f"The files of {contents.missing} jobs were missing; these jobs say so.", err=True)
    if not contents.has_pepper:
        click.echo("It holds no secret: none was made yet, or PDFMILL_ACCESS__PEPPER has it; keep that too.", err=True)
