"""Submitting a job, both ways."""

import io
import itertools
import resource

import pytest
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Response

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + b"x" * 100


def form(content=PDF, name="report.pdf", **options):
    return {"file": (io.BytesIO(content), name), **options}


def test_a_form_is_accepted_with_the_whole_job(client, parts):
    response = client.post("/v1/operations/compress", data=form(level="high"))
    job = response.json
    assert response.status_code == 202
    assert response.headers["Location"] == f"/v1/jobs/{job['id']}"
    assert response.headers["Retry-After"] == "1"
    assert (job["status"], job["options"]["level"], job["options"]["image_quality"]) == ("PENDING", "high", None)
    assert job["inputs"][0]["name"] == "report.pdf"
    assert job["inputs"][0]["size_bytes"] == len(PDF)
    assert parts.dispatcher.hints == [(job["id"], "compress")]


def test_a_raw_body_is_accepted_with_options_in_the_query(client):
    response = client.post(
        "/v1/operations/compress?level=low&image_quality=80",
        data=PDF,
        content_type="application/pdf",
        headers={"Content-Disposition": "attachment; filename*=UTF-8''B%C3%B6se.pdf"},
    )
    assert response.status_code == 202
    options = response.json["options"]
    assert (options["level"], options["image_quality"]) == ("low", 80)
    assert response.json["inputs"][0]["name"] == "Böse.pdf"


def test_both_ways_of_sending_give_one_request_one_fingerprint(client):
    key = {"Idempotency-Key": "9f1c"}
    first = client.post("/v1/operations/compress", data=form(level="medium"), headers=key)
    again = client.post("/v1/operations/compress", data=PDF, content_type="application/pdf", headers=key)
    assert (again.status_code, again.json["id"]) == (202, first.json["id"])
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers


def test_a_key_is_not_taken_for_another_request(client):
    key = {"Idempotency-Key": "9f1c"}
    client.post("/v1/operations/compress", data=form(), headers=key)
    other = client.post("/v1/operations/compress", data=form(level="high"), headers=key)
    assert (other.status_code, other.json["code"]) == (422, "idempotency_conflict")


def test_an_empty_form_field_counts_as_not_sent(client):
    response = client.post("/v1/operations/compress", data=form(level="", image_quality=""))
    options = response.json["options"]
    assert (options["level"], options["image_quality"]) == ("medium", None)


def test_a_wrong_option_is_told_before_the_file_is_read(app):
    class Unread(io.RawIOBase):
        def readinto(self, buffer):
            raise AssertionError("the body was read")

    builder = EnvironBuilder(
        method="POST", path="/v1/operations/compress", query_string="level=huge", content_type="application/pdf"
    )
    environment = builder.get_environ()
    environment["CONTENT_LENGTH"] = "1000"
    environment["wsgi.input"] = Unread()
    response = Response.from_app(app, environment, buffered=True)
    assert (response.status_code, response.json["code"]) == (422, "invalid_options")


def test_waiting_for_a_job_that_nobody_works_on_ends_with_202(client):
    response = client.post("/v1/operations/compress", data=form(), headers={"Prefer": "wait=0"})
    assert response.status_code == 202
    assert "Preference-Applied" not in response.headers


@pytest.mark.parametrize("way", ["form", "raw"])
def test_an_upload_is_never_held_in_memory(make_app, way):
    app = make_app(storage={"min_free_mib": 0}, upload={"max_upload_mib": 128})
    size = 96 * 1024 * 1024

    class Long(io.RawIOBase):
        """The head, very many bytes, the tail."""

        def __init__(self, head, tail):
            super().__init__()
            self.pieces = itertools.chain([head], itertools.repeat(b"x" * 4096, size // 4096), [tail])

        def readable(self):
            return True

        def readinto(self, buffer):
            piece = next(self.pieces, b"")
            buffer[: len(piece)] = piece
            return len(piece)

    head, tail, content_type = b"%PDF-1.7\n", b"", "application/pdf"
    if way == "form":
        head = b'--B\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1.7\n'
        tail, content_type = b"\r\n--B--\r\n", "multipart/form-data; boundary=B"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    environment = EnvironBuilder(method="POST", path="/v1/operations/compress").get_environ()
    environment["CONTENT_TYPE"] = content_type
    environment["CONTENT_LENGTH"] = str(len(head) + size + len(tail))
    environment["wsgi.input"] = io.BufferedReader(Long(head, tail), 8192)
    response = Response.from_app(app, environment, buffered=True)
    assert response.status_code == 202
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 16 * 1024
