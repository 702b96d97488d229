"""The check that every output passes before it is published: an exit status of 0 proves nothing.

It runs in a box of its own, after the job that made the outputs is dead: nobody can change them any more, and whatever
the document did to that job, it did not do to this one.
"""

from __future__ import annotations

from pydantic import Field

from pdfmill.core.context import Context
from pdfmill.core.documents import MediaType
from pdfmill.core.errors import OutputRejected, PdfMillError
from pdfmill.core.operation import Accepts, Inputs, Operation, Options, Outcome, Result


class Promises(Options):
    """What the job says it made; the tuples run side by side."""

    outputs: tuple[str, ...] = Field(description="Paths below the attempt's directory.")
    media_types: tuple[str, ...] = Field(description="What each is said to be.")
    page_counts: tuple[int, ...] = Field(description="Pages that each must have; 0 where pages mean nothing.")
    originals: tuple[str, ...] = Field((), description="Paths of the inputs, which an output may be a copy of.")


class Checked(Result):
    """There is nothing to tell: what is wrong is an error."""


def run(_inputs: Inputs, promises: Promises, ctx: Context) -> Outcome[Checked]:
    """Open each output as what it is said to be.

    Raises:
        OutputRejected: It is absent, empty, no regular file, of another kind than it claims, cannot be read to its
            end, or has another number of pages.
    """
    # Here, because a supervisor only asks for the check: it must not load the libraries that open documents.
    from pdfmill.services.soundness import check_sound

    directory = ctx.work_dir.parent
    originals = [directory / name for name in promises.originals]
    for name, media_type, page_count in zip(promises.outputs, promises.media_types, promises.page_counts, strict=True):
        path = directory / name
        if path.is_symlink() or not path.is_file():
            raise OutputRejected("An output is no plain file in its place. Nothing was published; report this.")
        if path.stat().st_size == 0 and media_type != MediaType.UNKNOWN:  # what may be anything may be nothing
            raise OutputRejected("An output came out empty. Nothing was published; the original is as it was.")
        try:
            check_sound(path, media_type, page_count, originals, ctx.limits)
        except OutputRejected:
            raise
        except (PdfMillError, ValueError) as error:
            raise OutputRejected("An output cannot be opened again. Nothing was published; report this.") from error
    return Outcome(Checked())


#: Not in any registry: clients cannot ask for it.
check_outputs = Operation(
    name="check-outputs",
    title="Check outputs",
    summary="Open each output of a job as what it is said to be.",
    queue="maintenance",
    accepts=Accepts((), minimum=0, maximum=0),
    options=Promises,
    result=Checked,
    run=run,
)
