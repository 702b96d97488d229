"""From a page as it is shown back to its user space."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from pikepdf import Dictionary, Name, Page


class Placement(NamedTuple):
    """Matrix from points of the page as shown, origin at the bottom left, to its user space (ISO 32000-1, 8.3.4)."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float

    def apply(self, x: float, y: float) -> tuple[float, float]:
        """A point of the shown page in user space."""
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f


def placement(page: Page) -> tuple[Placement, float, float]:
    """How a page is turned and scaled when it is shown, and its width and height then, in points."""
    media, crop = (_box(box) for box in (page.mediabox, page.cropbox))
    left, bottom = max(media[0], crop[0]), max(media[1], crop[1])
    right, top = min(media[2], crop[2]), min(media[3], crop[3])
    said = page.obj.get(Name.UserUnit, 1)
    unit = float(said) if isinstance(said, int | Decimal) and said > 0 else 1.0
    width, height, scale = right - left, top - bottom, 1 / unit
    match int(page.obj.get(Name.Rotate, _inherited_rotation(page))) % 360:
        case 90:
            return Placement(0, scale, -scale, 0, right, bottom), height * unit, width * unit
        case 180:
            return Placement(-scale, 0, 0, -scale, right, top), width * unit, height * unit
        case 270:
            return Placement(0, -scale, scale, 0, left, top), height * unit, width * unit
        case _:
            return Placement(scale, 0, 0, scale, left, bottom), width * unit, height * unit


def shown_to_user(page: Page, left: float, top: float) -> tuple[float, float]:
    """A point of the page as shown, measured from its top left, in user space."""
    matrix, _, height = placement(page)
    return matrix.apply(left, height - top)


def _box(box: object) -> tuple[float, float, float, float]:
    x, y, right, top = (float(edge) for edge in box)  # type: ignore[attr-defined]
    return min(x, right), min(y, top), max(x, right), max(y, top)


def _inherited_rotation(page: Page) -> int:
    node = page.obj.get(Name.Parent)
    for _ in range(50):
        if not isinstance(node, Dictionary):
            return 0
        if Name.Rotate in node:
            return int(node.Rotate)
        node = node.get(Name.Parent)
    return 0
