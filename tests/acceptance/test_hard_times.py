"""What parts live through when the machine, the clock, the broker or the database fails them."""

import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

import httpx
import pytest

from missing import not_run
from pdfmill.core.errors import DatabaseUnavailable, StorageFull
from stacks import rehearsal
from stacks.fleet import running_small_fleet
from stacks.processes import kill, wait_for
from stacks.servers import OwnPostgres, OwnRedis, s3_bucket
from stacks.stack import running_stack
from stacks.storm import find_victims

CONTENT = b"%PDF-1.7\n%hard times"

SETTINGS = {
    **rehearsal.ENVIRONMENT,
    "PDFMILL_WORKER__LEASE_S": "4",
    "PDFMILL_WORKER__HEARTBEAT_S": "0.5",
    "PDFMILL_WORKER__RECONCILE_EVERY_S": "0.5",
    "PDFMILL_DATABASE__BUSY_TIMEOUT_S": "0.5",
}

#: A client that has no patience: a submission must not wait for a broker.
SOON_S = 5


@pytest.fixture(scope="module")
def postgres():
    with OwnPostgres.started() as server:
        yield server


@pytest.fixture(scope="module")
def broker():
    with OwnRedis.started() as server:
        yield server


@pytest.fixture(scope="module")
def fleet(postgres, broker, tmp_path_factory):
    """A fleet whose servers may be hurt."""
    with s3_bucket() as storage:
        environment = {
            **SETTINGS,
            **storage,
            "PDFMILL_DATABASE__URL": postgres.url.replace("postgresql:", "postgresql+psycopg:"),
            "PDFMILL_BROKER__URL": broker.url,
        }
        with running_small_fleet(tmp_path_factory.mktemp("fleet"), environment) as fleet:
            yield fleet


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    with running_stack(tmp_path_factory.mktemp("stack"), SETTINGS) as stack:
        yield stack


def _post(server, seconds=0):
    return httpx.post(
        f"{server.address}/v1/operations/echo",
        params={"seconds": seconds},
        content=CONTENT,
        headers={"Content-Type": "application/pdf"},
        timeout=SOON_S,
    )


def _ended(server, job_id):
    with server.client() as client:
        return list(client.watch(job_id))[-1]


def _run(server, seconds):
    """Submit a job and wait until it runs; returns its id."""
    job_id = _post(server, seconds).json()["id"]
    with server.client() as client:
        wait_for(lambda: client.job(job_id).status == "PROCESSING")
    return job_id


def test_jobs_are_accepted_while_the_broker_is_away_and_run_when_it_is_back(fleet, broker):
    broker.kill()
    response = _post(fleet)
    broker.start()
    assert response.status_code == 202
    assert _ended(fleet, response.json()["id"]).status == "COMPLETED"


def test_jobs_are_accepted_while_the_broker_is_silent(fleet, broker):
    with broker.silenced():
        response = _post(fleet)
    assert response.status_code == 202
    assert _ended(fleet, response.json()["id"]).status == "COMPLETED"


def test_a_running_job_does_not_need_the_broker(fleet, broker):
    job_id = _run(fleet, seconds=2)
    broker.kill()
    done = _ended(fleet, job_id)
    broker.start()
    assert (done.status, done.attempt) == ("COMPLETED", 1)


def test_a_database_that_is_gone_is_told_and_no_job_fails_of_it(fleet, postgres):
    job_id = _run(fleet, seconds=2)
    postgres.stop_at_once()
    refused = _post(fleet)
    assert (refused.status_code, refused.json()["code"]) == (503, DatabaseUnavailable.code)
    assert int(refused.headers["Retry-After"]) > 0
    postgres.start()
    assert _ended(fleet, job_id).status == "COMPLETED"
    assert _ended(fleet, _post(fleet).json()["id"]).status == "COMPLETED"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a process another host name")
