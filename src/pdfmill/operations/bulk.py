"""Operations on many files at once: each file is a job of its own, and what came out is put into one zip archive."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field

from pdfmill.core.context import Context
from pdfmill.core.documents import MediaType, OutputFile
from pdfmill.core.errors import AllItemsFailed
from pdfmill.core.failure import Failure
from pdfmill.core.operation import Accepts, AnyOperation, Batch, BatchItem, Inputs, Operation, Outcome, Result

#: Files that a batch may be sent with, and documents that may be in it.
MOST_FILES = 500


class FileOutcome(Result):
    """What became of one file."""

    name: str = Field(description="Its name.")
    status: Literal["COMPLETED", "FAILED", "CANCELLED"] = Field(description="How its job ended.")
    output: str | None = Field(description="The name of what came out, in the archive.")
    input_bytes: int = Field(description="Its size.")
    output_bytes: int | None = Field(description="The size of what came out.")
    result: dict[str, Any] | None = Field(description="The result of its job.")
    error: Failure | None = Field(description="Why it failed.")


class BulkResult(Result):
    """What became of the files."""

    files: list[FileOutcome] = Field(description="Each file, in the order in which they were sent.")
    completed: int = Field(description="Files that were worked on well.")
    failed: int = Field(description="Files that failed; they did not stop the others.")
    cancelled: int = Field(description="Files whose jobs were cancelled.")
    input_bytes: int = Field(description="Size of those that were worked on well.")
    output_bytes: int = Field(description="Size of what came out of them.")


def bulk(operation: AnyOperation, title: str, summary: str) -> AnyOperation:
    """The operation that does to many files, or to those in a zip archive, what ``operation`` does to one."""
    return Operation(
        name=f"bulk-{operation.name}",
        title=title,
        summary=summary,
        queue=operation.queue,
        accepts=Accepts(tuple(MediaType), maximum=MOST_FILES),  # one that is of a wrong kind fails alone
        options=operation.options,
        result=BulkResult,
        run=run,
        requires=operation.requires,
        batch=Batch(operation.name, split),
    )


def split(inputs: Inputs, ctx: Context) -> Sequence[OutputFile]:
    """The files, with zip archives replaced by what is in them."""
    # Here, because web server, worker and reconciler only describe operations.
    from pdfmill.services.packing import unpack

    return unpack(inputs.files, ctx, most=MOST_FILES)


def run(inputs: Inputs, _options: Any, ctx: Context) -> Outcome[BulkResult]:
    """Put what came out into one archive, under names that differ."""
    from pdfmill.services.packing import pack, unique_names

    done = [item for item in inputs.items if item.result is not None]
    failures = [(item.name, item.failure) for item in inputs.items if item.failure is not None]
    if not done:
        raise AllItemsFailed(
            f"None of the {len(inputs.items)} files could be worked on. `files` says of each why.",
            files=[{"name": name, "code": failure.code, "detail": failure.detail} for name, failure in failures],
        )
    outputs = [item.output for item in done if item.output is not None]  # some operations only tell, and make no file
    names = unique_names(output.name for output in outputs)
    name_of = {output.path: name for name, output in zip(names, outputs, strict=True)}
    target = ctx.path("files.zip")
    if outputs:
        pack([(name, output.path) for name, output in zip(names, outputs, strict=True)], target, ctx)
    files = [_outcome(item, name_of[item.output.path] if item.output else None) for item in inputs.items]
    return Outcome(
        result=BulkResult(
            files=files,
            completed=len(done),
            failed=len(failures),
            cancelled=len(files) - len(done) - len(failures),
            input_bytes=sum(item.size_bytes for item in done),
            output_bytes=sum(output.size_bytes for output in outputs),
        ),
        outputs=(OutputFile(target, "files.zip", MediaType.ZIP),) if outputs else (),
        warnings=tuple(f"{name}: {failure.detail}" for name, failure in failures),
    )


def _outcome(item: BatchItem, output_name: str | None) -> FileOutcome:
    status: Literal["COMPLETED", "FAILED", "CANCELLED"] = "FAILED" if item.failure else "CANCELLED"
    return FileOutcome(
        name=item.name,
        status="COMPLETED" if item.result is not None else status,
        output=output_name,
        input_bytes=item.size_bytes,
        output_bytes=item.output.size_bytes if item.output else None,
        result=dict(item.result) if item.result is not None else None,
        error=item.failure,
    )
