"""What is painted on a page besides text: pictures, and the lines that rule tables."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from typing import Any

import numpy as np
import pypdfium2.raw as raw

from pdfmill.engines.pdfium import calls
from pdfmill.engines.pdfium.geometry import PageGeometry

Box = tuple[float, float, float, float]
_Matrix = tuple[float, float, float, float, float, float]
_Point = tuple[float, float]

_IDENTITY: _Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_UNIT_SQUARE: tuple[_Point, ...] = ((0, 0), (1, 0), (0, 1), (1, 1))

_DEEPEST_FORM = 8
_MOST_OBJECTS = 200_000
#: A path of more segments is a drawing, not a ruling.
_MOST_SEGMENTS = 2_000

#: Points: a filled rectangle that is no thicker is a line.
_THIN = 3.0
#: Points by which a line may slant and still be upright.
_SLANT = 1.0
#: From this value on all of red, green and blue are white paper.
_WHITE = 250


@dataclass(frozen=True)
class Graphics:
    """Pictures and rulings of a page; boxes are left, top, right, bottom in points as shown.

    Attributes:
        pictures: Where image XObjects and inline images are painted.
        resolutions: For each picture its samples per inch as painted; 0 where it has none.
        rulings: Horizontal and vertical lines, as boxes without much width or height; filled areas give their edges.
        shapes: What is drawn with curves or slanting lines, or shaded.
        areas: Filled rectangles that are not white, in the order in which they are painted.
        fills: Their colours, as ``#rrggbb``.
    """

    pictures: tuple[Box, ...]
    rulings: tuple[Box, ...]
    shapes: tuple[Box, ...] = ()
    areas: tuple[Box, ...] = ()
    fills: tuple[str, ...] = ()
    resolutions: tuple[float, ...] = ()


def read_graphics(page: Any, geometry: PageGeometry) -> Graphics:
    """The graphics of a page of pypdfium2, those within form XObjects included."""
    walk = _Walk()
    handle = calls.address_of(page.raw)
    walk.visit(calls.count_page_objects(handle), lambda index: calls.get_page_object(handle, index), _IDENTITY, 0)
    pictures, placed = _shown(walk.pictures, geometry)
    areas, filled = _shown(walk.areas, geometry)
    return Graphics(
        pictures=pictures,
        rulings=_shown(walk.rulings, geometry)[0],
        resolutions=tuple(walk.resolutions[index] / geometry.user_unit for index in placed),
        shapes=_shown(walk.shapes, geometry)[0],
        areas=areas,
        fills=tuple(walk.fills[index] for index in filled),
    )


def read_pictures(page: Any, geometry: PageGeometry) -> tuple[Box, ...]:
    """Where pictures are painted, without the time that it takes to look for rulings."""
    walk = _Walk(paths=False)
    handle = calls.address_of(page.raw)
    walk.visit(calls.count_page_objects(handle), lambda index: calls.get_page_object(handle, index), _IDENTITY, 0)
    return _shown(walk.pictures, geometry)[0]


def has_drawings(page: Any, most: int) -> bool:
    """Whether paths of a page have more than so many segments together, or there are shadings or forms.

    Forms are not looked into.
    """
    handle = calls.address_of(page.raw)
    segments = 0
    for index in range(max(calls.count_page_objects(handle), 0)):
        painted = calls.get_page_object(handle, index)
        kind = calls.get_object_type(painted)
        if kind == raw.FPDF_PAGEOBJ_PATH:
            segments += max(calls.count_segments(painted), 0)
        elif kind in (raw.FPDF_PAGEOBJ_SHADING, raw.FPDF_PAGEOBJ_FORM):
            return True
        if segments > most:
            return True
    return False


def picture_share(pictures: Sequence[Box], size: tuple[float, float]) -> float:
    """Which part of a page its pictures cover, 0 to 1, those that overlap counted twice.

    Args:
        size: Width and height of the page in points.
    """
    width, height = size
    covered = sum(
        max(min(right, width) - max(left, 0), 0) * max(min(bottom, height) - max(top, 0), 0)
        for left, top, right, bottom in pictures
    )
    return min(covered / max(width * height, 1), 1)


def _shown(boxes: list[Box], geometry: PageGeometry) -> tuple[tuple[Box, ...], list[int]]:
    """Boxes as they are shown, and the indices of those that have finite edges: the others are left out."""
    if not boxes:
        return (), []
    found = geometry.shown(np.array(boxes, np.float32))
    finite = np.isfinite(found).all(axis=1)
    return tuple(tuple(box) for box in found[finite].astype(float).round(2).tolist()), np.flatnonzero(finite).tolist()


class Painted(Enum):
    """Kinds of what is painted on a page; the values are PDFium's."""

    TEXT = raw.FPDF_PAGEOBJ_TEXT
    IMAGES = raw.FPDF_PAGEOBJ_IMAGE


