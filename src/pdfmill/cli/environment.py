"""Settings as a command reads them.

Options that are settings by another name are put into the environment, so that the processes started from here read the
same.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import click

from pdfmill.config.settings import Settings, load_settings

DATA_DIR = click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for database, files and run-time state. [PDFMILL_DATA_DIR]",
)

_VARIABLES: Mapping[str, str] = {
    "host": "PDFMILL_SERVER__HOST",
    "port": "PDFMILL_SERVER__PORT",
    "data_dir": "PDFMILL_DATA_DIR",
    "concurrency": "PDFMILL_WORKER__CONCURRENCY",
}


def read_settings() -> Settings:
    """The settings in force.

    Raises:
        InvalidSettings: See `pdfmill.config.settings.load_settings`.
    """
    # It is the address of the client's server. The settings would read it as their whole group `server` in JSON, and
    # so would each part of a server started from here. By now the commands that want it have taken it.
    os.environ.pop("PDFMILL_SERVER", None)
    return load_settings()


def settings_with(**given: str | int | Path | None) -> Settings:
    """The settings in force, of which the options that were given are some."""
    for name, value in given.items():
        if value is not None:
            # Absolute, because the parts need not run in this folder.
            os.environ[_VARIABLES[name]] = str(value.absolute() if isinstance(value, Path) else value)
    return read_settings()
