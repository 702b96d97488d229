"""How far an attempt has come, in one schema everywhere: task state, job row, API and command line."""

from __future__ import annotations

from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field


class Progress(BaseModel):
    """A snapshot of progress; each one is whole, so that losing one loses nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    percent: float = Field(0.0, ge=0, le=100, description="How much of the whole job is done.")
    stage: str = Field("", max_length=80, description="What is being done, in a word or two.")
    current: int = Field(0, ge=0, description="How many units of this stage are done.")
    total: int = Field(0, ge=0, description="How many units this stage has; 0 if that is unknown.")
    unit: str = Field("", max_length=20, description="What is counted: pages, images, files.")
    message: str = Field("", max_length=200, description="A sentence for people.")


class Reporter(Protocol):
    """Where progress goes, and where an attempt learns that it was cancelled."""

    def report(self, progress: Progress) -> None: ...

    def is_cancelled(self) -> bool: ...


class NullReporter:
    """Progress that nobody watches."""

    def report(self, progress: Progress) -> None:
        """Drop it."""

    def is_cancelled(self) -> bool:
        return False
