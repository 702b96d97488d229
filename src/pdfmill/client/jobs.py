"""What a server tells of its operations and jobs.

Fields that this version does not know are ignored, so that an older client works with a newer server.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from pdfmill.core.failure import Failure


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Progress(_Answer):
    """How far a job has come; ``percent`` is of the whole job, ``current`` of ``total`` of its stage."""

    percent: float = 0.0
    stage: str = ""
    current: int = 0
    total: int = 0
    unit: str = ""
    message: str = ""


class InputFile(_Answer):
    """A file that was sent, ``media_type`` as the server judged it."""

    name: str
    media_type: str
    size_bytes: int
    sha256: str | None = None


class OutputFile(InputFile):
    """A file that a job made; `Client.download` fetches it."""

    url: str | None = None


@dataclass(frozen=True)
class OutputOf:
    """An output of an earlier job as the input of another one.

    Attributes:
        number: Which of several, from 0; None for the only one.
    """

    job_id: str
    number: int | None = None

    @property
    def reference(self) -> str:
        """What the API calls it."""
        return self.job_id if self.number is None else f"{self.job_id}/{self.number}"


class Job(_Answer):
    """A snapshot of a job.

    Attributes:
        status: PENDING, PROCESSING, COMPLETED, FAILED, CANCELLED or EXPIRED.
        error: Why it failed; None unless it did.
    """

    id: str
    operation: str
    status: str
    progress: Progress = Progress()
    created_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    expires_at: datetime | None = None
    attempt: int = 0
    options: dict[str, Any] = Field(default_factory=dict)
    inputs: tuple[InputFile, ...] = ()
    outputs: tuple[OutputFile, ...] = ()
    result: dict[str, Any] | None = None
    warnings: tuple[str, ...] = ()
    error: Failure | None = None

    @field_validator("error", mode="before")
    @classmethod
    def _known_parts_of_a_failure(cls, value: Any) -> Any:
        """`Failure` refuses what it does not know; a newer server may say more."""
        if isinstance(value, dict):
            return {key: each for key, each in value.items() if key in Failure.model_fields}
        return value

    @field_validator("progress", mode="before")
    @classmethod
    def _no_progress_yet(cls, value: Any) -> Any:
        return Progress() if value is None else value

    @property
    def is_terminal(self) -> bool:
        """Whether the work is over, well or badly."""
        return self.status not in ("PENDING", "PROCESSING")

    @property
    def is_completed(self) -> bool:
        """Whether there is something to download."""
        return self.status == "COMPLETED"


class JobPage(_Answer):
    """Some jobs, newest first; ``next_cursor`` asks for those after them, and is None on the last page."""

    items: tuple[Job, ...]
    next_cursor: str | None = None


class OperationInfo(_Answer):
    """An operation of the server; ``available`` unless an engine that it needs is not installed there."""

    name: str
    title: str = ""
    summary: str = ""
    accepts: tuple[str, ...] = ()
    options_schema: dict[str, Any] = Field(default_factory=dict)
    available: bool = True


class OperationList(_Answer):
    items: tuple[OperationInfo, ...]
