"""TrueType and OpenType font programs (ISO/IEC 14496-22)."""

from __future__ import annotations

import io
from collections.abc import Iterable, Set
from functools import cached_property
from typing import Any

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

from pdfmill.engines.fonttools.bombs import refuse_endless_charstrings, refuse_endless_composites
from pdfmill.engines.fonttools.failures import font_damage_translated
from pdfmill.engines.fonttools.outlines import glyphs_alike
from pdfmill.engines.fonttools.raw_glyphs import RawGlyphs

#: The tables that a PDF reader uses (ISO 32000-2, 9.9.1). Layout, names and bitmaps serve typesetting programs only.
_TABLES_OF_A_PDF_FONT = frozenset(
    ["glyf", "loca", "head", "hhea", "hmtx", "maxp", "cvt ", "fpgm", "prep", "cmap", "post", "OS/2", "CFF "]
)

#: The format of cmap subtables for variation selectors, which map nothing by themselves.
_VARIATIONS = 14


class SfntFont:
    """A TrueType or OpenType font.

    Raises:
        EngineFailed: The bytes are no such font, or are damaged.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        with font_damage_translated():
            self._font = _open(data)
            self._order: list[str] = self._font.getGlyphOrder()

    @property
    def glyph_count(self) -> int:
        return len(self._order)

    @property
    def has_cff(self) -> bool:
        """Whether the outlines are CFF, not TrueType."""
        return "CFF " in self._font

    @cached_property
    def character_maps(self) -> list[dict[int, int]]:
        """The subtables of the cmap table: character code to glyph id."""
        with font_damage_translated():
            tables = self._font["cmap"].tables if "cmap" in self._font else []
            return [
                {code: self._font.getGlyphID(name) for code, name in table.cmap.items()}
                for table in tables
                if table.format != _VARIATIONS
            ]

    @cached_property
    def glyph_ids(self) -> dict[str, int]:
        """Glyph id by name; where the font has no names they are fontTools' own (``glyph00001``)."""
        return {name: glyph_id for glyph_id, name in enumerate(self._order)}

    def subset(self, glyph_ids: Set[int], *, keep_names: bool) -> bytes:
        """The font with these glyphs, the parts they are made of and .notdef; all keep their glyph ids.

        Args:
            keep_names: Keep the glyph names of the post table, by which simple fonts may be addressed.

        Raises:
            EngineFailed: The font is damaged.
        """
        with font_damage_translated():
            font = _open(self._data)
            for tag in set(font.keys()) - _TABLES_OF_A_PDF_FONT - {"GlyphOrder"}:
                del font[tag]
            wanted = {self._order[glyph_id] for glyph_id in glyph_ids if glyph_id < self.glyph_count}
            _refuse_bombs(font, wanted)
            character_map = _without_character_map(font)
            subsetter = Subsetter(_options(keep_names=keep_names))
            subsetter.populate(glyphs=sorted(wanted))
            subsetter.subset(font)
            if character_map is not None:
                font["cmap"] = _reduced(character_map, wanted)
            return _compiled(font)

    def draws_like(self, other: SfntFont, glyph_ids: Iterable[int]) -> bool:
        """Whether both give these glyphs the same outlines and advance widths, and reach them by the same codes.

        Raises:
            EngineFailed: One of the two is damaged.
        """
        wanted = [glyph_id for glyph_id in glyph_ids if glyph_id < self.glyph_count]
        with font_damage_translated():
            return (
                max(wanted, default=0) < other.glyph_count
                and self._reached(wanted) == other._reached(wanted)
                and all(self._glyph_alike(other, glyph_id) for glyph_id in wanted)
            )

    def _reached(self, glyph_ids: Iterable[int]) -> list[dict[int, int]]:
        wanted = set(glyph_ids)
        maps = ({code: gid for code, gid in each.items() if gid in wanted} for each in self.character_maps)
        return list(maps)

    def _glyph_alike(self, other: SfntFont, glyph_id: int) -> bool:
        if self._raw and other._raw and self._raw.same(other._raw, glyph_id):
            return True
        return glyphs_alike(self._glyphs, self._order[glyph_id], other._glyphs, other._order[glyph_id])

    @cached_property
    def _raw(self) -> RawGlyphs | None:
        """None where the outlines are CFF."""
        if "glyf" not in self._font:
            return None
        return RawGlyphs(
            self._font.reader,
            has_long_offsets=bool(self._font["head"].indexToLocFormat),
            metric_count=self._font["hhea"].numberOfHMetrics,
        )

    @cached_property
    def _glyphs(self) -> Any:
        return self._font.getGlyphSet()


def _open(data: bytes) -> TTFont:
    return TTFont(io.BytesIO(data), lazy=True, recalcBBoxes=False, recalcTimestamp=False)


def _refuse_bombs(font: TTFont, names: Set[str]) -> None:
    if "glyf" in font:
        refuse_endless_composites(font["glyf"], names)
    else:
        refuse_endless_charstrings(font["CFF "].cff.topDictIndex[0].CharStrings, names)


def _without_character_map(font: TTFont) -> Any:
    """Take the cmap table out of a font, before the subsetter sees it.

    It would drop subtables of format 0, by which simple fonts of PDF files find their glyphs, and empty ones, whose
    being there decides which of the others readers ask.
    """
    table = font.get("cmap")
    if table is not None:
        for subtable in table.tables:
            subtable.ensureDecompiled()
        del font["cmap"]
    return table


def _reduced(table: Any, names: Set[str]) -> Any:
    table.tables = [subtable for subtable in table.tables if subtable.format != _VARIATIONS]
    for subtable in table.tables:
        subtable.cmap = {code: name for code, name in subtable.cmap.items() if name in names}
    return table


def _compiled(font: TTFont) -> bytes:
    buffer = io.BytesIO()
    font.save(buffer, reorderTables=False)
    return buffer.getvalue()


def _options(*, keep_names: bool) -> Options:
    options = Options()
    options.retain_gids = True
    options.notdef_outline = True
    options.glyph_names = keep_names
    options.hinting = True
    options.legacy_cmap = options.symbol_cmap = True
    options.recalc_bounds = options.recalc_timestamp = False
    options.prune_unicode_ranges = options.prune_codepage_ranges = False
    options.ignore_missing_glyphs = True
    options.passthrough_tables = True
    return options
