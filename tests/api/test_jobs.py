"""Looking at jobs and fetching their results."""

import io

import pytest

from builders.pdf import text_pdf
from pdfmill.jobs.attempts import claim_next
from pdfmill.jobs.models import JobFile
from pdfmill.jobs.owner import this_owner
from pdfmill.jobs.storage import Label


@pytest.fixture
def finished(client, parts, tmp_path):
    """A completed job, its output as the worker would have stored it."""
    pdf = text_pdf(tmp_path / "x.pdf").read_bytes()
    job_id = client.post("/v1/operations/compress", data={"file": (io.BytesIO(pdf), "a;b\u202e ü.pdf")}).json["id"]
    attempt = claim_next(parts.database, parts.policy, "compression", this_owner())
    incoming = parts.storage.incoming(1 << 20)
    incoming.write(pdf)
    stored = parts.storage.publish(incoming, "outputs/x", Label("x.pdf", "application/pdf"))
    output = JobFile(
        role="output",
        name=attempt.job.inputs[0].name,
        media_type="application/pdf",
        size_bytes=stored.size_bytes,
        sha256=stored.sha256,
        storage_key=stored.key,
    )
    assert attempt.complete({"ratio": 1.0}, [], [output])
    return job_id, pdf


def test_a_finished_job_tells_everything(client, finished):
    job_id, pdf = finished
    job = client.get(f"/v1/jobs/{job_id}").json
    assert (job["status"], job["result"], job["progress"]["percent"]) == ("COMPLETED", {"ratio": 1.0}, 100)
    assert job["outputs"][0]["size_bytes"] == len(pdf)
    assert client.get(job["outputs"][0]["url"]).data == pdf


def test_a_download_is_an_attachment_that_no_browser_runs(client, finished):
    response = client.get(f"/v1/jobs/{finished[0]}/result")
    disposition = response.headers["Content-Disposition"]
    assert disposition.startswith("attachment;")
    assert "filename*=UTF-8''a%3Bb%20%C3%BC.pdf" in disposition
    assert "\u202e" not in disposition
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.content_type == "application/pdf"


def test_a_download_can_be_taken_up_again(client, finished):
    job_id, pdf = finished
    response = client.get(f"/v1/jobs/{job_id}/result", headers={"Range": "bytes=10-19"})
    assert (response.status_code, response.data) == (206, pdf[10:20])
    assert response.headers["Content-Range"] == f"bytes 10-19/{len(pdf)}"
    same = client.get(f"/v1/jobs/{job_id}/result", headers={"If-None-Match": response.headers["ETag"]})
    assert same.status_code == 304


def test_an_unchanged_job_is_304(client, finished):
    first = client.get(f"/v1/jobs/{finished[0]}")
    again = client.get(f"/v1/jobs/{finished[0]}", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_another_output_than_there_is_is_told(client, finished):
    assert client.get(f"/v1/jobs/{finished[0]}/result?file=1").json["code"] == "result_unavailable"


def test_a_finished_job_can_be_deleted(client, finished, stored_files):
    assert client.delete(f"/v1/jobs/{finished[0]}").status_code == 204
    assert stored_files() == []
    assert client.get(f"/v1/jobs/{finished[0]}").status_code == 404


def test_a_pending_job_is_cancelled(client):
    job_id = client.post("/v1/operations/compress", data=b"%PDF-1.7", content_type="application/pdf").json["id"]
    for _ in range(2):
        response = client.post(f"/v1/jobs/{job_id}/cancel")
        assert (response.status_code, response.json["status"]) == (202, "CANCELLED")


def test_the_list_is_filtered_and_paged(client):
    made = [
        client.post("/v1/operations/compress", data=b"%PDF-1.7", content_type="application/pdf").json["id"]
        for _ in range(3)
    ]
    first = client.get("/v1/jobs?limit=2&status=PENDING&operation=compress").json
    rest = client.get(f"/v1/jobs?limit=2&cursor={first['next_cursor'].replace('+', '%2B')}").json
    assert [job["id"] for job in first["items"] + rest["items"]] == made[::-1]
    assert rest["next_cursor"] is None
    assert client.get("/v1/jobs?status=FAILED").json["items"] == []
