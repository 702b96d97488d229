"""However an error arises, it has one shape, and leaves nothing behind."""

import io
import sqlite3

import pytest

from pdfmill.core.errors import DamagedInput
from pdfmill.core.failure import Failure
from pdfmill.jobs.attempts import claim_next
from pdfmill.jobs.base import utc_now
from pdfmill.jobs.models import Job
from pdfmill.jobs.owner import this_owner
from pdfmill.jobs.retention import purge_expired

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
MEMBERS = {"type", "title", "status", "detail", "instance", "code", "kind", "retryable"}
COMPRESS = "/v1/operations/compress"
FILE_PART = b'--B\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'


def file(content=PDF):
    return (io.BytesIO(content), "a.pdf")


def assert_problem(response, status, code):
    assert (response.status_code, response.json.get("code")) == (status, code), response.text
    assert response.content_type == "application/problem+json"
    assert set(response.json) >= MEMBERS
    assert response.json["status"] == status
    assert response.json["type"] == f"urn:pdfmill:problem:{code}"
    assert response.json["detail"].endswith((".", "report.pdf", "options")) or "options are" in response.json["detail"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("method", "path", "request_", "status", "code"),
    [
        ("GET", "/nowhere", {}, 404, "not_found"),
        ("PUT", "/v1/jobs", {}, 405, "method_not_allowed"),
        ("GET", "/v1/operations/compres", {}, 404, "unknown_operation"),
        ("POST", "/v1/operations/compres", {}, 404, "unknown_operation"),
        ("GET", "/v1/jobs/0123", {}, 404, "unknown_job"),
        ("GET", "/v1/jobs/0123/result", {}, 404, "unknown_job"),
        ("POST", "/v1/jobs/0123/cancel", {}, 404, "unknown_job"),
        ("DELETE", "/v1/jobs/0123", {}, 404, "unknown_job"),
        ("GET", "/v1/jobs?limit=0", {}, 422, "invalid_options"),
        ("GET", "/v1/jobs?sttus=x", {}, 422, "invalid_options"),
        ("GET", "/v1/jobs?cursor=x~y", {}, 422, "invalid_request"),
        ("POST", COMPRESS, {"data": {"file": file(), "level": "huge"}}, 422, "invalid_options"),
        ("POST", COMPRESS, {"data": {"file": file(), "levle": "low"}}, 422, "invalid_options"),
        ("POST", COMPRESS, {"data": {"file": file(), "image_quality": "5"}}, 422, "invalid_options"),
        ("POST", COMPRESS, {"data": {"file": file(), "level": ["low", "high"]}}, 422, "invalid_options"),
        ("POST", COMPRESS, {"data": {"file": file(b"")}}, 422, "empty_input"),
        ("POST", COMPRESS, {"data": b"", "content_type": "application/pdf"}, 422, "empty_input"),
        ("POST", COMPRESS, {"data": {"file": file(b"hello")}}, 415, "unsupported_media_type"),
        ("POST", COMPRESS, {"data": {"file": file(b"MZ\x90%PDF-1.4")}}, 415, "unsupported_media_type"),
        ("POST", COMPRESS, {"data": {"document": file()}}, 422, "invalid_request"),
        ("POST", COMPRESS, {"data": {"file": [file(), file()]}}, 422, "wrong_input_count"),
        (
            "POST",
            COMPRESS,
            {
                "data": b'--B\r\nContent-Disposition: form-data; name="level"\r\n\r\nlow\r\n--B--\r\n',
                "content_type": "multipart/form-data; boundary=B",
            },
            422,
            "wrong_input_count",
        ),
        ("POST", COMPRESS, {"data": b"no boundary", "content_type": "multipart/form-data"}, 422, "wrong_input_count"),
        ("POST", COMPRESS, {"json": {"file": "x"}}, 415, "unsupported_media_type"),
        ("POST", COMPRESS, {}, 415, "unsupported_media_type"),
        (
            "POST",
            COMPRESS,
            {"data": FILE_PART + b"%PDF-" + b"x" * (3 << 20), "content_type": "multipart/form-data; boundary=B"},
            413,
            "input_too_large",
        ),
        (
            "POST",
            COMPRESS,
            {"data": b"%PDF-" + b"x" * ((1 << 20) + 1), "content_type": "application/pdf"},
            413,
            "input_too_large",
        ),
        (
            "POST",
            COMPRESS,
            {"data": PDF, "content_type": "application/pdf", "headers": {"Idempotency-Key": "with space"}},
            422,
            "invalid_request",
        ),
    ],
)
def test_a_bad_request_is_a_problem_and_leaves_nothing(
    client, parts, stored_files, method, path, request_, status, code
):
    assert_problem(client.open(path, method=method, **request_), status, code)
    assert stored_files() == []
    assert parts.jobs.list_jobs().jobs == []


