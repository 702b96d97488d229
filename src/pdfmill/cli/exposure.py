"""Whether strangers may send documents to this machine, given how well it isolates them."""

from __future__ import annotations

import ipaddress

from pdfmill.cli.workspace import temporary_workspace
from pdfmill.config.settings import Settings
from pdfmill.core.errors import UnsafeExposure


def require_isolation(settings: Settings) -> None:
    """Refuse a public address on a machine whose sandbox is bare; it costs nothing where the address is this machine's.

    Raises:
        UnsafeExposure: The address is public, the tier is C, and nobody allowed it by name.
    """
    if settings.sandbox.allow_bare or _is_loopback(settings.server.host):
        return
    from pdfmill.worker.sandbox import Sandbox  # here: most starts do not need it

    with temporary_workspace() as spool, Sandbox.start(spool) as sandbox:
        tier = sandbox.tier
    if tier.name == "C":
        raise UnsafeExposure(
            f"{settings.server.host} can be reached by others, and documents would be opened in {tier}. "
            "`pdfmill doctor` says what is missing. Serve 127.0.0.1 instead, or set PDFMILL_SANDBOX__ALLOW_BARE=true "
            "if you trust whoever sends documents.",
            failed_probes=list(tier.failed_probes),
        )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False  # a name may lead anywhere
