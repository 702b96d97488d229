"""At which size each image is painted: an image of 3000 pixels that fills a stamp needs no 3000 pixels."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Page, Pdf, Stream
from pikepdf.exceptions import PikepdfError

from pdfmill.core.context import Context

ObjectId = tuple[int, int]

#: Form XObjects inside form XObjects, at most; hostile files nest them without end.
_DEEPEST = 12

#: Content streams interpreted for one document, at most: forms that draw forms multiply.
_MOST_STREAMS = 200_000


@dataclass
class Placements:
    """Where images are painted.

    Attributes:
        inches: For each image XObject the largest width and height at which it is painted anywhere.
        page_indices: For each image XObject the pages that paint it.
        covered: For each page the part of it that images cover together, at most 1.
        complete: False if the document was too tangled to follow to the end; then no size can be trusted.
    """

    inches: dict[ObjectId, tuple[float, float]] = field(default_factory=dict)
    page_indices: dict[ObjectId, set[int]] = field(default_factory=lambda: defaultdict(set))
    covered: dict[int, float] = field(default_factory=dict)
    complete: bool = True


@dataclass(frozen=True)
class Matrix:
    """A transformation matrix of ISO 32000-1, 8.3.3."""

    a: float = 1
    b: float = 0
    c: float = 0
    d: float = 1
    e: float = 0
    f: float = 0

    def then(self, other: Matrix) -> Matrix:
        """This one first, ``other`` after it."""
        return Matrix(
            self.a * other.a + self.b * other.c,
            self.a * other.b + self.b * other.d,
            self.c * other.a + self.d * other.c,
            self.c * other.b + self.d * other.d,
            self.e * other.a + self.f * other.c + other.e,
            self.e * other.b + self.f * other.d + other.f,
        )

    @property
    def unit_square(self) -> tuple[float, float]:
        """Width and height of the unit square, in which every image is painted."""
        return math.hypot(self.a, self.b), math.hypot(self.c, self.d)

    @property
    def area(self) -> float:
        """Area of the unit square."""
        return abs(self.a * self.d - self.b * self.c)


def find_placements(pdf: Pdf, ctx: Context) -> Placements:
    """Follow the content of every page, its forms, soft masks, patterns and annotation appearances."""
    walk = _Walk(Placements())
    page_count = len(pdf.pages)
    for index, page in enumerate(pdf.pages):
        walk.page(index, page)
        ctx.advance(index + 1, page_count, unit="pages")
    return walk.found


class _Walk:
    def __init__(self, found: Placements) -> None:
        self.found = found
        self._parsed: dict[ObjectId, list[tuple[str, Any]]] = {}
        self._streams = 0
        self._page_index = 0
        self._painted_area = 0.0
        self._inch = 1 / 72

    def page(self, index: int, page: Page) -> None:
        self._page_index, self._painted_area = index, 0.0
        unit = page.obj.get(Name.UserUnit, 1)
        self._inch = float(unit) / 72 if isinstance(unit, int | float) or hasattr(unit, "__float__") else 1 / 72
        resources = page.obj.get(Name.Resources) or _inherited_resources(page)
        self._content(page.obj, (-1, index), resources, Matrix(), depth=0)
        for annotation in _array(page.obj.get(Name.Annots)):
            if isinstance(annotation, Dictionary):
                self._annotation(annotation)
        self.found.covered[index] = min(1.0, self._painted_area / (_area(page) or 1.0))

    def _annotation(self, annotation: Dictionary) -> None:
        appearances = annotation.get(Name.AP)
        rectangle, scale = annotation.get(Name.Rect), 1.0
        for form in _appearance_streams(appearances):
            box = form.get(Name.BBox)
            if isinstance(rectangle, Array) and isinstance(box, Array) and len(rectangle) == len(box) == 4:
                scale = _scale(rectangle, box)
            self._form(form, Dictionary(), Matrix(scale, 0, 0, scale), depth=0)

    def _form(self, form: Stream, inherited: Any, matrix: Matrix, depth: int) -> None:
        own = form.get(Name.Matrix)
        if isinstance(own, Array) and len(own) == 6:
            matrix = Matrix(*(float(number) for number in own)).then(matrix)
        self._content(form, form.objgen, form.get(Name.Resources, inherited), matrix, depth)

    def _content(self, content: Any, key: ObjectId, resources: Any, matrix: Matrix, depth: int) -> None:
        if not isinstance(resources, Dictionary):
            return
        self._streams += 1
        if depth > _DEEPEST or self._streams > _MOST_STREAMS:
            self.found.complete = False
            return
        objects, states = (_dictionary(resources.get(category)) for category in (Name.XObject, Name.ExtGState))
        masks = {name: mask for name in states.keys() if (mask := _soft_mask(states[name])) is not None}  # noqa: SIM118
        if len(objects) or masks:
            for operator, operand, placed in _placed(self._operations(content, key), matrix):
                if operator == "Do":
                    self._paint(objects.get(operand), resources, placed, depth)
                elif operand in masks:
                    self._form(masks[operand], resources, placed, depth + 1)
        for pattern in _values(resources.get(Name.Pattern)):
            if isinstance(pattern, Stream):
                self._form(pattern, resources, Matrix(), depth + 1)

    def _paint(self, painted: Any, resources: Any, matrix: Matrix, depth: int) -> None:
        if not isinstance(painted, Stream):
            return
        if painted.get(Name.Subtype) == Name.Form:
            self._form(painted, resources, matrix, depth + 1)
        elif painted.get(Name.Subtype) == Name.Image:
            width, height = (side * self._inch for side in matrix.unit_square)
            self._painted_area += matrix.area
            widest, highest = self.found.inches.get(painted.objgen, (0.0, 0.0))
            self.found.inches[painted.objgen] = (max(width, widest), max(height, highest))
            self.found.page_indices[painted.objgen].add(self._page_index)

    def _operations(self, content: Any, key: ObjectId) -> list[tuple[str, Any]]:
        """The operators that matter; a content stream that cannot be parsed paints nothing that we could judge."""
        if key not in self._parsed:
            try:
                self._parsed[key] = list(_parse(content))
            except (PikepdfError, TypeError, ValueError):
                self._parsed[key] = []
                self.found.complete = False
        return self._parsed[key]


def _placed(operations: Iterable[tuple[str, Any]], matrix: Matrix) -> Iterator[tuple[str, str, Matrix]]:
    """The operators that name something, with the matrix at that moment."""
    stack: list[Matrix] = []
    for operator, operand in operations:
        if operator == "q":
            stack.append(matrix)
        elif operator == "Q":
            matrix = stack.pop() if stack else matrix
        elif operator == "cm":
            matrix = operand.then(matrix)
        else:
            yield operator, operand, matrix


def _parse(content: Any) -> Iterator[tuple[str, Any]]:
    for instruction in pikepdf.parse_content_stream(content, "q Q cm Do gs"):
        operator = str(instruction.operator)
        operands = list(instruction.operands)
        if operator in ("q", "Q"):
            yield operator, None
        elif operator == "cm" and len(operands) == 6:
            yield operator, Matrix(*(float(number) for number in operands))
        elif operator in ("Do", "gs") and operands and isinstance(operands[0], Name):
            yield operator, str(operands[0])


def _area(page: Page) -> float:
    """Area of a page in its own units; 0 where its box is no box."""
    try:
        left, bottom, right, top = (float(number) for number in page.cropbox)
    except (PikepdfError, TypeError, ValueError, AttributeError, KeyError):
        return 0.0
    return abs((right - left) * (top - bottom))


def _inherited_resources(page: Page) -> Any:
    """Resources may stand in any ancestor in the page tree (ISO 32000-1, 7.7.3.4)."""
    node: Any = page.obj
    for _ in range(_DEEPEST * 4):
        node = node.get(Name.Parent)
        if not isinstance(node, Dictionary):
            return Dictionary()
        if Name.Resources in node:
            return node.Resources
    return Dictionary()


def _appearance_streams(appearances: Any) -> Iterator[Stream]:
    for appearance in _values(appearances):
        if isinstance(appearance, Stream):
            yield appearance
        else:
            yield from (state for state in _values(appearance) if isinstance(state, Stream))


def _scale(rectangle: Array, box: Array) -> float:
    """How much larger an appearance is shown than it was made (ISO 32000-1, 12.5.5), the larger of both directions."""
    left, bottom, right, top = (float(number) for number in rectangle)
    from_x, from_y, to_x, to_y = (float(number) for number in box)
    return max(abs(right - left) / (abs(to_x - from_x) or 1), abs(top - bottom) / (abs(to_y - from_y) or 1))


def _soft_mask(state: Any) -> Stream | None:
    """The group of a soft mask, which is placed by the matrix at the moment when the mask is set (11.6.5.2)."""
    mask = state.get(Name.SMask) if isinstance(state, Dictionary) else None
    group = mask.get(Name.G) if isinstance(mask, Dictionary) else None
    return group if isinstance(group, Stream) else None


def _dictionary(value: Any) -> Dictionary:
    return value if isinstance(value, Dictionary) else Dictionary()


def _values(dictionary: Any) -> Iterator[Any]:
    if isinstance(dictionary, Dictionary):
        yield from (dictionary[key] for key in dictionary.keys())  # noqa: SIM118 - not a Python mapping


def _array(value: Any) -> Iterator[Any]:
    if isinstance(value, Array):
        yield from value
