"""Text files as pages of blocks, so that whoever reads documents reads them as well.

A form feed begins a page. Boxes are in characters and lines instead of points: a word's left edge is the column that
it begins in, its top the number of its line on the page, both from 0.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

from pdfmill.core.errors import TooManyPages, UnknownEncoding
from pdfmill.core.limits import Limits
from pdfmill.services.layout.markers import marker_of
from pdfmill.services.layout.model import (
    Block,
    Box,
    Cell,
    Heading,
    Line,
    ListItem,
    Page,
    Paragraph,
    Style,
    Table,
    TextQuality,
    Word,
    union,
)

_MARKDOWN = (".md", ".markdown")
#: Where text is broken into lines, these are at most so long; longer ones are paragraphs each.
_WIDEST = 200

_PLAIN = Style("", 1.0, bold=False, italic=False, monospaced=False, colour="#000000")
_CODE = Style("", 1.0, bold=False, italic=False, monospaced=True, colour="#000000")


def read_text_file(path: Path, name: str, limits: Limits) -> list[Page]:
    """The pages of a text file.

    Args:
        name: What its owner calls it: Markdown ends in ``.md`` or ``.markdown``, all else is plain.

    Raises:
        UnknownEncoding: It is in another encoding.
        TooManyPages: It has more form feeds than pages are allowed.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnknownEncoding() from error
    parts = text.split("\f")
    if len(parts) > limits.max_pages:
        raise TooManyPages(f"The text has {len(parts)} pages; {limits.max_pages} are allowed. Split it.")
    blocks_of = _markdown_blocks if PurePosixPath(name.lower()).suffix in _MARKDOWN else _plain_blocks
    return [_page(number, part.split("\n"), tuple(blocks_of(part))) for number, part in enumerate(parts, start=1)]


def _page(number: int, lines: Sequence[str], blocks: tuple[Block, ...]) -> Page:
    quality = TextQuality.GOOD if blocks else TextQuality.BLANK
    return Page(number, float(max(map(len, lines))), float(len(lines)), quality, blocks)


def _plain_blocks(text: str) -> Iterator[Block]:
    """Paragraphs, which empty lines part, and items of lists."""
    rows = text.split("\n")
    is_broken = max(map(len, rows)) <= _WIDEST
    lines = [_line(row, number) for number, row in enumerate(rows)]
    for is_text, group in groupby(lines, key=bool):
        if not is_text:
            continue
        open_: list[Line] = []
        for line in filter(None, group):
            if open_ and (not is_broken or marker_of(line)):
                yield _block(open_)
                open_ = []
            open_.append(line)
        yield _block(open_)


def _block(lines: Sequence[Line]) -> Block:
    marker = marker_of(lines[0])
    if marker is None:
        return Paragraph(tuple(lines), _around(lines))
    first = Line.of(lines[0].words[1:])
    return ListItem((first, *lines[1:]), _around(lines), marker.text, level=1, ordered=marker.ordered)


def _markdown_blocks(text: str) -> Iterator[Block]:
    return _MarkdownReader(text).blocks()


class _MarkdownReader:
    """Headings, paragraphs, items of lists, code and tables of CommonMark and of GitHub's tables."""

    def __init__(self, text: str) -> None:
        self._rows = text.split("\n")
        self._tokens = iter(MarkdownIt("commonmark").enable("table").parse(text))
        self._lists: list[Token] = []
        self._heading = 0
        self._marker = ""

    def blocks(self) -> Iterator[Block]:
        for token in self._tokens:
            match token.type:
                case "table_open":
                    yield from _table(self._tokens, self._rows)
                case "fence" | "code_block" if lines := _code(token):
                    yield Paragraph(lines, _around(lines))
                case "inline" if lines := _inline(token, self._rows):
                    yield self._block(lines)
                case _:
                    self._follow(token)

    def _follow(self, token: Token) -> None:
        match token.type:
            case "heading_open":
                self._heading = int(token.tag[1:])
            case "bullet_list_open" | "ordered_list_open":
                self._lists.append(token)
            case "bullet_list_close" | "ordered_list_close":
                self._lists.pop()
            case "list_item_open":
                self._marker = f"{token.info}{token.markup}" if token.info else "•"
            case _:
                pass

    def _block(self, lines: tuple[Line, ...]) -> Block:
        heading, marker, self._heading, self._marker = self._heading, self._marker, 0, ""
        box = _around(lines)
        if heading:
            return Heading(lines, box, heading)
        if marker:
            return ListItem(lines, box, marker, len(self._lists), ordered=marker != "•")
        return Paragraph(lines, box)


