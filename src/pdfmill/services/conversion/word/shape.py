"""What a paragraph of a page looks like: where it is indented, aligned and broken, and how its letters are spaced."""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pdfmill.services.conversion.word.faces import face_of
from pdfmill.services.conversion.word.markup import Tab
from pdfmill.services.layout.model import Box, Line, Word

#: Points by which edges may miss each other and still be one.
_MISS = 2.0
#: Points that a line has at least, however far it is indented.
_NARROWEST = 60.0
#: Points that a line is kept shorter than its measure, since readers round the places of letters.
_SAFETY = 0.6
#: Part of its measure that a line fills, if it can be neither centred in it nor not.
_FULL = 0.85
#: Ems that a gap within a line is wide at least, if a tab makes it: in justified text gaps are wider.
_TAB_GAP, _TAB_GAP_JUSTIFIED = 1.3, 2.6
#: Ems by which letters are spaced at most; fonts that are wider or narrower by more are stretched.
_MOST_SPACING = 0.025
_STRETCHES = (60, 160)
#: Ems between the baselines of lines, where there is one line only; and the most and least for several.
_LEADING, _LEAST_LEADING, _MOST_LEADING = 1.2, 0.85, 3.0

_LEADER = re.compile(r"[.·…_]{3,}|[.·…]")


@dataclass(frozen=True)
class Measure:
    """The edges between which a paragraph is set, in points."""

    left: float
    right: float

    @property
    def width(self) -> float:
        return self.right - self.left


@dataclass(frozen=True)
class Shape:
    """How the lines of a paragraph stand in their measure; lengths in points.

    Attributes:
        breaks: Lines after which a new one begins, whatever room is left.
        gaps: For each line, the places of words that a tab stands before.
        spacing: Twips between characters, so that lines end where they do in the document.
        stretch: Per cent of their width that characters have, for the same purpose.
        top: Where its first line begins, as high as the lines are apart.
    """

    alignment: str
    start: float
    end: float
    first: float
    breaks: frozenset[int]
    gaps: tuple[dict[int, Tab], ...]
    tabs: tuple[Tab, ...]
    pitch: float
    spacing: int
    stretch: int
    top: float

    @property
    def height(self) -> float:
        return self.pitch * len(self.gaps)


@dataclass(frozen=True)
class _Extent:
    """Where a line begins and ends, in points from the edge at which its paragraph begins."""

    start: float
    end: float


def shape_of(lines: Sequence[Line], measure: Measure, *, leftwards: bool, hanging: float | None = None) -> Shape:
    """The shape of a paragraph.

    Args:
        hanging: Where the marker of a list item stands before its text, in points of the page.
    """
    extents = [_extent(line, measure, leftwards=leftwards) for line in lines]
    alignment = _alignment(extents, measure)
    gaps = tuple(_gaps(line, measure, leftwards=leftwards, justified=alignment == "both") for line in lines)
    start, end, first = _indents(extents, measure, alignment)
    if hanging is not None:
        first = (hanging - measure.left) - start if not leftwards else (measure.right - hanging) - start
    limit = measure.width - end
    breaks = _breaks(lines, extents, gaps, limit, alignment)
    pitch = _pitch(lines)
    rooms = [limit - (start if alignment else extent.start) for extent in extents]
    stretch, spacing = _fit(lines, rooms)
    return Shape(
        alignment=alignment,
        start=start,
        end=end,
        first=first,
        breaks=breaks,
        gaps=gaps,
        tabs=_stops(gaps),
        pitch=pitch,
        spacing=spacing,
        stretch=stretch,
        top=_middle(lines[0]) - pitch / 2,
    )


def plain_shape(line: Line) -> Shape:
    """That of a line which stands by itself, wherever that is."""
    return Shape("", 0.0, 0.0, 0.0, frozenset(), ({},), (), _LEADING * line.size, 0, 100, 0.0)


