"""The commands for the schema of the job table."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from pdfmill.jobs.schema import schema_of
from stacks.processes import free_port


@pytest.fixture
def present(tmp_path):
    """The schema of the database in the data directory."""
    return lambda: schema_of(f"sqlite:///{tmp_path}/data/pdfmill.db").present


def test_the_schema_is_told_before_and_after_it_is_made(pdfmill):
    assert "no database yet" in pdfmill("database", "version").output
    pdfmill("database", "upgrade")
    told = json.loads(pdfmill("database", "version", "--json").stdout)
    assert told["present"] == told["needed"] == told["known"][-1]
    assert told["present"] in pdfmill("database", "version").output


def test_going_back_is_asked_for_twice(pdfmill, present):
    pdfmill("database", "upgrade")
    newest = present()
    assert pdfmill("database", "downgrade", "0003", stdin="n\n").exit_code != 0
    assert present() == newest
    assert pdfmill("database", "downgrade", "0003", "--yes").exit_code == 0
    assert present() == "0003"
    assert "will upgrade it" in pdfmill("database", "version").output


def test_a_schema_that_there_never_was_is_refused(pdfmill):
    pdfmill("database", "upgrade")
    done = pdfmill("database", "downgrade", "0815", "--yes")
    assert done.exit_code == 2
    assert "0001" in done.stderr


@pytest.mark.parametrize("words", [["serve"], ["web"], ["worker"], ["reconciler"], ["keys", "list"]])
def test_an_older_version_refuses_a_newer_schema(pdfmill, tmp_path, words):
    pdfmill("database", "upgrade")
    with closing(sqlite3.connect(tmp_path / "data" / "pdfmill.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()
    words = [*words, "--port", str(free_port())] if words[0] in ("serve", "web") else words
    broker = {} if words[0] == "serve" else {"PDFMILL_BROKER__URL": "redis://127.0.0.1:1"}
    done = subprocess.run(
        [sys.executable, "-m", "pdfmill", *words],
        env={**_environment(tmp_path), **broker},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 8, done.stderr
    assert "[schema_too_new]" in done.stderr
    assert "9999" in done.stderr


def _environment(tmp_path):
    return {"PATH": "/usr/bin:/bin", "PDFMILL_DATA_DIR": str(tmp_path / "data"), "PDFMILL_LOG__FORMAT": "json"}
