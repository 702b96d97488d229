"""Type 1 font programs (Adobe Type 1 Font Format, 1990) and their conversion to CFF.

Type 1 is a PostScript program, but one whose form is fixed so that it can be read without interpreting PostScript
(chapter 2.4 there), as every rasteriser does. fontTools interprets it, so that a hostile loop would never end, and
insists on a trailer that PDF files often leave out.
"""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass, field
from typing import Any

from fontTools.cffLib.width import optimizeWidths
from fontTools.fontBuilder import FontBuilder
from fontTools.misc.psCharStrings import T1CharString, T2CharString

from pdfmill.core.errors import EngineFailed
from pdfmill.engines.fonttools.cff import CFFFont
from pdfmill.engines.fonttools.charstrings import Glyph, interpret, type2_program
from pdfmill.engines.fonttools.failures import font_damage_translated
from pdfmill.engines.fonttools.names import NOTDEF, STANDARD_ENCODING
from pdfmill.engines.fonttools.outlines import glyphs_alike

#: Readers take the name of a font from the PDF file, not from the program.
_FONT_NAME = "Converted"

#: Keys of the eexec and charstring encryption, and the constants of both (chapter 7.1).
_EEXEC_KEY, _CHARSTRING_KEY = 55665, 4330
_C1, _C2 = 52845, 22719

#: Between two entries of Subrs or CharStrings stands no more than a procedure name such as ``noaccess put``.
_LONGEST_GAP = 80

_SUBR = re.compile(rb"dup\s+(\d+)\s+(\d+)\s+[^\s\d/]\S*[ ]")
_CHARSTRING = re.compile(rb"/([^\s/\[\](){}<>%]+)\s+(\d+)\s+[^\s\d/]\S*[ ]")
_ENCODED = re.compile(rb"dup\s+(?:(\d+)#)?(\w+)\s*/(\S+)\s+put")

_ARRAYS = ("BlueValues", "OtherBlues", "FamilyBlues", "FamilyOtherBlues", "StemSnapH", "StemSnapV")
_WIDTH_ARRAYS = ("StdHW", "StdVW")
_NUMBERS = ("BlueScale", "BlueShift", "BlueFuzz", "LanguageGroup", "ExpansionFactor")


@dataclass
class _Program:
    """What a Type 1 program says, decrypted."""

    encoding: list[str]
    font_matrix: list[float]
    font_bbox: list[float]
    private: dict[str, Any]
    subrs: dict[int, T1CharString] = field(default_factory=dict)
    charstrings: dict[str, T1CharString] = field(default_factory=dict)


class Type1Font:
    """A Type 1 font, with or without PFB segment headers, its private part binary or hexadecimal.

    Raises:
        EngineFailed: The bytes are no such font, are damaged, or hold a multiple master font.
    """

    def __init__(self, data: bytes) -> None:
        with font_damage_translated():
            self._program = _read(data)

    @property
    def glyph_names(self) -> list[str]:
        return list(self._program.charstrings)

    @property
    def encoding(self) -> list[str]:
        """The glyph names of the built-in encoding by code, .notdef where there is none."""
        return self._program.encoding

    def to_cff(self, names: Set[str], codes: Set[int]) -> bytes:
        """These glyphs and .notdef as bare CFF, accented ones (seac) drawn out, hints kept.

        Args:
            codes: The codes whose place in the built-in encoding is kept.

        Raises:
            EngineFailed: A charstring is damaged, or does what CFF cannot.
        """
        with font_damage_translated():
            encoding = [name if code in codes else NOTDEF for code, name in enumerate(self.encoding)]
            kept = [NOTDEF, *_in_code_order(names & set(self._program.charstrings), encoding)]
            glyphs = {name: interpret(name, self._program.charstrings, self._program.subrs) for name in kept}
            default, nominal = _width_defaults([round(glyph.width) for glyph in glyphs.values()])
            private = self._program.private | {"defaultWidthX": default, "nominalWidthX": nominal}
            return _build(self._program, glyphs, private, encoding)

    def draws_like(self, other: CFFFont, names: Set[str], codes: Set[int]) -> bool:
        """Whether a CFF font gives these glyphs the same outlines and widths, and encodes these codes alike.

        The outlines of this font are drawn by fontTools' own Type 1 interpreter, not by the one that converts.

        Raises:
            EngineFailed: One of the two is damaged.
        """
        wanted = names & set(self._program.charstrings)
        with font_damage_translated():
            mine, theirs = self._program.charstrings, other.charstrings
            return all(name in theirs and glyphs_alike(mine, name, theirs, name) for name in wanted) and all(
                other.encoding[code] == self.encoding[code] for code in codes if self.encoding[code] in wanted
            )


