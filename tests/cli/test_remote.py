"""The same commands with the work done by a server."""

import json
import os
import signal
import subprocess
import sys

import pikepdf
import pytest

from builders.pdf import damaged_pdf, encrypted_pdf
from live_server import live_server
from pdfmill.client import Client


@pytest.fixture
def live(tmp_path):
    with live_server(tmp_path / "data") as live:
        yield live


@pytest.fixture
def start(live):
    """Starts a command that has this server in PDFMILL_SERVER."""

    def start(*words, **how):
        return subprocess.Popen(
            [sys.executable, "-m", "pdfmill", *map(str, words)],
            env={**os.environ, "PDFMILL_SERVER": live.url},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **how,
        )

    return start


def test_a_server_does_the_same_work(live, start, photo, tmp_path, temporary_files):
    process = start("compress", photo, "-o", tmp_path / "small.pdf", "--level", "high", "--json")
    live.work()
    printed, errors = process.communicate(timeout=20)
    assert process.returncode == 0, errors
    told = json.loads(printed)
    assert told["server"] == live.url
    assert told["sandbox"] is None
    assert told["result"]["level"] == "high"
    assert told["outputs"][0]["size_bytes"] == (tmp_path / "small.pdf").stat().st_size < photo.stat().st_size
    with pikepdf.open(tmp_path / "small.pdf") as pdf:
        assert len(pdf.pages) == 1
    assert temporary_files() == []


def test_a_job_that_fails_on_the_server_ends_like_one_that_fails_here(live, start, tmp_path):
    process = start("compress", encrypted_pdf(tmp_path / "locked.pdf"), "--json")
    live.work()
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 4
    assert json.loads(errors)["code"] == "password_required"
    assert not (tmp_path / "locked-compressed.pdf").exists()


def test_ctrl_c_cancels_the_job_on_the_server(live, start, photo):
    process = start("compress", photo)
    with Client(live.url) as client:
        while not client.jobs().items or f"/v1/jobs/{client.jobs().items[0].id}" not in live.asked_for:
            assert process.poll() is None  # until it watches its job
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
        assert process.returncode == 130
        assert [job.status for job in client.jobs().items] == ["CANCELLED"]


def test_jobs_are_listed_shown_and_cancelled(pdfmill, live, photo, tmp_path):
    with Client(live.url) as client:
        failing = client.submit("compress", damaged_pdf(tmp_path / "damaged.pdf"))
        live.work()
        waiting = client.submit("compress", photo, names=["[bold] name.pdf"])

    listed = pdfmill("jobs", "list", "--server", live.url)
    newest, older = listed.stdout.splitlines()[1:]
    assert newest.startswith(f"{waiting.id}  PENDING")
    assert newest.endswith("[bold] name.pdf")
    assert older.startswith(f"{failing.id}  FAILED")
    assert pdfmill("jobs", "list", "--status", "cancelled", "--server", live.url).stdout == "There are no such jobs.\n"

    shown = pdfmill("jobs", "show", failing.id, "--server", live.url)
    assert "[damaged_input]" in shown.stdout
    told = json.loads(pdfmill("jobs", "show", failing.id, "--json", "--server", live.url).stdout)
    assert told["error"]["code"] == "damaged_input"

    assert "CANCELLED" in pdfmill("jobs", "cancel", waiting.id, "--server", live.url).stdout
    again = pdfmill("jobs", "cancel", failing.id, "--server", live.url)
    assert again.exit_code == 8
    assert "[invalid_transition]" in again.stderr


def test_a_page_of_jobs_tells_how_to_see_the_next_one(pdfmill, live, photo):
    with Client(live.url) as client:
        ids = [client.submit("compress", photo).id for _ in range(2)]
    first = json.loads(pdfmill("jobs", "list", "--limit", 1, "--json", "--server", live.url).stdout)
    assert f"--cursor {first['next_cursor']}" in pdfmill("jobs", "list", "--limit", 1, "--server", live.url).stderr
    second = pdfmill("jobs", "list", "--limit", 1, "--cursor", first["next_cursor"], "--server", live.url)
    assert ids[0] in second.stdout


@pytest.mark.parametrize("words", [["jobs", "list"], ["jobs", "show", "x"], ["compress", "photo.pdf"]])
def test_a_server_that_is_not_there_is_told_with_what_to_do(pdfmill, photo, words):
    done = pdfmill(*words, "--server", "http://127.0.0.1:9")
    assert done.exit_code == 13
    assert "pdfmill serve" in done.stderr


def test_an_unknown_job_has_its_own_exit_code(pdfmill, live):
    assert pdfmill("jobs", "show", "nothing", "--server", live.url).exit_code == 7


def test_a_command_takes_what_a_job_of_the_server_made(live, start, photo, tmp_path):
    with Client(live.url) as client:
        earlier = client.submit("compress", photo)
        live.work()
    process = start("compress", "--from-job", earlier.id, "--json", cwd=tmp_path)
    live.work()
    printed, errors = process.communicate(timeout=20)
    assert process.returncode == 0, errors
    told = json.loads(printed)
    assert told["inputs"][0]["name"] == "photo-compressed.pdf"
    assert (tmp_path / "photo-compressed-compressed.pdf").is_file()


def test_a_job_of_a_server_needs_a_server_and_a_command_needs_a_file(start, tmp_path):
    process = start("compress", "--from-job", "0" * 32, "--server", "", "--json", cwd=tmp_path)
    _, errors = process.communicate(timeout=20)
    assert json.loads(errors)["detail"].startswith("--from-job names a job of a server")
    process = start("compress", "-o", tmp_path / "a.pdf")
    _, errors = process.communicate(timeout=20)
    assert b"FILE" in errors
