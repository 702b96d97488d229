"""What the structure of a document says about it, read from its objects once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pikepdf import Dictionary, Name, Pdf, Stream

from pdfmill.core.context import Context
from pdfmill.engines.pikepdf import is_signed

#: Fonts that are told of; a hostile document names thousands.
_MOST_FONTS = 300
#: Objects between two looks whether the job was cancelled.
_CHECK_EVERY = 5000

_SUBSET_TAG = re.compile(r"^[A-Z]{6}\+")
_FONT_PROGRAMS = (Name.FontFile, Name.FontFile2, Name.FontFile3)
#: Encodings that tell which character each code is (ISO 32000-1, 9.6.6 and 9.10.2); Identity ones do not.
_TELLING_ENCODINGS = (Name.WinAnsiEncoding, Name.MacRomanEncoding, Name.MacExpertEncoding, Name.StandardEncoding)
_SYMBOLIC = 1 << 2  # font descriptor flag, ISO 32000-1, table 123


@dataclass(frozen=True, order=True)
class Font:
    """A font that pages or forms name.

    Attributes:
        name: Base font without its subset tag; empty for a Type 3 font that has none.
        kind: Its subtype, such as ``TrueType``; that of the descendant for a composite font.
        readable: Whether the document tells which characters its glyphs are.
    """

    name: str
    kind: str
    embedded: bool
    subset: bool
    readable: bool


@dataclass
class Facts:
    """What a document holds.

    Attributes:
        forbidden: What its owner forbids, in the words of ISO 32000-1, table 22; empty unless it is encrypted.
        form: ``none``, ``acroform``, or ``xfa`` for a form that only Adobe's programs show.
        widgets: Form fields as they are shown on pages.
    """

    version: str
    encrypted: bool
    forbidden: list[str]
    signed: bool
    form: str = "none"
    widgets: int = 0
    attachments: int = 0
    javascript: bool = False
    tagged: bool = False
    layers: int = 0
    claims_pdfa: str = ""
    fonts: list[Font] = field(default_factory=list)


def read_facts(pdf: Pdf, ctx: Context) -> Facts:
    """The facts of a document that is open.

    Raises:
        Cancelled, DeadlineExceeded: As the context says.
    """
    root = pdf.Root
    marks, layers = root.get(Name.MarkInfo), root.get(Name.OCProperties)
    facts = Facts(
        version=pdf.pdf_version,
        encrypted=pdf.is_encrypted,
        forbidden=[name for name, allowed in pdf.allow._asdict().items() if not allowed] if pdf.is_encrypted else [],
        signed=is_signed(pdf),
        form=_form(root.get(Name.AcroForm)),
        attachments=len(pdf.attachments),
        tagged=isinstance(marks, Dictionary) and bool(marks.get(Name.Marked, False)),
        layers=_length(layers.get(Name.OCGs)) if isinstance(layers, Dictionary) else 0,
        claims_pdfa=str(pdf.open_metadata().pdfa_status),
    )
    fonts: set[Font] = set()
    for done, each in enumerate(pdf.objects):
        if done % _CHECK_EVERY == 0:
            ctx.check()
        if not isinstance(each, Dictionary | Stream):
            continue
        facts.widgets += each.get(Name.Subtype) == Name.Widget
        facts.javascript = facts.javascript or _has_script(each)
        if len(fonts) < _MOST_FONTS:
            fonts.update(map(_font, _fonts_named_by(each)))
    facts.fonts = sorted(fonts)
    return facts


def _has_script(holder: Any) -> bool:
    """Whether an object is a script, or an action or the names in it are; actions often stand where they act."""
    more = holder.get(Name.AA)
    actions = (
        holder,
        holder.get(Name.OpenAction),
        holder.get(Name.A),
        *(more.values() if _is_dictionary(more) else ()),
    )
    return Name.JavaScript in holder or any(
        _is_dictionary(each) and each.get(Name.S) == Name.JavaScript for each in actions
    )


def _is_dictionary(value: Any) -> bool:
    return isinstance(value, Dictionary)


def _form(form: Any) -> str:
    if not isinstance(form, Dictionary):
        return "none"
    if Name.XFA in form:
        return "xfa"
    return "acroform" if _length(form.get(Name.Fields)) else "none"


def _length(value: Any) -> int:
    return len(value) if value is not None and hasattr(value, "__len__") else 0


def _fonts_named_by(holder: Any) -> Iterator[Any]:
    """The fonts of resources: of those that an object is, or that it has."""
    for resources in (holder, holder.get(Name.Resources), holder.get(Name.DR)):
        named = resources.get(Name.Font) if isinstance(resources, Dictionary) else None
        if isinstance(named, Dictionary):
            yield from (font for font in named.values() if isinstance(font, Dictionary) and Name.Subtype in font)


def _font(font: Any) -> Font:
    kind = _text(font.get(Name.Subtype))
    inner = font
    if kind == "Type0":
        descendants = font.get(Name.DescendantFonts)
        if _length(descendants) and isinstance(descendants[0], Dictionary):
            inner = descendants[0]
            kind = _text(inner.get(Name.Subtype))
    descriptor = inner.get(Name.FontDescriptor)
    has_descriptor = isinstance(descriptor, Dictionary)
    name = _text(font.get(Name.BaseFont))
    return Font(
        name=_SUBSET_TAG.sub("", name),
        kind=kind,
        embedded=kind == "Type3" or (has_descriptor and any(each in descriptor for each in _FONT_PROGRAMS)),
        subset=bool(_SUBSET_TAG.match(name)),
        readable=_is_readable(font, descriptor if has_descriptor else None),
    )


def _is_readable(font: Any, descriptor: Any) -> bool:
    """Whether codes can be mapped to characters: by a map, by an encoding, or because the font is a usual one."""
    encoding = font.get(Name.Encoding)
    if Name.ToUnicode in font or encoding in _TELLING_ENCODINGS:
        return True
    if isinstance(encoding, Dictionary):  # glyph names, which are nearly always those of the Adobe Glyph List
        return bool(font.get(Name.Subtype) != Name.Type3)
    if font.get(Name.Subtype) in (Name.Type0, Name.Type3):
        # A predefined CMap of a known character collection maps to Unicode; Identity does not.
        return isinstance(encoding, Name) and not _text(encoding).startswith("Identity")
    return descriptor is None or not descriptor.get_int(Name.Flags, 0) & _SYMBOLIC


def _text(name: Any) -> str:
    """A name without its slash; those of old programs are not always UTF-8."""
    if not isinstance(name, Name):
        return ""
    try:
        return str(name)[1:]
    except UnicodeDecodeError:
        return name.unparse().decode("latin-1")[1:]
