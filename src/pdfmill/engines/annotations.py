"""Coloured boxes with labels over a page, by pikepdf: annotations, so that the page beneath stays as it is.

Each is a square annotation with an appearance of its own (ISO 32000-1, 12.5.5), so that every viewer draws the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pikepdf import Array, Dictionary, Name, Pdf, String

Colour = tuple[float, float, float]
Corners = tuple[float, float, float, float]

#: Points.
_LABEL_SIZE, _LABEL_HEIGHT, _MARGIN = 4.6, 6.0, 0.8
#: Mean advance of Helvetica's letters and digits in ems, a little wide.
_ADVANCE = 0.54
_LONGEST_LABEL = 40
#: Matrices that turn an appearance back by the rotation of its page.
_UPRIGHT = {0: (1, 0, 0, 1), 90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}
_PRINTED = 4


@dataclass(frozen=True)
class Highlight:
    """A box to be drawn.

    Attributes:
        box: Left, top, right, bottom in points from the top left of the page as shown.
        label: A few words above it.
        note: What a viewer tells who points at it.
        colour: Red, green, blue from 0 to 1.
    """

    box: Corners
    label: str
    note: str
    colour: Colour


def add_highlights(
    pdf: Pdf, page_index: int, highlights: Iterable[Highlight], legend: Sequence[tuple[str, Colour]]
) -> None:
    """Draw boxes over a page, and what their colours mean in its upper right corner."""
    page = pdf.pages[page_index]
    place = _Placement(page)
    resources = _resources(pdf)
    boxes = [_box(pdf, place, resources, highlight) for highlight in highlights]
    annotations = page.obj.get(Name.Annots)
    known = list(annotations) if isinstance(annotations, Array) else []
    page.obj.Annots = Array([*known, *boxes, _legend(pdf, place, resources, legend)])


class _Placement:
    """From points as shown to the user space of one page."""

    def __init__(self, page: Any) -> None:
        media, crop = (_numbers(box) for box in (page.mediabox, page.cropbox))
        self._left, self._bottom = max(media[0], crop[0]), max(media[1], crop[1])
        self._right, self._top = min(media[2], crop[2]), min(media[3], crop[3])
        self.rotation = _rotation(page.obj)
        unit = page.obj.get(Name.UserUnit, 1)
        self._unit = float(unit) if float(unit) > 0 else 1.0

    @property
    def width(self) -> float:
        """Of the page as shown, in points."""
        turned = self.rotation in (90, 270)
        return (self._top - self._bottom if turned else self._right - self._left) * self._unit

    def rectangle(self, box: Corners) -> Array:
        """A box as shown, in user space: left, bottom, right, top."""
        left, top, right, bottom = (edge / self._unit for edge in box)
        corners = [self._point(left, top), self._point(right, bottom)]
        xs, ys = zip(*corners, strict=True)
        return Array([round(each, 3) for each in (min(xs), min(ys), max(xs), max(ys))])

    def _point(self, across: float, down: float) -> tuple[float, float]:
        return {
            0: (self._left + across, self._top - down),
            90: (self._left + down, self._bottom + across),
            180: (self._right - across, self._bottom + down),
            270: (self._right - down, self._top - across),
        }[self.rotation]


def _numbers(box: Iterable[Any]) -> list[float]:
    values = [float(each) for each in box]
    return [min(values[0::2]), min(values[1::2]), max(values[0::2]), max(values[1::2])]


def _rotation(node: Any) -> int:
    """/Rotate of a page, which it may have from a parent; bounded, for trees that run in circles."""
    for _ in range(64):
        if Name.Rotate in node:
            return int(node.Rotate) % 360 // 90 * 90
        if Name.Parent not in node:
            break
        node = node.Parent
    return 0


def _resources(pdf: Pdf) -> Dictionary:
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding)
    light = Dictionary(Type=Name.ExtGState, ca=0.14)
    return Dictionary(Font=Dictionary(F=pdf.make_indirect(font)), ExtGState=Dictionary(L=pdf.make_indirect(light)))


def _box(pdf: Pdf, place: _Placement, resources: Dictionary, highlight: Highlight) -> Any:
    left, top, right, bottom = highlight.box
    label = highlight.label[:_LONGEST_LABEL]
    label_width = _LABEL_SIZE * _ADVANCE * len(label) + 2
    outer = (left - _MARGIN, top - _LABEL_HEIGHT, max(right + _MARGIN, left + label_width), bottom + _MARGIN)
    height = outer[3] - outer[1]
    inner = (right - left + 2 * _MARGIN, bottom - top + _MARGIN)
    paint = _colour(highlight.colour)
    content = (
        f"q /L gs {paint} rg 0 0 {inner[0]:.2f} {inner[1]:.2f} re f Q "
        f"q {paint} RG 0.6 w 0.3 0.3 {inner[0] - 0.6:.2f} {inner[1] - 0.6:.2f} re S Q "
        f"q {paint} rg 0 {height - _LABEL_HEIGHT:.2f} {label_width:.2f} {_LABEL_HEIGHT:.2f} re f "
        f"1 g BT /F {_LABEL_SIZE} Tf 1 {height - _LABEL_HEIGHT + 1.5:.2f} Td "
    ).encode() + _shown(label)
    return _annotation(pdf, place, resources, outer, content, highlight.note, highlight.colour)


def _legend(pdf: Pdf, place: _Placement, resources: Dictionary, legend: Sequence[tuple[str, Colour]]) -> Any:
    entries = [("confidence:", (0.3, 0.3, 0.3)), *legend]
    widths = [6 * _ADVANCE * len(text) + 8 for text, _ in entries]
    width, height = sum(widths), 9.0
    content, x = b"", 0.0
    for (text, colour), own in zip(entries, widths, strict=True):
        content += (
            f"q {_colour(colour)} rg {x:.2f} 0 {own:.2f} {height} re f 1 g BT /F 6 Tf {x + 3:.2f} 2.5 Td ".encode()
        )
        content += _shown(text)
        x += own
    left = max(place.width - width - 6, 0)
    outer = (left, 4.0, left + width, 4.0 + height)
    return _annotation(pdf, place, resources, outer, content, "What the colours mean", (0.3, 0.3, 0.3))


def _shown(text: str) -> bytes:
    encoded = text.encode("cp1252", errors="replace")
    escaped = encoded.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    return b"(" + escaped + b") Tj ET Q\n"


def _colour(colour: Colour) -> str:
    return " ".join(f"{part:g}" for part in colour)


def _annotation(
    pdf: Pdf, place: _Placement, resources: Dictionary, outer: Corners, content: bytes, note: str, colour: Colour
) -> Any:
    appearance = pdf.make_stream(content)
    appearance.Type, appearance.Subtype = Name.XObject, Name.Form
    appearance.BBox = Array([0, 0, round(outer[2] - outer[0], 3), round(outer[3] - outer[1], 3)])
    appearance.Matrix = Array([*_UPRIGHT[place.rotation], 0, 0])
    appearance.Resources = resources
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Square,
            Rect=place.rectangle(outer),
            Contents=String(note),
            C=Array(list(colour)),
            F=_PRINTED,
            AP=Dictionary(N=appearance),
        )
    )
