"""The ways to isolate a job, strongest first. Which one works, and how well it holds, is found by trying."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from pdfmill.worker.box.escapes import KERNEL_INTERFACES, SEE_PROCESSES
from pdfmill.worker.box.landlock import landlock_abi
from pdfmill.worker.box.seccomp import compile_filter
from pdfmill.worker.box.setup import Namespaces

#: The conventional unprivileged user (Debian's "nobody").
NOBODY = 65534


class Feature(StrEnum):
    """What the box is made of; tests take parts of it away."""

    BUBBLEWRAP = "bubblewrap"
    LANDLOCK = "landlock"
    SECCOMP = "seccomp"


class User(StrEnum):
    """Who runs the fork server.

    OWN: whoever runs the worker.
    LENT_INSIDE: root builds the box, and the fork server becomes an unprivileged user in it.
    LENT: an unprivileged user from the start; it must be able to reach the interpreter.
    """

    OWN = "own"
    LENT_INSIDE = "lent inside"
    LENT = "lent"


@dataclass(frozen=True)
class Tier:
    """How strong the box is.

    A: nothing gets out. B: files, network and other processes' memory are closed, but other processes can be seen, or
    the kernel's rarely used interfaces are open. C: some of that is open; resource limits hold.

    Attributes:
        variant: Which way of that tier.
        shortfalls: Why each better way did not work; empty for the best one.
        failed_probes: The ways out that are open, by their names in `box.escapes.ESCAPES`.
    """

    name: str
    variant: str
    shortfalls: tuple[str, ...] = ()
    failed_probes: tuple[str, ...] = ()

    def __str__(self) -> str:
        """In one line, for people."""
        opened = f"; open: {', '.join(self.failed_probes)}" if self.failed_probes else ""
        return f"tier {self.name} ({self.variant}){opened}"


@dataclass(frozen=True)
class Way:
    """How a box is made."""

    variant: str
    namespaces: Namespaces
    user: User
    landlock: bool
    seccomp: bool

    def tier(self, failed_probes: Collection[str], shortfalls: Collection[str] = ()) -> Tier:
        """What this way is worth, by what was tried in it."""
        has_namespaces = self.namespaces is not Namespaces.NONE
        if has_namespaces and self.seccomp and not failed_probes:
            name = "A"
        elif (has_namespaces or (self.landlock and self.seccomp)) and {*failed_probes} <= _OPEN_IN_TIER_B:
            name = "B"
        else:
            name = "C"
        return Tier(name, self.variant, tuple(shortfalls), tuple(failed_probes))


_OPEN_IN_TIER_B = {SEE_PROCESSES, KERNEL_INTERFACES}


def ways(without: Collection[Feature] = ()) -> Iterator[Way]:
    """Every way to start, strongest first.

    Args:
        without: Features to do without though they may be there.
    """
    landlock = Feature.LANDLOCK not in without and landlock_abi() > 0
    seccomp = Feature.SECCOMP not in without and _seccomp_works()
    as_root = os.geteuid() == 0
    if Feature.BUBBLEWRAP not in without and shutil.which("bwrap"):
        if as_root:
            yield Way("unprivileged user", Namespaces.OWN, User.LENT_INSIDE, landlock, seccomp)
            yield Way("unprivileged user from the start", Namespaces.OWN, User.LENT, landlock, seccomp)
            yield Way("root without capabilities", Namespaces.HELD, User.OWN, landlock, seccomp)
        else:
            yield Way("own user namespace", Namespaces.OWN, User.OWN, landlock, seccomp)
            yield Way("shared user namespace", Namespaces.HELD, User.OWN, landlock, seccomp)
    if as_root:
        yield Way("no namespaces, unprivileged user", Namespaces.NONE, User.LENT, landlock, seccomp)
    user = "root without capabilities" if as_root else "same user"
    yield Way(f"no namespaces, {user}", Namespaces.NONE, User.OWN, landlock, seccomp)


def _seccomp_works() -> bool:
    try:
        compile_filter(deny_unix_sockets=True)
    except (ImportError, OSError, RuntimeError):
        return False
    return True
