"""Plain text: a line for each paragraph, a form feed between pages."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from pdfmill.services.layout.model import Block, Heading, Line, ListItem, Page, Paragraph, Picture, Table
from pdfmill.services.writing.flow import code_text, is_code, running_text
from pdfmill.services.writing.manner import Manner


class PlainWriter:
    """Writes the text of a document and nothing else."""

    def __init__(self, manner: Manner) -> None:
        self._manner = manner
        self._is_first = True

    def head(self, title: str, page_count: int) -> str:
        return ""

    def page(self, page: Page) -> str:
        text = "\n\n".join(self._parts(page)) + "\n"
        feed, self._is_first = ("" if self._is_first else "\f"), False
        return feed + text

    def tail(self) -> str:
        return ""

    def _parts(self, page: Page) -> Iterator[str]:
        if self._manner.running_lines and page.headers:
            yield _plain_lines(page.headers)
        text = ""
        blocks = [block for block in page.blocks if not isinstance(block, Picture) or block.lines]
        for block, following in [*pairwise(blocks), *((block, None) for block in blocks[-1:])]:
            text += self._block(block)
            if isinstance(block, ListItem) and isinstance(following, ListItem):
                text += "\n"
            else:
                yield text
                text = ""
        if self._manner.running_lines and page.footers:
            yield _plain_lines(page.footers)

    def _block(self, block: Block) -> str:
        if is_code(block):
            assert isinstance(block, Paragraph)
            return code_text(block.lines)
        match block:
            case ListItem():
                return "  " * (block.level - 1) + f"{block.marker} {self._text(block.lines)}"
            case Paragraph() | Heading():
                return self._text(block.lines)
            case Table():
                return "\n".join("\t".join(cell.replace("\n", " ") for cell in row) for row in block.grid())
            case Picture():
                return "\n".join(line.text for line in block.lines)

    def _text(self, lines: tuple[Line, ...]) -> str:
        return running_text(lines, dehyphenate=self._manner.dehyphenate)


def _plain_lines(lines: tuple[Line, ...]) -> str:
    return "\n".join(line.text for line in lines)