def _in_code_order(names: Set[str], encoding: list[str]) -> list[str]:
    """Encoded glyphs first: CFF encodes the first glyphs of a font, and fontTools gives code 0 to gaps among them."""
    encoded = [name for name in dict.fromkeys(encoding) if name in names and name != NOTDEF]
    return encoded + sorted(names - set(encoded) - {NOTDEF})


def _build(program: _Program, glyphs: dict[str, Glyph], private: dict[str, Any], encoding: list[str]) -> bytes:
    builder = FontBuilder(1000, isTTF=False)
    builder.font.recalcBBoxes = False  # some readers choose by the bounding box how they draw, so it stays as it was
    builder.setupGlyphOrder(list(glyphs))
    charstrings = {
        name: T2CharString(program=type2_program(glyph, private["defaultWidthX"], private["nominalWidthX"]))
        for name, glyph in glyphs.items()
    }
    top = {"FontMatrix": program.font_matrix, "FontBBox": program.font_bbox}
    builder.setupCFF(_FONT_NAME, top, charstrings, private)
    table = builder.font["CFF "]
    if len(glyphs) > 1:  # fontTools cannot write the encoding of a font without glyphs
        table.cff.topDictIndex[0].Encoding = [name if name in glyphs else NOTDEF for name in encoding]
    return bytes(table.compile(builder.font))


def _width_defaults(widths: list[int]) -> tuple[int, int]:
    """The defaultWidthX and nominalWidthX that make charstrings shortest."""
    if len(set(widths)) == 1:  # which fontTools does not expect
        return widths[0], widths[0]
    default, nominal = optimizeWidths(widths)
    return default, nominal


def _read(data: bytes) -> _Program:
    clear, private = _parts(_without_segments(data))
    if re.search(rb"/WeightVector|/BlendDesign", clear):
        raise EngineFailed("An embedded multiple master font cannot be converted.")
    if re.search(rb"/PaintType\s+[1-3]", clear):
        raise EngineFailed("An embedded outline font cannot be converted.")
    first_binary = re.search(rb"/(Subrs|CharStrings)\b", private)
    if first_binary is None:
        raise ValueError("no charstrings")
    settings = private[: first_binary.start()]
    length = re.search(rb"/lenIV\s+(-?\d+)", settings)
    program = _Program(
        encoding=_encoding(clear),
        font_matrix=_array(clear, "FontMatrix") or [0.001, 0, 0, 0.001, 0, 0],
        font_bbox=_array(clear, "FontBBox") or [0, 0, 0, 0],
        private=_private_dict(settings),
    )
    _read_charstrings(private, int(length[1]) if length else 4, program)
    return program


def _without_segments(data: bytes) -> bytes:
    """The bytes without the segment headers of the PFB form (Adobe Technical Note 5040)."""
    segments, position = [], 0
    while data[position : position + 1] == b"\x80" and data[position + 1 : position + 2] in (b"\x01", b"\x02"):
        length = int.from_bytes(data[position + 2 : position + 6], "little")
        segments.append(data[position + 6 : position + 6 + length])
        position += 6 + length
    return b"".join(segments) if segments else data


