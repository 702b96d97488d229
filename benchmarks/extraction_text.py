"""Text: processor time beside PDFium's own and other readers', and words with boxes."""

from __future__ import annotations

import importlib.util
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pypdfium2

from pdfmill.core.context import Context
from pdfmill.core.errors import PdfMillError
from pdfmill.engines.pdfium import open_read
from pdfmill.services.extraction.text import TextExtractionService
from pdfmill.services.layout.page_words import open_words
from pdfmill.services.layout.simple_pages import read_simple_page
from pdfmill.services.writing.manner import Manner, TextForm

MOST_PAGES = 60


FOLDERS = ("convert", "tables", "compress")


def report(corpus: Path) -> list[str]:
    sources = [path for folder in FOLDERS for path in sorted((corpus / folder).glob("*.pdf")) if _pages(path)]
    running = {path: _running_text(path) for path in sources}
    only_running = [path for path in sources if running[path] == _pages(path)]
    return [
        "## Text",
        "",
        "Raw text is what PDFium has, line by line. Plain text is a line for each paragraph, in the order in which one "
        "reads: read the short way from pages of running text, and by the whole layout from all others.",
        "",
        f"All {len(sources)} documents: {sum(running.values())} of their {sum(map(_pages, sources))} pages are running "
        "text; the corpus is one of tables, scans and papers in columns.",
        "",
        *_table(sources),
        f"The {len(only_running)} documents of running text alone, of {sum(map(_pages, only_running))} pages:",
        "",
        *_table(only_running),
    ]


def _table(sources: list[Path]) -> list[str]:
    pages = sum(map(_pages, sources))
    _measured(sources, _pdfium)  # once unmeasured, so that nobody pays for the files' way into memory
    own = _measured(sources, _pdfium)
    rows = [
        ("PDFium, its own text", own),
        ("pdfmill, words with boxes (what invoices and statements read)", _measured(sources, _words)),
        ("pdfmill extract-text, plain", _measured(sources, _text(TextForm.PLAIN))),
        ("pdfmill extract-text, raw", _measured(sources, _raw)),
        ("pdfmill extract-text, json", _measured(sources, _text(TextForm.JSON))),
    ]
    if shutil.which("pdftotext"):
        rows.append(("pdftotext", _program(sources, ["pdftotext"])))
        rows.append(("pdftotext -bbox-layout", _program(sources, ["pdftotext", "-bbox-layout"])))
    without_plumber = ["pdfplumber is not installed: words with boxes are not compared with it.", ""]
    if importlib.util.find_spec("pdfplumber"):
        rows.append(("pdfplumber, words with boxes", _measured(sources, _plumbed)))
        without_plumber = []
    return [
        "| | processor seconds | times PDFium | pages a second |",
        "|---|--:|--:|--:|",
        *(f"| {name} | {seconds:.2f} | {seconds / own:.1f} | {pages / seconds:.0f} |" for name, seconds in rows),
        "",
        *without_plumber,
    ]


def _running_text(path: Path) -> int:
    """How many pages are read the short way."""
    try:
        with open_words(path, None, Context(path.parent)) as document:
            indices = document.page_indices
        with open_read(path, [1.0] * len(indices)) as read:
            return sum(read_simple_page(read, index) is not None for index in indices)
    except PdfMillError:
        return 0


def _pages(path: Path) -> int:
    try:
        with pypdfium2.PdfDocument(path) as document:
            return len(document) if len(document) <= MOST_PAGES else 0
    except pypdfium2.PdfiumError:
        return 0


def _measured(sources: list[Path], work: Callable[[Path, Path], object]) -> float:
    seconds = 0.0
    for path in sources:
        with tempfile.TemporaryDirectory() as folder:
            started = time.process_time()
            try:
                work(path, Path(folder))
            except PdfMillError:
                continue
            seconds += time.process_time() - started
    return seconds


def _pdfium(path: Path, _folder: Path) -> None:
    with pypdfium2.PdfDocument(path) as document:
        for page in document:
            page.get_textpage().get_text_range()


def _words(path: Path, folder: Path) -> None:
    with open_words(path, None, Context(folder)) as document:
        for page_index in document.page_indices:
            document.page(page_index)


def _text(form: TextForm) -> Callable[[Path, Path], object]:
    def work(path: Path, folder: Path) -> object:
        return TextExtractionService().extract(path, folder / "text", form, Manner(), None, Context(folder))

    return work


def _raw(path: Path, folder: Path) -> None:
    TextExtractionService().extract_raw(path, folder / "text", None, Context(folder))


def _plumbed(path: Path, _folder: Path) -> None:
    import pdfplumber

    with pdfplumber.open(path) as document:
        for page in document.pages:
            page.extract_words()


def _program(sources: list[Path], argv: list[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for path in sources:
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([*argv, str(path.resolve()), "out"], cwd=folder, capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
