"""What clients may rely on, on one machine and on a fleet: the same on every set of servers below."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from builders.pdf import encrypted_pdf, text_pdf
from pdfmill.core.errors import IdempotencyConflict, InvalidTransition, JobExpired, QueueFull, TooManyJobs, UnknownJob
from stacks import rehearsal
from stacks.fleet import running_fleet, servers
from stacks.processes import wait_for
from stacks.stack import running_stack

PER_CLIENT, IN_QUEUE = 8, 10

SETTINGS = {
    **rehearsal.ENVIRONMENT,
    "PDFMILL_QUEUE__MAX_PENDING": str(IN_QUEUE),
    "PDFMILL_QUEUE__MAX_PENDING_PER_CLIENT": str(PER_CLIENT),
    "PDFMILL_RETENTION__HOURS": "0.0002",  # less than a second, but nothing is purged before the clean-up runs
}

#: A second client, as far as the server can tell: on loopback every address of 127/8 is our own.
SOMEBODY_ELSE = "127.0.0.2"


@pytest.fixture(scope="module", params=["embedded", "redis", "rabbitmq"])
def server(request, tmp_path_factory):
    """SQLite, a private Valkey and a disk; then fleets on PostgreSQL and S3 with either broker."""
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "embedded":
        with running_stack(folder, SETTINGS) as stack:
            yield stack
    else:
        with servers(request.param) as environment, running_fleet(folder, {**environment, **SETTINGS}) as fleet:
            yield fleet


@pytest.fixture
def client(server):
    with server.client() as client:
        yield client


@pytest.fixture
def source(tmp_path):
    return text_pdf(tmp_path / "in.pdf")


@pytest.fixture
def busy(client, source):
    """A job that holds the only place of its queue until the test ends."""
    job = client.submit("one-by-one", source, {"seconds": 60})
    wait_for(lambda: client.job(job.id).status == "PROCESSING")
    yield job
    for status in ("PENDING", "PROCESSING"):
        for waiting in client.jobs(status=status).items:
            client.cancel(waiting.id)
    assert _ended(client, job).status == "CANCELLED"


def _ended(client, job):
    return list(client.watch(job.id))[-1]


def _post(server, source, operation="one-by-one", address="127.0.0.1", headers=None, **options):
    with httpx.Client(transport=httpx.HTTPTransport(local_address=address)) as client:
        return client.post(
            f"{server.address}/v1/operations/{operation}",
            params=options,
            content=source.read_bytes(),
            headers={"Content-Type": "application/pdf", **(headers or {})},
        )


def test_a_job_is_submitted_waited_for_and_fetched(client, source, tmp_path):
    job = client.submit("echo", source, {"seconds": 0.5})
    assert job.status == "PENDING"
    done = client.job(job.id, wait=20)
    assert (done.status, done.attempt) == ("COMPLETED", 1)
    assert client.download(done, tmp_path / "out").read_bytes() == rehearsal.echoed(source.read_bytes())


def test_a_document_is_compressed(client, source, tmp_path):
    done = client.run("compress", source, tmp_path / "out.pdf")
    assert done.status == "COMPLETED"
    assert (tmp_path / "out.pdf").read_bytes().startswith(b"%PDF-")


def test_a_result_can_be_fetched_in_ranges(server, client, source):
    done = _ended(client, client.submit("echo", source, {}))
    expected = rehearsal.echoed(source.read_bytes())
    url = f"{server.address}/v1/jobs/{done.id}/result"
    part = httpx.get(url, headers={"Range": "bytes=3-9"}, follow_redirects=True)
    assert (part.status_code, part.content) == (206, expected[3:10])
    assert part.headers["Content-Range"] == f"bytes 3-9/{len(expected)}"


def test_a_fleet_sends_clients_to_the_bucket_by_a_signed_link(server, client, source):
    done = _ended(client, client.submit("echo", source, {}))
    response = httpx.get(f"{server.address}/v1/jobs/{done.id}/result")
    if server.signs_links:
        assert response.status_code == 303
        assert "X-Amz-Signature=" in response.headers["Location"]
        response = httpx.get(response.headers["Location"])
    assert response.content == rehearsal.echoed(source.read_bytes())
    assert "echo.bin" in response.headers["Content-Disposition"]


def test_jobs_are_listed_newest_first_and_by_state(client, source):
    ids = [_ended(client, client.submit("echo", source, {})).id for _ in range(3)]
    assert [job.id for job in client.jobs(limit=3).items] == ids[::-1]
    assert {job.status for job in client.jobs(status="COMPLETED").items} == {"COMPLETED"}
    first = client.jobs(limit=1)
    second = client.jobs(limit=1, cursor=first.next_cursor)
    assert [first.items[0].id, second.items[0].id] == ids[:0:-1]


def test_a_pending_job_is_cancelled_at_once(client, source, busy):
    waiting = client.submit("one-by-one", source, {})
    assert client.cancel(waiting.id).status == "CANCELLED"
    assert client.cancel(waiting.id).status == "CANCELLED", "asking twice is harmless"


def test_a_running_job_is_cancelled(client, source):
    job = client.submit("echo", source, {"seconds": 60})
    wait_for(lambda: client.job(job.id).status == "PROCESSING")
    client.cancel(job.id)
    assert _ended(client, job).status == "CANCELLED"


def test_a_job_that_ended_cannot_be_cancelled(client, source):
    done = _ended(client, client.submit("echo", source, {}))
    with pytest.raises(InvalidTransition):
        client.cancel(done.id)


def test_a_failed_job_is_tried_again_when_somebody_asks(client, tmp_path):
    job = _ended(client, client.submit("compress", encrypted_pdf(tmp_path / "locked.pdf"), {}))
    assert (job.status, job.error.code, job.attempt) == ("FAILED", "password_required", 1)
    client.retry(job.id)
    again = _ended(client, job)
    assert (again.status, again.attempt) == ("FAILED", 2)


def test_a_document_that_kills_its_sandbox_is_quarantined(client, source):
    job = _ended(client, client.submit("poison", source, {}))
    assert (job.status, job.error.code, job.attempt) == ("FAILED", "quarantined", 3)


def test_a_deleted_job_is_gone(client, source):
    done = _ended(client, client.submit("echo", source, {}))
    client.delete(done.id)
    with pytest.raises(UnknownJob):
        client.job(done.id)


def test_one_key_makes_one_job_however_many_ask_at_once(server, source):
    def submit(_):
        with server.client() as client:
            return client.submit("echo", source, {}, idempotency_key="the-same").id

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(submit, range(12)))) == 1
    with server.client() as client, pytest.raises(IdempotencyConflict):
        client.submit("echo", source, {"seconds": 1}, idempotency_key="the-same")


def test_a_queue_runs_no_more_at_once_than_it_may(client, source):
    jobs = [client.submit("one-by-one", source, {"seconds": 0.3}) for _ in range(4)]
    most = 0
    while not all(client.job(job.id).is_terminal for job in jobs):
        most = max(most, len([job for job in client.jobs(status="PROCESSING").items if job.operation == "one-by-one"]))
    assert most == 1
    assert {client.job(job.id).status for job in jobs} == {"COMPLETED"}


def test_urgent_jobs_come_first_and_clients_take_turns(server, client, source, busy):
    mine = [_post(server, source, seconds=0).json()["id"] for _ in range(4)]
    others = _post(server, source, address=SOMEBODY_ELSE, seconds=0).json()["id"]
    urgent = _post(server, source, headers={"Priority": "u=0"}, seconds=0).json()["id"]
    client.cancel(busy.id)
    jobs = {job_id: list(client.watch(job_id))[-1] for job_id in (*mine, others, urgent)}
    order = sorted(jobs, key=lambda job_id: jobs[job_id].started_at)
    assert order == [urgent, mine[0], others, *mine[1:]]


def test_a_full_queue_refuses_the_client_that_filled_it_and_then_everybody(server, source, busy):
    for _ in range(PER_CLIENT):
        assert _post(server, source).status_code == 202
    refused = _post(server, source)
    assert (refused.status_code, refused.json()["code"]) == (429, TooManyJobs.code)
    for _ in range(IN_QUEUE - PER_CLIENT):
        assert _post(server, source, address=SOMEBODY_ELSE).status_code == 202
    refused = _post(server, source, address=SOMEBODY_ELSE)
    assert (refused.status_code, refused.json()["code"]) == (503, QueueFull.code)
    assert int(refused.headers["Retry-After"]) > 0


def test_an_expired_job_keeps_its_row_and_loses_its_files(server, client, source):
    done = _ended(client, client.submit("echo", source, {}))
    server.clean_up()
    wait_for(lambda: client.job(done.id).status == "EXPIRED")
    with pytest.raises(JobExpired):
        client.download(done, server.folder / "gone")
