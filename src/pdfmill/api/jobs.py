"""Jobs: look, wait, cancel, download, delete."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import Blueprint, Response, redirect, request, send_file
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pdfmill.api.guard import requires
from pdfmill.api.schemas import JobList, JobView, View
from pdfmill.api.waiting import Waiting
from pdfmill.core.caller import Scope
from pdfmill.core.errors import InvalidOptions
from pdfmill.jobs.models import JobFile
from pdfmill.jobs.service import JobService
from pdfmill.jobs.status import JobStatus
from pdfmill.jobs.storage import Storage

#: A download is data, never a page: a PDF or a picture may hold scripts.
_DOWNLOAD_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"


class _Query(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


#: The job table as the caller of the present request sees it.
JobsOfCaller = Callable[[], JobService]

QueryT = TypeVar("QueryT", bound=_Query)


class JobListQuery(_Query):
    """Which jobs."""

    status: JobStatus | None = Field(None, description="Only jobs in this state.")
    operation: str | None = Field(None, description="Only jobs of this operation.")
    batch: str | None = Field(None, description="The items of this batch, instead of the jobs that clients submitted.")
    limit: int = Field(50, ge=1, le=200, description="Jobs a page.")
    cursor: str | None = Field(None, description="`next_cursor` of the page before.")


class JobQuery(_Query):
    """How long to wait."""

    wait: float = Field(0, ge=0, description="Seconds to wait for the job's end; capped by the server.")


class ResultQuery(_Query):
    """Which file."""

    file: int = Field(0, ge=0, description="Which output, from 0.")


def job_routes(jobs: JobsOfCaller, storage: Storage, waiting: Waiting) -> Blueprint:
    """``/v1/jobs``."""
    blueprint = Blueprint("jobs", __name__, url_prefix="/v1/jobs")

    @blueprint.get("")
    @requires(Scope.JOBS_READ)
    def list_jobs() -> Response:
        page = jobs().list_jobs(**query_of(JobListQuery).model_dump())
        counts = jobs().count_items(page.jobs)
        views = [JobView.of(job, counts.get(job.id)) for job in page.jobs]
        return answer(JobList(items=views, next_cursor=page.next_cursor))

    @blueprint.get("/<job_id>")
    @requires(Scope.JOBS_READ)
    def show_job(job_id: str) -> Response:
        query = query_of(JobQuery)
        job = waiting.until_finished(jobs(), jobs().get(job_id), query.wait)
        response = answer(JobView.of(job, jobs().count_items([job]).get(job.id)))
        if not job.status.is_terminal:
            response.headers["Retry-After"] = "1"
        response.add_etag()
        response.make_conditional(request)
        return response

    @blueprint.get("/<job_id>/result")
    @requires(Scope.JOBS_READ, deed="result.download")
    def download(job_id: str) -> Response:
        return send_result(storage, jobs().result_file(job_id, query_of(ResultQuery).file))

    @blueprint.post("/<job_id>/cancel")
    @requires(Scope.JOBS_WRITE, deed="job.cancel")
    def cancel(job_id: str) -> Response:
        return answer(JobView.of(jobs().cancel(job_id)), status=202)

    @blueprint.post("/<job_id>/retry")
    @requires(Scope.JOBS_WRITE, deed="job.retry")
    def retry(job_id: str) -> Response:
        return answer(JobView.of(jobs().retry(job_id)), status=202)

    @blueprint.delete("/<job_id>")
    @requires(Scope.JOBS_WRITE, deed="job.delete")
    def delete(job_id: str) -> Response:
        jobs().delete(job_id)
        return Response(status=204)

    return blueprint


def answer(view: View, status: int = 200) -> Response:
    """A view as a JSON response that no cache keeps."""
    response = Response(view.model_dump_json(), status=status, content_type="application/json")
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def send_result(storage: Storage, file: JobFile) -> Response:
    """The file, or where in the bucket it is."""
    link = storage.link(file.storage_key)
    return _see_other(link) if link else _send(storage, file)


def _see_other(link: str) -> Response:
    """To the file in the bucket, by a link that is good for some minutes."""
    response = redirect(link, code=303)
    response.headers["Cache-Control"] = "no-store"
    return cast(Response, response)


def _send(storage: Storage, file: JobFile) -> Response:
    response = send_file(
        storage.open(file.storage_key), mimetype=file.media_type, as_attachment=True, download_name=file.name
    )
    # Flask takes size and tag of a path only; an open file needs to be told both before it can serve ranges.
    response.content_length = file.size_bytes
    response.set_etag(file.sha256)
    response.make_conditional(request, accept_ranges=True, complete_length=file.size_bytes)
    response.headers["Content-Security-Policy"] = _DOWNLOAD_POLICY
    response.headers["Cache-Control"] = "private, no-store"
    return response


def query_of(model: type[QueryT]) -> QueryT:
    """The query of the request's address.

    Raises:
        InvalidOptions: A parameter is unknown or out of range.
    """
    try:
        return model.model_validate(request.args.to_dict())
    except ValidationError as error:
        errors: list[dict[str, Any]] = [
            {"field": ".".join(map(str, each["loc"])), "message": each["msg"]} for each in error.errors()
        ]
        detail = " ".join(f"{each['field']}: {each['message']}." for each in errors)
        raise InvalidOptions(detail, errors=errors) from error
