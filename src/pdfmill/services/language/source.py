"""A document as sentences, each with a number, its pages and its boxes: what answers are made of and cite."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from pdfmill.core.context import Context
from pdfmill.core.documents import InputFile
from pdfmill.core.pages import PageRanges
from pdfmill.engines.langid import language_of
from pdfmill.services.language.reading import nothing_to_read, read_pages
from pdfmill.services.language.sentences import sentence_spans
from pdfmill.services.layout.model import Block, Box, Cell, Heading, Line, ListItem, Page, Paragraph, Table, Word, union
from pdfmill.services.layout.recognition import Recognise, unread_pages
from pdfmill.services.writing.flow import is_code, pieces

#: Headings of what is in a document for the record: a list of others' titles says nothing of its own.
_BACK_MATTER = re.compile(
    r"[\d.\sIVX]*(references|bibliography|works cited|literatur(verzeichnis)?|quellen(verzeichnis)?|bibliographie|"
    r"références|referencias|bibliografía|bibliografia|riferimenti|table of contents|contents|inhalt(sverzeichnis)?|"
    r"sommaire|índice|indice|acknowledge?ments?|danksagung)",
    re.IGNORECASE,
)
#: The dots between a title and its page number: such a line says where something stands, and nothing else.
_LEADERS = re.compile(r"(?:\.\s?){5}|…\s?…")
_ENDS_SENTENCE = re.compile(r"[.!?…。！？:;][\"'”’»)\]」』]*$")


class Place(NamedTuple):
    """Where something stands: page number from 1, and a box as in `services.layout.model`, or `.text_files`."""

    page: int
    box: Box


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, or a row of a table.

    Attributes:
        number: From 1, in reading order; what answers cite.
        places: One for each line that it stands on.
        section: Index of its heading among the document's sections.
        is_prose: Whether it is running text; rows of tables, list items without an end and back matter are not.
    """

    number: int
    text: str
    places: tuple[Place, ...]
    section: int
    is_prose: bool

    @property
    def page(self) -> int:
        return self.places[0].page


@dataclass
class SourceText:
    """What was read.

    Attributes:
        title: What the document calls itself; empty if it does not.
        language: ISO 639-1; None if there is too little text to tell.
        sections: Headings; the first one, of what stands before any heading, is empty.
        pages: Numbers of the pages that were read.
        needs_ocr: Numbers of those whose text is absent or garbled.
    """

    title: str = ""
    language: str | None = None
    sentences: list[Sentence] = field(default_factory=list)
    sections: list[str] = field(default_factory=lambda: [""])
    pages: list[int] = field(default_factory=list)
    needs_ocr: list[int] = field(default_factory=list)

    def sentence(self, number: int) -> Sentence | None:
        """The sentence of that number; None if there is none."""
        return self.sentences[number - 1] if 1 <= number <= len(self.sentences) else None

    @property
    def warnings(self) -> tuple[str, ...]:
        """A sentence about pages that could not be read."""
        if not self.needs_ocr:
            return ()
        return (unread_pages(PageRanges.of(self.needs_ocr)),)


class _Token(NamedTuple):
    text: str
    place: Place
    glued: bool


def read_source(
    file: InputFile, pages: PageRanges | None, ctx: Context, recognise: Recognise | None = None
) -> SourceText:
    """The sentences of a document.

    Args:
        recognise: Reads pages whose text is absent or garbled; None to leave them as they are.

    Raises:
        NoText: There are none; the document needs OCR, or is blank.
        UnknownEncoding: A text file is in another encoding.
        EmptyInput, DamagedInput, EncryptedInput, NoPages, TooManyPages, InvalidPageRange: As the layout service.
        Cancelled, DeadlineExceeded: As the context says.
    """
    source = SourceText()
    collector = _Collector(source)
    source.title = read_pages(file, pages, ctx, recognise, collector.add)
    collector.finish()
    if not source.sentences:
        raise nothing_to_read(source.needs_ocr)
    source.language = language_of(" ".join(each.text for each in source.sentences[:400] if each.is_prose))
    return source


