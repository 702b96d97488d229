"""A server that others can reach must have keys, unless somebody said by name that it may go without."""

from __future__ import annotations

from pdfmill.access.keys import Keys
from pdfmill.config.settings import ServerSettings
from pdfmill.core.errors import Exposed


def refuse_exposure(server: ServerSettings, keys: Keys) -> None:
    """Refuse to serve everybody on the network by mistake.

    Raises:
        Exposed: The address can be reached from other machines, and no key was ever made.
    """
    if not (server.is_loopback or server.allow_open or keys.any_made()):
        raise Exposed()
