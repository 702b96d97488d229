"""Text, tables and pictures of a folder of documents: processor time and size beside other programs, and right cells.

    make bench-conversion CORPUS=folder [CAMELOT=python]        writes benchmarks/results/conversion.md

The folder has documents in ``convert`` and in ``tables``, the latter with their cells in ``NAME.truth.json``:
``{"page": 1, "rows": [["cell", …], …]}``. Programs that are not installed are left out. Times are processor time; those
of other programs hold their start, those of pdfmill do not hold Python's.
``PDF2DOCX=/path/to/pdf2docx`` compares Word documents with those of that program, see `documents`.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
from conversion_headings import heading_lines
from conversion_tables import table_lines
from documents import word_lines

from pdfmill.core.context import Context
from pdfmill.core.errors import PdfMillError
from pdfmill.core.pages import PageRanges
from pdfmill.engines.pdfium import Ink
from pdfmill.services.conversion.png import PngEffort
from pdfmill.services.conversion.service import ConversionService, PictureFormat, PictureManner
from pdfmill.services.extraction.text import TextExtractionService
from pdfmill.services.writing.manner import Manner, TextForm

RESULTS = Path(__file__).parent / "results" / "conversion.md"
DPI = 150
MOST_PAGES = 10


@dataclass
class Row:
    """What one way of converting took: processor seconds and bytes of all pages, and seconds of each document."""

    name: str
    seconds: float = 0.0
    output_bytes: int = 0
    pages: int = 0
    failed: int = 0


@dataclass(frozen=True)
class Document:
    path: Path
    pages: int

    @property
    def ranges(self) -> PageRanges:
        return PageRanges.of(range(1, self.pages + 1))


def documents(folder: Path) -> list[Document]:
    """Documents that PDFium opens, with at most so many pages each."""
    found = []
    for path in sorted((*folder.glob("convert/*.pdf"), *folder.glob("tables/*.pdf"))):
        try:
            with pypdfium2.PdfDocument(path) as document:
                found.append(Document(path, min(len(document), MOST_PAGES)))
        except pypdfium2.PdfiumError:
            continue
    return found


def in_process(name: str, sources: Sequence[Document], work: Callable[[Document, Path], Path | None]) -> Row:
    """Measure work in this process; ``work`` gets a folder and returns the file it made."""
    row = Row(name)
    for document in sources:
        with tempfile.TemporaryDirectory() as folder:
            started = time.process_time()
            try:
                made = work(document, Path(folder))
            except PdfMillError:
                row.failed += 1
                continue
            row.seconds += time.process_time() - started
            row.pages += document.pages
            row.output_bytes += made.stat().st_size if made else 0
    return row


def program(name: str, sources: Sequence[Document], command: Callable[[Document], list[str]]) -> Row | None:
    """Measure a program that writes into its working directory; None if it is not installed."""
    row = Row(name)
    for document in sources:
        argv = command(document)
        if shutil.which(argv[0]) is None:
            return None
        with tempfile.TemporaryDirectory() as folder:
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            done = subprocess.run(argv, cwd=folder, capture_output=True, check=False)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            row.seconds += after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            row.failed += done.returncode != 0
            row.pages += document.pages
            row.output_bytes += sum(path.stat().st_size for path in Path(folder).iterdir())
    return row


def picture_rows(sources: Sequence[Document]) -> list[Row]:
    def draw(picture_format: PictureFormat, effort: PngEffort) -> Callable[[Document, Path], Path]:
        manner = PictureManner(picture_format, dpi=DPI, ink=Ink.COLOUR, quality=90, effort=effort)

        def work(document: Document, folder: Path) -> Path:
            service = ConversionService()
            return service.draw(document.path, "page", manner, document.ranges, Context(folder)).path

        return work

    def tool(*words: str) -> Callable[[Document], list[str]]:
        return lambda document: [*words[:1], *words[1:], "-l", str(document.pages), str(document.path), "page"]

    rows = [
        in_process("pdfmill png", sources, draw(PictureFormat.PNG, PngEffort.SPEED)),
        in_process("pdfmill png, small", sources, draw(PictureFormat.PNG, PngEffort.SMALL)),
        in_process("pdfmill jpeg 90", sources, draw(PictureFormat.JPEG, PngEffort.SPEED)),
        program("pdftoppm png", sources, tool("pdftoppm", "-r", str(DPI), "-png")),
        program("pdftoppm jpeg 90", sources, tool("pdftoppm", "-r", str(DPI), "-jpeg", "-jpegopt", "quality=90")),
        program(
            "mutool png",
            sources,
            lambda each: ["mutool", "draw", "-q", "-r", str(DPI), "-o", "p%d.png", str(each.path), f"1-{each.pages}"],
        ),
    ]
    return [row for row in rows if row is not None]


def text_rows(sources: Sequence[Document]) -> list[Row]:
    def write(form: TextForm) -> Callable[[Document, Path], Path]:
        def work(document: Document, folder: Path) -> Path:
            target = folder / "text"
            TextExtractionService().extract(document.path, target, form, Manner(), document.ranges, Context(folder))
            return target

        return work

    def pdfium(document: Document, _folder: Path) -> None:
        with pypdfium2.PdfDocument(document.path) as opened:
            for index in range(document.pages):
                opened[index].get_textpage().get_text_range()

    def pdftotext(*options: str) -> Callable[[Document], list[str]]:
        return lambda each: ["pdftotext", *options, "-l", str(each.pages), str(each.path), "text"]

    def mutool(document: Document) -> list[str]:
        return ["mutool", "draw", "-q", "-o", "text.txt", str(document.path), f"1-{document.pages}"]

    forms = (TextForm.PLAIN, TextForm.LAYOUT, TextForm.MARKDOWN, TextForm.JSON)
    rows = [
        in_process("PDFium's own text", sources, pdfium),
        *(in_process(f"pdfmill {form}", sources, write(form)) for form in forms),
        program("pdftotext", sources, pdftotext()),
        program("pdftotext -layout", sources, pdftotext("-layout")),
        program("pdftotext -bbox-layout", sources, pdftotext("-bbox-layout")),
        program("mutool text", sources, mutool),
    ]
    return [row for row in rows if row is not None]


def agreement(sources: Sequence[Document]) -> float | None:
    """Median F1 of the words of plain text with those that pdftotext finds; not truth, but another opinion."""
    if shutil.which("pdftotext") is None:
        return None
    scores = []
    for document in sources:
        with tempfile.TemporaryDirectory() as folder:
            target = Path(folder) / "text"
            manner = Manner(dehyphenate=False, running_lines=True)
            TextExtractionService().extract(
                document.path, target, TextForm.PLAIN, manner, document.ranges, Context(Path(folder))
            )
            argv = ["pdftotext", "-l", str(document.pages), str(document.path), "-"]
            other = subprocess.run(argv, capture_output=True, text=True, errors="replace", check=False).stdout
            ours, theirs = Counter(target.read_text().split()), Counter(other.split())
            if theirs.total() > 50:
                scores.append(2 * (ours & theirs).total() / (ours.total() + theirs.total()))
    return statistics.median(scores)


def report(folder: Path, sources: Sequence[Document], camelot: str | None) -> str:
    pictures, texts = picture_rows(sources), text_rows(sources)
    shared = agreement(sources)
    words = word_lines([(each.path, each.pages) for each in sources])
    lines = [
        "# Conversion",
        "",
        f"{len(sources)} documents, {sum(each.pages for each in sources)} pages (the first {MOST_PAGES} of each); "
        f"processor time; {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}.",
        "",
        f"| pictures at {DPI} dpi | ms a page | pages a second | MB | documents that failed |",
        "|---|---|---|---|---|",
        *(_line(row) for row in pictures),
        "",
        _against(pictures, "pdfmill png", "pdftoppm png"),
        _against(pictures, "pdfmill jpeg 90", "pdftoppm jpeg 90"),
        "",
        "| text | ms a page | pages a second | MB | documents that failed |",
        "|---|---|---|---|---|",
        *(_line(row) for row in texts),
        "",
        *words,
        "",
        *heading_lines(folder / "convert"),
        "",
        f"Words of plain text that pdftotext finds as well: median F1 {shared:.3f}." if shared is not None else "",
        "",
        *table_lines(folder, camelot),
    ]
    return "\n".join(lines) + "\n"


def _against(rows: Sequence[Row], ours: str, theirs: str) -> str:
    """How much less processor time we took than another program, and how large our files are beside its."""
    found = {row.name: row for row in rows}
    if theirs not in found:
        return f"{theirs} is not installed."
    one, other = found[ours], found[theirs]
    return (
        f"{ours} takes {other.seconds / one.seconds:.1f} times less processor time than {theirs}, and its files have "
        f"{one.output_bytes / other.output_bytes:.2f} times the size."
    )


def _line(row: Row) -> str:
    per_page = row.seconds / max(row.pages, 1)
    return f"| {row.name} | {per_page * 1000:.1f} | {1 / per_page:.1f} | {row.output_bytes / 1e6:.1f} | {row.failed} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--camelot", help="A Python in which camelot-py is installed.")
    options = parser.parse_args()
    folder = options.folder
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(report(folder, documents(folder), options.camelot))
    print(RESULTS.read_text())


if __name__ == "__main__":
    main()