class _Collector:
    """Puts sentences together, also those that a column's or a page's end divides."""

    def __init__(self, source: SourceText) -> None:
        self._source = source
        self._open: list[_Token] = []
        self._section = 0
        self._in_back_matter = False

    def add(self, page: Page) -> None:
        self._source.pages.append(page.number)
        if page.quality.needs_ocr:
            self._source.needs_ocr.append(page.number)
            return
        for block in page.blocks:
            if not is_code(block) and not block.angle:
                self._add_block(page.number, block)

    def finish(self) -> None:
        if self._open:
            self._add_sentences(self._open)
        self._open = []

    def _add_block(self, page: int, block: Block) -> None:
        match block:
            case Heading():
                self.finish()
                self._begin_section(" ".join(line.text for line in block.lines))
            case Paragraph():
                self._add_paragraph(_tokens(page, block.lines))
            case ListItem():
                self.finish()
                self._add_sentences(_tokens(page, block.lines))
            case Table():
                self._add_rows(page, block)
            case _:
                pass  # a picture says nothing, and does not end a paragraph

    def _begin_section(self, title: str) -> None:
        self._source.sections.append(title)
        self._section = len(self._source.sections) - 1
        self._in_back_matter = bool(_BACK_MATTER.match(title))

    def _add_paragraph(self, tokens: list[_Token]) -> None:
        """The last sentence stays open if it has no end, and goes on where a paragraph begins with a small letter."""
        if self._open and not tokens[0].text[:1].islower():
            self.finish()
        if self._open and self._open[-1].text.endswith(("-", "‐")) and len(self._open[-1].text) > 2:
            last = self._open[-1]
            self._open[-1] = _Token(last.text[:-1], last.place, glued=True)
        self._open += tokens
        if _ENDS_SENTENCE.search(self._open[-1].text):
            self.finish()

    def _add_sentences(self, tokens: Sequence[_Token]) -> None:
        text, starts = "", []
        for token in tokens:
            starts.append(len(text))
            text += token.text + ("" if token.glued else " ")
        for start, end in sentence_spans(text):
            # Of scripts that put no spaces between words, one token may be a part of several sentences.
            own = [
                token.place
                for token, at in zip(tokens, starts, strict=True)
                if at < end and at + len(token.text) > start
            ]
            if own and not _LEADERS.search(text[start:end]):
                is_prose = not self._in_back_matter and bool(_ENDS_SENTENCE.search(text[start:end]))
                self._append(text[start:end], own, is_prose=is_prose)

    def _add_rows(self, page: int, table: Table) -> None:
        rows: dict[int, list[Cell]] = {}
        for cell in table.cells:
            if cell.lines:
                rows.setdefault(cell.row, []).append(cell)
        for cells in rows.values():
            text = " | ".join(" ".join(line.text for line in cell.lines) for cell in cells)
            self._append(text, [Place(page, cell.box) for cell in cells], is_prose=False)

    def _append(self, text: str, places: Sequence[Place], *, is_prose: bool) -> None:
        number = len(self._source.sentences) + 1
        self._source.sentences.append(Sentence(number, text, tuple(_by_line(places)), self._section, is_prose))


def _tokens(page: int, lines: Sequence[Line]) -> list[_Token]:
    return [_Token(text, Place(page, word.box), glued) for text, word, glued in _pieces_of(lines)]


def _pieces_of(lines: Sequence[Line]) -> Iterator[tuple[str, Word, bool]]:
    yield from pieces(lines, dehyphenate=True)


def _by_line(places: Sequence[Place]) -> Iterator[Place]:
    """The boxes of words that stand side by side as one."""
    run: list[Place] = []
    for place in places:
        if run and not _goes_on(run[-1], place):
            yield Place(run[0].page, union(each.box for each in run))
            run = []
        run.append(place)
    yield Place(run[0].page, union(each.box for each in run))


def _goes_on(last: Place, place: Place) -> bool:
    middle = place.box.centre[1]
    return place.page == last.page and last.box.top <= middle <= last.box.bottom
