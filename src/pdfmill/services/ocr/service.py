"""OCRService: the recipe."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import partial
from pathlib import Path

from pdfmill.core.context import Context
from pdfmill.core.documents import InputFile, MediaType
from pdfmill.core.errors import DeadlineExceeded, EngineFailed, NothingToRecognise
from pdfmill.engines.pikepdf import open_pdf
from pdfmill.services.ocr.checkpoint import Checkpoint
from pdfmill.services.ocr.crew import PageEnd, work_through
from pdfmill.services.ocr.document import Changes, check_can_be_read, write_document
from pdfmill.services.ocr.forms import AltoForm, Form, HocrForm, JsonForm, PlainForm
from pdfmill.services.ocr.images import as_pdf
from pdfmill.services.ocr.model import PageOutcome, ReadPage, as_scanned
from pdfmill.services.ocr.page_work import begin, begin_again, reads_with_rapidocr
from pdfmill.services.ocr.plan import OcrPlan
from pdfmill.services.ocr.preview import OcrPreview, look_at
from pdfmill.services.ocr.second_reading import wants_second_reading
from pdfmill.services.readable import readable

#: MiB that reading a page takes at most, and that the rest of the attempt takes.
_PAGE_MIB, _REST_MIB = 400, 256


class OutputKind(StrEnum):
    """What can be made of a recognised document."""

    PDF = "pdf"
    PDFA = "pdfa"
    TXT = "txt"
    JSON = "json"
    HOCR = "hocr"
    ALTO = "alto"


_FORMS: Mapping[OutputKind, Callable[[], Form]] = {
    OutputKind.TXT: PlainForm,
    OutputKind.JSON: JsonForm,
    OutputKind.HOCR: HocrForm,
    OutputKind.ALTO: AltoForm,
}


@dataclass
class Recognised:
    """A recognised document.

    Attributes:
        pages: Without their words: what became of each, in the order of the document.
        files: What was made, by kind.
        page_count: Of the whole document.
        resumed: Pages that an earlier attempt had read already.
        words: How many each page has, by its number.
    """

    page_count: int
    pages: list[ReadPage] = field(default_factory=list)
    files: dict[OutputKind, Path] = field(default_factory=dict)
    resumed: int = 0
    words: dict[int, int] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


class OCRService:
    """Makes scans searchable and readable."""

    def recognise(
        self, file: InputFile, kinds: Sequence[OutputKind], plan: OcrPlan, changes: Changes, ctx: Context
    ) -> Recognised:
        """Read a PDF or an image, and write what was asked for into the work directory, from one recognition.

        Raises:
            EmptyInput, DamagedInput, EncryptedInput, NoPages, TooManyPages, DynamicForm: It cannot be read.
            TooManyPixels: An image is too large.
            InvalidPageRange: A page lies outside the document.
            NothingToRecognise: All pages are empty.
            EngineFailed, DeadlineExceeded: Not one page could be read, or in time.
            NotArchivable: PDF/A was asked for, and cannot be made of it.
            Cancelled, DeadlineExceeded: As the context says.
        """
        ctx.path("recognised.pdf").unlink(missing_ok=True)
        source = self._as_pdf(file, ctx)
        with Readings.open(source, plan, ctx) as readings:
            recognised = Recognised(readings.page_count)
            self._read(readings, recognised, ctx.stage("reading", share=0.9))
            writing = ctx.stage("writing", share=1.0)
            for done, kind in enumerate(kinds):
                recognised.files[kind] = self._write(kind, source, readings, recognised, changes, ctx)
                writing.advance(done + 1, len(kinds), unit="files")
        return recognised

    def preview(self, file: InputFile, plan: OcrPlan, ctx: Context) -> tuple[int, OcrPreview]:
        """The number of pages, and what OCR would find; see `look_at`.

        Raises:
            As `recognise`.
        """
        source = self._as_pdf(file, ctx)
        with open_pdf(source, ctx.limits) as pdf:
            check_can_be_read(pdf)
            path, units = readable(pdf, source, ctx)
        return len(units), look_at(path, units, chosen_pages(plan, len(units)), plan, ctx)

    def _as_pdf(self, file: InputFile, ctx: Context) -> Path:
        if file.media_type is MediaType.PDF:
            return file.path
        return as_pdf(file, ctx.path("images.pdf"), ctx)

    def _read(self, readings: Readings, recognised: Recognised, ctx: Context) -> None:
        total = len(readings.page_indices)
        found: dict[int, ReadPage] = {}
        for done, page in enumerate(readings.read(ctx), start=1):
            found[page.number] = replace(page, blocks=())
            recognised.words[page.number] = len(page.words)
            ctx.meter.pages += page.outcome is PageOutcome.RECOGNISED
            ctx.advance(min(done, total), total, unit="pages", message=_message(page))
        recognised.resumed = readings.resumed
        recognised.pages = [found[number] for number in sorted(found)]
        outcomes = {page.outcome for page in recognised.pages}
        if outcomes <= {PageOutcome.BLANK}:
            raise NothingToRecognise(
                "All pages are empty: there is neither text nor a picture of it. Send the document that was meant, or "
                "choose other pages."
            )
        if outcomes == {PageOutcome.TIMED_OUT}:
            raise DeadlineExceeded(
                "Each page took longer than page_seconds allows. Raise that, or scan with fewer dpi."
            )
        if outcomes <= {PageOutcome.FAILED, PageOutcome.TIMED_OUT}:
            raise EngineFailed(
                "No page could be read. The document may be damaged; if other documents fail too, run `pdfmill doctor`."
            ) from RuntimeError(readings.cause or "the processes that read the pages died")

    def _write(
        self,
        kind: OutputKind,
        source: Path,
        readings: Readings,
        recognised: Recognised,
        changes: Changes,
        ctx: Context,
    ) -> Path:
        if kind in (OutputKind.PDF, OutputKind.PDFA):
            return self._write_pdf(kind, source, readings, recognised, changes, ctx)
        form = _FORMS[kind]()
        target = ctx.path(f"text.{kind.value}")
        with target.open("w", encoding="utf-8", newline="\n") as file:
            file.write(form.head())
            for page in readings.kept():
                file.write(form.page(as_scanned(page)))
                ctx.check()
            file.write(form.tail())
        return target

    def _write_pdf(
        self,
        kind: OutputKind,
        source: Path,
        readings: Readings,
        recognised: Recognised,
        changes: Changes,
        ctx: Context,
    ) -> Path:
        target = ctx.path("recognised.pdf")
        if not target.exists():
            recognised.warnings += write_document(source, target, readings.kept, changes, ctx)
        if kind is OutputKind.PDF:
            return target
        # Here, because it takes as long to load as half a page takes to read.
        from pdfmill.services.archiving.service import ArchivingService

        archived = ctx.path("archived.pdf")
        recognised.warnings += ArchivingService().archive(target, archived, ctx).changes
        return archived


class Readings:
    """The readings of a document's pages, made in several processes and kept in files.

    Attributes:
        page_indices: Of the pages that are read, each once.
        resumed: How many of them were there already.
        cause: For the log: why the last page failed that did.
    """

    def __init__(
        self, source: Path, plan: OcrPlan, page_indices: Sequence[int], units: Sequence[float], ctx: Context
    ) -> None:
        self._source = source
        self._plan = plan
        self._units = units
        self.page_count = len(units)
        self.page_indices = page_indices
        self.resumed = 0
        self.cause = ""
        self._failed: dict[int, ReadPage] = {}
        self._checkpoint = Checkpoint.of(ctx.checkpoint, plan.languages, plan.mode, plan.engine)

    @classmethod
    def open(cls, source: Path, plan: OcrPlan, ctx: Context) -> Readings:
        """Look at the document without reading it.

        Raises:
            As `OCRService.recognise`.
        """
        with open_pdf(source, ctx.limits) as pdf:
            check_can_be_read(pdf)
            path, units = readable(pdf, source, ctx)
        return cls(path, plan, chosen_pages(plan, len(units)), units, ctx)

    def __enter__(self) -> Readings:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:  # after a failure, the next attempt goes on from here
            shutil.rmtree(self._checkpoint.folder, ignore_errors=True)

    def read(self, ctx: Context) -> Iterator[ReadPage]:
        """Read the pages that an earlier attempt has not read; yields each page, as it is done."""
        missing: list[int] = []
        doubtful: list[int] = []
        for index in self.page_indices:
            page = self._checkpoint.find(index + 1)
            if page is None:
                missing.append(index)
            else:
                self.resumed += 1
                if wants_second_reading(page, self._plan):
                    doubtful.append(index)
                yield page
        work = partial(begin, self._source, self._units, self._plan, ctx.pixels, self._checkpoint)
        until = ctx.deadline if self._plan.job_s is None else time.monotonic() + self._plan.job_s
        crew = work_through(missing, work, ctx, cores=self._cores(ctx), page_s=self._plan.page_s, until=until)
        for end in crew:
            page = self._ended(end)
            if wants_second_reading(page, self._plan):
                doubtful.append(end.page)
            yield page
        yield from self._read_again(doubtful, ctx, until)

    def _read_again(self, doubtful: Sequence[int], ctx: Context, until: float) -> Iterator[ReadPage]:
        """Have RapidOCR read what Tesseract read badly, in one process, because it takes the memory of several.

        What it cannot read stays as it was.
        """
        work = partial(begin_again, self._source, self._units, self._plan, ctx.pixels, self._checkpoint)
        for end in work_through(doubtful, work, ctx, cores=1, page_s=self._plan.page_s, until=until):
            yield self._found(end.page)

    def kept(self) -> Iterator[ReadPage]:
        """All pages that were chosen, in the order of the document; after `read`."""
        for index in self.page_indices:
            yield self._failed.get(index) or self._found(index)

    def _ended(self, end: PageEnd) -> ReadPage:
        if end.failure is None:
            return self._found(end.page)
        self.cause = end.cause or self.cause
        page = self._failed[end.page] = ReadPage(end.page + 1, 0.0, 0.0, end.failure)
        return page

    def _found(self, index: int) -> ReadPage:
        page = self._checkpoint.find(index + 1)
        return page or ReadPage(index + 1, 0.0, 0.0, PageOutcome.FAILED)

    def _cores(self, ctx: Context) -> int:
        if reads_with_rapidocr(self._plan):
            return 1
        cores = self._plan.cores or len(os.sched_getaffinity(0))
        return max(1, min(cores, (ctx.limits.memory_mib - _REST_MIB) // _PAGE_MIB, ctx.limits.processes // 4))


def chosen_pages(plan: OcrPlan, page_count: int) -> list[int]:
    """The indices of the pages to read, in the order of the document.

    Raises:
        InvalidPageRange: A page lies outside the document.
    """
    return sorted(set(range(page_count) if plan.pages is None else plan.pages.resolve(page_count)))


def _message(page: ReadPage) -> str:
    return f"page {page.number}: {page.outcome.value.replace('_', ' ')}"
