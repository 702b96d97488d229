"""Running an operation without a server: in a sandbox that this very process supervises."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pdfmill.cli.inputs import disk_full_explained
from pdfmill.cli.outputs import MadeFile
from pdfmill.cli.report import Finished
from pdfmill.core.documents import InputFile, MediaType, media_type_of
from pdfmill.core.errors import InternalError, PdfMillError
from pdfmill.core.failure import Failure
from pdfmill.core.limits import Limits
from pdfmill.core.operation import AnyOperation, Batch
from pdfmill.core.progress import Progress
from pdfmill.operations import load_registry
from pdfmill.providers.service import Providers
from pdfmill.worker.sandbox import (
    Ended,
    Sandbox,
    SandboxInput,
    SandboxItem,
    SandboxOutcome,
    SandboxProcess,
    SandboxRequest,
)

Show = Callable[[Progress], None]


def run_here(
    operation: AnyOperation,
    values: dict[str, Any],
    inputs: Sequence[InputFile],
    *,
    limits: Limits,
    providers: Providers,
    workspace: Path,
    show: Show,
) -> Finished:
    """Run the operation on copies of the inputs; leaving early by any exception kills the job.

    Args:
        providers: Whom the operation may ask.
        values: Options as JSON holds them. They cross into the sandbox as they were written, and not as a dump of
            the options model, in which secrets are masked.

    Raises:
        PdfMillError: What made the operation fail.
    """
    operation.check_provider(values, providers.offer)
    with Sandbox.start(workspace, preload=False) as sandbox:
        runner = _Runner(sandbox, workspace, values, limits, providers)
        if operation.batch is None:
            directory, outcome = runner.run(operation, inputs, show)
        else:
            directory, outcome = runner.run_batch(operation, operation.batch, inputs, show)
        tier = sandbox.tier
    return Finished(
        outputs=tuple(MadeFile(directory / output.file, output.name, output.media_type) for output in outcome.outputs),
        result=outcome.result,
        warnings=outcome.warnings,
        sandbox=tier,
    )


class _Runner:
    """Runs jobs in one sandbox, each in a directory of its own."""

    def __init__(
        self, sandbox: Sandbox, workspace: Path, values: dict[str, Any], limits: Limits, providers: Providers
    ) -> None:
        self._sandbox = sandbox
        self._workspace = workspace
        self._values = values
        self._limits = limits
        self._providers = providers
        self._jobs = 0

    def run(
        self,
        operation: AnyOperation,
        inputs: Sequence[InputFile],
        show: Show,
        items: tuple[SandboxItem, ...] | None = None,
    ) -> tuple[Path, SandboxOutcome]:
        """Run one job on copies of its inputs; returns its directory and what came out."""
        self._jobs += 1
        directory = self._workspace / f"job-{self._jobs}"
        request = SandboxRequest(
            operation=operation.name,
            options=self._values,
            inputs=_copy(inputs, directory),
            limits=self._limits.for_operation(operation.limits),
            items=items,
        )
        with self._sandbox.launch(directory, request, self._providers.desk()) as process:
            ended = _watch(process, show)
        if ended.outcome is None:
            raise _error_of(ended) from RuntimeError(ended.cause or ended.verdict.value)
        return directory, ended.outcome

    def run_batch(
        self, operation: AnyOperation, batch: Batch, inputs: Sequence[InputFile], show: Show
    ) -> tuple[Path, SandboxOutcome]:
        """Split the inputs, run each item as a job of its own, gather; as a server does it, one after the other."""
        directory, split = self.run(operation, inputs, lambda _: None)
        files = [directory / output.file for output in split.outputs]
        made: list[InputFile] = []
        items = []
        for done, (path, output) in enumerate(zip(files, split.outputs, strict=True)):
            file = InputFile(path, output.name, media_type_of(path))
            show(_progress(done, len(files), file.name))
            items.append(self._run_item(load_registry().get(batch.operation), file, made))
        return self.run(operation, made, lambda _: None, tuple(items))

    def _run_item(self, operation: AnyOperation, file: InputFile, made: list[InputFile]) -> SandboxItem:
        try:
            directory, outcome = self.run(operation, (file,), lambda _: None)
        except PdfMillError as error:
            return SandboxItem(
                name=file.name, size_bytes=file.size_bytes, output=None, result=None, failure=Failure.of(error)
            )
        taken = None
        for output in outcome.outputs[:1]:  # some operations only tell, and make no file
            taken = SandboxInput(file=f"input/{len(made)}", name=output.name, media_type=output.media_type)
            made.append(InputFile(directory / output.file, output.name, MediaType(output.media_type)))
        return SandboxItem(
            name=file.name, size_bytes=file.size_bytes, output=taken, result=outcome.result, failure=None
        )


def _progress(done: int, total: int, name: str) -> Progress:
    return Progress(
        percent=round(done / total * 100, 1), stage="files", current=done, total=total, unit="files", message=name
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


def _watch(process: SandboxProcess, show: Show) -> Ended:
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
