"""A document opened to be read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pdfmill.engines.pdfium.geometry import PageGeometry
from pdfmill.engines.pdfium.graphics import Box, Graphics, has_drawings, read_graphics, read_pictures
from pdfmill.engines.pdfium.opening import finds_each_page, open_document
from pdfmill.engines.pdfium.structure import Link, OutlineItem, read_links, read_outline, read_structure_types
from pdfmill.engines.pdfium.text import (
    Characters,
    count_characters,
    count_of,
    read_characters,
    read_codepoints,
    read_unmapped,
)
from pdfmill.engines.pdfium.text_words import SplitText, TextWords, read_text_words, split_text


class ReadPage:
    """A page; everything on it is in points from the top left of the page as shown, see `PageGeometry`."""

    def __init__(self, document: Any, page: Any, user_unit: float) -> None:
        self._document = document
        self._page = page
        self._user_unit = user_unit

    @cached_property
    def geometry(self) -> PageGeometry:
        """How it is shown.

        Raises:
            DamagedInput: The page has no finite size.
        """
        return PageGeometry.of(self._page, self._user_unit)

    @cached_property
    def _text_page(self) -> Any:
        """PDFium's own reading of the text; it is closed with the page."""
        return self._page.get_textpage()

    @cached_property
    def text(self) -> str:
        """The text as PDFium has it, line by line, see `SplitText` for its hyphens."""
        return str(self._text_page.get_text_range()) if count_of(self._text_page) else ""

    @cached_property
    def _codepoints(self) -> npt.NDArray[np.uint32]:
        """See `read_codepoints`."""
        return read_codepoints(self._text_page)

    def characters(self, *, faces_only: bool = False) -> Characters:
        """See `read_characters`."""
        return read_characters(self._text_page, self._codepoints, self.geometry, faces_only=faces_only)

    def unmapped(self) -> str:
        """See `read_unmapped`."""
        return read_unmapped(self._text_page)

    def split_text(self) -> SplitText:
        """See `SplitText`; PDFium's own text, and hardly dearer than that."""
        return split_text(self._codepoints)

    def text_words(self, split: SplitText) -> TextWords:
        """See `TextWords`; much quicker than `characters`."""
        return read_text_words(self._text_page, split, self.geometry)

    def has_drawings(self, most: int) -> bool:
        """Whether paths have more than so many segments, or there are shadings or forms, which are not looked into."""
        return has_drawings(self._page, most)

    def graphics(self) -> Graphics:
        return read_graphics(self._page, self.geometry)

    def pictures(self) -> tuple[Box, ...]:
        """Where pictures are painted; quicker than `graphics`."""
        return read_pictures(self._page, self.geometry)

    def count_characters(self) -> int:
        """Characters without spaces, as far as that is to be had quickly: exactly on pages that have few."""
        return count_characters(self._text_page)

    def links(self) -> tuple[Link, ...]:
        return read_links(self._document, self._page, self.geometry)

    def structure_types(self) -> dict[int, tuple[str, ...]]:
        """See `read_structure_types`."""
        return read_structure_types(self._page)


class ReadDocument:
    """A document opened to be read.

    Args:
        user_units: Points in a unit of each page's user space; PDFium does not tell.
    """

    def __init__(self, document: Any, user_units: Sequence[float]) -> None:
        self._document = document
        self._user_units = user_units

    @property
    def page_count(self) -> int:
        return len(self._document)

    @property
    def finds_each_page(self) -> bool:
        """Whether PDFium finds each of the pages that it counts; where not, it may take other pages for them."""
        return finds_each_page(self._document)

    @cached_property
    def title(self) -> str:
        """The title of the document information dictionary; empty if there is none."""
        return str(self._document.get_metadata_value("Title")).strip()

    @cached_property
    def outline(self) -> tuple[OutlineItem, ...]:
        return read_outline(self._document)

    def page_size(self, page_index: int) -> tuple[float, float]:
        """Width and height of a page as shown, in points; the page itself is not read."""
        width, height = self._document.get_page_size(page_index)
        return width * self._user_units[page_index], height * self._user_units[page_index]

    @contextmanager
    def page(self, page_index: int) -> Iterator[ReadPage]:
        """A page, held as long as the block runs."""
        page = self._document[page_index]
        try:
            yield ReadPage(self._document, page, self._user_units[page_index])
        finally:
            page.close()


@contextmanager
def open_read(path: Path, user_units: Sequence[float]) -> Iterator[ReadDocument]:
    """Open a document for reading.

    Args:
        user_units: For each page, the points in a unit of its user space, see `pdfmill.engines.pikepdf`.

    Raises:
        DamagedInput: PDFium cannot read it, or one of its pages, or counts other pages.
    """
    with open_document(path, len(user_units)) as document:
        yield ReadDocument(document, user_units)
