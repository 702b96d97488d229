"""What the fork server is told when it starts."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict


class Namespaces(StrEnum):
    """Who makes the namespaces of a job.

    OWN: each job's keeper makes a user namespace, and in it all others; no privilege anywhere.
    HELD: the fork server keeps CAP_SYS_ADMIN of bubblewrap's user namespace for that; root cannot do otherwise, because
        bubblewrap then covers parts of /proc, and the kernel refuses a new /proc in a nested user namespace.
    NONE: there are none; the keeper adopts and kills what a job leaves behind.
    """

    OWN = "own"
    HELD = "held"
    NONE = "none"


class Setup(BaseModel):
    """How the fork server isolates its jobs.

    Attributes:
        control: The inherited socket on which requests arrive.
        spool: The folder of all attempts' directories.
        readable: What a job may read besides its own directory.
        landlock: Whether to restrict files by Landlock.
        seccomp: Whether to filter system calls.
        registry: ``module:function`` that gives the operations.
        preload: Whether to load every library before the first job: for many jobs, not for one.
        become: The user to become before the first request is read; None to stay who it is. Then the fork server is
            root with CAP_SETUID, CAP_SETGID and CAP_SYS_ADMIN, which it gives up, and it mounts its own /proc.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    @property
    def has_private_tmp(self) -> bool:
        """Whether a job gets a /tmp of its own: not where Python lies below /tmp, and would vanish with it.

        Then /tmp is closed to the job; its TMPDIR is its work directory anyway.
        """
        shared = Path("/tmp")  # noqa: S108 - it is only compared with
        return self.namespaces is not Namespaces.NONE and not any(
            Path(path).is_relative_to(shared) for path in self.readable
        )

    control: int
    spool: str
    readable: tuple[str, ...]
    namespaces: Namespaces
    landlock: bool
    seccomp: bool
    registry: str
    preload: bool
    become: int | None
