"""The client against a server that misbehaves in every way a network does."""

import hashlib
import io
import json
import socket
import subprocess
import sys

import pytest

from pdfmill.client import Client
from pdfmill.core.errors import (
    DamagedInput,
    InputTooLarge,
    InternalError,
    InvalidKey,
    InvalidOptions,
    InvalidRequest,
    NotFound,
    ServerUnreachable,
    UnusablePath,
)


@pytest.fixture
def client(server):
    with Client(server.url, timeout=5, patience=2) as client:
        yield client


def problem(status, **members):
    return (status, {"Content-Type": "application/problem+json"}, json.dumps(members).encode())


def with_output(job, content, **changes):
    output = {
        "name": "small.pdf",
        "media_type": "application/pdf",
        "size_bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "url": "/elsewhere",
    }
    return {**job, "outputs": [{**output, **changes}]}


def test_a_job_of_a_newer_server_is_understood(client, server, job):
    error = {
        "code": "damaged_input",
        "title": "t",
        "detail": "d",
        "kind": "unreadable_input",
        "retryable": False,
        "new": 1,
    }
    server.will_answer({**job, "status": "FAILED", "queue_position": 3, "error": error})
    found = client.job("4f2a")
    assert found.is_terminal
    assert isinstance(found.error.to_error(), DamagedInput)


def test_a_submission_sends_files_and_options_as_a_form(client, server, job, tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-from-path")
    server.will_answer({**job, "status": "PENDING"})
    client.submit(
        "merge",
        [path, b"%PDF-from-bytes", io.BytesIO(b"%PDF-from-stream")],
        {"flag": True, "pages": ["1", "2"], "quality": 40, "absent": None},
        names=["first.pdf"],
        idempotency_key="once",
    )
    method, address, headers, body = server.requests[0]
    assert (method, address) == ("POST", "/v1/operations/merge")
    assert headers["Idempotency-Key"] == "once"
    for part in (b"%PDF-from-path", b"%PDF-from-bytes", b"%PDF-from-stream", b'filename="first.pdf"', b"true", b"40"):
        assert part in body
    assert body.count(b'name="pages"') == 2
    assert b"absent" not in body


def test_a_file_that_cannot_be_read_is_told_before_anything_is_sent(client, server, tmp_path):
    server.will_answer({})
    with pytest.raises(UnusablePath, match=r"absent\.pdf"):
        client.submit("compress", tmp_path / "absent.pdf")
    assert server.requests == []


def test_a_job_id_cannot_lead_elsewhere(client, server, job):
    server.will_answer(job)
    client.job("../operations?x=1")
    assert server.requests[0][1] == "/v1/jobs/..%2Foperations%3Fx%3D1"


def test_problems_become_the_errors_they_were(client, server):
    errors = [{"field": "level", "message": "unknown"}]
    server.will_answer(problem(422, code="invalid_options", detail="level: unknown.", title="t", errors=errors))
    with pytest.raises(InvalidOptions, match="level: unknown") as raised:
        client.job("x")
    assert raised.value.extras == {"errors": errors}


@pytest.mark.parametrize(
    ("answer", "error_class"),
    [
        ((502, {"Content-Type": "text/html"}, b"<html>bad gateway</html>"), ServerUnreachable),
        ((404, {}, b"nothing here"), NotFound),
        ((413, {}, b""), InputTooLarge),
        ((418, {}, b"teapot"), InvalidRequest),
        ((500, {}, b""), InternalError),
        (problem(413, code="of_next_year", detail="Too many pixels."), InputTooLarge),
        ((200, {"Content-Type": "text/html"}, b"<html>some other server</html>"), ServerUnreachable),
        ((200, {"Content-Type": "application/json"}, b'{"hello": "world"}'), ServerUnreachable),
    ],
)
def test_answers_of_others_become_the_nearest_error(client, server, answer, error_class):
    server.will_answer(answer)
    with pytest.raises(error_class) as raised:
        client.job("x")
    assert type(raised.value) is error_class
    assert raised.value.detail


def test_nobody_at_the_address_is_told_with_what_to_do():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: nobody else gets the port, and it refuses
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with Client(address) as client, pytest.raises(ServerUnreachable, match="pdfmill serve"):
            client.operations()


def test_a_silent_server_is_given_up_after_the_timeout():
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with Client(address, timeout=0.2) as client, pytest.raises(ServerUnreachable, match=r"0\.2 seconds"):
            client.job("x")


@pytest.mark.parametrize("address", ["127.0.0.1:8000", "ftp://host", "http://", ""])
def test_what_is_no_address_is_refused(address):
    with pytest.raises(InvalidRequest, match="server address"):
        Client(address)


def test_a_proxy_of_the_environment_does_not_stand_before_this_machine(server, job, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    server.will_answer(job)
    with Client(server.url) as client:
        assert client.job("4f2a").id == "4f2a"


def test_watching_ends_with_the_terminal_snapshot(client, server, job):
    server.will_answer({**job, "status": "PENDING"}, {**job, "status": "PROCESSING"}, job)
    assert [each.status for each in client.watch("4f2a", every=0.01)] == ["PENDING", "PROCESSING", "COMPLETED"]
    assert server.requests[0][1] == "/v1/jobs/4f2a?wait=0.01"


def test_watching_outlives_a_restart_of_the_server(client, server, job):
    starting = (503, {}, b"starting")
    server.will_answer({**job, "status": "PROCESSING"}, starting, starting, job)
    assert [each.status for each in client.watch("4f2a", every=0.01)] == ["PROCESSING", "COMPLETED"]


def test_watching_gives_up_when_the_server_stays_away(server, job):
    server.will_answer((503, {}, b"away"))
    with Client(server.url, patience=0.1) as client, pytest.raises(ServerUnreachable):
        list(client.watch("4f2a", every=0.05))


def test_watching_does_not_look_past_an_unknown_job(client, server):
    server.will_answer(problem(404, code="unknown_job", detail="There is no job of that id."))
    with pytest.raises(NotFound):
        list(client.watch("4f2a"))
    assert len(server.requests) == 1


def test_a_download_is_checked_and_put_in_place(client, server, job, tmp_path):
    content = b"%PDF-1.7 small"
    server.will_answer(with_output(job, content), (200, {}, content))
    target = tmp_path / "small.pdf"
    assert client.download("4f2a", target) == target
    assert target.read_bytes() == content
    assert list(tmp_path.iterdir()) == [target]
    assert server.requests[1][1] == "/v1/jobs/4f2a/result?file=0"


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({"sha256": "0" * 64}, (200, {}, b"%PDF-1.7 small")),
        ({"size_bytes": 99}, (200, {}, b"%PDF-1.7 small")),
        ({}, (200, {"Content-Length": "99"}, b"%PDF-1.7 small")),  # the connection breaks halfway
        ({}, (503, {}, b"")),
    ],
)
def test_a_bad_download_leaves_the_target_as_it_was(client, server, job, tmp_path, changes, answer):
    target = tmp_path / "small.pdf"
    target.write_bytes(b"before")
    server.will_answer(with_output(job, b"%PDF-1.7 small", **changes), answer)
    with pytest.raises(ServerUnreachable):
        client.download("4f2a", target)
    assert target.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("name", ["absent/small.pdf", "file/small.pdf"])