def turned_box(box: Box, lines: Sequence[Line], angle: int) -> Box:
    """The box of text before it is turned about its middle: for angles other than quarters of a circle."""
    if angle % 90 == 0:
        return box
    height = sum(1.2 * line.size for line in lines)
    width = math.hypot(box.width, box.height)
    x, y = box.centre
    return Box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def _extent(line: Line, measure: Measure, *, leftwards: bool) -> _Extent:
    if leftwards:
        return _Extent(measure.right - line.box.right, measure.right - line.box.left)
    return _Extent(line.box.left - measure.left, line.box.right - measure.left)


def _alignment(extents: Sequence[_Extent], measure: Measure) -> str:
    if len(extents) == 1:
        return _alignment_of_one(extents[0], measure)
    starts, ends = [each.start for each in extents], [each.end for each in extents]
    middles = [(each.start + each.end) / 2 for each in extents]
    ragged = max(starts) - min(starts) > 2 * _MISS
    if ragged and max(middles) - min(middles) < 2 * _MISS:
        return "center"
    if ragged and max(ends) - min(ends) < _MISS and len({round(start) for start in starts}) > 2:
        return "end"
    full = sum(max(ends) - end < _MISS for end in ends[:-1])
    return "both" if full >= 0.8 * (len(ends) - 1) and len(ends) > 2 else ""


def _alignment_of_one(extent: _Extent, measure: Measure) -> str:
    before, after = extent.start, measure.width - extent.end
    if extent.end - extent.start > _FULL * measure.width:
        return "end" if after < _MISS < before else ""
    if before > 0.05 * measure.width and abs(before - after) < max(2 * _MISS, 0.02 * measure.width):
        return "center"
    return "end" if after < _MISS and before > 0.3 * measure.width else ""


def _indents(extents: Sequence[_Extent], measure: Measure, alignment: str) -> tuple[float, float, float]:
    """Start, end and first-line indent."""
    start = min(each.start for each in extents[1:] or extents)
    end = measure.width - max(each.end for each in extents)
    if alignment == "center":
        middle = (extents[0].start + extents[0].end) / 2
        room = max(measure.width - max(each.end - each.start for each in extents) - _MISS, 0.0)
        # A paragraph is centred between its indents.
        shift = min(max(2 * middle - measure.width, -room), room)
        return max(shift, 0.0), max(-shift, 0.0), 0.0
    if alignment == "end":
        return 0.0, end if abs(end) > _MISS else 0.0, 0.0
    # A line of its own needs no edge on the right; what nearly fills the measure does.
    tight = len(extents) > 1 and end > 0.06 * measure.width
    end = end - _MISS if tight else min(end, 0.0)
    first = extents[0].start - start
    if -_MISS < start < 0:
        start = 0.0
    start = min(start, measure.width - end - min(_NARROWEST, 0.5 * measure.width))
    return start, end, first if abs(first) > 1 else 0.0


def _gaps(line: Line, measure: Measure, *, leftwards: bool, justified: bool) -> dict[int, Tab]:
    """For each word that stands apart from the one before it: the tab stop that takes it there."""
    found: dict[int, Tab] = {}
    least = _TAB_GAP_JUSTIFIED if justified else _TAB_GAP
    leading = False
    for index, (before, word) in enumerate(pairwise(line.words), start=1):
        if is_leader(before, word):
            leading = True
            continue
        gap = max(word.box.left - before.box.right, before.box.left - word.box.right)
        is_wide = gap > least * max(before.style.size, word.style.size, 4)
        if leading or (is_wide and not _any_between(line, before, word)):
            if leading and index == len(line.words) - 1:
                place = measure.right - word.box.left if leftwards else word.box.right - measure.left
                found[index] = Tab(place, "right", dotted=True)
            else:
                place = measure.right - word.box.right if leftwards else word.box.left - measure.left
                found[index] = Tab(place, dotted=leading)
        leading = False
    return found


def _any_between(line: Line, before: Word, word: Word) -> bool:
    """Whether other words stand between two: where the direction changes, what is read next is not what is next."""
    left, right = sorted((before.box, word.box))
    return any(left.right <= other.box.centre[0] <= right.left for other in line.words)


def is_leader(before: Word, word: Word) -> bool:
    """Whether a word is a part of a row of dots that leads to what stands at the end of a line."""
    if not _LEADER.fullmatch(word.text):
        return False
    return len(word.text) > 2 or _LEADER.fullmatch(before.text) is not None or word.box.left - before.box.right > 1


