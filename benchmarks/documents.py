"""Word documents made of PDFs, taken back to PDF by LibreOffice, and compared with the original.

Each page is drawn at 60 dpi and compared by SSIM, a page that is missing on either side counts as 0. Text is what
pdftotext finds on both sides, as words in order. pdf2docx, which needs a library under the AGPL, is only ever run as a
program in an environment of its own: ``PDF2DOCX=/path/to/pdf2docx``.
"""

from __future__ import annotations

import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
import pypdfium2
from lxml import etree
from rapidfuzz.distance import Indel

from pdfmill.core.context import Context
from pdfmill.core.documents import InputFile
from pdfmill.core.operation import Inputs
from pdfmill.operations import load_registry
from pdfmill.services import Services
from pdfmill.services.compression.similarity import structural_similarity

DPI = 60
OFFICE_TIMEOUT_S = 90
WORD_PAGES = 6
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@dataclass
class Likeness:
    """How much of a document came through.

    Attributes:
        words: Similarity of the texts, word by word in order.
        looks: Mean SSIM of the pages.
        pages: Pages of the original and of what came back.
    """

    words: float
    looks: float
    pages: tuple[int, int]


@dataclass
class Contender:
    """A way of making Word documents, and what came of it, by document."""

    name: str
    seconds: float = 0.0
    failed: int = 0
    text_boxes: int = 0
    headings: int = 0
    lists: int = 0
    likeness: dict[str, Likeness] = field(default_factory=dict)


def contend(
    name: str, sources: Sequence[tuple[Path, int]], command: Callable[[Path, int, Path], list[str]]
) -> Contender:
    """Convert documents by a program, one process each, and compare what LibreOffice makes of the results.

    Args:
        sources: Documents, and how many of their pages are converted.
        command: The program and its arguments for a document, pages, and the file to write.
    """
    contender = Contender(name)
    for path, pages in sources:
        with tempfile.TemporaryDirectory() as folder:
            target = Path(folder) / "document.docx"
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            done = subprocess.run(
                command(path, pages, target), cwd=folder, capture_output=True, check=False, timeout=600
            )
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            contender.seconds += after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            if done.returncode or not target.exists():
                contender.failed += 1
                continue
            _count(target, contender)
            back = to_pdf(target)
            if back is None:
                contender.failed += 1
                continue
            contender.likeness[path.name] = likeness(path, pages, back)
    return contender


def _count(path: Path, contender: Contender) -> None:
    with zipfile.ZipFile(path) as archive:
        body = etree.fromstring(archive.read("word/document.xml"))
    contender.text_boxes += len(body.findall(f".//{_W}txbxContent"))
    styles = [style.get(f"{_W}val", "") for style in body.iter(f"{_W}pStyle")]
    contender.headings += sum(bool(re.fullmatch(r"Heading\s?\d|Title", style)) for style in styles)
    contender.lists += len(body.findall(f".//{_W}numPr"))


@cache
def _profile() -> Path:
    return Path(tempfile.mkdtemp(prefix="office-profile-"))


def to_pdf(path: Path) -> Path | None:
    """What LibreOffice makes of an Office document; None if it fails or takes too long."""
    argv = ["soffice", f"-env:UserInstallation=file://{_profile()}", "--headless", "--convert-to", "pdf"]
    argv = ["timeout", str(OFFICE_TIMEOUT_S), *argv, "--outdir", str(path.parent), str(path)]
    subprocess.run(argv, capture_output=True, check=False)
    made = path.with_suffix(".pdf")
    return made if made.exists() else None


def likeness(original: Path, pages: int, back: Path) -> Likeness:
    """Compare the first pages of a document with all of another."""
    with pypdfium2.PdfDocument(original) as one, pypdfium2.PdfDocument(back) as other:
        count = max(pages, len(other))
        looks = [
            _likeness_of_pages(one[index], other[index]) if index < min(pages, len(other)) else 0.0
            for index in range(count)
        ]
        found = (pages, len(other))
    words = Indel.normalized_similarity(_words(original, pages), _words(back, found[1]))
    return Likeness(words, statistics.mean(looks), found)


def _likeness_of_pages(one: pypdfium2.PdfPage, other: pypdfium2.PdfPage) -> float:
    drawn = [page.render(scale=DPI / 72, grayscale=True).to_numpy() for page in (one, other)]
    height, width = (max(each.shape[axis] for each in drawn) for axis in (0, 1))
    padded = [
        np.pad(each, ((0, height - each.shape[0]), (0, width - each.shape[1])), constant_values=255) for each in drawn
    ]
    return structural_similarity(*padded)


def _words(path: Path, pages: int) -> list[str]:
    argv = ["pdftotext", "-l", str(pages), str(path), "-"]
    return subprocess.run(argv, capture_output=True, text=True, errors="replace", check=False).stdout.split()


def word_lines(sources: Sequence[tuple[Path, int]]) -> list[str]:
    """A table of what came back from LibreOffice, over the documents that all contenders got through.

    Args:
        sources: Documents, and how many pages they have.
    """
    contenders = word_contenders([(path, min(pages, WORD_PAGES)) for path, pages in sources])
    common = set.intersection(*(set(each.likeness) for each in contenders))
    lines = [
        f"Word documents, taken back to PDF by LibreOffice ({len(common)} documents, at most {WORD_PAGES} pages each; "
        "seconds hold the start of each process).",
        "",
        "| | text | SSIM | same page count | headings | list items | text boxes | s | failed |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for each in contenders:
        likeness = [each.likeness[name] for name in common]
        words = statistics.mean(one.words for one in likeness)
        looks = statistics.mean(one.looks for one in likeness)
        same = sum(one.pages[0] == one.pages[1] for one in likeness)
        lines.append(
            f"| {each.name} | {words:.3f} | {looks:.3f} | {same} of {len(common)} | {each.headings} | {each.lists} | "
            f"{each.text_boxes} | {each.seconds:.1f} | {each.failed} |"
        )
    return lines


def word_contenders(sources: Sequence[tuple[Path, int]]) -> list[Contender]:
    """What pdfmill makes and, if it is there, pdf2docx."""
    found = [contend("pdfmill", sources, _pdfmill("flow")), contend("pdfmill exact", sources, _pdfmill("exact"))]
    if peer := os.environ.get("PDF2DOCX", shutil.which("pdf2docx") or ""):
        found.append(
            contend(
                "pdf2docx",
                sources,
                lambda path, pages, target: [peer, "convert", str(path), str(target), f"--end={pages}"],
            )
        )
    return found


def _pdfmill(layout: str) -> Callable[[Path, int, Path], list[str]]:
    """A process of its own, as the other programs have, but without a sandbox, whose processes cannot be timed."""
    return lambda path, pages, target: [sys.executable, __file__, str(path), str(pages), layout, str(target)]


def _convert(source: str, pages: str, layout: str, target: str) -> None:
    operation = load_registry().get("convert")
    options = operation.parse_options({"to": Path(target).suffix[1:], "layout": layout, "pages": f"1-{pages}"})
    folder = Path(target).with_suffix(".work")
    folder.mkdir()
    context = Context(folder, services=Services())
    (output,) = operation.run(Inputs((InputFile.at(Path(source)),)), options, context).outputs
    output.path.rename(target)


if __name__ == "__main__":
    _convert(*sys.argv[1:])
