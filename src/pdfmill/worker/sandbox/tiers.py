"""The ways to isolate a job, strongest first. Which one works is found by trying."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass

from pdfmill.worker.box.landlock import landlock_abi
from pdfmill.worker.box.seccomp import compile_filter
from pdfmill.worker.box.setup import Namespaces

#: The conventional unprivileged user (Debian's "nobody").
NOBODY = 65534


@dataclass(frozen=True)
class Tier:
    """How strong the box is.

    A: namespaces of its own for each job, Landlock, system-call filter. B: without namespaces. C: resource limits only.

    Attributes:
        variant: Which way of that tier.
        shortfalls: Why each better way did not work; empty for the best one.
    """

    name: str
    variant: str
    shortfalls: tuple[str, ...] = ()


@dataclass(frozen=True)
class Way:
    """How a tier is reached."""

    tier: Tier
    namespaces: Namespaces
    drop_user: bool
    landlock: bool
    seccomp: bool


def ways() -> Iterator[Way]:
    """Every way to start, strongest first."""
    landlock, seccomp = landlock_abi() > 0, _seccomp_works()
    as_root = os.geteuid() == 0
    if shutil.which("bwrap"):
        if as_root:
            yield Way(Tier("A", "unprivileged user"), Namespaces.OWN, True, landlock, seccomp)
            yield Way(Tier("A", "root without capabilities"), Namespaces.HELD, False, landlock, seccomp)
        else:
            yield Way(Tier("A", "own user namespace"), Namespaces.OWN, False, landlock, seccomp)
            yield Way(Tier("A", "shared user namespace"), Namespaces.HELD, False, landlock, seccomp)
    name = "B" if landlock and seccomp else "C"
    if as_root:
        yield Way(Tier(name, "no namespaces, unprivileged user"), Namespaces.NONE, True, landlock, seccomp)
    user = "root without capabilities" if as_root else "same user"
    yield Way(Tier(name, f"no namespaces, {user}"), Namespaces.NONE, False, landlock, seccomp)


def _seccomp_works() -> bool:
    try:
        compile_filter(deny_unix_sockets=True)
    except (ImportError, OSError, RuntimeError):
        return False
    return True
