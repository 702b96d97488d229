"""TrueType glyphs as they stand in the file: where the bytes are equal, nothing has to be drawn to compare them."""

from __future__ import annotations

from typing import Any

import numpy as np

#: Glyphs are padded to a multiple of this (ISO/IEC 14496-22, 5.3.4).
_ALIGNMENT = 4

_METRIC_BYTES, _BEARING_BYTES = 4, 2


class RawGlyphs:
    """The glyf, loca and hmtx tables of a font, not interpreted.

    Raises:
        LookupError, ValueError: The tables contradict each other.
    """

    def __init__(self, reader: Any, *, has_long_offsets: bool, metric_count: int) -> None:
        self._glyf: bytes = reader["glyf"]
        self._hmtx: bytes = reader["hmtx"]
        self._metric_count = metric_count
        offsets = np.frombuffer(reader["loca"], dtype=">u4" if has_long_offsets else ">u2")
        self._offsets = (offsets.astype(np.int64) * (1 if has_long_offsets else 2)).tolist()

    def same(self, other: RawGlyphs, glyph_id: int) -> bool:
        """Whether both have the same bytes, and they are not made of other glyphs, which may differ."""
        mine, theirs = self._outline(glyph_id), other._outline(glyph_id)
        return (
            mine is not None
            and theirs is not None
            and not mine.startswith(b"\xff")  # a negative number of contours: a composite glyph
            and _without_padding(mine, theirs)
            and self._metrics(glyph_id) == other._metrics(glyph_id) != b""
        )

    def _outline(self, glyph_id: int) -> bytes | None:
        if glyph_id + 1 >= len(self._offsets):
            return None
        return self._glyf[self._offsets[glyph_id] : self._offsets[glyph_id + 1]]

    def _metrics(self, glyph_id: int) -> bytes:
        """Advance width and left side bearing; the last glyphs share the last advance width (5.2.4)."""
        if glyph_id < self._metric_count:
            return self._hmtx[glyph_id * _METRIC_BYTES :][:_METRIC_BYTES]
        shared = (self._metric_count - 1) * _METRIC_BYTES
        bearing = self._metric_count * _METRIC_BYTES + (glyph_id - self._metric_count) * _BEARING_BYTES
        return self._hmtx[shared : shared + 2] + self._hmtx[bearing : bearing + _BEARING_BYTES]


def _without_padding(one: bytes, other: bytes) -> bool:
    """Whether two glyphs are equal but for the zeros that fill them up."""
    shorter, longer = sorted((one, other), key=len)
    rest = longer[len(shorter) :]
    return longer.startswith(shorter) and len(rest) < _ALIGNMENT and not any(rest)
