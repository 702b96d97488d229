"""Glyph names: what the Adobe Glyph List and the named encodings say about them."""

from __future__ import annotations

from functools import lru_cache

from fontTools.agl import UV2AGL, toUnicode
from fontTools.encodings.MacRoman import MacRoman
from fontTools.encodings.StandardEncoding import StandardEncoding

#: The glyph that stands for all that a font lacks.
NOTDEF = ".notdef"

#: StandardEncoding and MacRomanEncoding (ISO 32000-2, annex D.2): 256 glyph names, .notdef where a code has none.
STANDARD_ENCODING: list[str] = list(StandardEncoding)
MAC_ROMAN_ENCODING: list[str] = list(MacRoman)


def _win_ansi() -> list[str]:
    names = []
    for code in range(256):
        character = bytes([code]).decode("cp1252", errors="ignore")
        names.append(str(UV2AGL.get(ord(character), NOTDEF)) if character else "bullet" if code > 0o40 else NOTDEF)
    return names


#: WinAnsiEncoding; codes above 40 octal that it leaves out are bullets (annex D.2, note 3).
WIN_ANSI_ENCODING: list[str] = _win_ansi()


@lru_cache(maxsize=65536)
def characters_of(name: str) -> str:
    """The characters of a glyph name by the Adobe Glyph List; empty for names that it does not know."""
    return str(toUnicode(name))


def name_of(character: str) -> str:
    """The glyph name of a character by the Adobe Glyph List; .notdef for those that it does not know."""
    return str(UV2AGL.get(ord(character), NOTDEF))


def cid_glyph_name(cid: int) -> str:
    """The name under which fontTools holds a CID of a CID-keyed font."""
    return NOTDEF if cid == 0 else f"cid{cid:05d}"
