"""Fonts: equal programs merged, glyphs that nobody shows dropped, Type 1 converted to CFF."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import replace

from pikepdf import Name, Pdf, Stream, String

from pdfmill.core.context import Context
from pdfmill.engines.libdeflate import pack
from pdfmill.engines.pikepdf import claims_pdfa1
from pdfmill.services.compression.fonts.programs import FontProgram, FontUser, font_programs, merge_font_files
from pdfmill.services.compression.fonts.rebuild import NotRebuilt, Rebuilt, rebuild
from pdfmill.services.compression.fonts.report import FontReport, LeftAlone
from pdfmill.services.compression.fonts.usage import find_usage
from pdfmill.services.compression.structure.objects import reachable_objects

#: A new program must be smaller than this part of the old one: a font is not changed for nothing.
_LARGEST_PART = 0.99

_SUBSET_TAG = re.compile(r"/[A-Z]{6}\+")


def subset_fonts(pdf: Pdf, ctx: Context) -> FontReport:
    """Make embedded fonts smaller without changing what is shown, extracted or searched.

    A font program is replaced only if every font that uses it is understood, and the new program draws each glyph that
    is shown, or that can be typed, as the old one did; else it stays as it was, and the report says why. Glyph ids,
    widths, encodings and ToUnicode maps stay. Documents that contradict themselves keep their fonts.

    Raises:
        Cancelled, DeadlineExceeded: As the context says; fonts replaced until then are whole.
    """
    objects = reachable_objects(pdf, ctx)
    merged = merge_font_files(objects, ctx)
    programs = font_programs(find_usage(pdf, objects, ctx), objects, ctx)
    is_pdfa1 = claims_pdfa1(pdf)
    report = FontReport(seen=len(programs), merged=merged)
    left_alone: Counter[LeftAlone] = Counter()
    for number, program in enumerate(programs, start=1):
        try:
            report = _shrink(pdf, program, report, is_pdfa1=is_pdfa1)
        except NotRebuilt as reason:
            left_alone[reason.reason] += 1
        ctx.advance(number, len(programs), unit="fonts")
    return replace(report, left_alone=dict(left_alone))


def _shrink(pdf: Pdf, program: FontProgram, report: FontReport, *, is_pdfa1: bool) -> FontReport:
    if program.must_stay is not None:
        raise NotRebuilt(program.must_stay)
    rebuilt = rebuild(program)
    packed, old_size = pack(rebuilt.data), len(program.stream.read_raw_bytes())
    if len(packed) > old_size * _LARGEST_PART:
        raise NotRebuilt(LeftAlone.NOT_SMALLER)
    _replace(program, rebuilt, packed)
    for user in program.users:
        if rebuilt.dropped_glyphs and not program.is_editable:
            _tag_as_subset(user, _subset_tag(rebuilt.data))
        _update_glyph_lists(pdf, program, user, rebuilt, is_pdfa1=is_pdfa1)
    return replace(
        report,
        subset=report.subset + rebuilt.dropped_glyphs,
        converted=report.converted + rebuilt.converted,
        bytes_saved=report.bytes_saved + old_size - len(packed),
        replaced=report.replaced | {program.stream.objgen},
    )


def _replace(program: FontProgram, rebuilt: Rebuilt, packed: bytes) -> None:
    stream = program.stream
    stream.write(packed, filter=Name.FlateDecode)
    for key in (Name.Length1, Name.Length2, Name.Length3):
        if key in stream:
            del stream[key]
    if rebuilt.converted:
        stream.Subtype = Name("/Type1C")
        for user in program.users:
            if program.key in user.descriptor:  # fonts may share a descriptor
                del user.descriptor[program.key]
            user.descriptor.FontFile3 = stream
    elif program.key == "/FontFile2":
        stream.Length1 = len(rebuilt.data)  # the only length that TrueType has (ISO 32000-2, table 125)


def _subset_tag(data: bytes) -> str:
    """Six capital letters, different for different subsets (ISO 32000-2, 9.9.2)."""
    number = int.from_bytes(hashlib.sha256(data).digest()[:8])
    letters = []
    for _ in range(6):
        number, letter = divmod(number, 26)
        letters.append(chr(ord("A") + letter))
    return "".join(letters)


def _tag_as_subset(user: FontUser, tag: str) -> None:
    """Say that glyphs are missing.

    Not where text can be typed: every character that the font can write is there, and programs that see the tag type in
    another font.
    """
    for holder, key in ((user.font, Name.BaseFont), (user.cid_font, Name.BaseFont), (user.descriptor, Name.FontName)):
        if holder is None:
            continue
        name = holder.get(key)
        if isinstance(name, Name) and not _SUBSET_TAG.match(str(name)):
            holder[key] = Name(f"/{tag}+{str(name)[1:]}")


def _update_glyph_lists(pdf: Pdf, program: FontProgram, user: FontUser, rebuilt: Rebuilt, *, is_pdfa1: bool) -> None:
    """/CharSet and /CIDSet tell which glyphs a subset has.

    PDF/A-1 asks for them (ISO 19005-1, 6.3.5); everywhere else they may be missing but not wrong (ISO 19005-2,
    6.2.11.4.2), and ISO 32000-2 deprecates both, so there they go.
    """
    descriptor = user.descriptor
    for key in (Name.CharSet, Name.CIDSet):
        if key in descriptor:
            del descriptor[key]
    if not is_pdfa1:
        return
    if user.cid_font is not None:
        shown = (each.codes for each in program.users if each.cid_font is not None)
        descriptor.CIDSet = Stream(pdf, _cid_set(frozenset({0}).union(*shown)))
    elif rebuilt.glyph_names:
        descriptor.CharSet = String("".join(f"/{name}" for name in rebuilt.glyph_names[1:]))


def _cid_set(cids: frozenset[int]) -> bytes:
    """A bit for each CID, the highest bit of the first byte for CID 0 (ISO 32000-2, 9.8.3.2)."""
    bits = bytearray(max(cids) // 8 + 1)
    for cid in cids:
        bits[cid // 8] |= 0x80 >> cid % 8
    return bytes(bits)
