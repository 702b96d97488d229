"""A backup in one file, and what comes of it in an empty folder."""

import os
import stat
import tarfile

import pytest

from job_fixtures import RecordingDispatcher
from pdfmill.app import Parts
from pdfmill.config.pepper import Pepper
from pdfmill.config.settings import load_settings
from pdfmill.core.errors import BackupUnreadable, DataDirectoryNotEmpty, InvalidRequest, OutputExists, UnusablePath
from pdfmill.jobs import backup
from pdfmill.jobs.attempts import claim_next
from pdfmill.jobs.backup import NOTE, TABLE, write_backup
from pdfmill.jobs.models import JobFile
from pdfmill.jobs.owner import this_owner
from pdfmill.jobs.restore import restore_backup
from pdfmill.jobs.schema import downgrade, schema_of, upgrade
from pdfmill.jobs.storage import Label
from pdfmill.jobs.submission import Upload

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"


class Server:
    """The parts of a server on a data directory, and jobs in it."""

    def __init__(self, data_dir):
        settings = load_settings(data_dir=data_dir, storage={"min_free_mib": 0}, broker={"url": "redis://127.0.0.1:1"})
        upgrade(settings.database_url)
        self.settings = settings
        self.parts = Parts(settings)
        self.parts.dispatcher = RecordingDispatcher()
        Pepper.of(settings)  # made on first use
        self.database, self.storage = self.parts.database, self.parts.storage

    def submit(self, operation, content=PDF):
        file = self.storage.incoming(max_bytes=1 << 20)
        file.write(content)
        return self.parts.jobs.submit(operation, {}, [Upload(file, "a.pdf")])[0].id

    def claim(self):
        return claim_next(self.database, self.parts.policy, "compression", this_owner())

    def complete(self, content=b"made of it"):
        attempt = self.claim()
        made = self.settings.data_dir / "made"
        made.write_bytes(content)
        key = f"outputs/{attempt.job.id[:2]}/{attempt.job.id}.{attempt.number}.0"
        stored = self.storage.publish_path(made, key, Label("a.pdf", "application/pdf"))
        made.unlink()
        name = {"role": "output", "name": "a.pdf", "media_type": "application/pdf"}
        facts = {"size_bytes": stored.size_bytes, "sha256": stored.sha256, "storage_key": stored.key}
        assert attempt.complete({}, [], [JobFile(**name, **facts)])
        return attempt.job.id

    def job(self, job_id):
        return self.parts.jobs.get(job_id)

    def content(self, job_id):
        with self.storage.open(self.job(job_id).outputs[0].storage_key) as file:
            return file.read()

    def close(self):
        self.database.close()


@pytest.fixture
def serve(tmp_path):
    """Makes the parts of a server by the name of its folder."""
    servers = []

    def serve(name):
        servers.append(Server(tmp_path / name))
        return servers[-1]

    yield serve
    for server in servers:
        server.close()


@pytest.fixture
def server(serve):
    return serve("data")


@pytest.fixture
def saved(tmp_path):
    return tmp_path / "pdfmill.backup"


@pytest.fixture
def restore(tmp_path, saved, serve):
    """Restores the backup and serves what came of it."""

    def restore():
        restore_backup(load_settings(data_dir=tmp_path / "again"), saved)
        return serve("again")

    return restore


def test_jobs_files_and_the_secret_come_back(server, operation, saved, restore):
    server.submit(operation)
    done = server.complete(b"the result")
    waiting = server.submit(operation)
    secret = Pepper.kept_at(server.settings.pepper_file).key_for("x")
    contents = write_backup(server.settings, saved)
    assert (contents.jobs, contents.files, contents.missing) == (2, 3, 0)
    again = restore()
    assert again.content(done) == b"the result"
    assert again.job(waiting).status == "PENDING"
    assert Pepper.kept_at(again.settings.pepper_file).key_for("x") == secret
    assert again.claim().job.id == waiting