def _table(tokens: Iterator[Token], rows: Sequence[str]) -> Iterator[Table]:
    cells: list[Cell] = []
    row, column, columns = -1, 0, 0
    for token in tokens:
        if token.type == "table_close":
            break
        if token.type == "tr_open":
            row, column = row + 1, 0
        elif token.type == "inline":
            if lines := _inline(token, rows):
                cells.append(Cell(row, column, 1, 1, lines, _around(lines)))
            column += 1
            columns = max(columns, column)
    if cells:
        yield Table(tuple(cells), row + 1, columns, union(cell.box for cell in cells), ruled=True)


def _inline(token: Token, rows: Sequence[str]) -> tuple[Line, ...]:
    """What one reads of inline markup, line by line: words in their looks, where they stand in the source."""
    texts: list[list[tuple[str, _Look]]] = [[]]
    look = _Look()
    for child in token.children or ():
        match child.type:
            case "softbreak" | "hardbreak":
                texts.append([])
            case "text":
                texts[-1] += [(character, look) for character in child.content]
            case "code_inline":
                texts[-1] += [(character, look._replace(monospaced=True)) for character in child.content]
            case "image":
                texts[-1] += [(character, look) for character in f" {child.content} "]
            case "html_inline":
                texts[-1].append((" ", look))
            case _:
                look = look.within(child)
    first = token.map[0] if token.map else 0
    found = (_looking_line(text, first + offset, rows[first + offset]) for offset, text in enumerate(texts))
    return tuple(line for line in found if line)


class _Look(NamedTuple):
    """How inline markup sets text."""

    bold: bool = False
    italic: bool = False
    monospaced: bool = False
    link: str | None = None

    def within(self, token: Token) -> _Look:
        """The look behind a token that begins or ends emphasis or a link; the same behind any other."""
        is_begun = token.nesting > 0
        match token.type.rpartition("_")[0]:
            case "strong":
                return self._replace(bold=is_begun)
            case "em":
                return self._replace(italic=is_begun)
            case "link":
                return self._replace(link=str(token.attrs["href"]) if is_begun else None)
            case _:
                return self


def _looking_line(characters: Sequence[tuple[str, _Look]], number: int, source: str) -> Line | None:
    """A line whose words look as most of their letters do; None if there are no words."""
    text = "".join(character for character, _ in characters)
    line = _line(text, number, source)
    if line is None:
        return None
    looks = [
        Counter(look for character, look in characters[found.start() : found.end()] if character.isalnum())
        or Counter([characters[found.start()][1]])
        for found in re.finditer(r"\S+", text)
    ]
    words = []
    for word, counted in zip(line.words, looks, strict=True):
        (look, _) = counted.most_common(1)[0]
        style = replace(_PLAIN, bold=look.bold, italic=look.italic, monospaced=look.monospaced)
        words.append(replace(word, style=style, link=look.link))
    return Line.of(tuple(words))


def _code(token: Token) -> tuple[Line, ...]:
    first = (token.map[0] if token.map else 0) + (token.type == "fence")
    found = (_line(text, first + offset, style=_CODE) for offset, text in enumerate(token.content.split("\n")))
    return tuple(line for line in found if line)


def _line(text: str, number: int, source: str | None = None, style: Style = _PLAIN) -> Line | None:
    """The words of a line; None if there are none.

    Args:
        source: The line as it stands in the file, where that is another one.
    """
    source = text if source is None else source
    words, column = [], 0
    for part in text.split():
        column = max(source.find(part, column), column)
        words.append(Word(part, Box(float(column), float(number), float(column + len(part)), number + 1.0), style))
        column += len(part)
    return Line.of(tuple(words)) if words else None


def _around(lines: Sequence[Line]) -> Box:
    return union(line.box for line in lines)
