"""The output of one job as the input of another."""

import io

import pytest

from callers import COMPRESS, PDF, Callers, JobMaker, bearer
from pdfmill.core.caller import Scope
from pdfmill.jobs.models import Job, JobFile

BULK = "/v1/operations/bulk-compress"


@pytest.fixture
def owners(app):
    return Callers(app.extensions["pdfmill"].keys)


@pytest.fixture
def headers(owners):
    return owners.headers("owner")


@pytest.fixture
def maker(app, headers):
    return JobMaker(app, headers)


@pytest.fixture
def submit(client, headers):
    def submit(path=COMPRESS, who=None, **form):
        return client.post(path, data=form, headers=who or headers)

    return submit


def test_an_output_is_the_input_of_the_next_job(app, client, maker, submit, headers):
    earlier = client.get(f"/v1/jobs/{maker.completed()}", headers=headers).json
    response = submit(from_job=earlier["id"], level="high")
    assert response.status_code == 202, response.text
    job = response.json
    assert job["options"]["level"] == "high"
    assert {key: job["inputs"][0][key] for key in ("name", "sha256", "size_bytes")} == {
        key: earlier["outputs"][0][key] for key in ("name", "sha256", "size_bytes")
    }


def test_the_next_job_does_not_need_the_earlier_one_any_more(app, client, maker, submit, headers):
    earlier = maker.completed()
    content = client.get(f"/v1/jobs/{earlier}/result", headers=headers).data
    job = submit(from_job=earlier).json["id"]
    assert client.delete(f"/v1/jobs/{earlier}", headers=headers).status_code == 204
    parts = app.extensions["pdfmill"]
    with parts.storage.open(parts.jobs.get(job).inputs[0].storage_key) as file:
        assert file.read() == content


def test_a_form_without_a_file_may_be_a_plain_one(client, maker, headers):
    response = client.post(
        COMPRESS,
        data=f"from_job={maker.completed()}&level=low",
        content_type="application/x-www-form-urlencoded",
        headers=headers,
    )
    assert (response.status_code, response.json["options"]["level"]) == (202, "low")


def test_files_and_outputs_may_be_sent_together(maker, submit):
    response = submit(BULK, file=(io.BytesIO(PDF), "a.pdf"), from_job=[maker.completed(), f"{maker.completed()}/0"])
    assert response.status_code == 202, response.text
    assert len(response.json["inputs"]) == 3


def test_the_same_key_and_the_same_output_give_the_same_job(client, maker, headers):
    earlier, key = maker.completed(), headers | {"Idempotency-Key": "9f1c"}
    first = client.post(COMPRESS, data={"from_job": earlier}, headers=key)
    again = client.post(COMPRESS, data={"from_job": earlier}, headers=key)
    assert again.json["id"] == first.json["id"]


@pytest.mark.parametrize(("state", "code"), [("pending", "job_not_finished"), ("failed", "result_unavailable")])
def test_a_job_without_an_output_is_refused_by_its_state(maker, submit, state, code):
    response = submit(from_job=getattr(maker, state)())
    assert (response.status_code, response.json["code"]) == (409, code)


@pytest.mark.parametrize(
    ("suffix", "code"), [("/1", "result_unavailable"), ("/x", "invalid_request"), ("/²", "invalid_request")]
)
def test_an_output_that_is_not_there_is_told(maker, submit, suffix, code):
    assert submit(from_job=maker.completed() + suffix).json["code"] == code


def test_another_owners_job_does_not_exist(owners, maker, submit):
    earlier = maker.completed()
    foreign = submit(from_job=earlier, who=owners.headers("other owner"))
    unknown = submit(from_job="0" * 32, who=owners.headers("other owner"))
    assert (foreign.status_code, foreign.json["code"]) == (404, "unknown_job")
    assert foreign.json["detail"] == unknown.json["detail"]


def test_a_key_that_may_not_read_results_may_not_work_on_them(app, maker, submit):
    _, key = app.extensions["pdfmill"].keys.create("alice", {Scope.JOBS_WRITE})
    response = submit(from_job=maker.completed(), who=bearer(key))
    assert (response.status_code, response.json["code"], response.json["scope"]) == (403, "scope_missing", "jobs:read")


def test_of_several_outputs_one_has_to_be_named(parts, maker, submit):
    earlier = maker.completed()
    with parts.database.write() as session:
        job = session.get(Job, earlier)
        (first,) = job.outputs
        second = JobFile(role="output", position=1, name="b.pdf", media_type=first.media_type)
        second.size_bytes, second.sha256, second.storage_key = first.size_bytes, first.sha256, first.storage_key
        job.files.append(second)
    refused = submit(from_job=earlier)
    assert (refused.status_code, refused.json["code"]) == (422, "invalid_request")
    assert "0 a.pdf, 1 b.pdf" in refused.json["detail"]
    assert submit(from_job=f"{earlier}/1").json["inputs"][0]["name"] == "b.pdf"


def test_a_refused_submission_leaves_nothing_behind(stored_files, maker, submit):
    earlier = maker.completed()
    before = stored_files()
    assert submit(from_job=earlier, level="huge").status_code == 422
    assert stored_files() == before
