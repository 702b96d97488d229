"""From character codes to glyphs (ISO 32000-2, 9.6.5 and 9.7.4).

Readers do not agree on the finer points, above all for TrueType fonts whose tables contradict their font dictionary. So
these functions answer with every glyph that some reader may take for a code.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pikepdf import Array, Dictionary, Name, Stream

from pdfmill.engines.fonttools.names import (
    MAC_ROMAN_ENCODING,
    NOTDEF,
    STANDARD_ENCODING,
    WIN_ANSI_ENCODING,
    characters_of,
)
from pdfmill.engines.fonttools.sfnt import SfntFont
from pdfmill.services.compression.structure.streams import decoded

#: Where symbolic TrueType fonts keep the code 0: the (3, 0) subtable has it in one of these ranges (9.6.5.4).
_SYMBOL_RANGES = (0x0000, 0xF000, 0xF100, 0xF200)

#: Names that readers take for one another at the two codes of WinAnsiEncoding that repeat a character (annex D.2).
_WIN_ANSI_DOUBLES = {0xA0: ("space", "nbspace", "uni00A0"), 0xAD: ("hyphen", "sfthyphen", "uni00AD")}

#: Glyph names that are numbers in disguise: g12, cid00012, glyph12, index12.
_NUMBERED_NAME = re.compile(r"[A-Za-z.]*?(\d{1,5})$")

#: Two bytes for each of 65 536 CIDs.
_LARGEST_CID_MAP = 2 * 65536


class UnknownEncoding(Exception):
    """What the codes of a font stand for cannot be told."""


def identity_cids(font: Dictionary, codes: Iterable[int]) -> frozenset[int]:
    """The CIDs of the codes of a composite font.

    Raises:
        UnknownEncoding: Its CMap is another one than Identity-H or Identity-V.
    """
    if font.get(Name.Encoding) not in (Name("/Identity-H"), Name("/Identity-V")):
        raise UnknownEncoding
    return frozenset(codes)


def glyph_ids_of_cids(cid_font: Dictionary, cids: Iterable[int]) -> set[int]:
    """The glyphs of CIDs in a TrueType program, by the /CIDToGIDMap of the font.

    Raises:
        UnknownEncoding: The map is neither a stream nor Identity.
    """
    mapping = cid_font.get(Name.CIDToGIDMap, Name.Identity)
    if isinstance(mapping, Stream):
        pairs = decoded(mapping, most=_LARGEST_CID_MAP)
        if pairs is None:
            raise UnknownEncoding
        return {int.from_bytes(pairs[2 * cid : 2 * cid + 2]) for cid in cids}
    if mapping != Name.Identity:
        raise UnknownEncoding
    return set(cids)


def glyph_names_of_codes(font: Dictionary, codes: Iterable[int], built_in: list[str]) -> dict[int, set[str]]:
    """The names that a simple font may give each of its codes.

    Args:
        built_in: The encoding of the font program, 256 names; empty where it has none.

    Raises:
        UnknownEncoding: The font has another encoding than ISO 32000-2, annex D, knows.
    """
    differences = differences_of(font)
    tables = [STANDARD_ENCODING, *_base_encodings(font), *([built_in] if built_in else [])]
    # What stands in /Differences replaces the rest; but readers that cannot find it in the font fall back to the rest.
    return {
        code: {
            *(table[code] for table in tables),
            *differences.get(code, ()),
            *_WIN_ANSI_DOUBLES.get(code, ()),
        }
        - {NOTDEF}
        for code in codes
    }


def matching_names(names: Iterable[str], glyph_names: Iterable[str]) -> set[str]:
    """Those of a font's glyph names that are wanted, or stand for the same character as a wanted one."""
    wanted = set(names)
    characters = {characters_of(name) for name in wanted} - {""}
    return {name for name in glyph_names if name in wanted or characters_of(name) in characters}


def glyph_ids_of_codes(font: Dictionary, codes: Iterable[int], program: SfntFont) -> set[int]:
    """The glyphs that the codes of a simple font may reach in a TrueType or OpenType program.

    Raises:
        UnknownEncoding: As `glyph_names_of_codes`.
    """
    found: set[int] = set()
    by_character = _by_character(program.glyph_ids)
    for code, names in glyph_names_of_codes(font, codes, []).items():
        characters = {*_characters(code), *"".join(map(characters_of, names))}
        for name in names:
            found.update(_by_name(name, program.glyph_ids))
        for character in characters:
            found |= by_character[character]
        places = {start + code for start in _SYMBOL_RANGES} | set(map(ord, characters)) | _mac_codes(characters)
        reached = {table[place] for table in program.character_maps for place in places if place in table}
        found |= reached or {code}  # where no table knows the code, it is the glyph id
    return found


def _by_name(name: str, glyph_ids: Mapping[str, int]) -> Iterator[int]:
    if name in glyph_ids:
        yield glyph_ids[name]
    if number := _NUMBERED_NAME.match(name):
        yield int(number[1])


def _by_character(glyph_ids: Mapping[str, int]) -> Mapping[str, set[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for name, glyph_id in glyph_ids.items():
        found[characters_of(name)].add(glyph_id)
    return found


def _characters(code: int) -> str:
    """The characters of a code in the encodings that readers try; Latin-1 knows all codes."""
    byte = bytes([code])
    return "".join(byte.decode(encoding, errors="ignore") for encoding in ("latin-1", "cp1252", "mac_roman"))


def _mac_codes(characters: Iterable[str]) -> set[int]:
    """The codes of characters in the (1, 0) subtable, which is Mac OS Roman."""
    return set("".join(characters).encode("mac_roman", errors="ignore"))


def differences_of(font: Dictionary) -> dict[int, set[str]]:
    """The names that an encoding gives codes itself; several where it contradicts itself."""
    encoding = font.get(Name.Encoding)
    differences = encoding.get(Name.Differences) if isinstance(encoding, Dictionary) else None
    found: dict[int, set[str]] = defaultdict(set)
    code = 0
    for item in differences if isinstance(differences, Array) else ():
        if isinstance(item, Name):
            found[code].add(str(item)[1:])
            code += 1
        elif isinstance(item, int):
            code = item
    return found


def _base_encodings(font: Dictionary) -> Iterator[list[str]]:
    encoding: Any = font.get(Name.Encoding)
    base = encoding.get(Name.BaseEncoding) if isinstance(encoding, Dictionary) else encoding
    if base == Name.WinAnsiEncoding:
        yield WIN_ANSI_ENCODING
    elif base == Name.MacRomanEncoding:
        yield MAC_ROMAN_ENCODING
    elif base is not None and base != Name.StandardEncoding:
        raise UnknownEncoding
