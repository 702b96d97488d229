"""Who may call a route. Each view declares it; a route that declares nothing keeps the server from starting."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, g, request

from pdfmill.access.audit import AuditLog, Deed
from pdfmill.access.keys import Keys
from pdfmill.access.rates import WINDOW_S, Allowance, Rate, RateLimiter
from pdfmill.config.settings import AccessSettings, ServerSettings
from pdfmill.core.addresses import is_loopback
from pdfmill.core.caller import EVERYTHING, Caller, Scope
from pdfmill.core.errors import CrossSiteRequest, InvalidKey, InvalidRequest, KeyRequired, ScopeMissing, TooManyRequests

ViewT = TypeVar("ViewT", bound=Callable[..., Any])

_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
_JOB_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Access:
    """Who may call a view, and whether that is written down.

    Attributes:
        scope: What the caller's key must allow; None for everybody.
        deed: What the log of deeds calls it; None if it changes and hands out nothing.
    """

    scope: Scope | None
    deed: str | None = None


def requires(scope: Scope, *, deed: str | None = None) -> Callable[[ViewT], ViewT]:
    """Declare a view open to callers whose key has a scope."""
    return _declared(Access(scope, deed))


def public(*, deed: str | None = None) -> Callable[[ViewT], ViewT]:
    """Declare a view open to everybody."""
    return _declared(Access(None, deed))


def access_of(app: Flask, endpoint: str) -> Access:
    """What a view declared.

    Raises:
        TypeError: Nothing.
    """
    access = getattr(app.view_functions[endpoint], "access", None)
    if not isinstance(access, Access):
        raise TypeError(f"the view {endpoint} does not declare who may call it; see pdfmill.api.guard")
    return access


def _declared(access: Access) -> Callable[[ViewT], ViewT]:
    def declare(view: ViewT) -> ViewT:
        view.access = access  # type: ignore[attr-defined]  # functions take attributes
        return view

    return declare


def require_scope(scope: Scope) -> None:
    """Refuse a caller whose key does not allow what a request asks for.

    Raises:
        ScopeMissing: It says which scope that is.
    """
    if not g.caller.may(scope):
        raise ScopeMissing(
            f"This needs a key with the scope {scope}. Ask whoever runs the server for one.", scope=scope.value
        )


class Guard:
    """Stands before every view: finds out who calls, counts, refuses, and writes down what was done.

    While no key was ever made, the server is open to its own machine.
    """

    def __init__(
        self, keys: Keys, limiter: RateLimiter, audit: AuditLog, server: ServerSettings, access: AccessSettings
    ) -> None:
        self._keys = keys
        self._limiter = limiter
        self._audit = audit
        self._server = server
        self._requests = Rate("requests", access.requests_per_minute)
        self._failures = Rate("failures", access.failures_per_minute)

    def protect(self, app: Flask) -> None:
        """Take up the post."""

        @app.before_request
        def check() -> None:
            _refuse_nul()
            if request.endpoint is not None:
                self._check(access_of(app, request.endpoint))

        @app.after_request
        def tell(response: Response) -> Response:
            if request.endpoint is not None:
                self._write_down(access_of(app, request.endpoint), response)
            _add_headers(response)
            return response

    def _check(self, access: Access) -> None:
        g.caller = Caller()
        if access.scope is None:
            return
        g.caller = self._caller()
        self._count(g.caller)
        require_scope(access.scope)

    def _caller(self) -> Caller:
        key = _credentials()
        try:
            if key is not None:
                return self._keys.caller_of(key)
            return self._caller_without_key()
        except (InvalidKey, KeyRequired):
            # Only those who fail are counted: a wrong key from a shared address locks nobody out.
            _refuse_excess(self._limiter.take(self._failures, request.remote_addr or ""))
            raise

    def _caller_without_key(self) -> Caller:
        if self._keys.any_made() or not (self._server.is_loopback or self._server.allow_open):
            raise KeyRequired("Send an API key: `Authorization: Bearer KEY`. `pdfmill keys create` makes one.")
        if not self._server.allow_open and not is_loopback(_hostname(request.host)):
            # A page whose name was made to point here (DNS rebinding) is this server's own page to the browser.
            raise CrossSiteRequest(
                "Without API keys this server answers to the names of its own machine only, such as 127.0.0.1 and "
                "localhost. Make a key with `pdfmill keys create`, or set PDFMILL_SERVER__ALLOW_OPEN=true."
            )
        if request.method not in _SAFE_METHODS and _is_cross_site():
            raise CrossSiteRequest(
                "Without an API key, no page of another web site may change anything here. Call from a program, or "
                "send a key."
            )
        return EVERYTHING

    def _count(self, caller: Caller) -> None:
        """Whoever has a server on his own machine to himself need not be kept from using it."""
        is_alone = caller.key_id is None and not self._server.allow_open
        if self._requests.per_minute and not is_alone:
            g.allowance = self._limiter.take(self._requests, caller.key_id or f"address {request.remote_addr}")
            _refuse_excess(g.allowance)

    def _write_down(self, access: Access, response: Response) -> None:
        outcome = g.get("problem_code", "done")
        deed = access.deed
        if deed is None and response.status_code in (401, 403):
            deed = "access.refuse"
        if deed is not None and outcome != TooManyRequests.code:
            caller: Caller = g.get("caller", Caller())
            self._audit.write(Deed(deed, caller.key_id, _subject(), outcome))


def _credentials() -> str | None:
    """The key as ``Authorization: Bearer`` (RFC 6750) or X-API-Key; other schemes are a proxy's, and not for us."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else request.headers.get("X-API-Key")


def _is_cross_site() -> bool:
    """Whether a browser says that another origin's page sent this; programs say nothing (Fetch Metadata)."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc != request.host


def _hostname(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _subject() -> str | None:
    """The job's id; nothing else that a caller may have put into the address."""
    job_id = g.get("job_id") or (request.view_args or {}).get("job_id", "")
    return job_id if _JOB_ID.fullmatch(job_id) else None


def _refuse_excess(allowance: Allowance | None) -> None:
    if allowance is not None and allowance.is_exceeded:
        raise TooManyRequests(
            f"More than {allowance.rate.per_minute} {allowance.rate.name} came in a minute. Wait as long as "
            "Retry-After says.",
            retry_after_s=allowance.reset_s,
        )


def _refuse_nul() -> None:
    """No honest address holds a NUL, and PostgreSQL refuses to store or to look for one.

    Raises:
        InvalidRequest: The path or a query parameter holds one.
    """
    if any(
        "\0" in text for text in (request.path, *(text for pair in request.args.items(multi=True) for text in pair))
    ):
        raise InvalidRequest("The address holds a NUL character. Send it without.")


def _add_headers(response: Response) -> None:
    """RateLimit (draft-ietf-httpapi-ratelimit-headers) and WWW-Authenticate (RFC 6750, section 3)."""
    allowance: Allowance | None = g.get("allowance")
    if allowance is not None:
        name = allowance.rate.name
        response.headers["RateLimit-Policy"] = f'"{name}";q={allowance.rate.per_minute};w={WINDOW_S}'
        response.headers["RateLimit"] = f'"{name}";r={allowance.remaining};t={allowance.reset_s}'
    if response.status_code == 401:
        error = ', error="invalid_token"' if g.get("problem_code") == InvalidKey.code else ""
        response.headers["WWW-Authenticate"] = f'Bearer realm="pdfmill"{error}'
