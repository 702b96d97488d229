"""What supervisor, keeper and job tell each other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from pdfmill.core.errors import (
    Cancelled,
    DeadlineExceeded,
    MemoryExceeded,
    OutputTooLarge,
    PdfMillError,
    SandboxCrashed,
    TooManyProcesses,
)
from pdfmill.core.failure import Failure
from pdfmill.core.limits import Limits
from pdfmill.core.provider import NOBODY, Offer, ProviderUse
from pdfmill.core.work import PastRun, Work


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SandboxInput(_Message):
    """An input file; ``file`` is its path relative to the attempt's directory."""

    file: str
    name: str
    media_type: str


class SandboxItem(_Message):
    """A finished job of a batch, see `core.operation.BatchItem`."""

    name: str
    size_bytes: int
    output: SandboxInput | None
    result: dict[str, Any] | None
    failure: Failure | None


class SandboxRequest(_Message):
    """Run this operation on these files. Options as JSON holds them.

    Attributes:
        items: The finished jobs of a batch that is to be gathered; None for one that is to be split, and for any other
            operation.
        past_runs: See `core.context.Context`.
    """

    operation: str
    options: dict[str, Any]
    inputs: tuple[SandboxInput, ...]
    limits: Limits
    items: tuple[SandboxItem, ...] | None = None
    past_runs: tuple[PastRun, ...] = ()
    offer: Offer = NOBODY


class SandboxOutput(_Message):
    """An output file; ``file`` is its path relative to the attempt's directory."""

    file: str
    name: str
    media_type: str
    page_count: int | None


class SandboxOutcome(_Message):
    """What the operation returned."""

    result: dict[str, Any]
    outputs: tuple[SandboxOutput, ...]
    warnings: tuple[str, ...]
    work: Work = Work()


class Verdict(StrEnum):
    """How a job's process ended."""

    OK = "ok"
    FAILED = "failed"
    CANCELLED = "cancelled"
    DEADLINE = "deadline"
    MEMORY = "memory"
    CPU = "cpu"
    OUTPUT = "output"
    DISK = "disk"
    PROCESSES = "processes"
    CRASH = "crash"
    LOST = "lost"


@dataclass(frozen=True)
class Ended:
    """The end of a job's process. Exactly one of ``outcome`` and ``failure`` is set.

    Attributes:
        cause: For the log only: the traceback of an error that is not ours, or how the process died.
        provider_uses: Which providers saw what, by the supervisor's own count.
        cpu_s: Processor seconds of all its processes.
        peak_memory_bytes: The most memory they were seen to hold together.
    """

    verdict: Verdict
    outcome: SandboxOutcome | None
    failure: Failure | None
    cause: str = ""
    cpu_s: float = 0.0
    peak_memory_bytes: int = 0
    wall_s: float = 0.0
    provider_uses: tuple[ProviderUse, ...] = ()

    def with_provider_uses(self, uses: tuple[ProviderUse, ...]) -> Ended:
        """The same end, which tells which providers saw what: in the result, or in the facts of the failure."""
        told = [use.model_dump(mode="json") for use in uses]
        outcome, failure = self.outcome, self.failure
        if outcome is not None and (told or "providers" in outcome.result):
            outcome = outcome.model_copy(update={"result": {**outcome.result, "providers": told}})
        if failure is not None and told:
            failure = failure.model_copy(update={"extras": {**failure.extras, "providers": told}})
        return replace(self, outcome=outcome, failure=failure, provider_uses=uses)


def failure_of(verdict: Verdict, limits: Limits) -> Failure:
    """The public form of an end that the operation itself did not report."""
    return Failure.of(_error_of(verdict, limits))


def _error_of(verdict: Verdict, limits: Limits) -> PdfMillError:
    match verdict:
        case Verdict.CANCELLED:
            return Cancelled("The job was cancelled. The original file is as it was.")
        case Verdict.DEADLINE:
            return DeadlineExceeded(
                f"The job took longer than {limits.wall_s:g} seconds and was stopped. Send a smaller document, or "
                "raise PDFMILL_LIMITS__WALL_S.",
                limit_s=limits.wall_s,
            )
        case Verdict.CPU:
            return DeadlineExceeded(
                f"The job used more than {limits.cpu_s} seconds of processor time and was stopped. Send a smaller "
                "document, or raise PDFMILL_LIMITS__CPU_S.",
                limit_s=limits.cpu_s,
            )
        case Verdict.MEMORY:
            return MemoryExceeded(
                f"The document needs more than {limits.memory_mib} MiB of memory. Send a smaller one, or raise "
                "PDFMILL_LIMITS__MEMORY_MIB.",
                limit_mib=limits.memory_mib,
            )
        case Verdict.OUTPUT:
            return OutputTooLarge(
                f"The job wrote a file of more than {limits.output_mib} MiB. Send a smaller document, or raise "
                "PDFMILL_LIMITS__OUTPUT_MIB.",
                limit_mib=limits.output_mib,
            )
        case Verdict.DISK:
            return OutputTooLarge(
                f"The files of the job had more than {limits.work_mib} MiB together, or there were too many. Send a "
                "smaller document, or raise PDFMILL_LIMITS__WORK_MIB.",
                limit_mib=limits.work_mib,
            )
        case Verdict.PROCESSES:
            return TooManyProcesses(
                f"The job started more than {limits.processes} processes. The document may be hostile; if you trust "
                "it, raise PDFMILL_LIMITS__PROCESSES.",
                limit=limits.processes,
            )
        case _:
            return SandboxCrashed(
                "The program that read the document died. The document may be damaged in a way that no check knows; "
                "print it to a new PDF and send that."
            )
