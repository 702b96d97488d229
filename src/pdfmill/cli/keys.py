"""Making, listing and revoking API keys; works on the database itself, so whoever may read that may make keys."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click

from pdfmill.cli.environment import read_settings
from pdfmill.core.caller import Scope

if TYPE_CHECKING:
    from pdfmill.access.audit import AuditLog
    from pdfmill.access.keys import Keys
    from pdfmill.access.models import ApiKey

_JSON = click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
_EXPIRES = ("%Y-%m-%d", "%Y-%m-%dT%H:%M:%S")


@click.group()
def keys() -> None:
    """API keys of this server: create, list, revoke."""


@keys.command()
@click.option("--owner", metavar="NAME", required=True, help="Whose jobs the key sees; several keys may share them.")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice([scope.value for scope in Scope]),
    multiple=True,
    default=[Scope.JOBS_READ.value, Scope.JOBS_WRITE.value],
    show_default=True,
    help="What it allows; admin is everything, and everybody's jobs. May be given several times.",
)
@click.option("--expires", type=click.DateTime(_EXPIRES), help="Until when it is good, in this machine's time.")
@click.option("--days", type=click.IntRange(1, 3650), help="For how many days it is good. Default: for ever.")
@_JSON
def create(owner: str, scopes: tuple[str, ...], expires: datetime | None, days: int | None, as_json: bool) -> None:
    """Make a key. It is shown this once, on standard output; the server keeps no copy."""
    from pdfmill.access.audit import Deed
    from pdfmill.jobs.base import utc_now

    if expires and days:
        raise click.UsageError("--expires and --days say the same; give one of them.")
    ends = utc_now() + timedelta(days=days) if days else expires and expires.astimezone()
    made, audit = _open()
    row, key = made.create(owner, [Scope(word) for word in scopes], ends)
    audit.write(Deed("key.create", subject=row.id))
    if as_json:
        click.echo(json.dumps({"key": key, **_described(row)}))
    else:
        click.echo(key)
        click.echo("Keep it now: it is not shown again. Programs take it from PDFMILL_API_KEY.", err=True)


@keys.command("list")
@_JSON
def list_keys(as_json: bool) -> None:
    """All keys ever made, by their public part."""
    made, _ = _open()
    rows = made.all()
    if as_json:
        click.echo(json.dumps({"items": [_described(row) for row in rows]}))
        return
    if not rows:
        click.echo("There is no key; the server is open to this machine. `pdfmill keys create --owner NAME` makes one.")
        return
    table = [("prefix", "owner", "scopes", "state", "created", "last used", "expires")]
    for row in rows:
        times = [_local(each) for each in (row.created_at, row.last_used_at, row.expires_at)]
        table.append((row.id, row.owner, row.scopes, _state(row), *times))  # type: ignore[arg-type]  # three texts
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for cells in table:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip())


@keys.command()
@click.argument("prefix")
def revoke(prefix: str) -> None:
    """Refuse a key from now on. PREFIX is what stands before its dot."""
    from pdfmill.access.audit import Deed

    made, audit = _open()
    row = made.revoke(prefix.partition(".")[0])
    audit.write(Deed("key.revoke", subject=row.id))
    click.echo(f"{row.id} of {row.owner} is refused from now on.", err=True)


def _open() -> tuple[Keys, AuditLog]:
    """The keys of the data directory or database that the settings name."""
    from pdfmill.access.audit import AuditLog
    from pdfmill.access.keys import Keys
    from pdfmill.config.pepper import Pepper
    from pdfmill.jobs.database import Database
    from pdfmill.jobs.schema import upgrade

    settings = read_settings()
    upgrade(settings.database_url)
    return Keys(Database(settings.database_url), Pepper.of(settings)), AuditLog(settings.audit_log)


def _described(row: ApiKey) -> dict[str, object]:
    times = {name: getattr(row, name) for name in ("created_at", "last_used_at", "expires_at", "revoked_at")}
    return {
        "prefix": row.id,
        "owner": row.owner,
        "scopes": row.scopes.split(),
        "state": _state(row),
        **{name: moment and moment.isoformat() for name, moment in times.items()},
    }


def _state(row: ApiKey) -> str:
    from pdfmill.jobs.base import utc_now

    if row.revoked_at is not None:
        return "revoked"
    return "good" if row.is_usable(utc_now()) else "expired"


def _local(moment: datetime | None) -> str:
    """On the clock of whoever reads it."""
    return "" if moment is None else moment.astimezone().strftime("%Y-%m-%d %H:%M")
