"""A real job table on SQLite and on PostgreSQL, a real storage, and a dispatcher that writes down its hints."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event

from pdfmill.config.pepper import Pepper
from pdfmill.config.settings import QueueSettings, QuotaSettings, load_settings
from pdfmill.core.documents import MediaType
from pdfmill.core.operation import Accepts, Operation, Options, Outcome, Result
from pdfmill.jobs.base import Base
from pdfmill.jobs.database import Database
from pdfmill.jobs.policy import JobPolicy, Retention
from pdfmill.jobs.schema import upgrade
from pdfmill.jobs.sealing import Sealer
from pdfmill.jobs.service import JobService, Upload
from pdfmill.jobs.storage import LocalStorage
from stacks.servers import postgres_database

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"


class RecordingDispatcher:
    """Writes hints down; a broker that is away is a flag."""

    def __init__(self):
        self.hints = []
        self.broker_is_away = False
        self.messages = {}

    def dispatch(self, job_id, operation):
        if self.broker_is_away:
            return False
        self.hints.append(job_id)
        return True

    def messages_in(self, queue):
        return self.messages.get(queue, len(self.hints))


@pytest.fixture(scope="session")
def postgres_url():
    """A PostgreSQL database with our schema, made by the migrations."""
    with postgres_database() as url:
        upgrade(url)
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path):
    """An empty job table, once on each database."""
    if request.param == "postgresql":
        return request.getfixturevalue("postgres_url")
    url = f"sqlite:///{tmp_path}/jobs.db"
    upgrade(url)
    return url


@pytest.fixture
def database(database_url):
    database = Database(database_url, busy_timeout_s=5)
    yield database
    if not database_url.startswith("sqlite"):
        with database.write(durable=False) as session:
            for table in reversed(Base.metadata.sorted_tables):
                session.execute(table.delete())
    database.close()


@pytest.fixture
def plans(database):
    """Takes a call; gives back how SQLite goes about each statement of it, as (statement, plan)."""

    def plans(act):
        statements = []

        @event.listens_for(Engine, "before_cursor_execute")
        def note(_connection, _cursor, statement, parameters, *_):
            statements.append((statement, parameters))

        act()
        event.remove(Engine, "before_cursor_execute", note)
        with database.read() as session:
            connection = session.connection()
            return [
                (statement, str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()))
                for statement, parameters in statements
                if statement.startswith(("SELECT", "UPDATE", "DELETE")) and "FROM job_" not in statement
            ]

    return plans


@pytest.fixture
def storage(tmp_path):
    return LocalStorage(tmp_path / "files", min_free_bytes=0)


@pytest.fixture
def dispatcher():
    return RecordingDispatcher()


@pytest.fixture
def policy():
    return replace(JobPolicy.of(load_settings()), retry_delay=timedelta(0), crash_delay=timedelta(0))


@pytest.fixture
def sealer():
    return Sealer(Pepper(b"p" * 32))


@pytest.fixture
def jobs(database, storage, dispatcher, sealer):
    return JobService(
        database,
        storage,
        dispatcher,
        retention=Retention.alike(timedelta(hours=1)),
        queue=QueueSettings(),
        sealer=sealer,
        quota=QuotaSettings(),
    )


@pytest.fixture
def operation():
    return example_operation()


@pytest.fixture
def upload(storage):
    def make(content=PDF, name="a.pdf"):
        file = storage.incoming(max_bytes=1024)
        file.write(content)
        return Upload(file, name)

    return make


@pytest.fixture
def submit(jobs, operation, upload):
    """Submits a job and returns it."""

    def submit(**kwargs):
        return jobs.submit(operation, {}, [upload()], **kwargs)[0]

    return submit


@pytest.fixture
def stored_files(storage):
    """The files in the storage, by their path below its root."""

    def stored_files():
        return sorted(str(path.relative_to(storage.root)) for path in storage.root.rglob("*") if path.is_file())

    return stored_files


def example_operation():
    """An operation that does nothing."""
    return Operation(
        name="example",
        title="Example",
        summary="An example.",
        queue="compression",
        accepts=Accepts((MediaType.PDF,)),
        options=Options,
        result=Result,
        run=lambda inputs, options, ctx: Outcome(Result()),
    )
