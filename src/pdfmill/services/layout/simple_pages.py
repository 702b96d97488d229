"""Pages of running text in one column: their lines are had without the whole layout.

Most pages of most documents are such: PDFium's own order of the text is the one in which it is read, each line stands
below the one before, nothing stands side by side, and hardly anything is drawn. `read_simple_page` gives up where
anything speaks against that, and the page is read as a whole, see `pdfmill.services.layout.service`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from pdfmill.engines.pdfium import ReadDocument, ReadPage, TextWords
from pdfmill.services.layout.frames import Boxes
from pdfmill.services.layout.markers import is_marker
from pdfmill.services.layout.model import Box, Line, Word
from pdfmill.services.layout.quality import is_plausible, is_sparse
from pdfmill.services.layout.words import style_of, written

#: Segments of lines and areas that may be drawn all the same: a frame, or rules above and below the text.
_DRAWN = 12
#: Ems between words that may part the entries of a table, and rows that a table has at least.
_ENTRY_GAP, _TABLE_ROWS = 0.75, 3
#: Ems between words that may be of two columns, and rows on which these stand.
_GUTTER_GAP, _GUTTER_ROWS = 0.5, 8
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
    """

    size: tuple[float, float]
    lines: list[Line] = field(repr=False)
    characters: int


def read_simple_page(document: ReadDocument, page_index: int) -> SimplePage | None:
    """A page of running text; None if it may be anything else."""
    with document.page(page_index) as page:
        lines = simple_lines(page)
        if lines is None:
            return None
        return SimplePage(page.geometry.size, lines, sum(len(word.text) for line in lines for word in line.words))


def simple_lines(page: ReadPage) -> list[Line] | None:
    """The lines of a page of running text, from top to bottom; None if it may be anything else."""
    found = page.text_words()
    if not _is_simple_text(found) or not _are_level(found):
        return None
    edges = np.flatnonzero(np.concatenate(([True], np.diff(found.lines) > 0, [True])))
    boxes = _around(found.boxes, edges[:-1])
    order = np.argsort(boxes[:, 1], kind="stable")
    if not (_is_on_page(found, page.geometry.size) and _follow_one_another(boxes, order)):
        return None
    rows = _rows_with_gaps(found, edges[:-1], order)
    # Tables and labels of drawings hardly look like running text; where they might, nothing may be drawn.
    if rows is None or (rows and page.has_drawings(_DRAWN)):
        return None
    lines = _lines(found, edges.tolist(), boxes)
    return [lines[index] for index in order.tolist()]


def _is_simple_text(found: TextWords) -> bool:
    text = "".join(found.words)
    return not is_sparse(len(text)) and not _UNSETTLED.search(text) and is_plausible(found.words)


def _are_level(found: TextWords) -> bool:
    """Whether all text is level, and of a face in which gaps mean nothing."""
    level = all(run.angle == 0 and run.size > 0 and not run.font.monospaced for run in found.runs)
    return level and bool((found.run_indices >= 0).all())


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
    if (heights <= 0).any() or np.count_nonzero(np.diff(order) != 1) > _JUMPS:
        return False
    between = np.minimum(heights[1:], heights[:-1])
    return bool((bottoms[:-1] - tops[1:] < _SHARED * between).all())


def _rows_with_gaps(found: TextWords, line_starts: npt.NDArray[np.intp], order: npt.NDArray[np.intp]) -> int | None:
    """How many lines have a gap that may part entries of a table; None if they are no running text.

    Args:
        line_starts: For each line the index of its first word.
        order: The lines from top to bottom; the first and the last may be a running head and foot.
    """
    same = np.diff(found.lines) == 0
    tops, bottoms = found.boxes[:, 1], found.boxes[:, 3]
    heights = bottoms - tops
    shared = np.minimum(bottoms[1:], bottoms[:-1]) - np.maximum(tops[1:], tops[:-1])
    sizes = np.array([run.size for run in found.runs], np.float32)[found.run_indices]
    gaps = (found.boxes[1:, 0] - found.boxes[:-1, 2]) / np.maximum(np.maximum(sizes[1:], sizes[:-1]), 4)
    unlevel = shared < _SHARED * np.minimum(heights[1:], heights[:-1])
    if (same & (unlevel | (gaps < _KERNING))).any():
        return None
    wide = same & (gaps > _GUTTER_GAP)
    # What stands after the marker of a list's item is no entry of a table.
    firsts = np.intersect1d(line_starts, np.flatnonzero(wide))
    wide[[index for index in firsts.tolist() if is_marker(written(found.words[index]))]] = False
    running = found.lines[line_starts[order[[0, -1]]]]
    entries = len(np.setdiff1d(found.lines[1:][wide & (gaps > _ENTRY_GAP)], running))
    return entries if entries < _TABLE_ROWS and len(np.unique(found.lines[1:][wide])) < _GUTTER_ROWS else None


def _lines(found: TextWords, edges: list[int], line_boxes: Boxes) -> list[Line]:
    styles = [style_of(run, {}) for run in found.runs]
    rows = zip(found.words, _rounded(found.boxes), found.run_indices.tolist(), strict=True)
    words = [Word(written(text), Box(*box), styles[run]) for text, box, run in rows]
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
