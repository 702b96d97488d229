"""What is painted on a page besides text: pictures, and the lines that rule tables."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import dataclass
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
_MOST_SEGMENTS = 400

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
        rulings: Horizontal and vertical lines, as boxes without much width or height; filled areas give their edges.
    """

    pictures: tuple[Box, ...]
    rulings: tuple[Box, ...]


def read_graphics(page: Any, geometry: PageGeometry) -> Graphics:
    """The graphics of a page of pypdfium2, those within form XObjects included."""
    walk = _Walk()
    handle = calls.address_of(page.raw)
    walk.visit(calls.count_page_objects(handle), lambda index: calls.get_page_object(handle, index), _IDENTITY, 0)
    return Graphics(_shown(walk.pictures, geometry), _shown(walk.rulings, geometry))


def read_pictures(page: Any, geometry: PageGeometry) -> tuple[Box, ...]:
    """Where pictures are painted, without the time that it takes to look for rulings."""
    walk = _Walk(paths=False)
    handle = calls.address_of(page.raw)
    walk.visit(calls.count_page_objects(handle), lambda index: calls.get_page_object(handle, index), _IDENTITY, 0)
    return _shown(walk.pictures, geometry)


def _shown(boxes: list[Box], geometry: PageGeometry) -> tuple[Box, ...]:
    if not boxes:
        return ()
    found = geometry.shown(np.array(boxes, np.float32))
    return tuple(tuple(box) for box in found[np.isfinite(found).all(axis=1)].astype(float).round(2).tolist())


class _Walk:
    """Collects boxes in the user space of the page."""

    def __init__(self, *, paths: bool = True) -> None:
        self._paths = paths
        self.pictures: list[Box] = []
        self.rulings: list[Box] = []
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
                self.pictures.append(_bounds([_apply(_matrix(painted, outer), point) for point in _UNIT_SQUARE]))
            elif kind == raw.FPDF_PAGEOBJ_FORM and depth < _DEEPEST_FORM:
                inner = calls.count_form_objects(painted)
                self.visit(inner, _form_getter(painted), _matrix(painted, outer), depth + 1)

    def _add_path(self, path: int, outer: _Matrix) -> None:
        count = calls.count_segments(path)
        if not 2 <= count <= _MOST_SEGMENTS:
            return
        filled, stroked = ctypes.c_int(), ctypes.c_int()
        calls.get_draw_mode(path, ctypes.addressof(filled), ctypes.addressof(stroked))
        is_area = bool(filled.value) and not stroked.value
        if not (filled.value or stroked.value):
            return
        white = is_area and _is_white(path)
        for points in _subpaths(path, count, _matrix(path, outer)):
            box = _bounds(points)
            if is_area and min(box[2] - box[0], box[3] - box[1]) <= _THIN:
                self.rulings.append(_middle(box))
            elif not white:
                self.rulings += [_bounds(pair) for pair in pairwise(points) if _is_upright(*pair)]


def _form_getter(form: int) -> Callable[[int], int | None]:
    return lambda index: calls.get_form_object(form, index)


def _subpaths(path: int, count: int, matrix: _Matrix) -> list[list[_Point]]:
    found: list[list[_Point]] = []
    x, y = ctypes.c_float(), ctypes.c_float()
    x_at, y_at = ctypes.addressof(x), ctypes.addressof(y)
    for index in range(count):
        segment = calls.get_segment(path, index)
        kind = calls.get_segment_type(segment)
        calls.get_segment_point(segment, x_at, y_at)
        point = _apply(matrix, (x.value, y.value))
        if kind == raw.FPDF_SEGMENT_MOVETO or not found:
            found.append([point])
        elif kind == raw.FPDF_SEGMENT_LINETO:
            found[-1].append(point)
        else:
            return []  # a curve: an ornament or a drawing
        if calls.is_closing(segment):
            found[-1].append(found[-1][0])
    return found


def _is_white(path: int) -> bool:
    channels = [ctypes.c_uint() for _ in range(4)]
    calls.get_fill_color(path, *(ctypes.addressof(channel) for channel in channels))
    return min(channel.value for channel in channels[:3]) >= _WHITE


def _is_upright(start: _Point, end: _Point) -> bool:
    return (abs(start[0] - end[0]) <= _SLANT) != (abs(start[1] - end[1]) <= _SLANT)


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
