"""How wide text is in the standard fonts, whose metrics Arial, Times New Roman and Courier New share."""

from __future__ import annotations

import ctypes
from functools import cache

import pypdfium2.raw as raw


class StandardFont:
    """One of the fonts that every PDF reader has (ISO 32000-1, 9.6.2.2)."""

    def __init__(self, name: str) -> None:
        self._document = raw.FPDF_CreateNewDocument()
        self._font = raw.FPDFText_LoadStandardFont(self._document, name.encode())
        self._width = ctypes.c_float()
        self._widths: dict[str, float | None] = {}

    def width(self, text: str) -> float | None:
        """Ems that a text is wide; None if the font lacks one of its characters."""
        widths = self._widths
        total = 0.0
        for character in text:
            if character not in widths:
                widths[character] = self._measure(character)
            width = widths[character]
            if width is None:
                return None
            total += width
        return total

    def _measure(self, character: str) -> float | None:
        if character not in _LATIN:
            return None
        raw.FPDFFont_GetGlyphWidth(self._font, ord(character), ctypes.c_float(1000), self._width)
        return float(self._width.value) / 1000


#: What WinAnsiEncoding has: for other characters PDFium tells the width of some glyph that is not theirs.
_LATIN = frozenset(bytes(range(32, 256)).decode("cp1252", errors="ignore"))


@cache
def standard_font(name: str) -> StandardFont:
    """The standard font of a PostScript name, such as ``Times-Bold``; kept for the life of the process."""
    return StandardFont(name)
