"""From the lines of a column to paragraphs."""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from pdfmill.services.layout.markers import marker_of
from pdfmill.services.layout.model import Line
from pdfmill.services.layout.words import is_right_to_left

#: Ems that a gap between two lines exceeds the usual one by, if a paragraph ends there.
_EXTRA_GAP = 0.3
#: Ems between lines beyond which no paragraph goes on, whatever is usual.
_WIDEST_GAP = 1.0
#: Ems by which a paragraph's first line is indented.
_INDENT = 0.8

#: Ems beyond which a line is not indented but stands elsewhere.
_WIDEST_INDENT = 6.0

#: An entry of a table of contents.
_LEADER = re.compile(r"(\. ?){4,} *[\divxlc]+$", re.IGNORECASE)

SENTENCE_ENDS = tuple(".:!?…。！？؟")


class _Edges(NamedTuple):
    """Where a line begins and ends, in points in the direction in which its column is read."""

    start: float
    end: float


def paragraphs(lines: Sequence[Line]) -> list[list[Line]]:
    """The lines of a column, from its top to its bottom, by paragraph."""
    if not lines:
        return []
    edges = _edges(lines)
    end_of_column = max(edge.end for edge in edges)
    usual_gap = _usual_gap(lines)
    found = [[lines[0]]]
    for index, (before, line) in enumerate(pairwise(lines), start=1):
        following = edges[index + 1] if index + 1 < len(lines) else None
        if (
            _is_apart(before, line, usual_gap)
            or _looks_other(before, line)
            or (
                not (_is_code(before) and _is_code(line))
                and (
                    _begins_an_entry(before, line)
                    or _is_indented(before, line, (edges[index - 1], edges[index], following))
                    or _ends_early(before, line, end_of_column - edges[index - 1].end)
                )
            )
        ):
            found.append([line])
        else:
            found[-1].append(line)
    return found


def _edges(lines: Sequence[Line]) -> list[_Edges]:
    if is_right_to_left(" ".join(line.text for line in lines)):
        return [_Edges(-line.box.right, -line.box.left) for line in lines]
    return [_Edges(line.box.left, line.box.right) for line in lines]


def _usual_gap(lines: Sequence[Line]) -> float:
    """Ems of white between the descenders of a line and the ascenders of the next, where they follow closely."""
    gaps = [_gap(before, line) for before, line in pairwise(lines) if abs(before.size - line.size) < 0.6]
    close = [gap for gap in gaps if gap < _WIDEST_GAP]
    return statistics.median_low(close) if close else 0.3


def _gap(before: Line, line: Line) -> float:
    return (line.box.top - before.box.bottom) / max(before.size, line.size, 1)


def _is_apart(before: Line, line: Line, usual_gap: float) -> bool:
    gap = _gap(before, line)
    return gap > _WIDEST_GAP or gap > usual_gap + _EXTRA_GAP


def _looks_other(before: Line, line: Line) -> bool:
    other_size = abs(before.size - line.size) > max(0.6, 0.06 * line.size)
    roles = before.words[0].style.role, line.words[0].style.role
    return other_size or before.bold != line.bold or (roles[0] != roles[1] and any(map(_is_heading_role, roles)))


def _is_code(line: Line) -> bool:
    """Whether a line is set in a typewriter face, where indents and short lines end no paragraph."""
    return all(word.style.monospaced for word in line.words)


def _begins_an_entry(before: Line, line: Line) -> bool:
    """Whether a line is the first of a list item, or of an entry of a table of contents."""
    return marker_of(line) is not None or bool(_LEADER.search(before.text))


def _is_heading_role(role: str) -> bool:
    return role.startswith("H") or role == "Title"


def _is_indented(before: Line, line: Line, edges: tuple[_Edges, _Edges, _Edges | None]) -> bool:
    """Whether only this line begins further in than its neighbours, as a first line does.

    Args:
        edges: Of the line before, the line, and the one after it.
    """
    indent = edges[1].start - edges[0].start
    hangs = marker_of(before) is not None or indent > _WIDEST_INDENT * line.size
    if hangs or indent <= _INDENT * line.size:
        return False
    if edges[2] is None:
        return before.text.endswith(SENTENCE_ENDS)
    return edges[2].start < edges[1].start - 0.5 * line.size


def _ends_early(before: Line, line: Line, room: float) -> bool:
    """Whether the first word of a line would have had room on the line before, which ends a sentence.

    Args:
        room: Points between the end of the line before and that of the column.
    """
    return before.text.endswith(SENTENCE_ENDS) and room > line.words[0].box.width + 1.5 * line.size
