"""Signed links: a result for whoever holds the link, such as a browser that cannot send a key."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask import Blueprint, Response, g

from pdfmill.access.links import DownloadLinks
from pdfmill.api.guard import public, requires
from pdfmill.api.jobs import JobsOfCaller, ResultQuery, answer, query_of, send_result
from pdfmill.api.schemas import LinkView
from pdfmill.core.caller import EVERYTHING, Caller, Scope
from pdfmill.jobs.base import utc_now
from pdfmill.jobs.service import JobService
from pdfmill.jobs.storage import Storage


def download_routes(
    jobs: JobsOfCaller, jobs_of: Callable[[Caller], JobService], links: DownloadLinks, storage: Storage
) -> Blueprint:
    """``/v1/jobs/<id>/link`` and ``/v1/downloads``."""
    blueprint = Blueprint("downloads", __name__, url_prefix="/v1")

    @blueprint.post("/jobs/<job_id>/link")
    @requires(Scope.JOBS_READ, deed="link.make")
    def make_link(job_id: str) -> Response:
        file = jobs().result_file(job_id, query_of(ResultQuery).file)
        token = links.sign(job_id, file.position, g.caller)
        ends = utc_now() + timedelta(seconds=links.good_for_s)
        return answer(LinkView(url=f"/v1/downloads/{token}", expires_at=ends), status=201)

    @blueprint.get("/downloads/<token>")
    @public(deed="result.download")
    def follow_link(token: str) -> Response:
        download = links.open(token)
        g.caller = Caller(key_id=download.key_id)
        g.job_id = download.job_id
        # Whether the job could be seen was decided when the link was signed.
        return send_result(storage, jobs_of(EVERYTHING).result_file(download.job_id, download.position))

    return blueprint
