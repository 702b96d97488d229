"""Checking the log of deeds."""

from __future__ import annotations

import json

import click

from pdfmill.cli.environment import read_settings


@click.group()
def audit() -> None:
    """The log of deeds: who did what, to which job."""


@audit.command()
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
def verify(as_json: bool) -> None:
    """Follow the chain of hashes. Keep the last hash elsewhere: it shows later that no line at the end is missing."""
    from pdfmill.access.audit import AuditLog

    path = read_settings().audit_log
    count, last = AuditLog(path).verify()
    if as_json:
        click.echo(json.dumps({"lines": count, "last_hash": last}))
    else:
        click.echo(f"{path}: {count} lines, each follows from the one before. The last hash is {last}")
