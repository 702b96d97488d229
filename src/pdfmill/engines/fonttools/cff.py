"""Bare CFF font programs (Adobe Technical Note 5176), as /FontFile3 holds them."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterable, Set
from functools import cached_property
from typing import Any

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont, newTable

from pdfmill.engines.fonttools.bombs import refuse_endless_charstrings
from pdfmill.engines.fonttools.failures import font_damage_translated
from pdfmill.engines.fonttools.names import NOTDEF, STANDARD_ENCODING
from pdfmill.engines.fonttools.outlines import glyphs_alike


class CFFFont:
    """A bare CFF font, keyed by glyph names or by CIDs.

    Raises:
        EngineFailed: The bytes are no such font, or are damaged.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        with font_damage_translated():
            self._font, self._top = _open(data)
            self.glyph_names: list[str] = list(self._top.charset)
            self.is_cid_keyed = hasattr(self._top, "ROS")

    @cached_property
    def encoding(self) -> list[str]:
        """The glyph names of the built-in encoding by code, .notdef where there is none; empty for CID-keyed fonts."""
        with font_damage_translated():
            return [] if self.is_cid_keyed else _encoding_of(self._top)

    @property
    def charstrings(self) -> Any:
        """The charstrings by glyph name, a glyph set of fontTools."""
        return self._top.CharStrings

    def subset(self, names: Set[str], *, retain_gids: bool) -> bytes:
        """The font with these glyphs, the parts they are made of and .notdef.

        Args:
            retain_gids: Keep glyph ids, for readers that address glyphs by them; else glyphs are found by their
                names or CIDs, as the charset tells, and the others go.

        Raises:
            EngineFailed: The font is damaged.
        """
        with font_damage_translated():
            font, top = _open(self._data)
            wanted = names & set(self.glyph_names)
            refuse_endless_charstrings(top.CharStrings, wanted)
            encoding = self.encoding
            options = Options()
            options.retain_gids = retain_gids
            options.notdef_outline = options.hinting = True
            options.ignore_missing_glyphs = True
            subsetter = Subsetter(options)
            subsetter.populate(glyphs=sorted(wanted))
            subsetter.subset(font)
            kept = set(top.charset)
            if encoding not in ([], STANDARD_ENCODING) and len(kept) > 1:
                # The subsetter forgets the built-in encoding, which OpenType fonts do not use and simple PDF fonts do.
                top.Encoding = [name if name in kept else NOTDEF for name in encoding]
            return bytes(font["CFF "].compile(font))

    def draws_like(self, other: CFFFont, names: Iterable[str], codes: Iterable[int]) -> bool:
        """Whether both give these glyphs the same outlines and widths, and encode these codes alike.

        Raises:
            EngineFailed: One of the two is damaged.
        """
        wanted = sorted(set(names) & set(self.glyph_names))
        known = set(other.glyph_names)
        with font_damage_translated():
            return all(
                name in known and glyphs_alike(self.charstrings, name, other.charstrings, name) for name in wanted
            ) and all(
                self.encoding[code] == other.encoding[code]
                for code in codes
                if self.encoding and self.encoding[code] in wanted
            )


def _open(data: bytes) -> tuple[TTFont, Any]:
    """The font inside an OpenType wrapper, for which fontTools has its subsetter, and its Top DICT."""
    font = TTFont(sfntVersion="OTTO", recalcBBoxes=False)
    font["CFF "] = newTable("CFF ")
    font["CFF "].decompile(data, font)
    top = font["CFF "].cff.topDictIndex[0]
    if not hasattr(top, "ROS"):
        top.rawDict.setdefault("charset", 0)  # ISOAdobe, the default that fontTools forgets
    return font, top


def _encoding_of(top: Any) -> list[str]:
    """The built-in encoding (chapter 12), which fontTools reads without code 0."""
    offset = top.rawDict.get("Encoding", 0)
    if offset == 0:
        return list(STANDARD_ENCODING)
    if offset == 1:
        raise NotImplementedError("the predefined Expert encoding")
    top.file.seek(offset)
    read = io.BytesIO(top.file.read(2 + 2 * 256 + 1 + 3 * 256)).read  # as long as an encoding can be
    form, count = read(2)
    if form & 0x7F == 0:
        codes = list(read(count))
    else:
        ranges = struct.iter_unpack("BB", read(2 * count))
        codes = [code for first, more in ranges for code in range(first, first + more + 1)]
    encoding = [NOTDEF] * 256
    for name, code in zip(top.charset[1:], codes, strict=False):
        encoding[code] = name
    if form & 0x80:
        for _ in range(read(1)[0]):
            supplement = read(3)
            encoding[supplement[0]] = top.strings[int.from_bytes(supplement[1:])]
    return encoding
