"""The check that every output passes before it is published: an exit status of 0 proves nothing."""

from __future__ import annotations

from collections.abc import Iterable

from pdfmill.core.context import Context
from pdfmill.core.documents import SNIFF_BYTES, MediaType, OutputFile, sniff
from pdfmill.core.errors import OutputRejected, PdfMillError
from pdfmill.engines.pikepdf import count_pages


def check_outputs(outputs: Iterable[OutputFile], ctx: Context) -> None:
    """Open each output again, in the process that made it.

    Raises:
        OutputRejected: It is absent, empty, outside the work directory, no regular file, of another kind than it
            claims, or has another number of pages.
    """
    for output in outputs:
        path = output.path
        if path.is_symlink() or not path.is_file() or not path.resolve().is_relative_to(ctx.work_dir.resolve()):
            raise OutputRejected("An output is no plain file in its place. Nothing was published; report this.")
        if path.stat().st_size == 0:
            raise OutputRejected("An output came out empty. Nothing was published; the original is as it was.")
        if output.media_type == MediaType.PDF:
            _check_pdf(output)


def _check_pdf(output: OutputFile) -> None:
    with output.path.open("rb") as file:
        if sniff(file.read(SNIFF_BYTES)) is not MediaType.PDF:
            raise OutputRejected("An output that should be a PDF is none. Nothing was published; report this.")
    if output.page_count is None:
        return
    try:
        pages = count_pages(output.path)
    except PdfMillError as error:
        raise OutputRejected("An output cannot be opened again. Nothing was published; report this.") from error
    if pages != output.page_count:
        raise OutputRejected(
            f"An output has {pages} pages where {output.page_count} were expected. Nothing was published; report this."
        )
