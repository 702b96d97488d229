"""What an attempt's sandbox is handed: copies of the inputs, and the options, passwords in the clear."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pdfmill.core.limits import Limits
from pdfmill.core.operation import AnyOperation, Registry
from pdfmill.core.work import PastRun
from pdfmill.jobs.attempts import Attempt
from pdfmill.jobs.history import Kind
from pdfmill.jobs.models import Job, JobFile
from pdfmill.jobs.sealing import Sealer
from pdfmill.jobs.storage import Storage
from pdfmill.worker.sandbox import SandboxInput, SandboxItem, SandboxRequest


class Preparer:
    """Makes the request for an attempt's sandbox.

    Args:
        limits: What an attempt may use, before an operation's own overrides.
    """

    def __init__(self, storage: Storage, registry: Registry, sealer: Sealer, limits: Limits) -> None:
        self._storage = storage
        self._registry = registry
        self._sealer = sealer
        self._limits = limits

    def prepare(self, attempt: Attempt, directory: Path) -> SandboxRequest:
        """Fetch the files into the attempt's directory, and say what is to be done with them.

        Raises:
            PasswordLost: The options hold a password that cannot be read any more.
        """
        operation = self._registry.get(attempt.job.operation)
        items = attempt.items() if operation.batch else ()
        files = () if items else attempt.job.inputs
        return SandboxRequest(
            operation=operation.name,
            options=attempt.job.options | self._sealer.open(attempt.job),
            inputs=tuple(self._fetch(file, f"input/{file.position}", directory) for file in files),
            limits=self._limits.for_operation(operation.limits),
            items=tuple(self._fetch_item(item, directory) for item in items) or None,
            past_runs=tuple(self._past_runs(attempt, operation)),
        )

    def _past_runs(self, attempt: Attempt, operation: AnyOperation) -> Sequence[PastRun]:
        if operation.foretells is None:
            return ()
        kind = Kind.of(self._registry.get(operation.foretells), attempt.job.options)
        return attempt.past_runs(kind) if kind else ()

    def _fetch_item(self, item: Job, directory: Path) -> SandboxItem:
        output = self._fetch(item.outputs[0], f"input/{item.position}", directory) if item.outputs else None
        file = item.inputs[0]
        return SandboxItem(
            name=file.name, size_bytes=file.size_bytes, output=output, result=item.result, failure=item.failure
        )

    def _fetch(self, file: JobFile, relative: str, directory: Path) -> SandboxInput:
        self._storage.fetch(file.storage_key, directory / relative)
        return SandboxInput(file=relative, name=file.name, media_type=file.media_type)
