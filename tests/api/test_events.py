"""A job's life as server-sent events, read as a browser's EventSource reads them."""

import json
import threading

import httpx
import pytest

from builders.pdf import text_pdf
from callers import COMPRESS, JobMaker
from live_server import live_server
from pdfmill.api.events import EventStreams


def events_of(text):
    """(number, name, data) of each event."""
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.partition(": ")[::2] for line in block.splitlines() if line and not line.startswith(":"))
        if "event" in fields:
            found.append((int(fields["id"]) if "id" in fields else None, fields["event"], json.loads(fields["data"])))
    return found


@pytest.fixture
def quick_app(make_app):
    """Streams of a tenth of a second, and room for one."""
    return make_app(storage={"min_free_mib": 0}, server={"max_wait_s": 0.1, "threads": 4})


def test_what_happened_to_an_ended_job_is_told_and_the_stream_ends(app, client):
    job_id = JobMaker(app, {}).completed()
    answer = client.get(f"/v1/jobs/{job_id}/events")
    assert answer.mimetype == "text/event-stream"
    names = [name for _, name, _ in events_of(answer.text)]
    assert (names[0], names[-1]) == ("job", "job")
    states = [data["status"] for _, name, data in events_of(answer.text) if name == "status"]
    assert states == ["PENDING", "PROCESSING", "COMPLETED"]
    assert events_of(answer.text)[-1][2] == client.get(f"/v1/jobs/{job_id}").json


def test_who_comes_back_gets_what_he_has_missed_and_in_the_end_nothing(app, client):
    job_id = JobMaker(app, {}).completed()
    numbers = [number for number, _, _ in events_of(client.get(f"/v1/jobs/{job_id}/events").text) if number]
    assert numbers == sorted(set(numbers))
    missed = client.get(f"/v1/jobs/{job_id}/events", headers={"Last-Event-ID": str(numbers[-2])})
    assert [number for number, _, _ in events_of(missed.text) if number] == numbers[-1:]
    assert client.get(f"/v1/jobs/{job_id}/events", headers={"Last-Event-ID": str(numbers[-1])}).status_code == 204


def test_a_number_that_is_none_gives_everything(app, client):
    job_id = JobMaker(app, {}).completed()
    for told in ("x", "-1", "9" * 40, "²"):
        answer = client.get(f"/v1/jobs/{job_id}/events", headers={"Last-Event-ID": told.encode("utf-8")})
        assert len([name for _, name, _ in events_of(answer.text) if name == "status"]) == 3


def test_a_stream_that_was_long_enough_ends_and_says_when_to_come_back(quick_app):
    job_id = JobMaker(quick_app, {}).pending()
    answer = quick_app.test_client().get(f"/v1/jobs/{job_id}/events")
    assert "retry: 250" in answer.text
    assert [name for _, name, _ in events_of(answer.text)] == ["job", "status"]


def test_who_finds_no_room_is_told_the_state_and_to_come_back_later(app, parts):
    job_id = JobMaker(app, {}).pending()
    streams = EventStreams(threads=4, longest_s=0.1)
    first = streams.follow(parts.jobs, job_id, 0)
    assert next(first) == "retry: 250\n\n"
    second = "".join(streams.follow(parts.jobs, job_id, 0))
    assert second.startswith("retry: 3000\n\n")
    assert [name for _, name, _ in events_of(second)] == ["job"]
    first.close()  # as the server does when the client has gone
    assert next(streams.follow(parts.jobs, job_id, 0)) == "retry: 250\n\n"


def test_a_job_that_is_deleted_ends_its_stream(app, parts, client):
    job_id = JobMaker(app, {}).pending()
    stream = EventStreams(threads=4, longest_s=30).follow(parts.jobs, job_id, 0)
    assert [name for _, name, _ in events_of(next(stream) + next(stream) + next(stream))] == ["job", "status"]
    client.post(f"/v1/jobs/{job_id}/cancel")
    assert client.delete(f"/v1/jobs/{job_id}").status_code == 204
    assert list(stream) == []
    assert client.get(f"/v1/jobs/{job_id}/events").status_code == 404


def test_a_job_is_followed_while_it_is_worked_on(tmp_path):
    with live_server(tmp_path) as server:
        document = text_pdf(tmp_path / "in.pdf", pages=3)
        job_id = httpx.post(server.url + COMPRESS, files={"file": document.read_bytes()}).json()["id"]
        heard = []

        def follow():
            with httpx.stream("GET", f"{server.url}/v1/jobs/{job_id}/events", timeout=30) as answer:
                heard.append("".join(answer.iter_text()))

        listener = threading.Thread(target=follow)
        listener.start()
        server.work()
        listener.join()
    events = events_of(heard[0])
    assert [data["status"] for _, name, data in events if name == "status"] == ["PENDING", "PROCESSING", "COMPLETED"]
    percents = [data["percent"] for _, name, data in events if name == "progress"]
    assert percents == sorted(percents)
    assert events[-1][1:2] == ("job",)
    assert events[-1][2]["outputs"]
