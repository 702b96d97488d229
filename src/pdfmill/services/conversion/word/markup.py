"""WordprocessingML (ECMA-376-1, 17): runs, paragraphs, pictures. Lengths are points here and twips or EMU there."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from xml.sax.saxutils import escape, quoteattr

from pdfmill.services.layout.model import Box

#: What XML 1.0 cannot hold (2.2), and the noncharacters.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_EMU = 12_700
_TWIPS = 20
#: Twips: Word refuses longer ones.
_LONGEST = 31_680


def text_of(text: str) -> str:
    """A text without what XML cannot hold, its special characters escaped."""
    return escape(_ILLEGAL.sub("", text))


def attribute_of(text: str) -> str:
    """The same as an attribute's value, quoted."""
    return quoteattr(_ILLEGAL.sub("", text))


def twips(points: float) -> int:
    return max(min(round(points * _TWIPS), _LONGEST), -_LONGEST)


@dataclass(frozen=True, slots=True)
class Look:
    """How a run is set.

    Attributes:
        colour: ``rrggbb``; empty for the reader's text colour.
        position: ``superscript``, ``subscript`` or nothing.
        spacing: Twips between characters.
        stretch: Per cent of their usual width that characters have.
    """

    font: str = ""
    size: float = 0.0
    bold: bool = False
    italic: bool = False
    colour: str = ""
    position: str = ""
    spacing: int = 0
    stretch: int = 100
    leftwards: bool = False
    linked: bool = False


def run(text: str, look: Look, base: Look) -> str:
    """A run of text that says only what its paragraph's style does not."""
    return f'<w:r>{_run_properties(look, base)}<w:t xml:space="preserve">{text_of(text)}</w:t></w:r>'


def styled(markup: str, look: Look, base: Look) -> str:
    """A run of something that is no text, such as a tab or a line's end."""
    return f"<w:r>{_run_properties(look, base)}{markup}</w:r>"


def _run_properties(look: Look, base: Look) -> str:
    if look == base:
        return ""
    return _properties_between(look, base)


def _properties_between(look: Look, base: Look) -> str:
    parts = []
    if look.font != base.font:
        font = attribute_of(look.font)
        parts.append(f"<w:rFonts w:ascii={font} w:hAnsi={font} w:eastAsia={font} w:cs={font}/>")
    if look.bold != base.bold:
        parts.append("<w:b/><w:bCs/>" if look.bold else '<w:b w:val="0"/><w:bCs w:val="0"/>')
    if look.italic != base.italic:
        parts.append("<w:i/><w:iCs/>" if look.italic else '<w:i w:val="0"/><w:iCs w:val="0"/>')
    if look.colour != base.colour:
        parts.append(f'<w:color w:val="{look.colour or "000000"}"/>')
    if look.spacing:
        parts.append(f'<w:spacing w:val="{look.spacing}"/>')
    if look.stretch != 100:
        parts.append(f'<w:w w:val="{look.stretch}"/>')
    if look.size != base.size:
        half = max(round(look.size * 2), 2)
        parts.append(f'<w:sz w:val="{half}"/><w:szCs w:val="{half}"/>')
    if look.position:
        parts.append(f'<w:vertAlign w:val="{look.position}"/>')
    if look.leftwards:
        parts.append("<w:rtl/>")
    return f"<w:rPr>{''.join(parts)}</w:rPr>" if parts else ""


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab stop: points from the text's left edge, and where its text stands: ``left`` or ``right``."""

    place: float
    alignment: str = "left"
    dotted: bool = False


@dataclass(frozen=True, slots=True)
class Format:
    """How a paragraph is set; lengths in points.

    Attributes:
        line: Distance of baselines; 0 for whatever its content needs.
        start, end: Indents on the side where its lines begin and end.
        first: Further indent of its first line; negative where that hangs out.
        alignment: ``both``, ``center``, ``end``, or nothing for ``start``.
        frame: Attributes of a frame at a fixed place of the page.
        numbering: A list's number and a level from 0.
    """

    style: str = ""
    page_break: bool = False
    frame: str = ""
    numbering: tuple[int, int] | None = None
    tabs: tuple[Tab, ...] = field(default=())
    leftwards: bool = False
    before: float = 0.0
    line: float = 0.0
    start: float = 0.0
    end: float = 0.0
    first: float = 0.0
    alignment: str = ""

    def after(self, points: float) -> Format:
        return replace(self, before=points)


def paragraph(layout: Format, content: str, section: str = "") -> str:
    """A paragraph.

    Args:
        section: Properties of the section that it ends.
    """
    return f"<w:p><w:pPr>{_paragraph_properties(layout)}{section}</w:pPr>{content}</w:p>"


