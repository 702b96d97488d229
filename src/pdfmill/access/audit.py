"""The log of deeds: one line of JSON for each, chained by hashes, so that no line can be changed or taken out unseen.

It tells who (the public part of a key), what, to which job, and how it ended: never a name, a text, an address or a
password. What the chain cannot show is that the last lines are missing; `verify` gives the hash of the last one, which
can be kept elsewhere.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pdfmill.config.logging import get_logger
from pdfmill.core.errors import AuditBroken
from pdfmill.jobs.base import utc_now

log = get_logger(__name__)

#: What the first line is chained to.
_BEGINNING = "0" * 64

_LONGEST_LINE = 4096


@dataclass(frozen=True)
class Deed:
    """Something that was done, or refused.

    Attributes:
        what: ``job.submit``, ``key.revoke``, …
        key_id: The public part of the key it was done with; None without one.
        subject: The job or key that it was done to, by its id.
        outcome: ``done``, or the code of the error.
    """

    what: str
    key_id: str | None = None
    subject: str | None = None
    outcome: str = "done"


class AuditLog:
    """A file that several processes append to."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, deed: Deed) -> None:
        """Append a line. What cannot be written is told to the server's log: the deed itself is done already."""
        try:
            self._path.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
            descriptor = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
            with os.fdopen(descriptor, "r+b", buffering=0) as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                before, is_whole = _last_line(file)
                # A line that a crash cut short stays as it is, and the chain goes on from it.
                file.write((b"" if is_whole else b"\n") + _line(deed, _hash(before)))
        except OSError as error:
            log.error("deed not written down", deed=deed.what, subject=deed.subject, cause=repr(error))

    def verify(self) -> tuple[int, str]:
        """Follow the chain from its beginning; returns the number of lines and the hash of the last one.

        Raises:
            AuditBroken: It names the first line that does not follow from the one before it.
        """
        count, expected = 0, _BEGINNING
        if not self._path.exists():
            return count, expected
        with self._path.open("rb") as file:
            for count, raw in enumerate(file, start=1):
                line = raw.rstrip(b"\n")
                if _chained_to(line) != expected:
                    raise AuditBroken(
                        f"Line {count} of {self._path} does not follow from the line before it: a line was changed, "
                        "taken out, or cut short by a crash. Compare with a backup.",
                        line=count,
                    )
                expected = _hash(line)
        return count, expected


def _line(deed: Deed, before: str) -> bytes:
    told = {
        "at": utc_now().isoformat(timespec="milliseconds"),
        "key": deed.key_id,
        "deed": deed.what,
        "subject": deed.subject,
        "outcome": deed.outcome,
        "before": before,
    }
    return json.dumps(told).encode() + b"\n"


def _last_line(file: BinaryIO) -> tuple[bytes | None, bool]:
    """The last line, None in an empty file; and whether it was written to its end."""
    size = file.seek(0, os.SEEK_END)
    if size == 0:
        return None, True
    file.seek(max(0, size - _LONGEST_LINE))
    tail = file.read()
    return tail.rstrip(b"\n").rpartition(b"\n")[2], tail.endswith(b"\n")


def _hash(line: bytes | None) -> str:
    return _BEGINNING if line is None else hashlib.sha256(line).hexdigest()


def _chained_to(line: bytes) -> str | None:
    try:
        told = json.loads(line)
    except ValueError:
        return None
    before = told.get("before") if isinstance(told, dict) else None
    return before if isinstance(before, str) else None
