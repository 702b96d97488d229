"""Commands for the schema of the job table. Servers bring it up to date by themselves when they start."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import click

from pdfmill.cli.environment import DATA_DIR, read_settings, settings_with


@click.group(short_help="The schema of the job table: upgrade, downgrade, version.")
def database() -> None:
    """The schema of the job table. A server brings it up to date by itself when it starts."""


@database.command()
@DATA_DIR
def upgrade(data_dir: Path | None) -> None:
    """Bring the database to the schema of this version."""
    from pdfmill.jobs.schema import upgrade

    upgrade(settings_with(data_dir=data_dir).database_url)


@database.command()
@click.argument("schema")
@DATA_DIR
@click.confirmation_option(prompt="What the older schema cannot hold is lost for ever. Is there a backup?")
def downgrade(schema: str, data_dir: Path | None) -> None:
    """Go back to an older SCHEMA, for an older version of pdfmill. Stop all servers first.

    Jobs that the older version cannot finish fail, and say why: those with passwords, and batches. Whose jobs are
    whose, and the API keys, are forgotten by versions that know no keys.
    """
    from pdfmill.jobs.schema import downgrade
    from pdfmill.launcher.serve import data_directory

    settings = settings_with(data_dir=data_dir)
    with data_directory(settings) if settings.database.url is None else contextlib.nullcontext():
        downgrade(settings.database_url, schema)
    click.echo(f"The database has schema {schema} now. Start a version that needs it.", err=True)


@database.command()
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
def version(as_json: bool) -> None:
    """Tell which schema the database has, and which this version of pdfmill needs."""
    from pdfmill.jobs.schema import schema_of

    schema = schema_of(read_settings().database_url)
    if as_json:
        click.echo(json.dumps({"present": schema.present, "needed": schema.needed, "known": schema.known}))
    elif schema.present is None:
        click.echo(f"There is no database yet; it will have schema {schema.needed}.")
    elif schema.present == schema.needed:
        click.echo(f"The database has schema {schema.present}, which this version needs.")
    else:
        click.echo(f"The database has schema {schema.present}; this version will upgrade it to {schema.needed}.")
