"""Cleaning up a server by hand; works on the database and the storage themselves."""

from __future__ import annotations

import json

import click

from pdfmill.cli.environment import read_settings
from pdfmill.cli.report import size_text


@click.command(short_help="Remove what is past its time.")
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
@click.option("--check-files", is_flag=True, help="Also expire completed jobs whose files are not in the storage.")
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
def cleanup(dry_run: bool, check_files: bool, as_json: bool) -> None:
    """Remove what a server's schedule removes every ten minutes: jobs past their time, and files of nobody."""
    from pdfmill.core.limits import MIB
    from pdfmill.jobs.database import Database
    from pdfmill.jobs.orphans import expire_jobs_without_files
    from pdfmill.jobs.policy import JobPolicy
    from pdfmill.jobs.storage import open_storage
    from pdfmill.worker.cleaning import clean, preview
    from pdfmill.worker.spool import Spool

    settings = read_settings()
    database, storage = Database(settings.database_url), open_storage(settings)
    try:
        if dry_run:
            cleaned = preview(database)
        else:
            if check_files:
                expire_jobs_without_files(database, storage)
            spool = Spool(settings.spool_dir, min_free_bytes=settings.storage.min_free_mib * MIB)
            cleaned = clean(database, storage, spool, JobPolicy.of(settings))
    finally:
        database.close()
    if as_json:
        click.echo(json.dumps(cleaned.as_dict()))
        return
    click.echo(
        f"{'Would remove' if dry_run else 'Removed'} the files of {cleaned.expired_jobs} jobs past their time, "
        f"{size_text(cleaned.freed_bytes)}."
    )
    if not dry_run:
        click.echo(
            f"Before their time, for want of room: {cleaned.early_jobs}. Files of nobody: {cleaned.orphaned_files}. "
            f"Unfinished uploads: {cleaned.abandoned_uploads}. Rows of jobs long gone: {cleaned.forgotten_jobs}."
        )
