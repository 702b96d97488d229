"""Outputs of earlier jobs, which are inputs of others."""

from __future__ import annotations

from pdfmill.core.errors import InvalidRequest
from pdfmill.jobs.models import JobFile
from pdfmill.jobs.service import JobService


def earlier_output(jobs: JobService, reference: str) -> JobFile:
    """The output that a job's id names, or ``id/2`` for the third one of a job that has several.

    Raises:
        UnknownJob, JobNotFinished, JobExpired, ResultUnavailable: As `JobService.result_file`.
        InvalidRequest: The number is none, or the job has several outputs and no number says which.
    """
    job_id, slash, number = reference.partition("/")
    if slash and not (number.isascii() and number.isdecimal() and len(number) < 7):
        raise InvalidRequest(
            f"{number[:20]!r} is no number of an output. Name a job by its id, or one of several outputs as id/0."
        )
    file = jobs.result_file(job_id, int(number or 0))
    outputs = jobs.get(job_id).outputs
    if len(outputs) > 1 and not slash:
        names = ", ".join(f"{each.position} {each.name}" for each in outputs[:20])
        raise InvalidRequest(f"The job has {len(outputs)} outputs: {names}. Say which one, such as {job_id}/0.")
    return file
