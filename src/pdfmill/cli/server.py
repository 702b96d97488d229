"""Commands that run a server, or one part of it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn

import click

from pdfmill.cli.environment import DATA_DIR, settings_with
from pdfmill.cli.exposure import require_isolation, require_keys
from pdfmill.config.settings import Settings

_HOST = click.option("--host", metavar="ADDRESS", help="Address to listen on. [PDFMILL_SERVER__HOST]")
_PORT = click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on. [PDFMILL_SERVER__PORT]")


@click.command(short_help="Start everything that a server needs.")
@_HOST
@_PORT
@DATA_DIR
def serve(host: str | None, port: int | None, data_dir: Path | None) -> None:
    """Start everything: web server, worker, reconciler and a private message broker."""
    from pdfmill import launcher

    settings = settings_with(host=host, port=port, data_dir=data_dir)
    require_isolation(settings)
    sys.exit(launcher.serve(settings))


@click.command()
@_HOST
@_PORT
@DATA_DIR
def web(host: str | None, port: int | None, data_dir: Path | None) -> None:
    """Run the web server only. The broker is PDFMILL_BROKER__URL."""
    from pdfmill.launcher.commands import web_argv

    settings = settings_with(host=host, port=port, data_dir=data_dir)
    _prepare(settings)
    require_keys(settings)
    _become(web_argv(settings))


@click.command()
@click.option("--queues", metavar="A,B", help="Which queues to work on. Default: all.")
@click.option("--concurrency", type=click.IntRange(1, 256), help="Jobs at once. [PDFMILL_WORKER__CONCURRENCY]")
@DATA_DIR
def worker(queues: str | None, concurrency: int | None, data_dir: Path | None) -> None:
    """Run one worker only. The broker is PDFMILL_BROKER__URL."""
    from pdfmill.launcher.commands import worker_argv

    settings = settings_with(concurrency=concurrency, data_dir=data_dir)
    require_isolation(settings)
    _prepare(settings)
    named = [name.strip() for name in (queues or "").split(",") if name.strip()]
    _become(worker_argv(settings, named or None))


@click.command(short_help="Run the reconciler only.")
@DATA_DIR
def reconciler(data_dir: Path | None) -> None:
    """Run the reconciler only: it makes lost messages and dead workers harmless. One is enough."""
    from pdfmill.launcher.commands import reconciler_argv

    _prepare(settings_with(data_dir=data_dir))
    _become(reconciler_argv())


def _prepare(settings: Settings) -> None:
    """What each part needs before it starts.

    Raises:
        InvalidSettings: There is no broker; the part would start, and then wait for ever.
    """
    from pdfmill.jobs.schema import upgrade

    _ = settings.broker_url
    upgrade(settings.database_url)


def _become(argv: list[str]) -> NoReturn:
    """Be that program from now on: who supervises this process then supervises the part itself."""
    os.execv(argv[0], argv)  # noqa: S606 - no shell is what is wanted