def _parts(data: bytes) -> tuple[bytes, bytes]:
    """The clear text, and the private part decrypted. /Length1 is not asked: it is often wrong."""
    start = re.search(rb"\beexec[ \t\r\n]+", data)
    if start is None:
        raise ValueError("no eexec")
    cipher = data[start.end() :]
    if re.match(rb"[0-9A-Fa-f\s]{8}", cipher):
        digits = re.sub(rb"[^0-9A-Fa-f]", b"", cipher)
        cipher = bytes.fromhex(digits[: len(digits) & ~1].decode())
    return data[: start.start()], _decrypted(cipher, _EEXEC_KEY)[4:]


def _decrypted(cipher: bytes, key: int) -> bytes:
    """The bytes in clear; fontTools does the same in ten times as long."""
    plain = bytearray()
    for byte in cipher:
        plain.append(byte ^ (key >> 8))
        key = ((byte + key) * _C1 + _C2) & 0xFFFF
    return bytes(plain)


def _encoding(clear: bytes) -> list[str]:
    if re.search(rb"/Encoding\s+StandardEncoding\b", clear):
        return list(STANDARD_ENCODING)
    encoding = [NOTDEF] * 256
    start = clear.find(b"/Encoding")
    if start < 0:
        return encoding
    for radix, code, name in _ENCODED.findall(clear, start):
        number = int(code, int(radix) if radix else 10)
        if number < 256:
            encoding[number] = name.decode("latin-1")
    return encoding


def _private_dict(settings: bytes) -> dict[str, Any]:
    """The entries of the Private dictionary that CFF knows (Technical Note 5176, table 23)."""
    private: dict[str, Any] = {}
    for key in _ARRAYS:
        if values := _array(settings, key):
            private[key] = values
    for key in _WIDTH_ARRAYS:
        if values := _array(settings, key):
            private[key] = values[0]
    for key in _NUMBERS:
        if found := re.search(rb"/" + key.encode() + rb"\s+(-?[\d.]+)", settings):
            private[key] = _number(found[1])
    if re.search(rb"/ForceBold\s+true", settings):
        private["ForceBold"] = 1
    return private


def _array(text: bytes, key: str) -> list[float]:
    found = re.search(rb"/" + key.encode() + rb"\s*[\[{]([^\]}]*)[\]}]", text)
    return [_number(each) for each in found[1].split()] if found else []


def _number(token: bytes) -> float:
    value = float(token)
    return int(value) if value.is_integer() else value


def _read_charstrings(private: bytes, length_iv: int, program: _Program) -> None:
    subrs: list[T1CharString] = []
    position = 0
    if found := re.search(rb"/Subrs\s+\d+\s+array", private):
        entries, position = _entries(private, found.end(), _SUBR)
        program.subrs.update((int(key), _charstring(data, length_iv, subrs)) for key, data in entries)
    start = re.compile(rb"/CharStrings\s+\d+\s+dict").search(private, position)
    if start is None:
        raise ValueError("no charstrings")
    entries, _ = _entries(private, start.end(), _CHARSTRING)
    for key, data in entries:
        # Of two charstrings with one name rasterisers take the first.
        program.charstrings.setdefault(key.decode("latin-1"), _charstring(data, length_iv, subrs))
    if NOTDEF not in program.charstrings:
        raise ValueError("no .notdef")
    # fontTools' interpreter looks subroutines up by position.
    empty = T1CharString(bytecode=b"")
    subrs.extend(program.subrs.get(index, empty) for index in range(max(program.subrs, default=-1) + 1))


def _entries(text: bytes, position: int, pattern: re.Pattern[bytes]) -> tuple[list[tuple[bytes, bytes]], int]:
    """(key, binary data) of each entry, and where the last one ends; each entry tells the length of its data."""
    entries = []
    while found := pattern.search(text, position, position + _LONGEST_GAP):
        end = found.end() + int(found[2])
        if end > len(text):
            raise ValueError("the font ends too early")
        entries.append((found[1], text[found.end() : end]))
        position = end
    return entries, position


def _charstring(data: bytes, length_iv: int, subrs: list[T1CharString]) -> T1CharString:
    if length_iv >= 0:
        data = _decrypted(data, _CHARSTRING_KEY)[length_iv:]
    return T1CharString(bytecode=data, subrs=subrs)
