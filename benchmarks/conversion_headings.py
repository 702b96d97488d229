"""Markdown and Word documents beside what their sources call headings, for `conversion.py`.

What is true: in a Word document its paragraphs with a heading's style, after LibreOffice made a PDF of it without tags;
in a PDF its bookmarks, as far as their words stand on the page; of what stands before the first of them they say
nothing, such as a title page and a preface. Words are those of the source that stand on a page. What stands there and
not in the source, such as numbers of lists and labels of charts, is not compared; signs without letters are not.

Bookmarks and tags are taken out before the document is read, so that headings are found by their looks; the row "with
bookmarks" leaves them in.
"""

from __future__ import annotations

import re
import statistics
import subprocess
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pikepdf
import pypdfium2
from documents import to_pdf
from lxml import etree
from rapidfuzz import fuzz
from rapidfuzz.distance import Indel

from pdfmill.core.context import Context
from pdfmill.core.pages import PageRanges
from pdfmill.services.conversion.word.service import WordLayout, WordService
from pdfmill.services.extraction.text import TextExtractionService
from pdfmill.services.layout.headings import comparable
from pdfmill.services.writing.manner import Manner, TextForm

MOST_PAGES = 40
#: Bookmarks of fewer headings say where a document's parts are, not which its headings are.
FEWEST = 4
_SAME = 90  # of 100, that two titles are alike
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_HEADING = re.compile(r"(heading ?\d|title)", re.IGNORECASE)


@dataclass(frozen=True)
class Truth:
    """A document without tags and bookmarks, its headings and words, and those shown; ``whole`` has its bookmarks."""

    name: str
    path: Path
    whole: Path
    pages: int
    headings: list[str]
    words: list[str]
    shown: list[str]
    bookmarked: bool


@dataclass
class Found:
    """How many headings were found, and how many of them and of the true ones are right, by document."""

    counts: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    words: list[float] = field(default_factory=list)
    seconds: float = 0.0
    pages: int = 0

    def line(self, name: str) -> str:
        right, found, true = (sum(each[place] for each in self.counts.values()) for place in range(3))
        f1 = 2 * right / max(found + true, 1)
        each = statistics.mean(2 * one[0] / max(one[1] + one[2], 1) for one in self.counts.values())
        words = f"{statistics.mean(self.words):.3f}" if self.words else ""
        per_page = f"{1000 * self.seconds / self.pages:.1f}" if self.seconds else ""
        return (
            f"| {name} | {right} of {found}: {right / max(found, 1):.2f} | {right / max(true, 1):.2f} | {f1:.2f} | "
            f"{each:.2f} | {words} | {per_page} |"
        )


def heading_lines(folder: Path) -> list[str]:
    """Lines of Markdown: a table of headings that are right, of text that came through, and of processor time."""
    with tempfile.TemporaryDirectory() as work:
        truths = list(_truths(folder, Path(work)))
        if not truths:
            return []
        markdown, word, whole = Found(), Found(), Found()
        for truth in truths:
            _read(truth, truth.path, markdown)
            _read(truth, truth.whole, whole)
            _write(truth, word)
    return [
        f"Headings and text of {len(truths)} documents beside what their source says, at most {MOST_PAGES} pages each:",
        "",
        "| | precision of headings | recall | F1 | mean F1 of a document | text | ms a page |",
        "|---|---|---|---|---|---|---|",
        markdown.line("markdown"),
        whole.line("markdown, with bookmarks"),
        word.line("Word"),
    ]


def _truths(folder: Path, work: Path) -> Iterator[Truth]:
    for source in sorted(folder.glob("*.docx")):
        copy = work / source.name
        copy.write_bytes(source.read_bytes())
        if (made := to_pdf(copy)) is not None:
            headings, words = _of_word(source)
            shown = _shown(made)
            plain, pages = _without_marks(made, made.with_suffix(".plain.pdf"))
            yield Truth(source.name, plain, made, pages, headings, _common(words, shown), shown, bookmarked=False)
    for source in sorted(folder.glob("*.pdf")):
        headings = _of_bookmarks(source)
        if len(headings) >= FEWEST:
            shown = _shown(source)
            plain, pages = _without_marks(source, work / source.name)
            yield Truth(source.name, plain, source, pages, headings, shown, shown, bookmarked=True)


def _shown(path: Path) -> list[str]:
    """The words on the pages of a PDF, as pdftotext finds them."""
    argv = ["pdftotext", "-l", str(MOST_PAGES), str(path), "-"]
    text = subprocess.run(argv, capture_output=True, text=True, errors="replace", check=False).stdout
    return _words(text)


def _words(text: str) -> list[str]:
    return [word for word in text.split() if any(map(str.isalnum, word))]


def _common(words: Sequence[str], others: Sequence[str] | Counter[str]) -> list[str]:
    """The words that others have as well, no oftener than these have them."""
    left = Counter(others)
    found = []
    for word in words:
        if left[word]:
            left[word] -= 1
            found.append(word)
    return found


def _without_marks(path: Path, target: Path) -> tuple[Path, int]:
    """A copy of a document without bookmarks and tags, and how many of its pages are read."""
    with pikepdf.Pdf.open(path) as pdf:
        for key in ("/Outlines", "/StructTreeRoot", "/MarkInfo"):
            if key in pdf.Root:
                del pdf.Root[key]
        pdf.save(target)
        return target, min(len(pdf.pages), MOST_PAGES)


