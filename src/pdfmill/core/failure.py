"""The public form in which an error leaves the process."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from pdfmill.core.errors import ErrorKind, InternalError, PdfMillError, error_classes


class Failure(BaseModel):
    """What leaves the process: the body of a problem response, the ``error`` of a failed job, the line on stderr."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str = Field(description="Stable name of the error, documented and safe to compare with.")
    title: str = Field(description="The error in a few words; the same for each occurrence.")
    detail: str = Field(description="What failed here and what to do next.")
    kind: str = Field(description="The class of error: it decides HTTP status, exit code and whether to retry.")
    retryable: bool = Field(description="Whether the same request may succeed later.")
    extras: dict[str, Any] = Field(default_factory=dict, description="Facts a program may use.")
    trace_id: str | None = Field(default=None, description="Where the log tells more.")

    @classmethod
    def of(cls, error: BaseException, trace_id: str | None = None) -> Failure:
        """The public form of any exception; what is not ours becomes `InternalError` with its generic text."""
        ours = error if isinstance(error, PdfMillError) else InternalError()
        return cls(
            code=ours.code,
            title=ours.title,
            detail=ours.detail,
            kind=ours.kind.slug,
            retryable=ours.kind.retryable,
            extras=ours.extras,
            trace_id=trace_id,
        )

    def to_error(self) -> PdfMillError:
        """The exception this failure was made of, as far as this version knows its code."""
        error_class = error_classes().get(self.code, InternalError)
        error = error_class.__new__(error_class)
        PdfMillError.__init__(error, self.detail, **self.extras)
        return error

    @property
    def http_status(self) -> int:
        return ErrorKind[self.kind.upper()].http_status

    @property
    def exit_code(self) -> int:
        return ErrorKind[self.kind.upper()].exit_code
