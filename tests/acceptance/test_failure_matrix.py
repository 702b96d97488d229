"""Each place at which a process can die, one after the other, on one machine and on a fleet.

The parts die by `pdfmill.core.crash_points`: a file with the name of the place makes the next process that comes there
kill itself.
"""

import os
import signal
import socket
import time
from urllib.parse import urlsplit

import pytest

from pdfmill.core.crash_points import VARIABLE
from pdfmill.core.errors import PdfMillError
from stacks import rehearsal
from stacks.audit import audit
from stacks.fleet import running_small_fleet, servers
from stacks.processes import is_alive, kill, wait_for
from stacks.stack import running_stack
from stacks.storm import find_victims

LEASE_S = 4.0

SETTINGS = {
    **rehearsal.ENVIRONMENT,
    "PDFMILL_WORKER__LEASE_S": str(LEASE_S),
    "PDFMILL_WORKER__HEARTBEAT_S": "0.5",
    "PDFMILL_WORKER__RECONCILE_EVERY_S": "0.5",
    "PDFMILL_WORKER__SHUTDOWN_GRACE_S": "2",
}

CONTENT = b"%PDF-1.7\n%failure matrix"


@pytest.fixture(scope="module")
def points(tmp_path_factory):
    """The folder of the places at which a process is to die."""
    return tmp_path_factory.mktemp("points")


@pytest.fixture(scope="module", params=["embedded", "redis"])
def server(request, tmp_path_factory, points):
    folder = tmp_path_factory.mktemp(request.param)
    settings = {**SETTINGS, VARIABLE: str(points)}
    if request.param == "embedded":
        with running_stack(folder, settings) as stack:
            yield stack
    else:
        with servers(request.param) as environment, running_small_fleet(folder, {**environment, **settings}) as fleet:
            yield fleet


@pytest.fixture
def client(server):
    with server.client() as client:
        yield client


@pytest.fixture(autouse=True)
def nobody_else_was_hurt(server, points):
    """Each test leaves the parts alive and no place armed."""
    yield
    assert list(points.iterdir()) == []
    wait_for(lambda: {"web process", "worker child", "reconciler", "sandbox"} <= set(find_victims(server)), 30)


def submit(client, key=None, **options):
    """Submit as a careful client does, until there is an answer."""
    for _ in range(100):
        try:
            return client.submit("echo", CONTENT, options, idempotency_key=key)
        except PdfMillError as error:
            if not error.kind.retryable:
                raise
            time.sleep(0.1)
    raise AssertionError("the job was never accepted")


def result_of(client, job, folder):
    """The result of a job that has to complete."""
    done = list(client.watch(job.id))[-1]
    assert done.status == "COMPLETED", done
    return done, client.download(done, folder / "result").read_bytes()


def wait_until_running(client, job):
    wait_for(lambda: client.job(job.id).status == "PROCESSING")


@pytest.mark.parametrize("place", ["published", "before-hint", "after-hint"])
def test_a_web_server_dies_while_it_accepts_a_job(server, client, points, tmp_path, place):
    (points / place).touch()
    job = submit(client, key=f"web-{place}")
    done, result = result_of(client, job, tmp_path)
    assert (done.attempt, result) == (1, rehearsal.echoed(CONTENT))
    assert len([each for each in client.jobs(limit=200).items if each.id == job.id]) == 1


def test_a_web_server_dies_during_an_upload(server, client):
    before = len(client.jobs(limit=200).items)
    address = urlsplit(server.address)
    with socket.create_connection((address.hostname, address.port)) as upload:
        head = "POST /v1/operations/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/pdf\r\nContent-Length: 9999"
        upload.sendall(f"{head}\r\n\r\n".encode() + CONTENT)
        time.sleep(0.3)
        for pid in find_victims(server)["web process"]:
            kill(pid)
    wait_for(lambda: _answers(client))
    assert len(client.jobs(limit=200).items) == before


def _answers(client):
    try:
        return client.jobs(limit=1) is not None
    except PdfMillError:
        return False


@pytest.mark.parametrize(
    ("place", "attempts"), [("hinted", 1), ("claimed", 2), ("launched", 2), ("stored", 2), ("completed", 1)]
)
def test_a_worker_child_dies(client, points, tmp_path, place, attempts):
    (points / place).touch()
    job = submit(client, seconds=0.2)
    done, result = result_of(client, job, tmp_path)
    assert (done.attempt, result) == (attempts, rehearsal.echoed(CONTENT))


def test_idle_worker_children_die_and_the_next_jobs_run(server, client, tmp_path):
    for pid in find_victims(server)["worker child"]:
        kill(pid)
    for job in [submit(client) for _ in range(4)]:
        result_of(client, job, tmp_path)


def test_a_worker_dies_with_everything_below_it(server, client, tmp_path):
    job = submit(client, seconds=2)
    wait_until_running(client, job)
    victims = find_victims(server)
    (worker,) = victims["worker"]
    kill(worker)
    wait_for(lambda: not [pid for pid in victims["sandbox"] + victims["worker child"] if is_alive(pid)], 5)
    done, _ = result_of(client, job, tmp_path)
    assert done.attempt == 2


def test_a_sandbox_dies_and_its_job_is_not_blamed(server, client, tmp_path):
    job = submit(client, seconds=2)
    wait_until_running(client, job)
    for pid in find_victims(server)["sandbox"]:
        kill(pid)
    done, _ = result_of(client, job, tmp_path)
    assert done.attempt == 2


def test_a_worker_that_was_stopped_past_its_lease_publishes_nothing(server, client, tmp_path):
    """As a virtual machine that is paused: it does not know that time has passed."""
    job = submit(client, seconds=LEASE_S + 2)
    wait_until_running(client, job)
    stopped = find_victims(server)["worker child"]
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    wait_for(lambda: client.job(job.id).status == "PENDING", LEASE_S * 4)
    for pid in stopped:
        os.kill(pid, signal.SIGCONT)
    done, result = result_of(client, job, tmp_path)
    assert (done.attempt, result) == (2, rehearsal.echoed(CONTENT))


def test_a_reconciler_dies_and_lost_hints_are_sent_all_the_same(server, client, points, tmp_path):
    for pid in find_victims(server)["reconciler"]:
        kill(pid)
    (points / "before-hint").touch()
    done, _ = result_of(client, submit(client, key="unhinted"), tmp_path)
    assert done.attempt == 1


def test_a_cancelled_job_leaves_neither_a_result_nor_a_process(server, client):
    job = submit(client, seconds=60)
    wait_until_running(client, job)
    client.cancel(job.id)
    done = list(client.watch(job.id))[-1]
    assert (done.status, done.outputs) == ("CANCELLED", ())
    assert client.cancel(job.id).status == "CANCELLED"


def test_nothing_is_left_behind_by_all_that(server, client):
    wait_for(lambda: all(job.is_terminal for job in client.jobs(limit=200).items), 60)
    found = audit(server.data_dirs, server.environment)
    assert (found.twice, found.missing, found.left) == ([], [], [])