def test_only_the_owner_may_read_a_backup_and_what_comes_of_it(server, operation, saved, restore):
    server.submit(operation)
    write_backup(server.settings, saved)
    again = restore()
    again.close()
    folder = again.settings.data_dir
    modes = {path.relative_to(folder).parts[0]: stat.S_IMODE(path.stat().st_mode) for path in [*folder.iterdir()]}
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    assert modes == {"files": 0o700, "pepper": 0o600, "pdfmill.db": 0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*.0")} == {0o600}


def test_what_was_being_worked_on_waits_for_its_next_attempt_and_is_not_blamed(server, operation, saved, restore):
    running, cancelled = server.submit(operation), server.submit(operation)
    assert {server.claim().job.id, server.claim().job.id} == {running, cancelled}
    server.parts.jobs.cancel(cancelled)
    write_backup(server.settings, saved)
    again = restore()
    job = again.job(running)
    assert (job.status, job.lost, job.crashes, job.attempt) == ("PENDING", 0, 0, 1)
    assert again.job(cancelled).status == "CANCELLED"
    assert again.claim().number == 2


def test_a_job_whose_files_are_gone_says_so(server, operation, saved, restore):
    """Neither deletion nor expiry can be held up while a backup is written: here they come before the files' turn."""
    done, waiting, kept = server.submit(operation), server.submit(operation), server.submit(operation)
    server.complete()
    for job_id in (done, waiting):
        for file in server.job(job_id).files:
            server.storage.delete(file.storage_key)
    contents = write_backup(server.settings, saved)
    assert (contents.files, contents.missing) == (1, 2)
    again = restore()
    assert again.job(done).status == "EXPIRED"
    assert (again.job(waiting).status, again.job(waiting).failure.code) == ("FAILED", "file_missing")
    assert again.claim().job.id == kept


def test_a_job_that_was_deleted_while_its_files_were_copied_is_not_in_the_backup(
    server, operation, saved, restore, monkeypatch
):
    deleted, kept = server.submit(operation), server.submit(operation)
    server.parts.jobs.cancel(deleted)
    really = backup._take_snapshot

    def snapshot_and_delete(source, target):
        really(source, target)
        server.parts.jobs.delete(deleted)

    monkeypatch.setattr(backup, "_take_snapshot", snapshot_and_delete)
    assert write_backup(server.settings, saved).missing == 0
    assert [job.id for job in restore().parts.jobs.list_jobs().jobs] == [kept]


def test_a_file_that_was_changed_on_the_disk_counts_as_missing(server, operation, saved):
    job = server.job(server.submit(operation))
    path = server.storage.root / job.files[0].storage_key
    path.write_bytes(b"x" * path.stat().st_size)
    contents = write_backup(server.settings, saved)
    assert (contents.files, contents.missing) == (0, 1)


def test_a_backup_replaces_nothing_and_leaves_nothing_when_it_fails(server, operation, saved, tmp_path, monkeypatch):
    saved.write_text("an older one")
    with pytest.raises(OutputExists):
        write_backup(server.settings, saved)
    assert saved.read_text() == "an older one"
    with pytest.raises(UnusablePath):
        write_backup(server.settings, tmp_path / "nowhere" / "x")
    folder = tmp_path / "target"
    folder.mkdir()
    monkeypatch.setattr(os, "fsync", _full_disk)
    with pytest.raises(UnusablePath):
        write_backup(server.settings, folder / "x")
    assert list(folder.iterdir()) == []


def _full_disk(_):
    raise OSError(28, "No space left on device")


def test_a_backup_is_restored_into_an_empty_folder_only(server, operation, saved):
    write_backup(server.settings, saved)
    with pytest.raises(DataDirectoryNotEmpty):
        restore_backup(server.settings, saved)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.9])
def test_a_backup_that_was_cut_short_is_refused_and_nothing_of_it_restored(server, operation, saved, tmp_path, share):
    server.submit(operation, PDF + os.urandom(50_000))
    write_backup(server.settings, saved)
    os.truncate(saved, int(saved.stat().st_size * share))
    _refused(saved, tmp_path)


def test_a_backup_in_which_a_byte_was_changed_is_refused(server, operation, saved, tmp_path):
    content = PDF + os.urandom(50_000)
    server.submit(operation, content)
    write_backup(server.settings, saved)
    data = bytearray(saved.read_bytes())
    data[data.index(content) + 1000] ^= 1
    saved.write_bytes(data)
    _refused(saved, tmp_path)


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "files/inputs/aa/../../../../x", "run/x"])
def test_an_archive_that_leads_elsewhere_is_refused(saved, tmp_path, name):
    with tarfile.open(saved, "w") as archive:
        archive.addfile(tarfile.TarInfo(name))
        archive.addfile(tarfile.TarInfo(NOTE))
    _refused(saved, tmp_path)


def test_links_in_an_archive_are_refused(saved, tmp_path):
    with tarfile.open(saved, "w") as archive:
        link = tarfile.TarInfo(TABLE)
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    _refused(saved, tmp_path)


def _refused(saved, tmp_path):
    with pytest.raises(BackupUnreadable):
        restore_backup(load_settings(data_dir=tmp_path / "again"), saved)
    assert list((tmp_path / "again").iterdir()) == []


def test_servers_that_keep_their_things_elsewhere_are_told_what_to_do(tmp_path, saved):
    for elsewhere in ({"database": {"url": "postgresql://db/x"}}, {"storage": {"url": "s3://bucket/x"}}):
        settings = load_settings(data_dir=tmp_path / "data", **elsewhere)
        with pytest.raises(InvalidRequest, match="pg_dump"):
            write_backup(settings, saved)
        with pytest.raises(InvalidRequest, match="pg_dump"):
            restore_backup(settings, saved)


def test_a_folder_without_a_server_s_data_is_no_empty_backup(tmp_path, saved):
    with pytest.raises(InvalidRequest, match="nothing to back up"):
        write_backup(load_settings(data_dir=tmp_path / "data"), saved)


def test_a_backup_of_an_older_schema_is_restored_to_the_present_one(server, operation, saved, restore):
    waiting = server.submit(operation)
    server.close()
    downgrade(server.settings.database_url, "0003")
    write_backup(server.settings, saved)
    assert schema_of(server.settings.database_url).present == "0003"  # which is left as it is
    assert restore().job(waiting).status == "PENDING"
