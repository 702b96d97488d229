"""Errors of callers: no key, a wrong one, one that does not allow what was asked for, or one that is used too much."""

from __future__ import annotations

from typing import Any

from pdfmill.core.errors.base import PdfMillError
from pdfmill.core.errors.jobs import NotFound
from pdfmill.core.errors.kind import ErrorKind


class KeyRequired(PdfMillError):
    code = "key_required"
    title = "This server wants an API key"
    kind = ErrorKind.UNAUTHENTICATED


class InvalidKey(PdfMillError):
    code = "invalid_key"
    title = "The API key is not valid"
    kind = ErrorKind.UNAUTHENTICATED

    def __init__(
        self,
        detail: str = "The API key is unknown, revoked or past its time. Ask whoever runs the server for a new one.",
        **extras: Any,
    ) -> None:
        super().__init__(detail, **extras)


class ScopeMissing(PdfMillError):
    code = "scope_missing"
    title = "The API key does not allow this"
    kind = ErrorKind.FORBIDDEN


class CrossSiteRequest(PdfMillError):
    """A browser sent it on behalf of a page that is not this server's."""

    code = "cross_site_request"
    title = "The request comes from another web site"
    kind = ErrorKind.FORBIDDEN


class TooManyRequests(PdfMillError):
    code = "too_many_requests"
    title = "You sent too many requests"
    kind = ErrorKind.RATE_LIMITED


class QuotaExceeded(PdfMillError):
    """An owner has used up what it may store, or submit in a day."""

    code = "quota_exceeded"
    title = "You have used up your share of this server"
    kind = ErrorKind.RATE_LIMITED


class UnknownKey(NotFound):
    code = "unknown_key"
    title = "There is no such API key"


class InvalidLink(NotFound):
    code = "invalid_link"
    title = "The download link is not valid any more"

    def __init__(
        self,
        detail: str = "The link was changed, has run out, or its key was revoked. Ask for a new one.",
        **extras: Any,
    ) -> None:
        super().__init__(detail, **extras)


class PasswordLost(PdfMillError):
    """What was encrypted with the server's pepper does not open with the present one."""

    code = "password_lost"
    title = "The password of this job cannot be read any more"
    kind = ErrorKind.GONE

    def __init__(
        self,
        detail: str = "The server's secret has changed since the job was submitted. Submit it again.",
        **extras: Any,
    ) -> None:
        super().__init__(detail, **extras)


class AuditBroken(PdfMillError):
    """A line of the log of deeds does not follow from the one before it."""

    code = "audit_broken"
    title = "The log of deeds was changed"
    kind = ErrorKind.CONFLICT


class Exposed(PdfMillError):
    code = "open_server"
    title = "Everybody on the network could use this server"
    kind = ErrorKind.CONFLICT

    def __init__(
        self,
        detail: str = (
            "The server's address can be reached from other machines, and there is no API key. Make one with "
            "`pdfmill keys create --owner NAME`; or, if something else keeps strangers away, set "
            "PDFMILL_SERVER__ALLOW_OPEN=true."
        ),
        **extras: Any,
    ) -> None:
        super().__init__(detail, **extras)
