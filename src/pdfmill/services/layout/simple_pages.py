"""Pages of running text: their lines are had without the whole layout.

Most pages of most documents are such: PDFium's own lines are those that one reads, each stands below the one before or
in a column of prose, and what stands side by side is no table. `read_simple_page` gives up where
anything speaks against that, and the page is read as a whole, see `pdfmill.services.layout.service`.
"""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from pdfmill.engines.pdfium import ReadDocument, ReadPage, TextWords
from pdfmill.services.layout.columns import bands
from pdfmill.services.layout.frames import Boxes
from pdfmill.services.layout.markers import is_marker
from pdfmill.services.layout.model import Box, Line, TextQuality, Word
from pdfmill.services.layout.quality import is_plausible, is_sparse
from pdfmill.services.layout.words import is_written, style_of, written

#: Segments of lines and areas that may be drawn all the same: a frame, or rules above and below the text.
_DRAWN = 12
#: Ems between words that may part the entries of a table, and rows that a table has at least.
_ENTRY_GAP, _TABLE_ROWS = 0.75, 3
#: Ems between words that may be of two columns, rows on which these stand, and times the words that stand there.
_GUTTER_GAP, _GUTTER_ROWS, _GUTTER_CLEAR = 0.5, 8, 5
#: Characters of the usual line in a column of prose.
_PROSE = 28
#: Ems between words below which PDFium's space may only be kerning.
_KERNING = 0.1
#: How often lines from top to bottom may not be the next one in the content stream.
_JUMPS = 6
#: Part of the lower height that words on one line share at least, and words on different lines at most.
_SHARED = 0.5
#: Characters whose order, place or meaning the whole layout settles: other spaces, control characters, scripts that run
#: from right to left, combining marks, compatibility forms and private use. Line ends' hyphens are not among them.
_UNSETTLED = re.compile(
    "[\x00\x01\x03-\x1f\x7f-\x9f\u0300-\u036f\u0590-\u08ff\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000"
    "\ud800-\uf8ff\ufb07-\ufdff\ufe70-\ufefc\ufffd]"
)


@dataclass(frozen=True)
class SimplePage:
    """A page of running text.

    Attributes:
        size: Width and height in points.
        lines: From top to bottom.
        characters: How many there are, without spaces.
        in_columns: Whether some lines stand side by side.
        quality: Always good, or the page would not be taken for running text.
    """

    size: tuple[float, float]
    lines: list[Line] = field(repr=False)
    characters: int
    in_columns: bool = False
    quality: TextQuality = TextQuality.GOOD


def read_simple_page(document: ReadDocument, page_index: int) -> SimplePage | None:
    """A page of running text; None if it may be anything else."""
    with document.page(page_index) as page:
        return simple_page(page)


def simple_page(page: ReadPage) -> SimplePage | None:
    """The same of a page that is open."""
    split = page.split_text()
    if not _is_simple_text(split.words):
        return None
    found = page.text_words(split)
    if not _are_level(found):
        return None
    edges = np.flatnonzero(np.concatenate(([True], np.diff(found.lines) > 0, [True])))
    boxes = _around(found.boxes, edges[:-1])
    order = np.argsort(boxes[:, 1], kind="stable")
    if not _is_on_page(found, page.geometry.size) or (boxes[:, 3] <= boxes[:, 1]).any():
        return None
    in_columns = not _follow_one_another(boxes, order)
    gaps = _gaps(found)
    if (gaps < _KERNING).any() or not _are_words_level(found):
        return None
    # What stands after the marker of a list's item is no entry of a table.
    firsts = edges[:-1][edges[:-1] < len(gaps)]
    firsts = firsts[gaps[firsts] > _GUTTER_GAP]
    gaps[[index for index in firsts.tolist() if is_marker(written(found.words[index]))]] = 0
    if _has_aligned_gaps(found, gaps):
        return None
    # A table of two rows, or labels of a drawing, may look like text; where they might, nothing may be drawn.
    running = found.lines[edges[order[[0, -1]]]]
    apart = np.setdiff1d(found.lines[1:][gaps > _ENTRY_GAP], running)
    if (len(apart) or in_columns) and page.has_drawings(_DRAWN):
        return None
    unordered = _lines(found, edges.tolist(), boxes)
    lines = [unordered[index] for index in order.tolist()]
    if in_columns and not _are_columns_of_prose(lines):
        return None
    return SimplePage(page.geometry.size, lines, sum(map(len, found.words)), in_columns)


def _is_simple_text(words: Sequence[str]) -> bool:
    text = "".join(words)
    return not is_sparse(len(text)) and not _UNSETTLED.search(text) and is_plausible(words)


def _are_level(found: TextWords) -> bool:
    """Whether all text is level, and no line of a face in which gaps and indents mean something."""
    if (found.run_indices < 0).any() or not all(run.angle == 0 and run.size > 0 for run in found.runs):
        return False
    if not any(run.font.monospaced for run in found.runs):
        return True
    monospaced = np.array([run.font.monospaced for run in found.runs])[found.run_indices]
    return np.unique(found.lines[~monospaced]).size == np.unique(found.lines).size


