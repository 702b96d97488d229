"""What every way of writing a document down has in common."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from pdfmill.services.layout.model import Page


class TextForm(StrEnum):
    """How the text of a document is written down."""

    PLAIN = "plain"
    LAYOUT = "layout"
    MARKDOWN = "markdown"
    JSON = "json"
    HTML = "html"


@dataclass(frozen=True)
class Manner:
    """Choices that all forms heed.

    Attributes:
        dehyphenate: Whether a word that a line's end divides is put together.
        running_lines: Whether running heads and feet and page numbers are written; JSON always has them.
    """

    dehyphenate: bool = True
    running_lines: bool = False


class Writer(Protocol):
    """Writes a document page by page; what the methods return follows one another in the file."""

    def head(self, title: str, page_count: int) -> str: ...

    def page(self, page: Page) -> str: ...

    def tail(self) -> str: ...
