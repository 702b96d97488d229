"""A job table and a storage in a folder of their own, for tests that need a new one again and again."""

import shutil
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from faulty_io import stored
from job_fixtures import RecordingDispatcher, example_operation
from pdfmill.config.pepper import Pepper
from pdfmill.config.settings import QueueSettings, QuotaSettings, load_settings
from pdfmill.jobs.attempts import claim_next
from pdfmill.jobs.database import Database
from pdfmill.jobs.models import Job, JobFile
from pdfmill.jobs.orphans import sweep_orphans
from pdfmill.jobs.owner import this_owner
from pdfmill.jobs.policy import JobPolicy, Retention
from pdfmill.jobs.sealing import Sealer
from pdfmill.jobs.service import JobService
from pdfmill.jobs.storage import LocalStorage
from pdfmill.jobs.submission import Upload
from pdfmill.worker.publication import Publisher
from pdfmill.worker.sandbox import Ended, SandboxOutcome, SandboxOutput, Verdict

CONTENT = b"%PDF-1.7\n" + b"x" * 5000
OUTPUT = b"%PDF-1.7\n" + b"y" * 3000


class Impatient(JobPolicy):
    """What is put back is due at once, after a full disk as well."""

    def delay_when_disk_is_full(self, attempt):
        return timedelta(0)


class World:
    """A job table and a storage in a folder of their own."""

    def __init__(self, folder, template):
        folder.mkdir()
        shutil.copy(template, folder / "jobs.db")
        (folder / "out.pdf").write_bytes(OUTPUT)  # what an attempt has made
        self.folder = folder
        self.database = Database(f"sqlite:///{folder}/jobs.db", busy_timeout_s=5)
        self.storage = LocalStorage(folder / "files", min_free_bytes=0)
        self.dispatcher = RecordingDispatcher()
        settings = load_settings()
        now = timedelta(0)
        times = {"retention": Retention.alike(now), "retry_delay": now}
        self.policy = Impatient(**vars(replace(JobPolicy.of(settings), **times)))
        self.sealer = Sealer(Pepper(b"p" * 32))
        self.jobs = JobService(
            self.database,
            self.storage,
            self.dispatcher,
            retention=Retention.alike(timedelta(0)),
            queue=QueueSettings(),
            sealer=self.sealer,
            quota=QuotaSettings(),
        )

    def submit(self, operation=None):
        file = self.storage.incoming(1 << 20)
        try:
            file.write(CONTENT)
        except BaseException:
            file.discard()  # as the web server does when a request ends
            raise
        return self.jobs.submit(operation or example_operation(), {}, [Upload(file, "a.pdf")])[0].id

    def claim(self):
        return claim_next(self.database, self.policy, "compression", this_owner())

    def publish(self, attempt):
        output = SandboxOutput(file="out.pdf", name="out.pdf", media_type="application/pdf", page_count=1)
        outcome = SandboxOutcome(result={}, outputs=(output,), warnings=())
        Publisher(self.storage).publish(attempt, Ended(Verdict.OK, outcome, None), self.folder, example_operation())

    def rows(self):
        with self.database.read() as session:
            return list(session.scalars(select(Job)))

    def assert_rows_and_files_agree(self):
        """After one sweep each file is named by a row, and each row's file is there, whole."""
        sweep_orphans(self.database, self.storage, timedelta(seconds=-1))
        with self.database.read() as session:
            named = {file.storage_key: file.size_bytes for file in session.scalars(select(JobFile))}
        there = {path: (self.storage.root / path).stat().st_size for path in stored(self.storage.root)}
        assert there == named

    def close(self):
        self.database.close()
        shutil.rmtree(self.folder)