def hide(page: Any, kinds: Collection[Painted]) -> None:
    """Leave out some kinds of what is painted when a page of pypdfium2 is drawn; the document itself stays as it is."""
    handle = calls.address_of(page.raw)
    values = {kind.value for kind in kinds}
    _hide(calls.count_page_objects(handle), lambda index: calls.get_page_object(handle, index), values, 0)


def _hide(count: int, get: Callable[[int], int | None], kinds: set[int], depth: int) -> None:
    for index in range(min(max(count, 0), _MOST_OBJECTS)):
        painted = get(index)
        if not painted:
            return
        kind = calls.get_object_type(painted)
        if kind in kinds:
            calls.set_is_active(painted, 0)
        elif kind == raw.FPDF_PAGEOBJ_FORM and depth < _DEEPEST_FORM:
            _hide(calls.count_form_objects(painted), _form_getter(painted), kinds, depth + 1)


class _Walk:
    """Collects boxes in the user space of the page."""

    def __init__(self, *, paths: bool = True) -> None:
        self._paths = paths
        self.pictures: list[Box] = []
        self.resolutions: list[float] = []
        self.rulings: list[Box] = []
        self.shapes: list[Box] = []
        self.areas: list[Box] = []
        self.fills: list[str] = []
        self._left = _MOST_OBJECTS

    def visit(self, count: int, get: Callable[[int], int | None], outer: _Matrix, depth: int) -> None:
        for index in range(max(count, 0)):
            self._left -= 1
            painted = get(index)
            if self._left < 0 or not painted:
                return
            kind = calls.get_object_type(painted)
            if kind == raw.FPDF_PAGEOBJ_PATH:
                if self._paths:
                    self._add_path(painted, outer)
            elif kind == raw.FPDF_PAGEOBJ_IMAGE:
                matrix = _matrix(painted, outer)
                self.pictures.append(_bounds([_apply(matrix, point) for point in _UNIT_SQUARE]))
                self.resolutions.append(_resolution(painted, matrix))
            elif kind == raw.FPDF_PAGEOBJ_SHADING:
                self._add_shape(painted, outer)
            elif kind == raw.FPDF_PAGEOBJ_FORM and depth < _DEEPEST_FORM:
                inner = calls.count_form_objects(painted)
                self.visit(inner, _form_getter(painted), _matrix(painted, outer), depth + 1)

    def _add_path(self, path: int, outer: _Matrix) -> None:
        count = calls.count_segments(path)
        filled, stroked = ctypes.c_int(), ctypes.c_int()
        calls.get_draw_mode(path, ctypes.addressof(filled), ctypes.addressof(stroked))
        is_area = bool(filled.value) and not stroked.value
        if count < 2 or not (filled.value or stroked.value):
            return
        colour = _fill_colour(path) if filled.value else None
        white = is_area and colour is not None and min(colour) >= _WHITE
        if count > _MOST_SEGMENTS:
            if not white:
                self._add_shape(path, outer)
            return
        for points, is_curved in _subpaths(path, count, _matrix(path, outer)):
            box = _bounds(points)
            if is_curved or not all(_is_level(*pair) for pair in pairwise(points)):
                self.shapes += [] if white else [box]
            if is_curved:
                continue
            if is_area and min(box[2] - box[0], box[3] - box[1]) <= _THIN:
                self.rulings.append(_middle(box))
                continue
            if not white:
                self.rulings += [_bounds(pair) for pair in pairwise(points) if _is_upright(*pair)]
            if colour is not None and not white and _is_rectangle(points):
                self.areas.append(box)
                self.fills.append("#" + "".join(f"{channel:02x}" for channel in colour))

    def _add_shape(self, painted: int, outer: _Matrix) -> None:
        edges = [ctypes.c_float() for _ in range(4)]
        if calls.get_bounds(painted, *(ctypes.addressof(edge) for edge in edges)):
            left, bottom, right, top = (edge.value for edge in edges)
            corners = ((left, bottom), (left, top), (right, bottom), (right, top))
            self.shapes.append(_bounds([_apply(outer, corner) for corner in corners]))


