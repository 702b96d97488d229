"""New pages of text, by fpdf2: fonts are embedded as subsets, and HarfBuzz shapes what needs it, leftward text too."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from fpdf import FPDF
from fpdf.enums import Align, MethodReturnValue, XPos, YPos

logging.getLogger("fontTools").setLevel(logging.ERROR)  # the subsetter tells of each table that it drops
logging.getLogger("fpdf").setLevel(logging.ERROR)

#: A fixed date, so that the same text makes the same file.
_DATE = datetime(2000, 1, 1, tzinfo=UTC)


class Face(NamedTuple):
    """A face of letters; the family is whatever the caller calls it."""

    family: str = "Sans"
    bold: bool = False
    italic: bool = False


#: Upright sans letters of regular weight.
PLAIN = Face()

#: The font files of each face, each list with the one that is tried first at its beginning.
Fonts = Mapping[Face, Sequence[Path]]


@dataclass(frozen=True)
class Look:
    """How a text is set.

    Attributes:
        size: Height of the em in points.
        leading: From line to line, in ems.
        colour: ``#rrggbb``.
        centred: Whether lines are centred; otherwise they begin at the side where one begins to read.
    """

    size: float
    face: Face = PLAIN
    leading: float = 1.25
    colour: str = "#000000"
    centred: bool = False

    @property
    def line_height(self) -> float:
        """Points from line to line."""
        return self.size * self.leading


class TextPages:
    """A PDF that is made page by page. All lengths are points from the top left of the page.

    Args:
        rightward: False for text that runs from right to left.
    """

    def __init__(self, fonts: Fonts, *, rightward: bool = True) -> None:
        self._pdf = FPDF(unit="pt")
        self._pdf.set_creation_date(_DATE)
        self._pdf.set_auto_page_break(auto=False)
        self._rightward = rightward
        self._names: dict[Face, list[str]] = {}
        for number, (face, files) in enumerate(fonts.items()):
            names = [f"Face{number}-{index}" for index in range(len(files))]
            for name, path in zip(names, files, strict=True):
                self._pdf.add_font(name, "", path)
            self._names[face] = names
        self._pdf.set_text_shaping(use_shaping_engine=True, direction="ltr" if rightward else "rtl")

    def begin_page(self, width: float, height: float) -> None:
        """Begin a page of that size, without margins."""
        self._pdf.add_page(format=(width, height))
        self._pdf.set_margin(0)
        self._pdf.c_margin = 0

    def height_of(self, text: str, width: float, look: Look) -> float:
        """The height of a text, broken into lines of that width."""
        self._set_font(look)
        height: Any = self._pdf.multi_cell(
            width, look.line_height, text, dry_run=True, output=MethodReturnValue.HEIGHT, align=self._align(look)
        )
        return float(height)

    def width_of(self, text: str, look: Look) -> float:
        """The width of a text on one line."""
        self._set_font(look)
        return float(self._pdf.get_string_width(text))

    def write(self, text: str, place: tuple[float, float], width: float, look: Look, *, link: str = "") -> float:
        """Write a text, broken into lines of that width.

        Args:
            place: Left and top.
            link: The address that it links to; may be empty.

        Returns:
            Where the next line would begin: points from the top.
        """
        self._set_font(look)
        self._put_font(look)
        self._pdf.set_text_color(*(int(look.colour[index : index + 2], 16) for index in (1, 3, 5)))
        self._pdf.set_xy(*place)
        self._pdf.multi_cell(
            width, look.line_height, text, align=self._align(look), link=link, new_x=XPos.LEFT, new_y=YPos.NEXT
        )
        return float(self._pdf.get_y())

    def _put_font(self, look: Look) -> None:
        """Put the font into the page's own graphics state.

        fpdf2 2.8 puts it there with the first text only. If that begins in a fallback font, it does so between ``q``
        and ``Q``, and texts that follow in the same font have none: viewers leave them out, or show other glyphs.
        """
        font = self._pdf.current_font
        assert font is not None
        self._pdf._out(self._pdf._set_font_for_page(font, look.size))

    def cover(self, box: tuple[float, float, float, float]) -> None:
        """Paint a box white: left, top, right, bottom."""
        left, top, right, bottom = box
        self._pdf.set_fill_color(255)
        self._pdf.rect(left, top, right - left, bottom - top, style="F")

    def save(self, path: Path) -> None:
        """Write the file."""
        self._pdf.output(str(path))

    def _align(self, look: Look) -> Align:
        if look.centred:
            return Align.C
        return Align.L if self._rightward else Align.R

    def _set_font(self, look: Look) -> None:
        first, *others = self._names[look.face]
        self._pdf.set_fallback_fonts(others, exact_match=False)
        self._pdf.set_font(first, "", look.size)
