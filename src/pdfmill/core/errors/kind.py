"""What sorts of failure there are; each error class of `core.errors` is of one."""

from __future__ import annotations

from enum import Enum


class ErrorKind(Enum):
    """What sort of failure this is. The value is (HTTP status, exit code of the command line, may a retry help)."""

    INVALID_REQUEST = (422, 2, False)
    METHOD_NOT_ALLOWED = (405, 2, False)
    UNAUTHENTICATED = (401, 5, False)
    FORBIDDEN = (403, 5, False)
    UNSUPPORTED_INPUT = (415, 3, False)
    UNREADABLE_INPUT = (422, 4, False)
    LIMIT_EXCEEDED = (413, 6, False)
    RATE_LIMITED = (429, 9, True)
    NOT_FOUND = (404, 7, False)
    CONFLICT = (409, 8, False)
    GONE = (410, 8, False)
    ENGINE_MISSING = (501, 11, False)
    ENGINE_FAILED = (500, 12, False)
    UPSTREAM_UNAVAILABLE = (503, 13, True)
    STORAGE_UNAVAILABLE = (503, 14, True)
    INSUFFICIENT_STORAGE = (507, 14, True)
    TIMED_OUT = (504, 15, False)
    INTERNAL = (500, 70, False)
    CANCELLED = (409, 130, False)

    # Members of an Enum with equal values become aliases of one another. Two kinds may share all three figures
    # (CONFLICT and CANCELLED differ, others may not for ever), so each member gets an identity of its own.
    def __new__(cls, http_status: int, exit_code: int, retryable: bool) -> ErrorKind:
        """Number the members, so that two kinds with the same figures stay two kinds."""
        member = object.__new__(cls)
        member._value_ = (len(cls.__members__), http_status, exit_code, retryable)
        return member

    @property
    def slug(self) -> str:
        """The kind as it is written in JSON."""
        return self.name.lower()

    @property
    def http_status(self) -> int:
        return int(self._value_[1])

    @property
    def exit_code(self) -> int:
        return int(self._value_[2])

    @property
    def retryable(self) -> bool:
        return bool(self._value_[3])
