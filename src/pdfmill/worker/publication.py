"""Making the outputs of an attempt the job's, or those of a split batch its items."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pdfmill.core.crash_points import crash_point
from pdfmill.core.documents import media_type_of
from pdfmill.core.errors import DatabaseUnavailable
from pdfmill.core.operation import AnyOperation
from pdfmill.core.work import PastRun
from pdfmill.jobs.attempts import Attempt, Signal
from pdfmill.jobs.base import new_job_id
from pdfmill.jobs.batches import new_item
from pdfmill.jobs.history import Kind
from pdfmill.jobs.models import FileRole, Job, JobFile
from pdfmill.jobs.orphans import input_key, output_key
from pdfmill.jobs.storage import Label, Storage
from pdfmill.worker.sandbox import Ended, SandboxOutcome, SandboxOutput


class Publisher:
    """Stores what came out of a sandbox, and drops it again if somebody else won the job."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def publish(self, attempt: Attempt, ended: Ended, directory: Path, operation: AnyOperation) -> None:
        """Store the outputs under keys that hold the attempt, then make them the job's in one transaction."""
        outcome = ended.outcome
        assert outcome is not None
        with self._stored() as files:
            for position, output in enumerate(outcome.outputs):
                key = output_key(attempt.job.id, attempt.number, position)
                files.append(self._store(output, directory, key, FileRole.OUTPUT, position))
            crash_point("stored")
            cost = _cost(attempt, ended, files, operation)
            if not attempt.complete(outcome.result, outcome.warnings, files, cost=cost):
                self._give_up(attempt, files)
        crash_point("completed")

    def split(
        self, attempt: Attempt, outcome: SandboxOutcome, directory: Path, operation: AnyOperation
    ) -> Sequence[Job]:
        """Make each output the input of a job of its own, all in one transaction; returns these jobs.

        Args:
            operation: What is to be done to each.
        """
        with self._stored() as files:
            items = []
            for position, output in enumerate(outcome.outputs):
                item_id = new_job_id()
                files.append(self._store(output, directory, input_key(item_id, 0), FileRole.INPUT, position=0))
                items.append(new_item(item_id, position, attempt.job, operation, files[-1]))
            crash_point("stored")
            if not attempt.split_into(items):
                self._give_up(attempt, files)
                return ()
        crash_point("split")
        return items

    @contextmanager
    def _stored(self) -> Iterator[list[JobFile]]:
        """The files that are stored in this context; dropped if it fails."""
        files: list[JobFile] = []
        try:
            yield files
        except DatabaseUnavailable:
            raise  # whether they are the job's by now nobody knows: they must stay, see `jobs.orphans`
        except BaseException:
            self._drop(files)
            raise

    def _store(self, output: SandboxOutput, directory: Path, key: str, role: str, position: int) -> JobFile:
        path = directory / output.file
        media_type = output.media_type if role == FileRole.OUTPUT else media_type_of(path)
        stored = self._storage.publish_path(path, key, Label(output.name, media_type))
        return JobFile(
            role=role,
            position=position,
            name=output.name,
            media_type=media_type,
            size_bytes=stored.size_bytes,
            sha256=stored.sha256,
            storage_key=key,
        )

    def _give_up(self, attempt: Attempt, files: list[JobFile]) -> None:
        """Somebody else won."""
        self._drop(files)
        if attempt.look() is Signal.CANCEL:
            attempt.cancelled()

    def _drop(self, files: list[JobFile]) -> None:
        for file in files:
            self._storage.delete(file.storage_key)


def _cost(
    attempt: Attempt, ended: Ended, files: Sequence[JobFile], operation: AnyOperation
) -> tuple[Kind, PastRun] | None:
    kind = Kind.of(operation, attempt.job.options)
    if kind is None or ended.outcome is None:
        return None
    run = PastRun(
        work=ended.outcome.work,
        input_bytes=sum(file.size_bytes for file in attempt.job.inputs),
        output_bytes=sum(file.size_bytes for file in files),
        cpu_s=ended.cpu_s,
        wall_s=ended.wall_s,
    )
    return kind, run
