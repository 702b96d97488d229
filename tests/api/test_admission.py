"""Who may wait, how urgently, and what another try is."""

import io

import pytest

from builders.pdf import text_pdf
from pdfmill.core.errors import DamagedInput
from pdfmill.core.failure import Failure
from pdfmill.jobs.attempts import claim_next
from pdfmill.jobs.owner import this_owner


@pytest.fixture
def submit(tmp_path):
    pdf = text_pdf(tmp_path / "x.pdf").read_bytes()

    def submit(client, **kwargs):
        return client.post("/v1/operations/compress", data={"file": (io.BytesIO(pdf), "x.pdf")}, **kwargs)

    return submit


@pytest.mark.parametrize(
    ("limits", "status", "code"),
    [({"max_pending": 1}, 503, "queue_full"), ({"max_pending_per_client": 1}, 429, "too_many_jobs")],
)
def test_too_many_waiting_jobs_are_refused_before_the_body_is_read(make_app, submit, parts_of, limits, status, code):
    app = make_app(storage={"min_free_mib": 0}, queue=limits)
    client = app.test_client()
    assert submit(client).status_code == 202
    refused = submit(client)
    assert (refused.status_code, refused.json["code"], refused.json["retryable"]) == (status, code, True)
    assert int(refused.headers["Retry-After"]) > 0
    assert parts_of(app).jobs.list_jobs().next_cursor is None
    unread = client.post("/v1/operations/compress", data=b"", content_type="text/nonsense")
    assert unread.json["code"] == code


@pytest.fixture
def parts_of():
    return lambda app: app.extensions["pdfmill"]


@pytest.mark.parametrize(
    ("header", "urgency"),
    [("u=0", 0), ("u=7, i", 7), ("i, u=1", 1), ("", 3), ("u=9", 3), ("nonsense", 3), ("u=-1", 3), ("cu=1", 3)],
)
def test_urgency_is_that_of_the_priority_header(client, submit, header, urgency):
    assert submit(client, headers={"Priority": header}).json["urgency"] == urgency


def test_an_urgent_job_is_claimed_before_one_that_came_first(client, submit, parts):
    submit(client)
    urgent = submit(client, headers={"Priority": "u=0"}).json["id"]
    assert claim_next(parts.database, parts.policy, "compression", this_owner()).job.id == urgent


def test_a_failed_job_is_tried_again_when_asked(client, submit, parts):
    job_id = submit(client).json["id"]
    claim_next(parts.database, parts.policy, "compression", this_owner()).fail(Failure.of(DamagedInput("x")))
    again = client.post(f"/v1/jobs/{job_id}/retry")
    assert (again.status_code, again.json["status"], again.json["error"]) == (202, "PENDING", None)
    assert [hint for hint, _ in parts.dispatcher.hints] == [job_id, job_id]
    assert claim_next(parts.database, parts.policy, "compression", this_owner()).number == 2


def test_only_failed_jobs_are_tried_again(client, submit):
    job_id = submit(client).json["id"]
    refused = client.post(f"/v1/jobs/{job_id}/retry")
    assert (refused.status_code, refused.json["code"], refused.json["job_status"]) == (
        409,
        "invalid_transition",
        "PENDING",
    )


def test_a_batch_tells_of_its_items(client, parts, tmp_path):
    pdf = text_pdf(tmp_path / "x.pdf").read_bytes()
    files = [(io.BytesIO(pdf), "a.pdf"), (io.BytesIO(b"broken"), "b.pdf")]
    job = client.post("/v1/operations/bulk-compress", data={"files": files}).json
    assert [each["name"] for each in job["inputs"]] == ["a.pdf", "b.pdf"]
    assert (job["item_counts"], job["batch_id"]) == (None, None)
    assert client.get(f"/v1/jobs?batch={job['id']}").json["items"] == []