def _of_word(path: Path) -> tuple[list[str], list[str]]:
    """Headings and words of a Word document."""
    with zipfile.ZipFile(path) as archive:
        styles = etree.fromstring(archive.read("word/styles.xml"))
        body = etree.fromstring(archive.read("word/document.xml"))
    etree.strip_elements(body, f"{_MC}Fallback")  # says a second time what stands in the choice beside it
    names = {style.get(f"{_W}styleId"): style.find(f"{_W}name").get(f"{_W}val") for style in styles.iter(f"{_W}style")}
    headings, words = [], []
    for paragraph in body.iter(f"{_W}p"):
        text = "".join(each.text or "" if each.tag == f"{_W}t" else " " for each in _own_text(paragraph))
        style = paragraph.find(f"{_W}pPr/{_W}pStyle")
        name = names.get(style.get(f"{_W}val"), "") if style is not None else ""
        if _HEADING.fullmatch(name) and text.strip():
            headings.append(text)
        words += _words(text)
    return headings, words


def _own_text(paragraph: etree._Element) -> Iterator[etree._Element]:
    """The texts, tabs and breaks of a paragraph, without the paragraphs of text boxes that are anchored in it."""
    for each in paragraph.iter(f"{_W}t", f"{_W}tab", f"{_W}br"):
        if next(each.iterancestors(f"{_W}p")) is paragraph:
            yield each


def _of_bookmarks(path: Path) -> list[str]:
    """Those titles of bookmarks that stand on their page."""
    found = []
    with pypdfium2.PdfDocument(path) as document:
        texts = {}
        for item in document.get_toc():
            destination = item.get_dest()
            index = destination.get_index() if destination else None
            if index is None or index >= MOST_PAGES:
                continue
            if index not in texts:
                texts[index] = _letters(document[index].get_textpage().get_text_range())
            if (title := _letters(comparable(item.get_title()))) and title in texts[index]:
                found.append(item.get_title())
    return found


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _read(truth: Truth, path: Path, found: Found) -> None:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "text.md"
        started = time.process_time()
        ranges = PageRanges.of(range(1, truth.pages + 1))
        manner = Manner(running_lines=True, dehyphenate=False)
        TextExtractionService().extract(path, target, TextForm.MARKDOWN, manner, ranges, Context(Path(folder)))
        found.seconds += time.process_time() - started
        found.pages += truth.pages
        text = target.read_text()
    running = re.sub(r"^(```+).*?^\1$", "", text, flags=re.MULTILINE | re.DOTALL)  # code has lines that begin with "#"
    titles = [(len(marks), title) for marks, title in re.findall(r"^(#{1,6}) (.+)$", running, re.MULTILINE)]
    found.counts[truth.name] = _compare(titles, truth)
    words = _plain(text)
    only_shown = Counter(truth.shown) - Counter(truth.words)
    found.words.append(Indel.normalized_similarity(_common(words, Counter(words) - only_shown), truth.words))


def _write(truth: Truth, found: Found) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ranges = PageRanges.of(range(1, truth.pages + 1))
        written = WordService().write(truth.path, WordLayout.FLOW, ranges, Context(Path(folder)))
        with zipfile.ZipFile(written.path) as archive:
            body = etree.fromstring(archive.read("word/document.xml"))
    titles = []
    for paragraph in body.iter(f"{_W}p"):
        style = paragraph.find(f"{_W}pPr/{_W}pStyle")
        if style is not None and style.get(f"{_W}val").startswith("Heading"):
            text = "".join(each.text or "" for each in paragraph.iter(f"{_W}t"))
            titles.append((int(style.get(f"{_W}val")[-1]), text))
    found.counts[truth.name] = _compare(titles, truth)


def _compare(titles: Sequence[tuple[int, str]], truth: Truth) -> tuple[int, int, int]:
    """How many headings, of a level and a title each, are right, were found, are true.

    Bookmarks begin somewhere and go down to some level only: what stands before the first that is right, or is deeper
    than all that are, is not counted as found.
    """
    left = Counter(_letters(comparable(title)) for title in truth.headings)
    levels: list[int] = []
    before = 0
    for level, title in titles:
        letters = _letters(comparable(title))
        match = max(left, key=lambda each: fuzz.ratio(each, letters), default=None)
        if match is not None and fuzz.ratio(match, letters) >= _SAME:
            levels.append(level)
            left[match] -= 1
            left += Counter()
        elif not levels:
            before += 1
    if not truth.bookmarked:
        return len(levels), len(titles), len(truth.headings)
    deepest = max(levels, default=6)
    return len(levels), sum(level <= deepest for level, _ in titles[before:]), len(truth.headings)


def _plain(markdown: str) -> list[str]:
    """The words of Markdown without its marks."""
    text = re.sub(
        r"<!-- page \d+ -->|<br>|^\s*\|?[-:| ]{3,}\|?$|^#{1,6} |^ *- |^```.*$", " ", markdown, flags=re.MULTILINE
    )
    text = re.sub(r"\[([^\]]*)\]\(<[^>]*>\)", r"\1", text)
    text = re.sub(r"(?<!\\)(\*\*|\*|`|\|)", lambda found: " " if found[0] == "|" else "", text)
    return _words(re.sub(r"\\(.)", r"\1", text))
