"""What an attempt's sandbox is handed: copies of the inputs, and the options, passwords in the clear."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pdfmill.core.limits import Limits
from pdfmill.jobs.attempts import Attempt
from pdfmill.jobs.sealing import Sealer
from pdfmill.jobs.storage import Storage
from pdfmill.worker.sandbox import SandboxInput, SandboxRequest


class Preparer:
    """Makes the request for an attempt's sandbox.

    Args:
        limits_of: The limits of an operation, by its name.
    """

    def __init__(self, storage: Storage, sealer: Sealer, limits_of: Callable[[str], Limits]) -> None:
        self._storage = storage
        self._sealer = sealer
        self._limits_of = limits_of

    def prepare(self, attempt: Attempt, directory: Path) -> SandboxRequest:
        """Copy the inputs into the attempt's directory and describe what is to be done.

        Raises:
            PasswordLost: The options hold a password that cannot be read any more.
        """
        job = attempt.job
        inputs = []
        for file in job.inputs:
            relative = f"input/{file.position}"
            self._storage.fetch(file.storage_key, directory / relative)
            inputs.append(SandboxInput(file=relative, name=file.name, media_type=file.media_type))
        return SandboxRequest(
            operation=job.operation,
            options=job.options | self._sealer.open(job.id, job.sealed_options),
            inputs=tuple(inputs),
            limits=self._limits_of(job.operation),
        )
