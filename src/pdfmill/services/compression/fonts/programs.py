"""The embedded font programs of a document, each with all the fonts that use it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pikepdf import Array, Dictionary, Name, Stream

from pdfmill.core.context import Context
from pdfmill.services.compression.fonts.editable import editable_fonts, is_xfa
from pdfmill.services.compression.fonts.report import LeftAlone
from pdfmill.services.compression.fonts.usage import FontUsage
from pdfmill.services.compression.structure.duplicates import stream_digest
from pdfmill.services.compression.structure.objects import ObjectId, array_items, slots

_FONT_FILES = ("/FontFile", "/FontFile2", "/FontFile3")

#: Whatever is shown or typed in a simple font, its codes are single bytes (ISO 32000-2, 9.4.3).
_EVERY_CODE = frozenset(range(256))


@dataclass(frozen=True)
class FontUser:
    """A font that uses a font program.

    Attributes:
        font: The font dictionary that content streams name.
        cid_font: Its descendant, if it is a composite font.
        codes: The character codes that may be shown: bytes, for composite fonts two of them.
    """

    font: Dictionary
    cid_font: Dictionary | None
    codes: frozenset[int]

    @property
    def descriptor(self) -> Dictionary:
        descriptor = (self.font if self.cid_font is None else self.cid_font).FontDescriptor
        assert isinstance(descriptor, Dictionary)  # a program was found in it
        return descriptor

    @property
    def homes(self) -> set[ObjectId]:
        """The objects in one of which the font descriptor stands."""
        parts = [self.font, self.font.get(Name.DescendantFonts), self.cid_font, self.descriptor]
        return {part.objgen for part in parts if part is not None}


@dataclass
class FontProgram:
    """An embedded font program.

    Attributes:
        stream: The stream of the font file.
        key: The entry of font descriptors that holds it: /FontFile, /FontFile2 or /FontFile3.
        users: All fonts that use it.
        is_editable: Whether text can still be typed in one of them.
        must_stay: Why it may not be changed, if so.
    """

    stream: Stream
    key: str
    users: list[FontUser] = field(default_factory=list)
    is_editable: bool = False
    must_stay: LeftAlone | None = None


def merge_font_files(objects: Mapping[ObjectId, Any], ctx: Context) -> int:
    """Let font descriptors share programs of equal bytes; returns how many programs went."""
    first: dict[bytes, Stream] = {}
    digests: dict[ObjectId, bytes] = {}
    gone: set[ObjectId] = set()
    for each in objects.values():
        for descriptor, key, program in _font_files(each):
            ctx.check()
            if program.objgen not in digests:
                digests[program.objgen] = stream_digest(program)
            original = first.setdefault(digests[program.objgen], program)
            if original.objgen != program.objgen:
                descriptor[key] = original
                gone.add(program.objgen)
    return len(gone)


def font_programs(usage: FontUsage, objects: Mapping[ObjectId, Any], ctx: Context) -> list[FontProgram]:
    """The programs of all fonts that resources name, and which of them must stay whole.

    A simple font in which text can be typed, or whose use is not known, may show every one of its 256 codes and nothing
    else: the font of a field is the one that /DA names (ISO 32000-2, 12.7.4.3), and programs that cannot write a
    character with it take another font. Composite fonts reach every glyph, and XFA forms take programs by the name of
    their typeface: both stay whole.
    """
    editable = {font.objgen: font for font in editable_fonts(objects.values()) if font.is_indirect}
    programs: dict[ObjectId, FontProgram] = {}
    for font_id, font in (editable | usage.fonts).items():
        is_known = usage.complete and font_id not in usage.uncertain and font_id not in editable
        codes = frozenset(usage.codes.get(font_id, ())) if is_known else _EVERY_CODE
        for cid_font, key, stream in _programs_of(font):
            program = programs.setdefault(stream.objgen, FontProgram(stream, key))
            program.users.append(FontUser(font, cid_font, codes))
            program.is_editable |= font_id in editable
            if (cid_font is not None and not is_known) or key != program.key:
                program.must_stay = LeftAlone.EDITABLE if font_id in editable else LeftAlone.USE_UNKNOWN
    _keep_programs_with_unknown_users(programs, objects, ctx)
    if any(is_xfa(each) for each in objects.values()):
        for program in programs.values():
            program.must_stay = LeftAlone.EDITABLE if program.is_editable else program.must_stay
    return list(programs.values())


def _keep_programs_with_unknown_users(
    programs: Mapping[ObjectId, FontProgram], objects: Mapping[ObjectId, Any], ctx: Context
) -> None:
    """A font descriptor that no known font leads to belongs to a font whose use is not known."""
    homes: dict[ObjectId, set[ObjectId]] = defaultdict(set)
    for each in objects.values():
        ctx.check()
        for _, _, stream in _font_files(each):
            homes[stream.objgen].add(each.objgen)
    for program_id, program in programs.items():
        known = set().union(*(user.homes for user in program.users))
        if not homes[program_id] <= known:
            program.must_stay = LeftAlone.USE_UNKNOWN


def _font_files(container: Any) -> Iterator[tuple[Any, Any, Stream]]:
    """(font descriptor, key, font program) for each font descriptor that is, or stands directly in, an object."""
    for holder, key, value in slots(container):
        if key in _FONT_FILES and isinstance(value, Stream):
            yield holder, key, value


def _programs_of(font: Dictionary) -> Iterator[tuple[Dictionary | None, str, Stream]]:
    """(descendant font, key, font program) of a font; composite fonts have one descendant (ISO 32000-2, 9.7.6)."""
    descendants: list[Any] = [None]
    if isinstance(font.get(Name.DescendantFonts), Array):
        descendants = [each for each in array_items(font.DescendantFonts) if isinstance(each, Dictionary)]
    for cid_font in descendants:
        descriptor = (font if cid_font is None else cid_font).get(Name.FontDescriptor)
        if isinstance(descriptor, Dictionary):
            for key in _FONT_FILES:
                program = descriptor.get(key)
                if isinstance(program, Stream):
                    yield cid_font, key, program
