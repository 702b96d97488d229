"""Restoring a backup into an empty data directory: whole, or nothing of it."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from pdfmill.config.settings import Settings
from pdfmill.core.errors import BackupUnreadable, DataDirectoryNotEmpty, UnusablePath
from pdfmill.core.limits import MIB
from pdfmill.jobs.attempts import put_back
from pdfmill.jobs.backup import FILES, NOTE, PEPPER, SHA256, TABLE, Contents, require_embedded_set
from pdfmill.jobs.database import Database
from pdfmill.jobs.models import Job, JobFile
from pdfmill.jobs.policy import JobPolicy
from pdfmill.jobs.schema import upgrade
from pdfmill.jobs.status import JobStatus
from pdfmill.jobs.storage.incoming import make_folder, translated_errors

#: What may lie in an archive: nothing that leads out of the folder into which it is unpacked.
_MEMBER = re.compile(rf"{FILES}/(inputs|outputs)/[0-9a-f]{{2}}/[0-9a-f.]+|{PEPPER}|{TABLE}|{NOTE}", re.ASCII)

#: Where everything lies until it is complete.
_UNFINISHED = "restoring"


def restore_backup(settings: Settings, backup: Path) -> Contents:
    """Fill the data directory with what a backup holds; jobs that were being worked on wait for their next attempt.

    Raises:
        InvalidRequest: The settings name a database or storage elsewhere.
        DataDirectoryNotEmpty: There is something in it already.
        UnusablePath: The backup cannot be opened.
        BackupUnreadable: It is cut short, changed, or something else.
        SchemaTooNew: A newer version of pdfmill wrote it.
    """
    require_embedded_set(settings)
    with _unfinished_folder(settings.data_dir) as folder:
        contents = _unpack(backup, folder)
        url = f"sqlite:///{folder / TABLE}"
        upgrade(url)
        database = Database(url)
        try:
            _require_files(database, folder / FILES)
            _put_back_what_was_being_worked_on(database, JobPolicy.of(settings))
        finally:
            database.close()
        _move_into_place(folder, settings)
    return contents


@contextmanager
def _unfinished_folder(data_dir: Path) -> Iterator[Path]:
    """A folder in the data directory, gone at the end: what does not lie elsewhere by then was not restored."""
    if data_dir.exists() and any(data_dir.iterdir()):
        raise DataDirectoryNotEmpty(
            f"{data_dir} is not empty, and a backup is restored into an empty folder only. Move away what is there, or "
            "choose another folder with --data-dir."
        )
    with translated_errors():
        # The sandbox's user has to pass through it, and may list nothing on the way.
        data_dir.mkdir(mode=0o711, parents=True, exist_ok=True)
        folder = data_dir / _UNFINISHED
        folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _unpack(backup: Path, folder: Path) -> Contents:
    """Unpack everything, and compare it with the hashes in the archive."""
    note = None
    try:
        with backup.open("rb") as file, tarfile.open(fileobj=file, mode="r|") as archive:
            for member in archive:
                if not (member.isreg() and _MEMBER.fullmatch(member.name)):
                    raise BackupUnreadable(f"{backup} is no backup of pdfmill: it holds {member.name!r}.")
                note = _unpack_member(archive, member, folder)
    except FileNotFoundError as error:
        raise UnusablePath(f"There is no file {backup}.") from error
    except (tarfile.TarError, EOFError) as error:
        raise BackupUnreadable(f"{backup} is no backup of pdfmill, or was damaged. Use another one.") from error
    if note is None:
        raise BackupUnreadable(f"{backup} is cut short: its end is missing. Use another one.")
    try:
        return Contents(**json.loads(note))
    except (ValueError, TypeError) as error:
        raise BackupUnreadable(f"{backup} was written by another version of pdfmill. Restore it with that.") from error


def _unpack_member(archive: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> bytes | None:
    """Write a member into the folder; returns the text of the note, which is no file."""
    source = archive.extractfile(member)
    assert source is not None, "it is a regular file"
    if member.name == NOTE:
        return source.read()
    path = folder / member.name
    digest = hashlib.sha256()
    for parent in reversed(Path(member.name).parents[:-1]):
        make_folder(folder / parent)
    with (
        translated_errors(),
        os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target,
    ):
        while data := source.read(MIB):
            digest.update(data)
            target.write(data)
    if digest.hexdigest() != member.pax_headers.get(SHA256):
        raise BackupUnreadable(f"The backup was damaged: {member.name} is not what was written. Use another one.")
    return None


def _require_files(database: Database, root: Path) -> None:
    """Every file that the table names has to be there."""
    with database.read() as session:
        for key in session.scalars(select(JobFile.storage_key).execution_options(yield_per=500)):
            if not (root / key).is_file():
                raise BackupUnreadable(f"The backup was damaged: the file {key} is missing. Use another one.")


def _put_back_what_was_being_worked_on(database: Database, policy: JobPolicy) -> None:
    """Nobody works on them any more; it is not counted against them."""
    running = select(Job.id).where(Job.status == JobStatus.PROCESSING, Job.lease_owner.is_not(None))
    with database.read() as session:
        job_ids = session.scalars(running).all()
    for job_id in job_ids:
        with database.write() as session:
            put_back(session.get_one(Job, job_id), policy, timedelta(0))


def _move_into_place(folder: Path, settings: Settings) -> None:
    """The table last: without it, no server takes the rest for its own."""
    with translated_errors():
        make_folder(folder / FILES)
        os.sync()
        for name in (FILES, PEPPER, TABLE):
            if (folder / name).exists():
                (folder / name).rename(settings.data_dir / name)
        os.sync()
