"""Running an operation on a server: submit, watch, download."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pdfmill.cli.outputs import MadeFile
from pdfmill.cli.report import Finished
from pdfmill.client import Client, Job, OutputOf
from pdfmill.core.documents import InputFile
from pdfmill.core.errors import Cancelled, JobExpired, PdfMillError
from pdfmill.core.operation import AnyOperation
from pdfmill.core.progress import Progress


def run_on_server(
    operation: AnyOperation,
    values: dict[str, Any],
    inputs: Sequence[InputFile],
    from_jobs: Sequence[str],
    *,
    server: str,
    workspace: Path,
    show: Callable[[Progress], None],
) -> Finished:
    """Have a server run the operation; leaving early by Ctrl-C or a signal cancels the job there.

    Args:
        from_jobs: Ids of earlier jobs whose outputs are inputs as well.

    Raises:
        PdfMillError: What made the job fail, or `ServerUnreachable`.
    """
    with Client(server) as client:
        job = client.submit(
            operation.name,
            [*(file.path for file in inputs), *map(OutputOf, from_jobs)],
            values,
            names=[file.name for file in inputs],
            idempotency_key=uuid.uuid4().hex,
        )
        job = _watch(client, job, show)
        _raise_failure(job)
        made = []
        for position, output in enumerate(job.outputs):
            path = client.download(job, workspace / f"output-{position}", file=position)
            made.append(MadeFile(path, output.name, output.media_type))
    return Finished(
        outputs=tuple(made),
        result=job.result or {},
        warnings=job.warnings,
        job_id=job.id,
        server=server,
        inputs=job.inputs,
    )


def _watch(client: Client, job: Job, show: Callable[[Progress], None]) -> Job:
    try:
        for snapshot in client.watch(job.id):
            job = snapshot
            waiting = {"stage": "waiting"} if job.status == "PENDING" else {}
            show(Progress.model_construct(**{**job.progress.model_dump(), **waiting}))
    except (KeyboardInterrupt, SystemExit):
        with contextlib.suppress(PdfMillError):  # it has ended by itself, or the server is away: nothing to add
            client.cancel(job.id)
        raise
    return job


def _raise_failure(job: Job) -> None:
    if job.error is not None:
        raise job.error.to_error()
    if job.status == "CANCELLED":
        raise Cancelled(f"Somebody cancelled the job {job.id} on the server.")
    if not job.is_completed:
        raise JobExpired(f"The files of the job {job.id} were purged before they could be downloaded. Run it again.")
