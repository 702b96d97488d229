"""The commands that run a part of a server."""

import sqlite3
import subprocess
import sys

import pytest


def test_the_reconciler_gets_the_settings_and_an_upgraded_database(pdfmill, tmp_path):
    seen = []
    done = pdfmill("reconciler", "--data-dir", tmp_path / "data", run_reconciler=seen.append)
    assert done.exit_code == 0, done.stderr
    assert seen[0].data_dir == tmp_path / "data"
    with sqlite3.connect(tmp_path / "data" / "pdfmill.db") as database:
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    database.close()
    assert {"jobs", "alembic_version"} <= tables


def test_a_relative_data_directory_is_that_of_the_working_folder(pdfmill, tmp_path):
    seen = []
    pdfmill("reconciler", "--data-dir", "mine", run_reconciler=seen.append)
    assert seen[0].data_dir == tmp_path / "here" / "mine"


def test_upgrading_a_database_twice_is_harmless(pdfmill, tmp_path):
    for _ in range(2):
        assert pdfmill("db-upgrade").exit_code == 0
    assert (tmp_path / "data" / "pdfmill.db").exists()


def test_a_second_server_on_the_same_port_is_refused_with_a_hint(tmp_path):
    import socket

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


@pytest.mark.parametrize("command", ["web", "worker"])
def test_a_part_without_a_broker_says_what_to_set(command):
    done = subprocess.run(
        [sys.executable, "-m", "pdfmill", command], capture_output=True, text=True, check=False, timeout=30
    )
    assert done.returncode != 0
    assert "PDFMILL_BROKER__URL" in done.stderr
