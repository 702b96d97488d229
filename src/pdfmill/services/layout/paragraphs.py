"""From the lines of a column to paragraphs."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from itertools import pairwise

from pdfmill.services.layout.lines import box_of
from pdfmill.services.layout.markers import marker_of
from pdfmill.services.layout.model import Line

#: Ems that a gap between two lines exceeds the usual one by, if a paragraph ends there.
_EXTRA_GAP = 0.3
#: Ems between lines beyond which no paragraph goes on, whatever is usual.
_WIDEST_GAP = 1.0
#: Ems by which a paragraph's first line is indented.
_INDENT = 0.8

_SENTENCE_ENDS = tuple(".:!?…。！？؟")


def paragraphs(lines: Sequence[Line]) -> list[list[Line]]:
    """The lines of a column, from its top to its bottom, by paragraph."""
    if not lines:
        return []
    column = box_of(lines)
    usual_gap = _usual_gap(lines)
    found = [[lines[0]]]
    for index, (before, line) in enumerate(pairwise(lines), start=1):
        following = lines[index + 1] if index + 1 < len(lines) else None
        if (
            _is_apart(before, line, usual_gap)
            or _looks_other(before, line)
            or marker_of(line) is not None
            or _is_indented(before, line, following)
            or _ends_early(before, line, column.left, column.right)
        ):
            found.append([line])
        else:
            found[-1].append(line)
    return found


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


def _is_heading_role(role: str) -> bool:
    return role.startswith("H") or role == "Title"


def _is_indented(before: Line, line: Line, following: Line | None) -> bool:
    """Whether only this line stands to the right of its neighbours, as a first line does."""
    indent = _INDENT * line.size
    if line.box.left <= before.box.left + indent:
        return False
    hangs = marker_of(before) is not None or line.box.left - before.box.left > 6 * line.size
    if following is None:
        return not hangs and before.text.endswith(_SENTENCE_ENDS)
    return not hangs and following.box.left < line.box.left - 0.5 * line.size


def _ends_early(before: Line, line: Line, left: float, right: float) -> bool:
    """Whether the first word of a line would have had room on the line before, which ends a sentence."""
    room = max(right - before.box.right, before.box.left - left if before.box.right >= right - 1 else 0)
    first = line.words[0].box.width
    return before.text.endswith(_SENTENCE_ENDS) and room > first + 1.5 * line.size
