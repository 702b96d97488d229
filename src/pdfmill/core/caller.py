"""Who asks, and what they may do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

#: A prefix of one's own lets scanners find keys that were committed or logged by mistake.
KEY_PREFIX = "pdfmill_"

#: What a key looks like: 12 hexadecimal digits, and 32 bytes in the alphabet of RFC 4648, section 5.
KEY_PATTERN = re.compile(rf"({KEY_PREFIX}[0-9a-f]{{12}})\.[A-Za-z0-9_-]{{43}}")


class Scope(StrEnum):
    """What a key allows."""

    JOBS_READ = "jobs:read"
    JOBS_WRITE = "jobs:write"
    METRICS_READ = "metrics:read"
    ADMIN = "admin"


@dataclass(frozen=True)
class Caller:
    """Whoever made a request.

    Attributes:
        owner: Whose jobs are its own; empty for everybody who came without a key.
        key_id: The public part of its key; None without one.
        scopes: What it may do. `Scope.ADMIN` holds the others, and everybody's jobs.
    """

    owner: str = ""
    key_id: str | None = None
    scopes: frozenset[Scope] = frozenset()

    @property
    def is_admin(self) -> bool:
        return Scope.ADMIN in self.scopes

    def may(self, scope: Scope) -> bool:
        """Whether it has that scope."""
        return self.is_admin or scope in self.scopes


#: The server itself, and whoever may use it without a key.
EVERYTHING = Caller(scopes=frozenset({Scope.ADMIN}))
