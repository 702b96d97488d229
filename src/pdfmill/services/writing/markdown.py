"""Markdown: CommonMark with the tables of GitHub Flavored Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from pdfmill.services.layout.model import Block, Heading, Line, ListItem, Page, Paragraph, Picture, Table
from pdfmill.services.writing.addresses import is_web_address
from pdfmill.services.writing.flow import Span, code_text, is_code, joined_text, running_text, spans
from pdfmill.services.writing.manner import Manner

#: Characters that mean something wherever they stand; ``_`` does so only at the edge of a word, ``&`` before an entity.
_ANYWHERE = re.compile(r"[\\`*\[\]<]|(?<!\w)_|_(?!\w)|&(?=#?\w{1,32};)|(?<=~)~|(?<=!)!(?=\[)")
#: What means something at the beginning of a line only: headings, quotes, lists, rules, fences.
_AT_START = re.compile(r"^(?:([#>+=|-]|~~~)|(\d{1,9})([.)])(?=\s|$))")
_COUNTS = re.compile(r"\(?(\d{1,9})[.)]")


class MarkdownWriter:
    """Writes headings, lists, tables, code, emphasis and links; pictures are left out."""

    def __init__(self, manner: Manner) -> None:
        self._manner = manner
        self._is_first = True

    def head(self, title: str, page_count: int) -> str:
        return ""

    def page(self, page: Page) -> str:
        gap, self._is_first = ("" if self._is_first else "\n"), False
        parts = [f"<!-- page {page.number} -->", *self._parts(page)]
        return gap + "\n\n".join(parts) + "\n"

    def tail(self) -> str:
        return ""

    def _parts(self, page: Page) -> Iterator[str]:
        if self._manner.running_lines:
            yield from (escaped(line.text) for line in page.headers)
        items: list[ListItem] = []
        for block in page.blocks:
            if isinstance(block, ListItem):
                items.append(block)
                continue
            if items:
                yield self._list(items)
                items = []
            if text := self._block(block):
                yield text
        if items:
            yield self._list(items)
        if self._manner.running_lines:
            yield from (escaped(line.text) for line in page.footers)

    def _block(self, block: Block) -> str:
        if is_code(block):
            assert isinstance(block, Paragraph)
            return _fenced(code_text(block.lines))
        match block:
            case Heading():
                text = running_text(block.lines, dehyphenate=self._manner.dehyphenate)
                return "#" * block.level + " " + _escaped_inside(text)
            case Paragraph():
                return self._text(block.lines)
            case Table():
                return _table(block)
            case Picture():  # of a drawing, what is written in it
                return "  \n".join(escaped(line.text) for line in block.lines)
            case _:
                return ""

    def _list(self, items: list[ListItem]) -> str:
        """Items below one another; those nested in another are indented as far as its text is."""
        written = []
        indents = [""]
        for item in items:
            del indents[item.level :]
            counted = _COUNTS.fullmatch(item.marker) if item.ordered else None
            bullet = f"{counted[1]}. " if counted else "- "
            text = self._text(item.lines)
            if item.ordered and not counted:
                text = f"{_escaped_inside(item.marker)} {text}"
            written.append(indents[-1] + bullet + text)
            indents.append(indents[-1] + " " * len(bullet))
        return "\n".join(written)

    def _text(self, lines: tuple[Line, ...]) -> str:
        return marked_up(spans(lines, dehyphenate=self._manner.dehyphenate))


def marked_up(runs: Iterable[Span]) -> str:
    """Runs with their emphasis, code and links, as a line of Markdown."""
    return _guarded(joined_text(replace(run, text=_span(run)) for run in runs))


def escaped(text: str) -> str:
    """Text as a line of Markdown that shows it as it is."""
    return _guarded(_escaped_inside(text))


def _escaped_inside(text: str) -> str:
    return _ANYWHERE.sub(lambda found: "\\" + found[0], text)


def _guarded(text: str) -> str:
    """A line that begins no heading, quote or list."""
    return _AT_START.sub(lambda found: f"\\{found[1]}" if found[1] else f"{found[2]}\\{found[3]}", text)


def _span(span: Span) -> str:
    if span.monospaced and "`" not in span.text and not span.link:
        return f"`{span.text}`"
    text = _escaped_inside(span.text)
    if any(map(str.isalnum, text)):
        text = f"**{text}**" if span.bold else text
        text = f"*{text}*" if span.italic else text
    if span.link and is_web_address(span.link):
        address = span.link.replace(" ", "%20").replace("<", "%3C").replace(">", "%3E")
        return f"[{text}](<{address}>)"
    return text


def _fenced(code: str) -> str:
    fence = "```"
    while fence in code:
        fence += "`"
    return f"{fence}\n{code}\n{fence}"


def _table(table: Table) -> str:
    rows = ["| " + " | ".join(map(_cell, row)) + " |" for row in table.grid()]
    rows.insert(1, "|" + " --- |" * table.column_count)
    return "\n".join(rows)


def _cell(text: str) -> str:
    return _escaped_inside(text).replace("|", "\\|").replace("\n", "<br>")
