"""Running an operation without a server: in a sandbox that this very process supervises."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pdfmill.cli.inputs import disk_full_explained
from pdfmill.cli.outputs import MadeFile
from pdfmill.cli.report import Finished
from pdfmill.core.documents import InputFile
from pdfmill.core.errors import InternalError, PdfMillError
from pdfmill.core.limits import Limits
from pdfmill.core.operation import AnyOperation
from pdfmill.core.progress import Progress
from pdfmill.worker.sandbox import Ended, Sandbox, SandboxInput, SandboxProcess, SandboxRequest


def run_here(
    operation: AnyOperation,
    values: dict[str, Any],
    inputs: Sequence[InputFile],
    *,
    limits: Limits,
    workspace: Path,
    show: Callable[[Progress], None],
) -> Finished:
    """Run the operation on copies of the inputs; leaving early by any exception kills the job.

    Args:
        values: Options as JSON holds them. They cross into the sandbox as they were written, and not as a dump of
            the options model, in which secrets are masked.

    Raises:
        PdfMillError: What made the operation fail.
    """
    directory = workspace / "attempt"
    request = SandboxRequest(
        operation=operation.name,
        options=values,
        inputs=_copy(inputs, directory),
        limits=limits.for_operation(operation.limits),
    )
    with Sandbox.start(workspace) as sandbox:
        with sandbox.launch(directory, request) as process:
            ended = _watch(process, show)
        tier = sandbox.tier
    if ended.outcome is None:
        raise _error_of(ended) from RuntimeError(ended.cause or ended.verdict.value)
    return Finished(
        outputs=tuple(
            MadeFile(directory / output.file, output.name, output.media_type) for output in ended.outcome.outputs
        ),
        result=ended.outcome.result,
        warnings=ended.outcome.warnings,
        sandbox=tier,
    )


def _copy(inputs: Sequence[InputFile], directory: Path) -> tuple[SandboxInput, ...]:
    """Copies, because the sandbox takes ownership of what lies in the attempt's directory."""
    (directory / "input").mkdir(parents=True)
    directory.chmod(0o700)
    taken = []
    with disk_full_explained():
        for position, file in enumerate(inputs):
            relative = f"input/{position}"
            shutil.copyfile(file.path, directory / relative)
            (directory / relative).chmod(0o400)
            taken.append(SandboxInput(file=relative, name=file.name, media_type=file.media_type))
    return tuple(taken)


def _watch(process: SandboxProcess, show: Callable[[Progress], None]) -> Ended:
    while True:
        event = process.next_event(1)
        if isinstance(event, Ended):
            return event
        if event is not None:
            show(event)


def _error_of(ended: Ended) -> PdfMillError:
    assert ended.failure is not None
    error = ended.failure.to_error()
    if isinstance(error, InternalError):
        # Its text speaks of a server's log.
        return InternalError("pdfmill made a mistake. Set PDFMILL_LOG__LEVEL=DEBUG to see the cause, and report it.")
    return error
