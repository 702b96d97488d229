"""HTTP to one server, and its answers turned into values or into the error that the server raised."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx

from pdfmill.core.addresses import is_loopback
from pdfmill.core.errors import (
    ErrorKind,
    InputTooLarge,
    InternalError,
    InvalidRequest,
    NotFound,
    PdfMillError,
    ServerUnreachable,
    error_classes,
)

#: Members of problem details (RFC 9457, section 3.1) and ours that are no facts about the single case.
_PROBLEM_MEMBERS = frozenset({"type", "title", "status", "detail", "instance", "code", "kind", "retryable"})


_VISIBLE = re.compile(r"[\x21-\x7e]+")


class Transport:
    """A connection pool to one server.

    Args:
        base_url: Address of the server, such as ``http://127.0.0.1:8000``, without ``/v1``.
        timeout_s: Seconds without a byte until the server counts as gone.
        api_key: Sent to this server, and never on to where it redirects: httpx drops it at another origin.

    Raises:
        InvalidRequest: The address is none, or the key cannot be one.
    """

    def __init__(self, base_url: str, *, timeout_s: float, api_key: str | None = None) -> None:
        self.base_url = base_url.rstrip("/")
        parts = urlsplit(self.base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise InvalidRequest(f"{base_url!r} is no server address. Write it like http://127.0.0.1:8000.")
        self.timeout_s = timeout_s
        headers = {"Accept": "application/json"}
        if api_key is not None:
            if not _VISIBLE.fullmatch(api_key):
                raise InvalidRequest("The API key has characters that no key has. Look at PDFMILL_API_KEY.")
            headers["Authorization"] = f"Bearer {api_key}"
        # A proxy named in the environment is for the world outside and cannot reach this very machine.
        self._http = httpx.Client(
            base_url=self.base_url,
            timeout=timeout_s,
            trust_env=not is_loopback(parts.hostname),
            headers=headers,
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def json(self, method: str, path: str, *, wait_s: float = 0, **request: Any) -> Any:
        """Send a request and return the JSON of the answer; None for an answer without content.

        Args:
            wait_s: Seconds that the server was asked to wait before it answers; its silence is no failure for so long.

        Raises:
            PdfMillError: What the server raised.
            ServerUnreachable: It does not answer, or answers something else than a pdfmill server would.
        """
        with self._translated():
            response = self._http.request(method, path, timeout=self.timeout_s + wait_s, **request)
        if response.is_error:
            raise error_of(response)
        if response.status_code == httpx.codes.NO_CONTENT:
            return None
        try:
            return response.json()
        except ValueError as error:
            raise self._no_pdfmill() from error

    @contextmanager
    def stream(self, path: str, **request: Any) -> Iterator[Iterator[bytes]]:
        """The body of a GET in pieces.

        Raises:
            PdfMillError: As `json`; `ServerUnreachable` as well when the connection breaks halfway.
        """
        # A server that keeps its files in a bucket answers with a link into it.
        with self._translated(), self._http.stream("GET", path, follow_redirects=True, **request) as response:
            if response.is_error:
                response.read()
                raise error_of(response)
            yield response.iter_bytes(1 << 20)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except httpx.TimeoutException as error:
            raise ServerUnreachable(
                f"The server at {self.base_url} did not answer within {self.timeout_s:g} seconds. Look at its log, or "
                "try again later."
            ) from error
        except httpx.TransportError as error:
            raise ServerUnreachable(
                f"There is no answer from {self.base_url}. Start a server with `pdfmill serve`, or correct the address "
                "(--server or PDFMILL_SERVER)."
            ) from error

    def _no_pdfmill(self) -> ServerUnreachable:
        return ServerUnreachable(
            f"What answers at {self.base_url} is no pdfmill server. Correct the address (--server or PDFMILL_SERVER)."
        )


def error_of(response: httpx.Response) -> PdfMillError:
    """The error that an answer tells of: the server's own by its code, otherwise the nearest by HTTP status."""
    try:
        problem = response.json()
    except ValueError:
        problem = None
    if not isinstance(problem, dict) or not isinstance(problem.get("code"), str):
        return _error_of_status(response)
    detail = str(problem.get("detail") or problem.get("title") or response.reason_phrase)
    extras = {key: value for key, value in problem.items() if key not in _PROBLEM_MEMBERS and value is not None}
    error_class = error_classes().get(problem["code"])
    if error_class is None:  # a newer server than this client
        return _error_of_status(response, detail, code=problem["code"])
    # The subclasses' own constructors ask for what only the place of the failure knows.
    error = error_class.__new__(error_class)
    PdfMillError.__init__(error, detail, **extras)
    return error


def _error_of_status(response: httpx.Response, detail: str = "", **extras: Any) -> PdfMillError:
    """For answers that are not pdfmill's: of a proxy in between, or of quite another server."""
    status = response.status_code
    said = detail or f"The server answered with HTTP status {status} {response.reason_phrase}."
    if status in (502, 503, 504):
        return ServerUnreachable(detail or f"{said} It may be starting or overloaded: try again later.", **extras)
    if status == ErrorKind.NOT_FOUND.http_status:
        return NotFound(detail or f"{said} Is this the address of a pdfmill server?", **extras)
    if status == ErrorKind.LIMIT_EXCEEDED.http_status:
        return InputTooLarge(detail or f"{said} A proxy in front of the server may set the limit.", **extras)
    if status < 500:
        return InvalidRequest(said, **extras)
    return InternalError(said, **extras)