def _stops(gaps: Sequence[dict[int, Tab]]) -> tuple[Tab, ...]:
    stops: list[Tab] = []
    for stop in sorted((tab for line in gaps for tab in line.values()), key=lambda tab: tab.place):
        if stop.place > 0 and (not stops or stop.place - stops[-1].place > _MISS):
            stops.append(stop)
    return tuple(stops)


def _breaks(
    lines: Sequence[Line],
    extents: Sequence[_Extent],
    gaps: Sequence[dict[int, Tab]],
    limit: float,
    alignment: str,
) -> frozenset[int]:
    """Lines that end although the next word would have had room, so that their author ended them."""
    found = set()
    for index, (line, following) in enumerate(pairwise(lines)):
        word = following.words[0]
        room = limit - extents[index].end if alignment != "end" else float("inf")
        needed = word.box.width + 0.3 * line.size
        if alignment == "center":
            room = limit - (extents[index].end - extents[index].start)
        if gaps[index] or gaps[index + 1] or room > needed + max(_MISS, 0.3 * line.size):
            found.add(index)
    return frozenset(found)


def _middle(line: Line) -> float:
    """The middle of a line's main text: small raised marks are not counted."""
    size = line.size
    tops_and_bottoms = [(w.box.top, w.box.bottom) for w in line.words if w.style.size > 0.85 * size]
    return sum(min(tops_and_bottoms) + max(tops_and_bottoms)) / 4 if tops_and_bottoms else line.box.centre[1]


def _pitch(lines: Sequence[Line]) -> float:
    if len(lines) == 1:
        size = max(max(word.style.size for word in lines[0].words), 1.0)
        return min(max(lines[0].box.height, size), _LEADING * size)
    size = max(max(line.size for line in lines), 1.0)
    steps = [_middle(line) - _middle(before) for before, line in pairwise(lines)]
    pitch = (_middle(lines[-1]) - _middle(lines[0])) / len(steps)
    if min(steps) <= 0:  # it goes on in another column
        pitch = statistics.median([step for step in steps if step > 0] or [_LEADING * size])
    return min(max(pitch, _LEAST_LEADING * size), _MOST_LEADING * size)


def _fit(lines: Sequence[Line], rooms: Sequence[float]) -> tuple[int, int]:
    """Per cent of the characters' width, and twips between them, with which lines end where they do in the document.

    First what makes words as wide as they are there; then as much less as keeps every line within its measure.

    Args:
        rooms: Points that there are for each line.
    """
    measured = [_width(line) for line in lines]
    natural = sum(width for width in measured if width is not None)
    if None in measured or natural <= 0:
        return 100, 0
    wanted = sum(word.box.width for line in lines for word in line.words)
    count = sum(len(word.text) for line in lines for word in line.words)
    size = max(line.size for line in lines)
    bound = _MOST_SPACING * size
    stretch = 100 if abs(wanted - natural) <= bound * count else round(100 * wanted / natural)
    stretch = min(max(stretch, _STRETCHES[0]), _STRETCHES[1])
    most = float("inf")
    for line, width, room in zip(lines, measured, rooms, strict=True):
        if width is not None and not _has_gap(line):
            needed = (width + 0.25 * line.size * (len(line.words) - 1)) * stretch / 100
            letters = sum(len(word.text) + 1 for word in line.words)
            most = min(most, (room - _SAFETY - needed) / letters)
    spacing = min((wanted - natural * stretch / 100) / count, most)
    return stretch, math.floor(20 * max(min(spacing, 2 * bound), -2 * bound))


def _has_gap(line: Line) -> bool:
    """Whether more than spaces stands between the words of a line."""
    between = line.box.width - sum(word.box.width for word in line.words)
    return between > line.size * len(line.words)


def _width(line: Line) -> float | None:
    """Points that the words of a line are wide in the fonts that stand for theirs; None if that is not known."""
    total = 0.0
    for word in line.words:
        ems = face_of(word.style).width(word.text)
        if ems is None:
            return None
        total += ems * round(word.style.size * 2) / 2  # as a word processor has sizes: in half points
    return total
