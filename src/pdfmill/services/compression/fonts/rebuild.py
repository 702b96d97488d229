"""A smaller program for the glyphs that are shown, and the proof that it draws them as the old one did."""

from __future__ import annotations

from dataclasses import dataclass

from pdfmill.core.errors import EngineFailed
from pdfmill.engines.fonttools.cff import CFFFont
from pdfmill.engines.fonttools.names import NOTDEF, cid_glyph_name
from pdfmill.engines.fonttools.sfnt import SfntFont
from pdfmill.engines.fonttools.type1 import Type1Font
from pdfmill.services.compression.fonts.encodings import (
    UnknownEncoding,
    glyph_ids_of_cids,
    glyph_ids_of_codes,
    glyph_names_of_codes,
    identity_cids,
    matching_names,
)
from pdfmill.services.compression.fonts.programs import FontProgram, FontUser
from pdfmill.services.compression.fonts.report import LeftAlone
from pdfmill.services.compression.structure.streams import decoded

#: Bytes of a font program, at most; the largest fonts for Chinese have about 20 MiB.
_LARGEST_PROGRAM = 64 * 1024 * 1024

_SFNT_SIGNATURES = (b"\x00\x01\x00\x00", b"OTTO", b"true")
_TYPE1_SIGNATURES = (b"%!", b"\x80\x01")


@dataclass(frozen=True)
class Rebuilt:
    """A new font program.

    Attributes:
        data: Its bytes, not compressed.
        glyph_names: The names of its glyphs, where fonts address them by name.
        dropped_glyphs: Whether it has fewer glyphs than the old one.
        converted: Whether it is CFF in place of Type 1.
    """

    data: bytes
    glyph_names: tuple[str, ...] = ()
    dropped_glyphs: bool = True
    converted: bool = False


class NotRebuilt(Exception):
    """A program has to stay as it is."""

    def __init__(self, reason: LeftAlone) -> None:
        super().__init__(reason)
        self.reason = reason


def rebuild(program: FontProgram) -> Rebuilt:
    """The program with the glyphs that its users show.

    Raises:
        NotRebuilt: It cannot be read, cannot be understood, or the new one would draw something else.
    """
    try:
        data = decoded(program.stream, most=_LARGEST_PROGRAM)
        if data is None:
            raise NotRebuilt(LeftAlone.UNREADABLE)
        if data.startswith(_SFNT_SIGNATURES):
            return _rebuild_sfnt(SfntFont(data), program.users)
        if data.startswith(_TYPE1_SIGNATURES):
            return _rebuild_type1(Type1Font(data), program.users)
        return _rebuild_cff(CFFFont(data), program.users)
    except UnknownEncoding as error:
        raise NotRebuilt(LeftAlone.ENCODING) from error
    except EngineFailed as error:
        raise NotRebuilt(LeftAlone.UNREADABLE) from error


def _rebuild_sfnt(font: SfntFont, users: list[FontUser]) -> Rebuilt:
    wanted = {0}
    for user in users:
        if user.cid_font is None:
            wanted |= glyph_ids_of_codes(user.font, user.codes, font)
        else:
            cids = identity_cids(user.font, user.codes)
            wanted |= glyph_ids_of_cids(user.cid_font, cids)
            if font.has_cff:  # whose readers may take CIDs as glyph ids or look them up in the charset
                wanted |= cids | {font.glyph_ids[name] for name in map(cid_glyph_name, cids) if name in font.glyph_ids}
    keep_names = any(user.cid_font is None for user in users)
    data = font.subset(wanted, keep_names=keep_names)
    if not font.draws_like(SfntFont(data), wanted):
        raise NotRebuilt(LeftAlone.WOULD_CHANGE)
    return Rebuilt(data, dropped_glyphs=len(wanted) < font.glyph_count)


def _rebuild_cff(font: CFFFont, users: list[FontUser]) -> Rebuilt:
    names, codes = {NOTDEF}, set[int]()
    by_position = False
    for user in users:
        if user.cid_font is None and font.is_cid_keyed:
            raise UnknownEncoding
        if user.cid_font is None:
            named = glyph_names_of_codes(user.font, user.codes, font.encoding)
            names |= matching_names(set().union(*named.values()), font.glyph_names)
            codes |= user.codes
        elif font.is_cid_keyed:
            names |= {cid_glyph_name(cid) for cid in identity_cids(user.font, user.codes)}
        else:  # a CID is then the glyph id (ISO 32000-2, 9.7.4.2)
            by_position = True
            cids = identity_cids(user.font, user.codes)
            names |= {font.glyph_names[cid] for cid in cids if cid < len(font.glyph_names)}
    if set(font.glyph_names) <= names:
        raise NotRebuilt(LeftAlone.NOT_SMALLER)
    data = font.subset(names, retain_gids=by_position)
    new = CFFFont(data)
    if not font.draws_like(new, names, codes):
        raise NotRebuilt(LeftAlone.WOULD_CHANGE)
    return Rebuilt(data, tuple(new.glyph_names))


def _rebuild_type1(font: Type1Font, users: list[FontUser]) -> Rebuilt:
    names, codes = {NOTDEF}, set[int]()
    for user in users:
        if user.cid_font is not None:
            raise UnknownEncoding
        named = glyph_names_of_codes(user.font, user.codes, font.encoding)
        names |= matching_names(set().union(*named.values()), font.glyph_names)
        codes |= user.codes
    data = font.to_cff(names, codes)
    new = CFFFont(data)
    if not font.draws_like(new, names, codes):
        raise NotRebuilt(LeftAlone.WOULD_CHANGE)
    return Rebuilt(data, tuple(new.glyph_names), not set(font.glyph_names) <= names, converted=True)
