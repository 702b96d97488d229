"""Making the outputs of an attempt the job's."""

from __future__ import annotations

from pathlib import Path

from pdfmill.core.crash_points import crash_point
from pdfmill.core.errors import DatabaseUnavailable
from pdfmill.jobs.attempts import Attempt, Signal
from pdfmill.jobs.models import FileRole, JobFile
from pdfmill.jobs.orphans import output_key
from pdfmill.jobs.storage import Label, Storage
from pdfmill.worker.sandbox import SandboxOutcome, SandboxOutput


class Publisher:
    """Stores what came out of a sandbox, and drops it again if somebody else won the job."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def publish(self, attempt: Attempt, outcome: SandboxOutcome, directory: Path) -> None:
        """Store the outputs under keys that hold the attempt, then make them the job's in one transaction."""
        files: list[JobFile] = []
        try:
            for position, output in enumerate(outcome.outputs):
                files.append(self._store(attempt, position, output, directory))
            crash_point("stored")
            completed = attempt.complete(outcome.result, outcome.warnings, files)
        except DatabaseUnavailable:
            raise  # whether the job is COMPLETED nobody knows: its files must stay, see `jobs.orphans`
        except BaseException:
            self._drop(files)
            raise
        crash_point("completed")
        if not completed:
            self._drop(files)
            if attempt.look() is Signal.CANCEL:
                attempt.cancelled()

    def _store(self, attempt: Attempt, position: int, output: SandboxOutput, directory: Path) -> JobFile:
        key = output_key(attempt.job.id, attempt.number, position)
        stored = self._storage.publish_path(directory / output.file, key, Label(output.name, output.media_type))
        return JobFile(
            role=FileRole.OUTPUT,
            position=position,
            name=output.name,
            media_type=output.media_type,
            size_bytes=stored.size_bytes,
            sha256=stored.sha256,
            storage_key=key,
        )

    def _drop(self, files: list[JobFile]) -> None:
        for file in files:
            self._storage.delete(file.storage_key)
