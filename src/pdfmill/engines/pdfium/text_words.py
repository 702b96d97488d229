"""The words of a page as PDFium's own text has them: what is to be had at little more than the price of that text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from pdfmill.engines.pdfium import calls
from pdfmill.engines.pdfium.geometry import Boxes, PageGeometry
from pdfmill.engines.pdfium.text import RunReader, TextRun, is_text_space, read_boxes, text_of

_NEWLINE = 0x0A


@dataclass(frozen=True)
class SplitText:
    """The text of a page in the order of its content stream, parted by PDFium's spaces and line ends.

    Attributes:
        words: n words; a hyphen that divides one at the end of a line is U+0002 or U+FFFE.
        lines: n numbers of the lines that PDFium puts them on, ascending.
        starts: n indices of their first characters.
        ends: n indices of their last characters.
    """

    words: tuple[str, ...] = field(repr=False)
    lines: npt.NDArray[np.intp]
    starts: npt.NDArray[np.intp]
    ends: npt.NDArray[np.intp]


@dataclass(frozen=True)
class TextWords:
    """The words of a page, see `SplitText`, and how they are set.

    Attributes:
        words: n words.
        lines: n numbers of lines.
        boxes: n × 4 left, top, right, bottom in points as shown, around the first and the last character.
        run_indices: n indices into ``runs``, of the first character; -1 for characters that PDFium added.
        runs: Without colours and marks, those that are set alike only once.
    """

    words: tuple[str, ...] = field(repr=False)
    lines: npt.NDArray[np.intp]
    boxes: Boxes
    run_indices: npt.NDArray[np.int32]
    runs: tuple[TextRun, ...] = field(repr=False)


def split_text(points: npt.NDArray[np.uint32]) -> SplitText:
    """The words that the characters of a page make, see `read_codepoints`, without their places."""
    spaces = is_text_space(points)
    after = np.concatenate((spaces[1:], [True]))[: len(points)]
    # PDFium's hyphen at the end of a line: the next line follows at once.
    hyphens = ((points == 0x02) | (points == 0xFFFE)) & ~after
    behind_hyphen = np.concatenate(([False], hyphens[:-1]))[: len(points)]
    breaks = np.concatenate(([True], spaces[:-1]))[: len(points)] | behind_hyphen
    starts = np.flatnonzero(~spaces & breaks)
    ends = np.flatnonzero(~spaces & (after | np.concatenate((breaks[1:], [True]))[: len(points)]))
    # Each hyphen ends a line as a line feed does, but is itself on that line.
    lines = np.cumsum((points == _NEWLINE) | behind_hyphen)[starts]
    text = text_of(points)
    words = tuple([text[start : end + 1] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)])
    return SplitText(words, lines, starts, ends)


def read_text_words(text_page: Any, split: SplitText, geometry: PageGeometry) -> TextWords:
    """The words of a text page of pypdfium2 with their places."""
    handle = calls.address_of(text_page.raw)
    corners = geometry.shown(read_boxes(handle, [*split.starts.tolist(), *split.ends.tolist()]))
    first, last = np.split(corners, 2)
    boxes = np.concatenate((np.minimum(first[:, :2], last[:, :2]), np.maximum(first[:, 2:], last[:, 2:])), axis=1)
    reader = RunReader(handle, geometry, faces_only=True)
    run_indices = reader.of_characters(split.starts)
    return TextWords(split.words, split.lines, boxes, run_indices, tuple(reader.runs))
