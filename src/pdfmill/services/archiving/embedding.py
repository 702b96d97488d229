"""Embedding the fonts that every reader is to have, which PDF/A does not let a document only name.

Readers put a font in their place that is as wide (ISO 32000-1, 9.6.2.2; the names of Windows stand for the same).
Liberation Sans and Serif are such fonts, and look like those that readers take; Liberation Mono is as wide as Courier,
but another typeface. They are embedded where all letters that are shown are as wide as the document says; each page is
compared with the original afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pikepdf import Array, Dictionary, Name, Pdf

from pdfmill.core.context import Context
from pdfmill.engines.fonttools.names import (
    MAC_ROMAN_ENCODING,
    NOTDEF,
    STANDARD_ENCODING,
    WIN_ANSI_ENCODING,
    characters_of,
)
from pdfmill.engines.fonttools.sfnt import SfntFont
from pdfmill.engines.liberation import find_liberation
from pdfmill.engines.pdfium import standard_font
from pdfmill.services.compression.fonts.encodings import differences_of
from pdfmill.services.compression.fonts.usage import find_usage
from pdfmill.services.compression.structure.objects import reachable_objects

#: The standard fonts with letters but Courier, and the names that Windows has for them.
_NAME = re.compile(
    r"((?P<sans>Helvetica|Arial)|TimesNewRoman|Times)(PS)?(MT)?(-Roman)?[-,]?(?P<bold>Bold)?(?P<italic>Italic|Oblique)?"
    r"(MT)?"
)
_SUBSET_TAG = re.compile(r"^[A-Z]{6}\+")
_STANDARD = {"Sans": "Helvetica", "Serif": "Times"}
#: Thousandths of an em by which widths may differ from those in the document (ISO 19005-2, 6.2.11.5), and from those
#: that readers have for a font without any.
_SAME_WIDTH, _SAME_STANDARD_WIDTH = 1.0, 2.0
#: Font descriptor flags (ISO 32000-1, table 123), and a usual thickness of stems.
_SERIF, _NON_SYMBOLIC, _ITALIC = 1 << 1, 1 << 5, 1 << 6
_STEM, _BOLD_STEM = 80, 140
_SPACE = 32

_ENCODINGS = {
    "/StandardEncoding": STANDARD_ENCODING,
    "/MacRomanEncoding": MAC_ROMAN_ENCODING,
    "/WinAnsiEncoding": WIN_ANSI_ENCODING,
}


@dataclass(frozen=True)
class _Face:
    """A face of Liberation: Sans or Serif."""

    family: str
    bold: bool
    italic: bool
    path: Path

    @property
    def standard(self) -> str:
        """The standard font that it stands for."""
        slant = "Italic" if self.family == "Serif" else "Oblique"
        style = "Bold" * self.bold + slant * self.italic or "Roman" * (self.family == "Serif")
        return f"{_STANDARD[self.family]}-{style}".removesuffix("-")


def embed_standard_fonts(pdf: Pdf, ctx: Context) -> str | None:
    """Embed those that can be; returns what to tell the user.

    Raises:
        Cancelled, DeadlineExceeded: As the context says.
    """
    named = {font.objgen: face for font in _unembedded(pdf) if (face := _face_of(font)) is not None}
    if not named:
        return None
    embedded = set()
    usage = find_usage(pdf, reachable_objects(pdf, ctx), ctx)
    for identity, face in named.items():
        certain = usage.complete and identity not in usage.uncertain
        # One in which nothing is shown has to be embedded as well, as long as resources name it.
        if certain and _embed(pdf, pdf.get_object(identity), face, usage.codes[identity] or {_SPACE}):
            embedded.add(f"Liberation {face.family}")
    if not embedded:
        return None
    return f"Fonts that were only named are embedded, by some that are as wide: {', '.join(sorted(embedded))}."


def _unembedded(pdf: Pdf) -> Iterator[Any]:
    """The simple fonts of a document that carry no font program."""
    for each in pdf.objects:
        if isinstance(each, Dictionary) and each.get(Name.Type) == Name.Font:
            descriptor = each.get(Name.FontDescriptor, Dictionary())
            carries = any(key in descriptor for key in (Name.FontFile, Name.FontFile2, Name.FontFile3))
            if each.get(Name.Subtype) in (Name.Type1, Name.TrueType) and not carries:
                yield each


def _face_of(font: Any) -> _Face | None:
    name = _SUBSET_TAG.sub("", str(font.get(Name.BaseFont, ""))[1:]).replace(" ", "")
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    family = "Sans" if found["sans"] else "Serif"
    bold, italic = bool(found["bold"]), bool(found["italic"])
    path = find_liberation(family, bold=bold, italic=italic)
    return None if path is None else _Face(family, bold, italic, path)


def _embed(pdf: Pdf, font: Any, face: _Face, codes: Set[int]) -> bool:
    """Make a font an embedded one; False, and nothing is changed, if it would not look the same.

    Args:
        codes: Those that are shown.
    """
    names = _names_of(font, codes)
    program = _program(face.path)
    glyphs = {code: _glyph(program, name) for code, name in names.items()} if names else {}
    widths = {code: program.width(glyph) for code, glyph in glyphs.items() if glyph is not None}
    if not names or len(widths) < len(names) or not _as_wide(font, face, names, widths):
        return False
    font[Name.Subtype], font[Name.BaseFont] = Name.TrueType, Name(f"/{face.path.stem}")
    font[Name.Encoding] = _encoding(names)
    if Name.Widths not in font:
        first, last = min(names), max(names)
        font[Name.FirstChar], font[Name.LastChar] = first, last
        font[Name.Widths] = Array(round(widths.get(code, 0)) for code in range(first, last + 1))
    shown = {glyph for glyph in glyphs.values() if glyph is not None}
    font[Name.FontDescriptor] = pdf.make_indirect(_descriptor(pdf, face, program, shown))
    return True


def _names_of(font: Any, codes: Set[int]) -> dict[int, str] | None:
    """Glyph names by code; None where it is not certain which a reader takes."""
    encoding = font.get(Name.Encoding)
    base = encoding.get(Name.BaseEncoding) if isinstance(encoding, Dictionary) else encoding
    if base is None and font[Name.Subtype] == Name.Type1:
        base = Name.StandardEncoding
    table = _ENCODINGS.get(str(base))
    if table is None:
        return None
    own = differences_of(font)
    names = {code: min(own.get(code, {table[code]})) for code in codes}
    contradicts_itself = any(len(own.get(code, ())) > 1 for code in codes)
    return None if contradicts_itself or NOTDEF in names.values() else names


def _glyph(program: SfntFont, name: str) -> int | None:
    character = characters_of(name)
    return program.unicode_map.get(ord(character)) if len(character) == 1 else None


def _as_wide(font: Any, face: _Face, names: dict[int, str], widths: dict[int, float]) -> bool:
    """Whether the letters are as wide as the document says, or as readers have them where it does not."""
    own = font.get(Name.Widths)
    if isinstance(own, Array):
        first = int(font.get(Name.FirstChar, 0))
        said = {first + place: float(width) for place, width in enumerate(own)}
        return all(abs(said.get(code, 0.0) - width) <= _SAME_WIDTH for code, width in widths.items())
    standard = standard_font(face.standard)
    known = {code: standard.width(characters_of(name)) for code, name in names.items()}
    return all(
        width is not None and abs(1000 * width - widths[code]) <= _SAME_STANDARD_WIDTH for code, width in known.items()
    )


def _encoding(names: dict[int, str]) -> Any:
    """WinAnsiEncoding and what differs from it, as PDF/A wants it of a TrueType font with letters (6.2.11.6)."""
    differences: list[Any] = []
    for code in sorted(code for code, name in names.items() if WIN_ANSI_ENCODING[code] != name):
        differences += [code, Name(f"/{names[code]}")]
    if not differences:
        return Name.WinAnsiEncoding
    return Dictionary(Type=Name.Encoding, BaseEncoding=Name.WinAnsiEncoding, Differences=Array(differences))


def _descriptor(pdf: Pdf, face: _Face, program: SfntFont, glyphs: Set[int]) -> Any:
    data = program.subset(glyphs, keep_names=False)
    metrics = program.metrics
    flags = _NON_SYMBOLIC + _SERIF * (face.family == "Serif") + _ITALIC * face.italic
    return Dictionary(
        Type=Name.FontDescriptor,
        FontName=Name(f"/{face.path.stem}"),
        Flags=flags,
        FontBBox=Array(metrics.box),
        ItalicAngle=metrics.italic_angle,
        Ascent=metrics.ascent,
        Descent=metrics.descent,
        CapHeight=metrics.cap_height,
        StemV=_BOLD_STEM if face.bold else _STEM,
        FontFile2=pdf.make_stream(data, Length1=len(data)),
    )


@cache
def _program(path: Path) -> SfntFont:
    return SfntFont(path.read_bytes())
