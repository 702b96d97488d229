"""What the API answers; never rows of the database."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from pdfmill.core.failure import Failure
from pdfmill.core.progress import Progress
from pdfmill.jobs.batches import ItemCounts
from pdfmill.jobs.models import Job
from pdfmill.jobs.status import JobStatus

#: Which part of a batch's progress its items make up, in per cent; gathering them is the rest.
_SHARE_OF_ITEMS = 95


class View(BaseModel):
    """Base of every answer."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class FileView(View):
    """A file of a job."""

    name: str = Field(description="Its name for people.")
    media_type: str = Field(description="IANA media type.")
    size_bytes: int = Field(description="Its size.")
    sha256: str = Field(description="Digest of its bytes, in hexadecimal.")


class OutputView(FileView):
    """A file that a job made."""

    url: str = Field(description="Where to download it.")


class JobLinks(View):
    """Where to go from here."""

    self: str = Field(description="This job.")
    result: str = Field(description="The result, once the job is COMPLETED.")
    cancel: str = Field(description="POST here to cancel.")
    retry: str = Field(description="POST here to try a FAILED job again.")


class ItemCountsView(View):
    """How the items of a batch are doing."""

    total: int = Field(description="How many there are.")
    pending: int = Field(description="Those that wait.")
    processing: int = Field(description="Those that are worked on.")
    completed: int = Field(description="Those that ended well.")
    failed: int = Field(description="Those that failed; they do not stop the others.")
    cancelled: int = Field(description="Those that were cancelled.")


class JobView(View):
    """A job."""

    id: str = Field(description="128 random bits in hexadecimal.")
    operation: str = Field(description="What is done.")
    status: JobStatus = Field(description="Where the job is in its life.")
    progress: Progress = Field(description="How far it has come.")
    created_at: datetime = Field(description="When it was accepted.")
    started_at: datetime | None = Field(description="When the latest attempt began.")
    finished_at: datetime | None = Field(description="When it ended.")
    expires_at: datetime | None = Field(description="When its files are purged.")
    queue: str = Field(description="Where it waits for its turn.")
    urgency: int = Field(description="0 to 7, the lower the sooner (RFC 9218).")
    attempt: int = Field(description="How many attempts were begun.")
    cancel_requested: bool = Field(description="Whether somebody asked to cancel it.")
    options: dict[str, Any] = Field(description="The options, defaults filled in.")
    inputs: list[FileView] = Field(description="What was sent.")
    outputs: list[OutputView] = Field(description="What was made.")
    result: dict[str, Any] | None = Field(description="Structured data; its form is the operation's.")
    warnings: list[str] = Field(description="What was done differently than asked for.")
    sandbox: str = Field(description="How strong the sandbox of the latest attempt was; empty before.")
    error: Failure | None = Field(description="Why a FAILED job failed.")
    batch_id: str | None = Field(description="The batch that this job is an item of.")
    item_counts: ItemCountsView | None = Field(
        description="Of a batch: how its items are doing, which `/v1/jobs?batch=` lists."
    )
    links: JobLinks = Field(description="Where to go from here: the job, its result, `cancel` and `retry`.")

    @classmethod
    def of(cls, job: Job, items: ItemCounts | None = None) -> JobView:
        """A job as clients see it.

        Args:
            items: How its items are doing, if it is a batch.
        """
        here = f"/v1/jobs/{job.id}"
        return cls(
            id=job.id,
            operation=job.operation,
            status=job.status,
            progress=_progress(job, items),
            created_at=job.created_at,
            started_at=job.started_at,
            finished_at=job.finished_at,
            expires_at=job.expires_at,
            queue=job.queue,
            urgency=job.urgency,
            attempt=job.attempt,
            cancel_requested=job.cancel_requested_at is not None,
            options=job.options,
            inputs=[FileView.model_validate(file) for file in job.inputs],
            outputs=[
                OutputView(**FileView.model_validate(file).model_dump(), url=f"{here}/result?file={file.position}")
                for file in job.outputs
            ],
            result=job.result,
            warnings=job.warnings,
            sandbox=job.sandbox,
            error=job.failure,
            batch_id=job.parent_id,
            item_counts=items and ItemCountsView.model_validate(items),
            links=JobLinks(self=here, result=f"{here}/result", cancel=f"{here}/cancel", retry=f"{here}/retry"),
        )


def _progress(job: Job, items: ItemCounts | None) -> Progress:
    """Of a batch whose items are at work: how many of them have ended."""
    progress = Progress.model_validate(job.progress)
    if items is None or not job.is_waiting_for_items:
        return progress
    percent = round(items.ended / items.total * _SHARE_OF_ITEMS, 1)
    return progress.model_copy(
        update={"percent": percent, "current": items.ended, "total": items.total, "unit": "files"}
    )


class JobList(View):
    """A page of jobs, newest first."""

    items: list[JobView] = Field(description="The jobs.")
    next_cursor: str | None = Field(description="Send it as `cursor` for the next page; null on the last one.")


class LinkView(View):
    """A download link that needs no key."""

    url: str = Field(description="GET it within its time; whoever has it can.")
    expires_at: datetime = Field(description="When it ends.")


class MissingEngine(View):
    """An engine that an operation needs and this server lacks."""

    name: str = Field(description="Its name.")
    hint: str = Field(description="How to install it.")


class InventoryView(View):
    """Values of an option that this server has."""

    option: str = Field(description="Name of the option.")
    values: list[str] = Field(description="What is installed.")
    hint: str = Field(description="How an administrator adds another.")


class ProviderView(View):
    """Whom an operation may ask."""

    need: str = Field(description="What for: completion (a language model) or translation.")
    provider: str | None = Field(description="Who answers; null if nobody is configured.")
    model: str = Field(description="Its model; empty where there is none or but one.")
    languages: list[str] = Field(description="Pairs such as de-en; empty where it does not tell.")


class OperationView(View):
    """An operation."""

    name: str = Field(description="Its name in URLs and on the command line.")
    title: str = Field(description="What a button says.")
    summary: str = Field(description="What it does.")
    queue: str = Field(description="The queue of its jobs.")
    accepts: list[str] = Field(description="Media types of the files it takes.")
    options_schema: dict[str, Any] = Field(description="JSON Schema of its options.")
    result_schema: dict[str, Any] = Field(description="JSON Schema of its result.")
    available: bool = Field(description="Whether everything it needs is installed.")
    missing: list[MissingEngine] = Field(description="What is not.")
    inventories: list[InventoryView] = Field(
        description="Values of options that depend on what is installed, such as languages."
    )
    providers: list[ProviderView] = Field(description="Language models and translators that it may ask.")
    url: str = Field(description="POST files here.")


class OperationList(View):
    """All operations, in menu order."""

    items: list[OperationView] = Field(description="The operations.")


class CheckView(View):
    """A part of the server, tried."""

    name: str = Field(description="Which part.")
    ok: bool = Field(description="Whether it works.")
    detail: str = Field(description="What was found.")
    duration_ms: float = Field(description="How long the check took.")


class ReadinessView(View):
    """Whether the server can work."""

    ready: bool = Field(description="Whether every check passed.")
    checks: list[CheckView] = Field(description="Each part.")


class ProblemView(View):
    """An error (RFC 9457). Some carry more members, named by their code."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="URN of the error.")
    title: str = Field(description="The error in a few words.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What failed and what to do next.")
    instance: str = Field(description="The path of the request.")
    code: str = Field(description="Stable name of the error.")
    kind: str = Field(description="The class of error.")
    retryable: bool = Field(description="Whether the same request may succeed later.")