def _resolution(image: int, matrix: _Matrix) -> float:
    """Samples per inch along the side on which the image has more of them."""
    width, height = ctypes.c_uint(), ctypes.c_uint()
    if not calls.get_image_size(image, ctypes.addressof(width), ctypes.addressof(height)):
        return 0.0
    sides = (width.value, math.hypot(*matrix[:2])), (height.value, math.hypot(*matrix[2:4]))
    return max((72 * samples / length for samples, length in sides if length > 0), default=0.0)


def _form_getter(form: int) -> Callable[[int], int | None]:
    return lambda index: calls.get_form_object(form, index)


def _subpaths(path: int, count: int, matrix: _Matrix) -> list[tuple[list[_Point], bool]]:
    """The points of each subpath, those that shape its curves included, and whether it has any curves."""
    found: list[list[_Point]] = []
    curved: set[int] = set()
    coordinates = (ctypes.c_float * 2)()
    x_at = ctypes.addressof(coordinates)
    y_at = x_at + ctypes.sizeof(ctypes.c_float)
    a, b, c, d, e, f = matrix
    for index in range(count):
        segment = calls.get_segment(path, index)
        kind = calls.get_segment_type(segment)
        calls.get_segment_point(segment, x_at, y_at)
        x, y = coordinates
        point = a * x + c * y + e, b * x + d * y + f
        if kind == raw.FPDF_SEGMENT_MOVETO or not found:
            found.append([point])
        else:
            found[-1].append(point)
            if kind != raw.FPDF_SEGMENT_LINETO:
                curved.add(len(found) - 1)
        if calls.is_closing(segment):
            found[-1].append(found[-1][0])
    return [(points, index in curved) for index, points in enumerate(found)]


def _fill_colour(path: int) -> tuple[int, int, int]:
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    calls.get_fill_color(path, *(ctypes.addressof(channel) for channel in (red, green, blue, alpha)))
    return red.value & 0xFF, green.value & 0xFF, blue.value & 0xFF


def _is_rectangle(points: list[_Point]) -> bool:
    return 4 <= len(points) <= 6 and all(_is_level(*pair) for pair in pairwise(points))


def _is_upright(start: _Point, end: _Point) -> bool:
    return (abs(start[0] - end[0]) <= _SLANT) != (abs(start[1] - end[1]) <= _SLANT)


def _is_level(start: _Point, end: _Point) -> bool:
    """Whether a line is upright, or no longer than a dot."""
    return abs(start[0] - end[0]) <= _SLANT or abs(start[1] - end[1]) <= _SLANT


def _middle(box: Box) -> Box:
    """The line that a thin area draws."""
    left, bottom, right, top = box
    if right - left < top - bottom:
        return ((left + right) / 2, bottom, (left + right) / 2, top)
    return (left, (bottom + top) / 2, right, (bottom + top) / 2)


def _bounds(points: list[_Point] | tuple[_Point, ...]) -> Box:
    xs, ys = [point[0] for point in points], [point[1] for point in points]
    return min(xs), min(ys), max(xs), max(ys)


def _matrix(painted: int, outer: _Matrix) -> _Matrix:
    """An object's matrix, followed by those of the forms around it (ISO 32000-1, 8.3.4)."""
    own = raw.FS_MATRIX()
    calls.get_object_matrix(painted, ctypes.addressof(own))
    a, b, c, d, e, f = outer
    return (
        own.a * a + own.b * c,
        own.a * b + own.b * d,
        own.c * a + own.d * c,
        own.c * b + own.d * d,
        own.e * a + own.f * c + e,
        own.e * b + own.f * d + f,
    )


def _apply(matrix: _Matrix, point: _Point) -> _Point:
    a, b, c, d, e, f = matrix
    x, y = point
    return a * x + c * y + e, b * x + d * y + f
