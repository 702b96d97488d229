"""Drawings: figures and ornaments made of lines and areas instead of pixels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, product

from pdfmill.engines.pdfium import Graphics
from pdfmill.services.layout.disjoint_sets import DisjointSets
from pdfmill.services.layout.frames import Frame
from pdfmill.services.layout.lines import join, segments
from pdfmill.services.layout.model import Box, Picture, Table, Word, union
from pdfmill.services.layout.pictures import merged
from pdfmill.services.layout.rulings import Ruling, closed_boxes

#: Points: shapes no further apart are parts of one drawing.
_NEAR = 5.0
#: Points that a drawing is wide and high at least; what is smaller is an ornament.
_SMALLEST = 16.0
#: Parts of the page: a line or area that is longer is a rule or a background, and holds nothing together.
_LONG = 0.7
#: A drawing that holds more words, or is covered by them to a larger part, only stands behind text.
_MOST_LABELS = 80
_COVERED = 0.18
#: Part of a table that shapes cover, if it is a drawing.
_DRAWN_TABLE = 0.4
#: Part of its frame that a drawing covers at least; what covers less stands beside text in it.
_OF_FRAME = 0.3
#: Shapes of a page that are looked at, and drawings that they make.
_MOST, _MOST_DRAWINGS = 5_000, 200
#: Squares of a box beyond which only its edges are looked at.
_LARGE = 400

_Square = tuple[int, int]
_Squares = tuple[int, int, int, int]


def drawn_areas(graphics: Graphics, frame: Frame, rulings: tuple[list[Ruling], list[Ruling]]) -> list[Box]:
    """The boxes around what is drawn on a page with curves or slanting lines, and what touches it.

    Args:
        rulings: See `find_rulings`.
    """
    page = Box(0, 0, *frame.size)
    shapes = [page.intersection(box) for box in frame.level_boxes(graphics.shapes[:_MOST])]
    shapes = [box for box in shapes if box.width >= 0 and box.height >= 0]
    if not shapes:
        return []
    others = [
        box
        for box in frame.level_boxes((*graphics.areas[:_MOST], *graphics.rulings[:_MOST]))
        if box.width < _LONG * page.width and box.height < _LONG * page.height
    ]
    largest = sorted(_connected(shapes, others), key=lambda box: -box.area)[:_MOST_DRAWINGS]
    found = [box for box in merged(largest) if min(box.width, box.height) >= _SMALLEST]
    return merged(_with_frames(found, rulings, page)) if found else []


def _with_frames(areas: Sequence[Box], rulings: tuple[list[Ruling], list[Ruling]], page: Box) -> list[Box]:
    """The boxes of drawings, grown to the frame that one fills: a chart's title and axes stand within it."""
    frames = [
        box for box in closed_boxes(*rulings) if box.width < _LONG * page.width and box.height < _LONG * page.height
    ]
    return [
        max(
            (box for box in frames if box.intersection(area).area > 0.9 * area.area > _OF_FRAME * box.area),
            key=lambda box: box.area,
            default=area,
        )
        for area in areas
    ]


def is_drawing(table: Table, areas: Iterable[Box]) -> bool:
    """Whether what looks like a table is a part of a drawing, such as the grid of a chart."""
    return any(area.intersection(table.box).area > _DRAWN_TABLE * table.box.area and area.area > 0 for area in areas)


def drawings(
    areas: Sequence[Box], words: Sequence[Word], images: Sequence[Picture]
) -> tuple[list[Picture], list[Word]]:
    """The drawings of a page, and the words that are not labels within them.

    Args:
        areas: See `drawn_areas`; without those that tables cover.
        words: Level words that are in no table.
        images: Pictures of pixels; a drawing that one lies in holds it.
    """
    found: list[Picture] = []
    rest = list(words)
    for area in areas:
        box = union(iter([area, *(image.box for image in images if area.intersection(image.box).area > 0)]))
        inside = [word for word in rest if box.holds(word.box)]
        covered = sum(word.box.area for word in inside)
        rounded = Box(*(round(edge, 2) for edge in box))
        if len(inside) > _MOST_LABELS or covered > _COVERED * box.area:
            found.append(Picture(rounded, source="background"))
            continue
        found.append(Picture(rounded, source="drawing", lines=tuple(join(segments(inside))) if inside else ()))
        gone = set(map(id, inside))
        rest = [word for word in rest if id(word) not in gone]
    return found, rest


def _connected(shapes: Sequence[Box], others: Sequence[Box]) -> list[Box]:
    """The boxes around shapes that touch, directly or through others, found on a grid of squares."""
    boxes = [*shapes, *others]
    sets = DisjointSets(len(boxes))
    owners: dict[_Square, int] = {}
    first_on: dict[_Squares, int] = {}
    for index, box in enumerate(boxes):
        squares = _squares(box)
        # Outlines of letters and markers of a chart often lie over the same squares: these are gone through once.
        if (first := first_on.setdefault(squares, index)) != index:
            sets.join(index, first)
            continue
        for square in _covered(squares):
            if (owner := owners.setdefault(square, index)) != index:
                sets.join(index, owner)
    groups: dict[int, list[Box]] = {sets.root(index): [] for index in range(len(shapes))}
    for index, box in enumerate(boxes):
        if (group := groups.get(sets.root(index))) is not None:
            group.append(box)
    return [union(iter(group)) for group in groups.values()]


def _squares(box: Box) -> _Squares:
    """The leftmost column, topmost row, rightmost column and lowest row of squares that a box lies over."""
    left, top, right, bottom = box
    return int(left // _NEAR), int(top // _NEAR), int(right // _NEAR), int(bottom // _NEAR)


def _covered(squares: _Squares) -> Iterable[_Square]:
    """Each of some squares; of many those along their edges."""
    left, top, right, bottom = squares
    if (right - left) * (bottom - top) <= _LARGE:
        return product(range(left, right + 1), range(top, bottom + 1))
    level = product(range(left, right + 1), (top, bottom))
    return chain(level, product((left, right), range(top, bottom + 1)))