def _paragraph_properties(layout: Format) -> str:
    """In the order that the schema demands (CT_PPrBase)."""
    parts = []
    if layout.style:
        parts.append(f'<w:pStyle w:val="{layout.style}"/>')
    if layout.page_break:
        parts.append("<w:pageBreakBefore/>")
    if layout.frame:
        parts.append(f"<w:framePr {layout.frame}/>")
    if layout.numbering:
        number, level = layout.numbering
        parts.append(f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')
    if layout.tabs:
        parts.append(f"<w:tabs>{''.join(map(_tab, layout.tabs))}</w:tabs>")
    if layout.leftwards:
        parts.append("<w:bidi/>")
    parts.append(_spacing(layout))
    if layout.start or layout.end or layout.first or layout.numbering:
        parts.append(_indents(layout))
    if layout.alignment:
        parts.append(f'<w:jc w:val="{layout.alignment}"/>')
    return "".join(parts)


def _tab(tab: Tab) -> str:
    leader = ' w:leader="dot"' if tab.dotted else ""
    return f'<w:tab w:val="{tab.alignment}"{leader} w:pos="{twips(tab.place)}"/>'


def _spacing(layout: Format) -> str:
    before = f' w:before="{twips(max(layout.before, 0))}"' if layout.before > 0.02 else ""
    line = f' w:line="{max(twips(layout.line), 1)}" w:lineRule="exact"' if layout.line else ""
    return f"<w:spacing{before}{line}/>" if before or line else ""


def _indents(layout: Format) -> str:
    first = twips(layout.first)
    hanging = f' w:hanging="{-first}"' if first < 0 else f' w:firstLine="{first}"'
    return f'<w:ind w:left="{twips(layout.start)}" w:right="{twips(layout.end)}"{hanging}/>'


def inline_picture(relation: str, number: int, box: Box, description: str) -> str:
    """A run with a picture that stands in the text like a letter."""
    graphic = _graphic(relation, number, box, description)
    extent = f'<wp:extent cx="{_emu(box.width)}" cy="{_emu(box.height)}"/>'
    return (
        f'<w:r><w:rPr><w:sz w:val="2"/></w:rPr><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0">{extent}'
        f"{graphic}</wp:inline></w:drawing></w:r>"
    )


def placed_picture(relation: str, number: int, box: Box, description: str) -> str:
    """A run with a picture that stands at its place on the page, behind the text."""
    graphic = _graphic(relation, number, box, description)
    return f"<w:r>{_anchored(number, box, graphic, behind=True)}</w:r>"


def placed_text(paragraphs: str, number: int, box: Box, angle: int) -> str:
    """A run with text that stands turned at its place on the page.

    Args:
        box: Around the turned text.
        angle: Degrees clockwise in which its lines run.
    """
    vertical = {90: ' vert="vert"', 270: ' vert="vert270"'}.get(angle, "")
    rotation = "" if vertical else f' rot="{angle * 60_000}"'
    shape = (
        f'<wp:docPr id="{number}" name="Text {number}"/><a:graphic>'
        '<a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp>'
        f'<wps:cNvSpPr txBox="1"/><wps:spPr><a:xfrm{rotation}><a:off x="0" y="0"/>'
        f'<a:ext cx="{_emu(box.width)}" cy="{_emu(box.height)}"/></a:xfrm><a:prstGeom prst="rect">'
        f"<a:avLst/></a:prstGeom><a:noFill/></wps:spPr><wps:txbx><w:txbxContent>{paragraphs}</w:txbxContent></wps:txbx>"
        f'<wps:bodyPr{vertical} wrap="none" lIns="0" tIns="0" rIns="0" bIns="0"/></wps:wsp></a:graphicData></a:graphic>'
    )
    drawing = _anchored(number, box, shape, behind=False)
    return f'<w:r><mc:AlternateContent><mc:Choice Requires="wps">{drawing}</mc:Choice></mc:AlternateContent></w:r>'


def _anchored(number: int, box: Box, content: str, *, behind: bool) -> str:
    return (
        f'<w:drawing><wp:anchor distT="0" distB="0" distL="0" distR="0" simplePos="0" relativeHeight="{number}" '
        f'behindDoc="{int(behind)}" locked="0" layoutInCell="1" allowOverlap="1"><wp:simplePos x="0" y="0"/>'
        f'<wp:positionH relativeFrom="page"><wp:posOffset>{_emu(box.left)}</wp:posOffset></wp:positionH>'
        f'<wp:positionV relativeFrom="page"><wp:posOffset>{_emu(box.top)}</wp:posOffset></wp:positionV>'
        f'<wp:extent cx="{_emu(box.width)}" cy="{_emu(box.height)}"/><wp:wrapNone/>{content}</wp:anchor></w:drawing>'
    )


def _graphic(relation: str, number: int, box: Box, description: str) -> str:
    size = f'cx="{_emu(box.width)}" cy="{_emu(box.height)}"'
    return (
        f'<wp:docPr id="{number}" name="Picture {number}" descr={attribute_of(description)}/>'
        '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr>'
        f'<pic:cNvPr id="{number}" name="Picture {number}"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill>'
        f'<a:blip r:embed="{relation}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm>'
        f'<a:off x="0" y="0"/><a:ext {size}/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr>'
        "</pic:pic></a:graphicData></a:graphic>"
    )


def _emu(points: float) -> int:
    return round(points * _EMU)