def test_the_job_of_a_host_that_is_gone_runs_elsewhere(fleet):
    fleet.stop_part("worker")
    fleet.start_worker("far-worker", host="elsewhere")
    fleet.wait_until_up()
    job_id = _run(fleet, seconds=1)
    for pid in fleet.part_pids("far-worker"):
        kill(pid)
    fleet.start_worker()
    done = _ended(fleet, job_id)
    assert (done.status, done.attempt) == ("COMPLETED", 2)
    fleet.stop_part("far-worker")


def test_a_locked_database_is_told_as_busy(stack):
    lock = sqlite3.connect(stack.data_dirs[0] / "pdfmill.db", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    refused = _post(stack)
    lock.close()
    assert (refused.status_code, refused.json()["code"]) == (503, DatabaseUnavailable.code)
    assert _ended(stack, _post(stack).json()["id"]).status == "COMPLETED"


def test_an_innocent_job_that_loses_its_worker_eight_times_completes(stack):
    job_id = _post(stack, seconds=0.5).json()["id"]
    with stack.client() as client:
        for attempt in range(1, 9):
            wait_for(lambda attempt=attempt: client.job(job_id).attempt == attempt)
            for pid in find_victims(stack)["worker child"]:
                kill(pid)
    done = _ended(stack, job_id)
    assert (done.status, done.attempt) == ("COMPLETED", 9)


def test_a_stop_lets_short_jobs_end_and_hands_long_ones_back(tmp_path):
    settings = {**SETTINGS, "PDFMILL_WORKER__SHUTDOWN_GRACE_S": "3"}
    with running_stack(tmp_path, settings) as stack:
        short, long = _run(stack, seconds=1.5), _run(stack, seconds=8)
        assert stack.stop() == []
    jobs = sqlite3.connect(tmp_path / "data" / "pdfmill.db")
    rows = jobs.execute("SELECT id, status, lost, crashes, retries FROM job").fetchall()
    jobs.close()
    assert set(rows) == {(short, "COMPLETED", 0, 0, 0), (long, "PENDING", 0, 0, 0)}
    with running_stack(tmp_path, settings) as stack:
        assert _ended(stack, long).attempt == 2


@pytest.fixture
def faketime():
    """The library that shows a process another time."""
    found = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
    if found is None:
        not_run("faketime is missing: apt-get install faketime")
    return str(found)


def test_a_clock_that_steps_by_an_hour_costs_no_job(fleet, faketime, tmp_path):
    """The clock of the worker and the reconciler; the web server's gunicorn cannot sleep under this library."""
    now = tmp_path / "now"
    now.write_text("+0")
    stepping = {
        "LD_PRELOAD": faketime,
        "FAKETIME_TIMESTAMP_FILE": str(now),
        "FAKETIME_NO_CACHE": "1",
        "DONT_FAKE_MONOTONIC": "1",
        "NO_FAKE_STAT": "1",
    }
    for name, start in (("worker", fleet.start_worker), ("reconciler", fleet.start_reconciler)):
        fleet.stop_part(name)
        start(**stepping)
    fleet.wait_until_up()
    for step in ("+3600", "+0"):
        job_id = _run(fleet, seconds=3)
        now.write_text(step)
        waiting = _post(fleet).json()["id"]
        for each in (job_id, waiting):
            done = _ended(fleet, each)
            assert (done.status, done.attempt) == ("COMPLETED", 1)


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 48 MiB; only root can make one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", folder], capture_output=True, check=False)
    if made.returncode != 0:
        pytest.skip("only root can mount a small disk")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_full_disk_refuses_files_and_works_again_when_there_is_room(small_disk):
    with running_stack(small_disk, SETTINGS) as stack:
        ballast = small_disk / "ballast"
        with ballast.open("wb") as file:
            file.truncate(0)
            room = shutil.disk_usage(small_disk).free
            file.write(b"x" * (room - 1024 * 1024))
        refused = httpx.post(
            f"{stack.address}/v1/operations/echo",
            content=CONTENT + b"x" * 4 * 1024 * 1024,
            headers={"Content-Type": "application/pdf"},
        )
        assert (refused.status_code, refused.json()["code"]) == (507, StorageFull.code)
        ballast.unlink()
        assert _ended(stack, _post(stack).json()["id"]).status == "COMPLETED"
