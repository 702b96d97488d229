"""The base of all errors, and the one for what is not ours."""

from __future__ import annotations

from typing import Any, ClassVar

from pdfmill.core.errors.kind import ErrorKind


class PdfMillError(Exception):
    """An error with a stable code and a message for whoever asked.

    Args:
        detail: One or two public sentences; never a path of the server, never the text of a foreign exception.
        extras: Facts a program may use (``limit_bytes=…``), JSON-able, public as well.
    """

    code: ClassVar[str] = "internal_error"
    title: ClassVar[str] = "Something went wrong inside pdfmill"
    kind: ClassVar[ErrorKind] = ErrorKind.INTERNAL

    def __init__(self, detail: str, **extras: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.extras = extras


class InternalError(PdfMillError):
    """Anything that is not ours. The text is generic; the cause is in the log under ``trace_id``."""

    def __init__(
        self,
        detail: str = "The server made a mistake. The log holds the cause under the trace id of this message.",
        **extras: Any,
    ) -> None:
        super().__init__(detail, **extras)


def error_classes() -> dict[str, type[PdfMillError]]:
    """Every error class by its code.

    Raises:
        ValueError: Two classes claim one code.
    """
    found: dict[str, type[PdfMillError]] = {}
    waiting: list[type[PdfMillError]] = [InternalError, *PdfMillError.__subclasses__()]
    while waiting:
        error_class = waiting.pop()
        waiting.extend(error_class.__subclasses__())
        if found.setdefault(error_class.code, error_class) is not error_class:
            raise ValueError(f"{error_class.__name__} repeats the code {error_class.code!r}")
    return found
