"""A backup of the embedded set in one file, taken while the server works.

It is a tar archive of the files that jobs name, the server's secret, the job table, and a note that is written last, so
that an archive without it was cut short. The table is a snapshot of one instant. Files are never changed and appear
before the table names them: whatever the snapshot names is there, unless somebody has deleted it since.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import secrets
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import delete, func, select

import pdfmill
from pdfmill.config.settings import Settings
from pdfmill.core.errors import FileMissing, InvalidRequest, OutputExists, UnusablePath
from pdfmill.core.failure import Failure
from pdfmill.core.limits import MIB
from pdfmill.jobs.base import utc_now
from pdfmill.jobs.database import Database
from pdfmill.jobs.models import Job, JobFile
from pdfmill.jobs.policy import JobPolicy
from pdfmill.jobs.retention import mark_as_expired
from pdfmill.jobs.schema import schema_of, upgrade
from pdfmill.jobs.status import JobStatus

#: The members of the archive; files of jobs lie below the first.
FILES, PEPPER, TABLE, NOTE = "files", "pepper", "pdfmill.db", "backup.json"

#: Header of a member (POSIX.1-2001, pax) with the SHA-256 of its content.
SHA256 = "PDFMILL.sha256"

#: Keys looked up at once.
_BATCH = 500


@dataclass(frozen=True)
class Contents:
    """What a backup holds.

    Attributes:
        schema: Of the job table.
        missing: Jobs whose files were not there, or not as they were written: the backup tells so of each.
    """

    pdfmill: str
    schema: str
    created_at: str
    jobs: int
    files: int
    missing: int
    has_pepper: bool


def require_embedded_set(settings: Settings) -> None:
    """Refuse servers whose database or files are elsewhere.

    Raises:
        InvalidRequest: They have tools of their own.
    """
    if settings.database.url is not None or settings.storage.url is not None:
        raise InvalidRequest(
            "Only what `pdfmill serve` keeps in its data directory is backed up and restored. Back up the database of "
            "PDFMILL_DATABASE__URL with its own tools (pg_dump), and the bucket or folder of PDFMILL_STORAGE__URL with "
            "a versioned copy; the database first."
        )


def write_backup(settings: Settings, target: Path) -> Contents:
    """Write everything that the data directory holds into one file, which only its owner may read.

    Raises:
        InvalidRequest: There is no database, or it is elsewhere.
        OutputExists: The file exists.
        UnusablePath: It cannot be written.
    """
    require_embedded_set(settings)
    source = settings.data_dir / TABLE
    if not source.exists():
        raise InvalidRequest(f"There is nothing to back up: {source} does not exist. Name the folder with --data-dir.")
    with _whole_file(target) as file, tempfile.TemporaryDirectory(prefix=".pdfmill-", dir=target.parent) as folder:
        snapshot = Path(folder, TABLE)
        _take_snapshot(source, snapshot)
        with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
            files, lacking = _add_files(archive, snapshot, settings.data_dir / FILES)
            missing = _tell_of_missing_files(snapshot, source, lacking, JobPolicy.of(settings))
            has_pepper = settings.pepper_file.exists()
            if has_pepper:
                _add_path(archive, settings.pepper_file, PEPPER)
            contents = _contents(snapshot, files, missing, has_pepper)
            _add_path(archive, snapshot, TABLE)
            _add_bytes(archive, json.dumps(asdict(contents)).encode(), NOTE)
    return contents


@contextmanager
def _whole_file(target: Path) -> Iterator[BinaryIO]:
    """A file that appears under its name when it is complete and on the disk."""
    if target.exists():
        raise OutputExists(f"{target} exists. Choose another name: a backup never replaces one.")
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        with os.fdopen(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.rename(target)
        folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise UnusablePath(f"Cannot write the backup {target}: {error.strerror or error}.") from error
    finally:
        draft.unlink(missing_ok=True)


def _take_snapshot(source: Path, snapshot: Path) -> None:
    """Copy the table as it is at one instant, while others write to it."""
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(snapshot)) as copy:
        live.backup(copy)  # in one step: readers and writers of a table in WAL mode do not wait for it
    upgrade(_url(snapshot))


def _add_files(archive: tarfile.TarFile, snapshot: Path, root: Path) -> tuple[int, list[str]]:
    """Add the files that the table names; returns how many, and the keys of those that are not there as written."""
    added, lacking = 0, []
    query = select(JobFile.storage_key, JobFile.sha256).distinct().order_by(JobFile.storage_key)
    with _open(snapshot) as database, database.read() as session:
        for key, sha256 in session.execute(query.execution_options(yield_per=_BATCH)):
            try:
                is_whole = _add_path(archive, root / key, f"{FILES}/{key}", sha256)
            except FileNotFoundError:
                is_whole = False
            added += is_whole
            if not is_whole:
                lacking.append(key)
    return added, lacking


def _tell_of_missing_files(snapshot: Path, source: Path, keys: Sequence[str], policy: JobPolicy) -> int:
    """Have the snapshot tell the truth about jobs whose files the backup lacks; returns how many such jobs it keeps.

    A job that was deleted since is deleted here as well. One that had ended has lost its files, as if it had expired;
    one that had not ended can never be done, and fails.
    """
    with _open(snapshot) as database, _open(source) as live:
        jobs: set[str] = set()
        for start in range(0, len(keys), _BATCH):
            with database.write() as session:
                lacking = JobFile.storage_key.in_(keys[start : start + _BATCH])
                jobs.update(session.scalars(select(JobFile.job_id).where(lacking)))
                session.execute(delete(JobFile).where(lacking))
        kept = 0
        for job_id in jobs:
            with live.read() as session:
                still_there = session.scalar(select(Job.id).where(Job.id == job_id)) is not None
            kept += _tell_of_missing_file(database, job_id, still_there=still_there, policy=policy)
        return kept


def _tell_of_missing_file(database: Database, job_id: str, *, still_there: bool, policy: JobPolicy) -> bool:
    with database.write() as session:
        job = session.get(Job, job_id)
        if job is None:  # an item that went with its batch
            return False
        if not still_there:
            session.delete(job)
        elif job.status.is_terminal:
            mark_as_expired(session, [job_id])
        else:
            job.mark_as_failed(Failure.of(FileMissing()), expires_at=policy.retention.end_of(job, JobStatus.FAILED))
        return still_there


def _contents(snapshot: Path, files: int, missing: int, has_pepper: bool) -> Contents:
    with _open(snapshot) as database, database.read() as session:
        jobs = session.scalar(select(func.count()).select_from(Job)) or 0
    return Contents(
        pdfmill=pdfmill.__version__,
        schema=schema_of(_url(snapshot)).needed,
        created_at=utc_now().isoformat(timespec="seconds"),
        jobs=jobs,
        files=files,
        missing=missing,
        has_pepper=has_pepper,
    )


class _Hashed:
    """What is read from a file, hashed on its way."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.digest.update(data)
        return data


def _add_path(archive: tarfile.TarFile, path: Path, name: str, sha256: str | None = None) -> bool:
    """Add a file; whether it has the content that ``sha256`` tells."""
    with path.open("rb") as file:
        member = tarfile.TarInfo(name)
        member.size = os.fstat(file.fileno()).st_size
        member.mode = 0o600
        member.pax_headers = {SHA256: sha256 or _sha256_of(path)}
        hashed = _Hashed(file)
        archive.addfile(member, hashed)
        return hashed.digest.hexdigest() == member.pax_headers[SHA256]


def _add_bytes(archive: tarfile.TarFile, data: bytes, name: str) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(data), 0o600
    archive.addfile(member, io.BytesIO(data))


def _sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while data := file.read(MIB):
            digest.update(data)
    return digest.hexdigest()


@contextmanager
def _open(path: Path) -> Iterator[Database]:
    """A job table in a file; when it is closed, everything is in that one file."""
    database = Database(_url(path))
    try:
        yield database
    finally:
        database.close()


def _url(path: Path) -> str:
    return f"sqlite:///{path}"
