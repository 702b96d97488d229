"""What a font draws, in a form that can be compared."""

from __future__ import annotations

from typing import Any

from fontTools.pens.recordingPen import DecomposingRecordingPen

Point = tuple[float, float]
Contour = tuple[tuple[str, tuple[Point, ...]], ...]

#: Coordinates of CFF are rounded to 1/65536, and the rounding of a long contour adds up; no glyph shows this much.
_TOLERANCE = 0.02


def outline_of(glyphs: Any, name: str) -> tuple[Contour, ...]:
    """The closed contours of a glyph, components resolved.

    Args:
        glyphs: A glyph set of fontTools: a mapping of names to things that draw themselves with a pen.
    """
    pen = DecomposingRecordingPen(glyphs)
    glyphs[name].draw(pen)
    contours: list[Contour] = []
    current: list[tuple[str, tuple[Point, ...]]] = []
    for operator, points in pen.value:
        if operator == "moveTo":
            _finish(current, contours)
            current = [(operator, points)]
        elif operator not in ("closePath", "endPath"):
            current.append((operator, points))
    _finish(current, contours)
    return tuple(contours)


def glyphs_alike(glyphs: Any, name: str, other_glyphs: Any, other_name: str) -> bool:
    """Whether two glyphs have the same outline and advance width, but for rounding."""
    outline, other_outline = outline_of(glyphs, name), outline_of(other_glyphs, other_name)
    return (
        len(outline) == len(other_outline)
        and all(_alike(mine, theirs) for mine, theirs in zip(outline, other_outline, strict=True))
        # Charstrings know their width only after they have been drawn.
        and abs(glyphs[name].width - other_glyphs[other_name].width) <= _TOLERANCE
    )


def _finish(current: list[tuple[str, tuple[Point, ...]]], contours: list[Contour]) -> None:
    """A contour is filled as if it were closed, so a last line to its start makes no difference; one point is none."""
    if len(current) > 1 and current[-1][0] == "lineTo" and _near(current[-1][1][-1], current[0][1][0]):
        current.pop()
    if len(current) > 1:
        contours.append(tuple(current))


def _alike(one: Contour, other: Contour) -> bool:
    return len(one) == len(other) and all(
        mine[0] == yours[0]
        and len(mine[1]) == len(yours[1])
        and all(_near(a, b) for a, b in zip(mine[1], yours[1], strict=True))
        for mine, yours in zip(one, other, strict=True)
    )


def _near(one: Point | None, other: Point | None) -> bool:
    if one is None or other is None:  # a TrueType contour without any point on the curve
        return one is other
    return abs(one[0] - other[0]) <= _TOLERANCE and abs(one[1] - other[1]) <= _TOLERANCE
