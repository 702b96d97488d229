"""Transactions, and what happens after them."""

import sqlite3

import pytest
from sqlalchemy import text

from pdfmill.core.errors import DatabaseUnavailable
from pdfmill.jobs.database import Database, call_after_commit
from pdfmill.jobs.schema import upgrade


def test_a_callback_runs_after_the_commit(database):
    seen = []
    with database.write() as session:
        call_after_commit(session, lambda: seen.append("done"))
        assert seen == []
    assert seen == ["done"]


def test_a_callback_of_a_rolled_back_transaction_never_runs(database):
    seen = []
    with database.write() as session:
        session.execute(text("SELECT 1"))
        call_after_commit(session, lambda: seen.append("ghost"))
        session.rollback()
        session.execute(text("SELECT 1"))  # commits in the end: the callback must not come with it
    assert seen == []


def test_a_savepoint_does_not_set_off_a_callback(database):
    seen = []
    with database.write() as session:
        call_after_commit(session, lambda: seen.append("done"))
        with session.begin_nested():
            session.execute(text("SELECT 1"))
        assert seen == []
        nested = session.begin_nested()
        nested.rollback()
    assert seen == ["done"]


def test_an_exception_rolls_back(database):
    with pytest.raises(ZeroDivisionError):
        _write(database, fail=True)
    with database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM alembic_version")) == 1


def test_a_busy_database_is_unavailable_and_not_a_crash(tmp_path):
    upgrade(f"sqlite:///{tmp_path}/x.db")
    other = sqlite3.connect(tmp_path / "x.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    impatient = Database(f"sqlite:///{tmp_path}/x.db", busy_timeout_s=0.1)
    with pytest.raises(DatabaseUnavailable) as caught:
        _write(impatient)
    assert caught.value.extras["retry_after_s"] > 0
    other.close()
    impatient.close()


def test_accepting_is_durable_and_progress_is_relaxed(database):
    def durability(session):
        on_postgres = session.get_bind().dialect.name == "postgresql"
        return session.scalar(text("SHOW synchronous_commit" if on_postgres else "PRAGMA synchronous"))

    with database.write() as session:
        assert durability(session) in ("on", 2)  # 2 is FULL
    with database.write(durable=False) as session:
        assert durability(session) in ("off", 1)  # 1 is NORMAL


def test_a_reader_does_not_wait_for_a_writer(database):
    with database.write() as writer:
        writer.execute(text("INSERT INTO alembic_version VALUES ('x')"))
        with database.read() as reader:
            assert reader.scalar(text("SELECT count(*) FROM alembic_version")) == 1
        writer.rollback()


def _write(database, *, fail=False):
    with database.write() as session:
        session.execute(text("INSERT INTO alembic_version VALUES ('ghost')"))
        if fail:
            raise ZeroDivisionError


def test_a_database_that_only_reads_is_unavailable_and_not_a_crash(database, database_url):
    """A full disk remounted, or a stand-by server of PostgreSQL."""
    database.check()
    if database_url.startswith("sqlite"):
        read_only = database_url.replace("sqlite:///", "sqlite:///file:") + "?mode=ro&uri=true"
    else:
        read_only = f"{database_url}?options=-c%20default_transaction_read_only%3Don"
    reading = Database(read_only, busy_timeout_s=1)
    with pytest.raises(DatabaseUnavailable) as caught:
        _write(reading)
    assert caught.value.kind.http_status == 503
    with reading.read() as session:
        assert session.scalar(text("SELECT count(*) FROM alembic_version")) == 1
    reading.close()