def test_a_download_that_cannot_be_written_is_told(client, server, job, tmp_path, name):
    (tmp_path / "file").write_bytes(b"")
    server.will_answer(with_output(job, b"x"), (200, {}, b"x"))
    with pytest.raises(UnusablePath, match=r"small\.pdf"):
        client.download("4f2a", tmp_path / name)


def test_running_raises_what_made_the_job_fail(client, server, job, tmp_path):
    error = {"code": "damaged_input", "title": "t", "detail": "d", "kind": "unreadable_input", "retryable": False}
    server.will_answer({**job, "status": "PENDING"}, {**job, "status": "FAILED", "error": error})
    with pytest.raises(DamagedInput):
        client.run("compress", b"%PDF", tmp_path / "out.pdf", level="high")
    assert b"high" in server.requests[0][3]
    assert list(tmp_path.iterdir()) == []


def test_the_client_loads_nothing_of_the_server():
    loaded = "import sys, pdfmill.client; print(*[name for name in sys.modules if name.startswith('pdfmill.')])"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    ours = {name for name in done.stdout.split() if not name.startswith("pdfmill.client")}
    assert {name for name in ours if not name.startswith("pdfmill.core.errors")} == {
        "pdfmill.core",
        "pdfmill.core.addresses",
        "pdfmill.core.failure",
    }


def test_the_key_of_the_environment_is_sent(server, job, monkeypatch):
    monkeypatch.setenv("PDFMILL_API_KEY", " pdfmill_a.b\n")
    server.will_answer(job)
    with Client(server.url) as client:
        client.job("4f2a")
    with Client(server.url, api_key="pdfmill_c.d") as client:
        client.job("4f2a")
    assert [headers["Authorization"] for _, _, headers, _ in server.requests] == [
        "Bearer pdfmill_a.b",
        "Bearer pdfmill_c.d",
    ]


def test_without_a_key_none_is_sent(client, server, job):
    server.will_answer(job)
    client.job("4f2a")
    assert "Authorization" not in server.requests[0][2]


def test_the_key_is_not_sent_on_to_another_server(server, bucket, job, tmp_path):
    bucket.will_answer((200, {"Content-Type": "application/pdf"}, b"%PDF-"))
    server.will_answer(with_output(job, b"%PDF-"), (303, {"Location": f"{bucket.url}/signed?x=1"}, b""))
    with Client(server.url, api_key="pdfmill_a.b") as client:
        client.download("4f2a", tmp_path / "small.pdf")
    assert (tmp_path / "small.pdf").read_bytes() == b"%PDF-"
    assert [headers.get("Authorization") for _, _, headers, _ in server.requests] == ["Bearer pdfmill_a.b"] * 2
    assert [headers.get("Authorization") for _, _, headers, _ in bucket.requests] == [None]


@pytest.mark.parametrize("key", ["a b", "a\nX: y", "ü"])
def test_a_key_that_is_none_is_refused_before_it_is_sent(key):
    with pytest.raises(InvalidRequest, match="PDFMILL_API_KEY"):
        Client("http://127.0.0.1:1", api_key=key)


def test_a_refused_key_is_told_as_such(client, server):
    server.will_answer(problem(401, code="invalid_key", detail="The API key is unknown."))
    with pytest.raises(InvalidKey):
        client.job("4f2a")
