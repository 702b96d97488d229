"""Commands that run a server, or one part of it.

Their options are settings by another name. They are put into the environment, so that the processes started from here
read the same.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

import click

from pdfmill.cli.environment import read_settings
from pdfmill.cli.exposure import require_isolation, require_keys
from pdfmill.config.settings import Settings

_HOST = click.option("--host", metavar="ADDRESS", help="Address to listen on. [PDFMILL_SERVER__HOST]")
_PORT = click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on. [PDFMILL_SERVER__PORT]")
_DATA_DIR = click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for database, files and run-time state. [PDFMILL_DATA_DIR]",
)


@click.command(short_help="Start everything that a server needs.")
@_HOST
@_PORT
@_DATA_DIR
def serve(host: str | None, port: int | None, data_dir: Path | None) -> None:
    """Start everything: web server, worker, reconciler and a private message broker."""
    from pdfmill import launcher

    settings = _settings(host=host, port=port, data_dir=data_dir)
    require_isolation(settings)
    sys.exit(launcher.serve(settings))


@click.command()
@_HOST
@_PORT
@_DATA_DIR
def web(host: str | None, port: int | None, data_dir: Path | None) -> None:
    """Run the web server only. The broker is PDFMILL_BROKER__URL."""
    from pdfmill.launcher.commands import web_argv

    settings = _settings(host=host, port=port, data_dir=data_dir)
    _prepare(settings)
    require_keys(settings)
    _become(web_argv(settings))


@click.command()
@click.option("--queues", metavar="A,B", help="Which queues to work on. Default: all.")
@click.option("--concurrency", type=click.IntRange(1, 256), help="Jobs at once. [PDFMILL_WORKER__CONCURRENCY]")
@_DATA_DIR
def worker(queues: str | None, concurrency: int | None, data_dir: Path | None) -> None:
    """Run one worker only. The broker is PDFMILL_BROKER__URL."""
    from pdfmill.launcher.commands import worker_argv

    settings = _settings(concurrency=concurrency, data_dir=data_dir)
    require_isolation(settings)
    _prepare(settings)
    named = [name.strip() for name in (queues or "").split(",") if name.strip()]
    _become(worker_argv(settings, named or None))


@click.command(short_help="Run the reconciler only.")
@_DATA_DIR
def reconciler(data_dir: Path | None) -> None:
    """Run the reconciler only: it makes lost messages and dead workers harmless. One is enough."""
    from pdfmill.launcher.commands import reconciler_argv

    _prepare(_settings(data_dir=data_dir))
    _become(reconciler_argv())


@click.command("db-upgrade", short_help="Bring the database to the schema of this version.")
@_DATA_DIR
def db_upgrade(data_dir: Path | None) -> None:
    """Bring the database to the schema of this version; a server does so by itself when it starts."""
    _upgrade(_settings(data_dir=data_dir))


_VARIABLES: Mapping[str, str] = {
    "host": "PDFMILL_SERVER__HOST",
    "port": "PDFMILL_SERVER__PORT",
    "data_dir": "PDFMILL_DATA_DIR",
    "concurrency": "PDFMILL_WORKER__CONCURRENCY",
}


def _settings(**given: str | int | Path | None) -> Settings:
    for name, value in given.items():
        if value is not None:
            # Absolute, because the parts need not run in this folder.
            os.environ[_VARIABLES[name]] = str(value.absolute() if isinstance(value, Path) else value)
    return read_settings()


def _prepare(settings: Settings) -> None:
    """What each part needs before it starts.

    Raises:
        InvalidSettings: There is no broker; the part would start, and then wait for ever.
    """
    _ = settings.broker_url
    _upgrade(settings)


def _upgrade(settings: Settings) -> None:
    from pdfmill.jobs.schema import upgrade

    upgrade(settings.database_url)


def _become(argv: list[str]) -> NoReturn:
    """Be that program from now on: who supervises this process then supervises the part itself."""
    os.execv(argv[0], argv)  # noqa: S606 - no shell is what is wanted
