"""The commands that run a part of a server."""

import contextlib
import os
import socket
import sqlite3
import subprocess
import sys
import time

import pytest

from pdfmill.client import Client
from pdfmill.core.errors import ServerUnreachable

BROKER = {"PDFMILL_BROKER__URL": "redis://127.0.0.1:1/0"}


def test_the_reconciler_upgrades_its_database_and_stops_when_it_is_told(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-m", "pdfmill", "reconciler", "--data-dir", str(tmp_path / "data")],
        env={**os.environ, **BROKER, "PDFMILL_LOG__FORMAT": "json"},
        stderr=subprocess.PIPE,
    )
    with process.stderr:
        started = next(line for line in process.stderr if b"beat: Starting" in line)
        assert started
        process.terminate()
        assert process.wait(20) == 0
    with contextlib.closing(sqlite3.connect(tmp_path / "data" / "pdfmill.db")) as database:
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert {"job", "alembic_version"} <= tables


def test_a_relative_data_directory_is_that_of_the_working_folder(pdfmill, tmp_path):
    assert pdfmill("database", "upgrade", "--data-dir", "mine").exit_code == 0
    assert (tmp_path / "here" / "mine" / "pdfmill.db").exists()


def test_upgrading_a_database_twice_is_harmless(pdfmill, tmp_path):
    for _ in range(2):
        assert pdfmill("database", "upgrade").exit_code == 0
    assert (tmp_path / "data" / "pdfmill.db").exists()


def test_a_second_server_on_the_same_port_is_refused_with_a_hint(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-m", "pdfmill", "serve", "--port", port],
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
    assert done.returncode == 8
    assert "[address_in_use]" in done.stderr
    assert "--port" in done.stderr


@pytest.mark.parametrize(
    "words", [["serve", "--port", "0"], ["serve", "--port", "x"], ["worker", "--concurrency", "0"]]
)
def test_an_impossible_option_is_refused(pdfmill, words):
    done = pdfmill(*words)
    assert done.exit_code == 2
    assert words[1] in done.stderr


@pytest.mark.parametrize("command", ["web", "worker", "reconciler"])
def test_a_part_without_a_broker_says_what_to_set(pdfmill, command):
    done = pdfmill(command)
    assert done.exit_code == 2
    assert "PDFMILL_BROKER__URL" in done.stderr


def test_the_web_server_runs_as_the_very_process_that_was_started(tmp_path, registry):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    process = subprocess.Popen(
        [sys.executable, "-m", "pdfmill", "web", "--port", port],
        env={**os.environ, **BROKER, "PDFMILL_SERVER": "http://127.0.0.1:1", "PDFMILL_SERVER__WORKERS": "1"},
        stderr=subprocess.PIPE,
    )
    try:
        with Client(f"http://127.0.0.1:{port}") as client:
            offered = _operations(client, until=time.monotonic() + 20)
            assert [each.name for each in offered] == [operation.name for operation in registry]
    finally:
        process.terminate()
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 0, errors


def _operations(client, until):
    while True:
        try:
            return client.operations()
        except ServerUnreachable:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
