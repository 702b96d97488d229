"""Settings as a command reads them."""

from __future__ import annotations

import os

from pdfmill.config.settings import Settings, load_settings


def read_settings() -> Settings:
    """The settings in force.

    Raises:
        InvalidSettings: See `pdfmill.config.settings.load_settings`.
    """
    # It is the address of the client's server. The settings would read it as their whole group `server` in JSON, and
    # so would each part of a server started from here. By now the commands that want it have taken it.
    os.environ.pop("PDFMILL_SERVER", None)
    return load_settings()
