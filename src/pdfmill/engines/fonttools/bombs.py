"""Glyphs that are small in the file and endless when they are drawn."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fontTools.misc.psCharStrings import SimpleT2Decompiler

#: Subroutine calls in one Type 2 charstring, and simple glyphs in one composite glyph, at most. Fonts for Chinese come
#: to some dozens.
_MOST_CALLS = 5000
_MOST_PARTS = 1000

#: Components of components (maxp.maxComponentDepth is 16 at most, ISO/IEC 14496-22, 5.2.6).
_DEEPEST = 16


def refuse_endless_charstrings(charstrings: Any, names: Iterable[str]) -> None:
    """Look at each charstring before anything draws it; subroutines that call one another multiply.

    Raises:
        ValueError: One of them calls too many.
    """
    for name in names:
        charstring = charstrings[name]
        subroutines = getattr(charstring.private, "Subrs", [])
        if len(subroutines) or len(charstring.globalSubrs):
            _CallCounter(subroutines, charstring.globalSubrs, charstring.private).execute(charstring)


def refuse_endless_composites(glyf: Any, names: Iterable[str]) -> None:
    """Look at each TrueType glyph before anything draws it; components of components multiply.

    Raises:
        ValueError: One of them has too many parts.
    """
    counts: dict[str, int] = {}
    for name in names:
        _count_parts(glyf, name, counts, 0)


class _CallCounter(SimpleT2Decompiler):  # type: ignore[misc]  # fontTools has no types
    calls = 0

    def execute(self, charString: Any, **options: Any) -> None:  # noqa: N803 - fontTools' name
        self.calls += 1
        if self.calls > _MOST_CALLS:
            raise ValueError("a charstring calls too many subroutines")
        super().execute(charString, **options)


def _count_parts(glyf: Any, name: str, counts: dict[str, int], depth: int) -> int:
    if depth > _DEEPEST:
        raise ValueError("components are nested too deeply")
    if name not in counts:
        components = glyf.glyphs[name].getComponentNames(glyf)  # not glyf[name], which would interpret it all
        counts[name] = sum(_count_parts(glyf, each, counts, depth + 1) for each in components) or 1
    if counts[name] > _MOST_PARTS:
        raise ValueError("a glyph has too many parts")
    return counts[name]
