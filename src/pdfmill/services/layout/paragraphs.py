"""From the lines of a column to paragraphs."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from pdfmill.services.layout.directions import is_right_to_left
from pdfmill.services.layout.looks import Look, look_of
from pdfmill.services.layout.markers import is_entry_of_contents, marker_of, section_depth
from pdfmill.services.layout.model import Line, Style

#: Ems that a gap between two lines exceeds the usual one by, if a paragraph ends there.
_EXTRA_GAP = 0.3
#: Ems between lines beyond which no paragraph goes on, whatever is usual.
_WIDEST_GAP = 1.0
#: Ems by which a paragraph's first line is indented.
_INDENT = 0.8

#: Ems beyond which a line is not indented but stands elsewhere.
_WIDEST_INDENT = 6.0
#: Ems between where two centred lines begin and end, less than which they share their middle.
_OFF_CENTRE = 0.3

SENTENCE_ENDS = tuple(".:!?…。！？؟")


class _Edges(NamedTuple):
    """Where a line begins and ends, in points in the direction in which its column is read."""

    start: float
    end: float


class _Setting(NamedTuple):
    """How a line is set."""

    size: float
    bold: bool


#: How the text is set, and looks that headings may have; see `Profile`.
Looks = tuple[Style, frozenset[Look]]


def paragraphs(lines: Sequence[Line], heading_looks: Looks | None = None) -> list[list[Line]]:
    """The lines of a column, from its top to its bottom, by paragraph."""
    if not lines:
        return []
    edges = _edges(lines)
    end_of_column = max(edge.end for edge in edges)
    settings = [_Setting(line.size, line.bold) for line in lines]
    gaps = [
        (line.box.top - before.box.bottom) / max(settings[index].size, settings[index + 1].size, 1)
        for index, (before, line) in enumerate(pairwise(lines))
    ]
    usual_gap = _usual_gap(gaps, settings)
    found = [[lines[0]]]
    for index, (before, line) in enumerate(pairwise(lines), start=1):
        goes_on = index + 1 < len(lines) and not _is_set_otherwise(settings[index], settings[index + 1])
        following = edges[index + 1] if goes_on else None
        room = end_of_column - edges[index - 1].end
        if (
            _is_apart(gaps[index - 1], usual_gap)
            or _is_set_otherwise(settings[index - 1], settings[index])
            or _is_tagged_apart(before, line)
            or (
                not (_is_code(before) and _is_code(line))
                and (
                    _begins_an_entry(before, line)
                    or _is_indented(before, settings[index].size, (edges[index - 1], edges[index], following))
                    or _ends_early(before, line, settings[index].size, room)
                    or (heading_looks is not None and _is_heading_above(found[-1], line, room, heading_looks))
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


def _usual_gap(gaps: Sequence[float], settings: Sequence[_Setting]) -> float:
    """Ems of white between the descenders of a line and the ascenders of the next, where they follow closely.

    Args:
        gaps: Those below each line but the last.
    """
    alike = [abs(before.size - setting.size) < 0.6 for before, setting in pairwise(settings)]
    close = [gap for gap, same in zip(gaps, alike, strict=True) if same and gap < _WIDEST_GAP]
    return statistics.median_low(close) if close else 0.3


def _is_apart(gap: float, usual_gap: float) -> bool:
    return gap > _WIDEST_GAP or gap > usual_gap + _EXTRA_GAP


def _is_set_otherwise(before: _Setting, setting: _Setting) -> bool:
    return before.bold != setting.bold or abs(before.size - setting.size) > max(0.6, 0.06 * setting.size)


def _is_heading_above(above: Sequence[Line], line: Line, room: float, heading_looks: Looks) -> bool:
    """Whether the lines above have a look of headings, the line has another one, and would have had room there."""
    body, looks = heading_looks
    look = look_of(above[-1], body)
    return look in looks and room > line.words[0].box.width + line.size and look_of(line, body) != look


def _is_tagged_apart(before: Line, line: Line) -> bool:
    """Whether one of two lines is tagged as a heading and the other one not as the same."""
    roles = before.words[0].style.role, line.words[0].style.role
    return roles[0] != roles[1] and any(map(_is_heading_role, roles))


def _is_code(line: Line) -> bool:
    """Whether a line is set in a typewriter face, where indents and short lines end no paragraph."""
    return all(word.style.monospaced for word in line.words)


def _begins_an_entry(before: Line, line: Line) -> bool:
    """Whether a line is the first of a list item, or of an entry of a table of contents."""
    return marker_of(line) is not None or is_entry_of_contents(before)


def _is_heading_role(role: str) -> bool:
    return role.startswith("H") or role == "Title"


def _is_indented(before: Line, size: float, edges: tuple[_Edges, _Edges, _Edges | None]) -> bool:
    """Whether only a line begins further in than its neighbours, as a first line does.

    Args:
        size: Its font size.
        edges: Of the line before, the line, and the one after it.
    """
    indent = edges[1].start - edges[0].start
    numbered = marker_of(before) is not None or section_depth(before) is not None
    hangs = numbered or indent > _WIDEST_INDENT * size
    centred = abs(indent + edges[1].end - edges[0].end) < _OFF_CENTRE * size
    if hangs or centred or indent <= _INDENT * size:
        return False
    if edges[2] is None:
        return before.text.endswith(SENTENCE_ENDS)
    return edges[2].start < edges[1].start - 0.5 * size


def _ends_early(before: Line, line: Line, size: float, room: float) -> bool:
    """Whether the first word of a line would have had room on the line before, which ends a sentence.

    Args:
        size: The line's font size.
        room: Points between the end of the line before and that of the column.
    """
    return before.text.endswith(SENTENCE_ENDS) and room > line.words[0].box.width + 1.5 * size
