"""Whether strangers may send documents to this machine, given how well it isolates them, and keeps others out."""

from __future__ import annotations

from pdfmill.cli.workspace import temporary_workspace
from pdfmill.config.settings import Settings
from pdfmill.core.errors import UnsafeExposure


def require_isolation(settings: Settings) -> None:
    """Refuse a public address on a machine whose sandbox is bare; it costs nothing where the address is this machine's.

    Raises:
        UnsafeExposure: The address is public, the tier is C, and nobody allowed it by name.
    """
    if settings.sandbox.allow_bare or settings.server.is_loopback:
        return
    from pdfmill.worker.sandbox import Sandbox  # here: most starts do not need it

    with temporary_workspace() as spool, Sandbox.start(spool, preload=False) as sandbox:
        tier = sandbox.tier
    if tier.name == "C":
        raise UnsafeExposure(
            f"{settings.server.host} can be reached by others, and documents would be opened in {tier}. "
            "`pdfmill doctor` says what is missing. Serve 127.0.0.1 instead, or set PDFMILL_SANDBOX__ALLOW_BARE=true "
            "if you trust whoever sends documents.",
            failed_probes=list(tier.failed_probes),
        )


def require_keys(settings: Settings) -> None:
    """Refuse a public address as long as nobody has made an API key.

    Raises:
        Exposed: And nobody allowed it by name.
    """
    from pdfmill.access.exposure import refuse_exposure
    from pdfmill.access.keys import Keys
    from pdfmill.config.pepper import Pepper
    from pdfmill.jobs.database import Database

    refuse_exposure(settings.server, Keys(Database(settings.database_url), Pepper.of(settings)))