def test_a_full_disk_is_told_before_the_file_is_read(make_app):
    client = make_app(storage={"min_free_mib": 1 << 40}).test_client()
    response = client.post(COMPRESS, data={"file": file()})
    assert_problem(response, 507, "storage_full")
    assert int(response.headers["Retry-After"]) > 0


def test_a_broken_storage_is_503(client, parts):
    parts.storage.root.parent.mkdir(exist_ok=True)
    parts.storage.root.write_text("a file where a folder should be")
    assert_problem(client.post(COMPRESS, data={"file": file()}), 503, "storage_unavailable")


def test_a_busy_database_is_503_and_the_file_is_gone(make_app, stored_files, tmp_path):
    client = make_app(storage={"min_free_mib": 0}, database={"busy_timeout_s": 0.1}).test_client()
    other = sqlite3.connect(tmp_path / "pdfmill.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    response = client.post(COMPRESS, data={"file": file()})
    other.close()
    assert_problem(response, 503, "database_unavailable")
    assert response.headers["Retry-After"] == "5"
    assert response.json["retryable"] is True
    assert stored_files() == []
    assert client.post(COMPRESS, data={"file": file()}).status_code == 202


def test_a_defect_tells_only_its_trace_id(app, parts, client):
    app.testing = False
    parts.jobs._database = None
    response = client.get("/v1/jobs")
    assert_problem(response, 500, "internal_error")
    assert response.json["trace_id"]
    assert "NoneType" not in response.text


def test_each_state_without_a_result_says_why(client, parts):
    def result(job_id):
        return client.get(f"/v1/jobs/{job_id}/result")

    job_id = client.post(COMPRESS, data={"file": file()}).json["id"]
    assert_problem(result(job_id), 409, "job_not_finished")
    assert_problem(client.delete(f"/v1/jobs/{job_id}"), 409, "job_not_finished")
    claim_next(parts.database, parts.policy, "compression", this_owner()).fail(
        Failure.of(DamagedInput("Send another."))
    )
    shown = client.get(f"/v1/jobs/{job_id}")
    assert (shown.status_code, shown.json["status"], shown.json["error"]["code"]) == (200, "FAILED", "damaged_input")
    response = result(job_id)
    assert_problem(response, 409, "result_unavailable")
    assert "damaged_input" in response.json["detail"]
    assert_problem(client.post(f"/v1/jobs/{job_id}/cancel"), 409, "invalid_transition")
    with parts.database.write() as session:
        session.get(Job, job_id).expires_at = utc_now()
    assert purge_expired(parts.database, parts.storage).jobs == 1
    assert_problem(result(job_id), 410, "job_expired")
    assert client.get(f"/v1/jobs/{job_id}").json["status"] == "EXPIRED"


@pytest.mark.parametrize(
    "address", ["/v1/jobs/%00", "/v1/jobs?cursor=x~%00", "/v1/jobs?batch=%00&batch=x", "/v1/jobs?%00=1"]
)
def test_a_nul_in_an_address_is_refused_on_every_database(client, address):
    assert_problem(client.get(address), 422, "invalid_request")