def _is_on_page(found: TextWords, size: tuple[float, float]) -> bool:
    centres = (found.boxes[:, :2] + found.boxes[:, 2:]) / 2
    return bool((centres >= 0).all() and (centres <= np.array(size)).all())


def _follow_one_another(boxes: Boxes, order: npt.NDArray[np.intp]) -> bool:
    """Whether lines stand below one another, nearly in the order of the content stream.

    Running heads and feet often come first or last there; columns side by side come apart at each of their lines.

    Args:
        boxes: Of the lines.
        order: Their indices from top to bottom.
    """
    tops, bottoms = boxes[order, 1], boxes[order, 3]
    heights = bottoms - tops
    if np.count_nonzero(np.diff(order) != 1) > _JUMPS:
        return False
    between = np.minimum(heights[1:], heights[:-1])
    return bool((bottoms[:-1] - tops[1:] < _SHARED * between).all())


def _are_columns_of_prose(lines: Sequence[Line]) -> bool:
    """Whether what stands side by side are columns whose lines are too long for entries of a table."""
    for band in bands(lines):
        for column in band:
            column_lines = [line for region in column for line in region]
            if len(band) > 1 and statistics.median(len(line.text) for line in column_lines) < _PROSE:
                return False
            for before, line in pairwise(sorted(column_lines, key=lambda line: line.box.top)):
                shared = before.box.bottom - line.box.top
                if shared >= _SHARED * min(before.box.height, line.box.height):
                    return False
    return True


def _gaps(found: TextWords) -> npt.NDArray[np.float32]:
    """Ems between each word and the next one of its line, 0.25 where the next one begins a line."""
    sizes = np.array([run.size for run in found.runs], np.float32)[found.run_indices]
    ems = (found.boxes[1:, 0] - found.boxes[:-1, 2]) / np.maximum(np.maximum(sizes[1:], sizes[:-1]), 4)
    return np.where(np.diff(found.lines) == 0, ems, 0.25)


def _are_words_level(found: TextWords) -> bool:
    """Whether the words of each line stand on one height."""
    tops, bottoms = found.boxes[:, 1], found.boxes[:, 3]
    heights = bottoms - tops
    shared = np.minimum(bottoms[1:], bottoms[:-1]) - np.maximum(tops[1:], tops[:-1])
    unlevel = shared < _SHARED * np.minimum(heights[1:], heights[:-1])
    return not (unlevel & (np.diff(found.lines) == 0)).any()


def _has_aligned_gaps(found: TextWords, gaps: npt.NDArray[np.float32]) -> bool:
    """Whether gaps of several lines stand below one another, as those between columns do.

    Those of justified text are wide as well, but anywhere.
    """
    width = math.ceil(found.boxes[:, 2].max()) + 2
    between = np.stack((found.boxes[:-1, 2], found.boxes[1:, 0]), axis=1)
    entries = _covering(between[gaps > _ENTRY_GAP], width)
    gutters = _covering(between[gaps > _GUTTER_GAP], width)
    words = _covering(found.boxes[:, 0::2], width)
    columns = (gutters >= _GUTTER_ROWS) & (gutters >= _GUTTER_CLEAR * words)
    return bool((entries >= _TABLE_ROWS).any() or columns.any())


def _covering(stretches: npt.NDArray[np.float32], width: int) -> npt.NDArray[np.intp]:
    """For each whole point from the left, how many stretches lie over it.

    Args:
        stretches: n × 2 left and right.
    """
    begins = np.clip(np.ceil(stretches[:, 0]), 0, width).astype(np.intp)
    ends = np.clip(np.floor(stretches[:, 1]) + 1, 0, width).astype(np.intp)
    return np.cumsum(np.bincount(begins, minlength=width + 1) - np.bincount(ends, minlength=width + 1))


def _lines(found: TextWords, edges: list[int], line_boxes: Boxes) -> list[Line]:
    styles = [style_of(run, {}) for run in found.runs]
    texts: Sequence[str] = found.words
    if not is_written("".join(texts)):
        texts = [written(text) for text in texts]
    rows = zip(texts, _rounded(found.boxes), found.run_indices.tolist(), strict=True)
    words = [Word(text, Box._make(box), styles[run]) for text, box, run in rows]
    return [
        Line(tuple(words[start:end]), Box(*box))
        for (start, end), box in zip(pairwise(edges), _rounded(line_boxes), strict=True)
    ]


def _around(boxes: Boxes, starts: npt.NDArray[np.intp]) -> Boxes:
    """The boxes around groups of boxes, each of which begins at one of some indices."""
    return np.concatenate(
        (np.minimum.reduceat(boxes[:, :2], starts), np.maximum.reduceat(boxes[:, 2:], starts)), axis=1
    )


def _rounded(boxes: Boxes) -> list[list[float]]:
    found: list[list[float]] = boxes.astype(float).round(2).tolist()
    return found
