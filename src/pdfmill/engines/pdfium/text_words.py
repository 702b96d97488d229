"""The words of a page as PDFium's own text has them: what is to be had at little more than the price of that text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pypdfium2.raw as raw

from pdfmill.engines.pdfium import calls
from pdfmill.engines.pdfium.geometry import Boxes, PageGeometry
from pdfmill.engines.pdfium.text import RunReader, TextRun, read_boxes, read_codepoints, text_of

_SPACES = np.array([0x20, 0xA0, 0x0D, 0x0A], np.uint32)
_NEWLINE = 0x0A
#: What PDFium puts for a hyphen at the end of a line, after which the next line follows at once.
_HYPHENS = np.array([0x02, 0xFFFE], np.uint32)


@dataclass(frozen=True)
class TextWords:
    """The words of a page in the order of its content stream, parted by PDFium's spaces and line ends.

    Attributes:
        words: n words; a hyphen that divides one at the end of a line is U+0002 or U+FFFE.
        lines: n numbers of the lines that PDFium puts them on, ascending.
        boxes: n × 4 left, top, right, bottom in points as shown, around the first and the last character.
        run_indices: n indices into ``runs``, of the first character; -1 for characters that PDFium added.
        runs: Without colours and marks, those that are set alike only once.
    """

    words: tuple[str, ...] = field(repr=False)
    lines: npt.NDArray[np.intp]
    boxes: Boxes
    run_indices: npt.NDArray[np.int32]
    runs: tuple[TextRun, ...] = field(repr=False)


def read_text_words(page: Any, geometry: PageGeometry) -> TextWords:
    """The words of a page of pypdfium2."""
    text_page = page.get_textpage()
    try:
        handle = calls.address_of(text_page.raw)
        count = max(raw.FPDFText_CountChars(text_page.raw), 0)
        text = str(text_page.get_text_range()) if count else ""
        points = np.frombuffer(text.encode("utf-32-le", errors="replace"), "<u4")
        if len(points) != count:  # characters that stand for nothing are not in PDFium's text
            points = read_codepoints(handle, count)
            text = text_of(points)
        return _words(handle, text, points, geometry)
    finally:
        text_page.close()


def _words(handle: int, text: str, points: npt.NDArray[np.uint32], geometry: PageGeometry) -> TextWords:
    spaces = np.isin(points, _SPACES)
    hyphens = np.isin(points, _HYPHENS) & ~np.concatenate((spaces[1:], [True]))
    breaks = np.concatenate(([True], spaces[:-1] | hyphens[:-1]))[: len(points)]
    starts = np.flatnonzero(~spaces & breaks)
    ends = np.flatnonzero(~spaces & np.concatenate((spaces[1:] | breaks[1:], [True]))[: len(points)])
    # Each hyphen ends a line as a line feed does, but is itself on that line.
    lines = np.cumsum((points == _NEWLINE) | np.concatenate(([False], hyphens[:-1]))[: len(points)])[starts]
    first = geometry.shown(read_boxes(handle, starts.tolist()))
    last = geometry.shown(read_boxes(handle, ends.tolist()))
    boxes = np.concatenate((np.minimum(first[:, :2], last[:, :2]), np.maximum(first[:, 2:], last[:, 2:])), axis=1)
    reader = RunReader(handle, geometry, faces_only=True)
    run_indices = reader.of_characters(starts.tolist())
    words = tuple(text[start : end + 1] for start, end in zip(starts.tolist(), ends.tolist(), strict=True))
    return TextWords(words, lines, boxes, run_indices, tuple(reader.runs))
