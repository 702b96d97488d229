"""Shapes of slides (ECMA-376-1, 20.1 DrawingML and 19.3 PresentationML). Lengths are points here and EMU there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pdfmill.services.conversion.word.markup import attribute_of, text_of
from pdfmill.services.layout.model import Box

_EMU = 12_700
_NO_INSETS = 'lIns="0" tIns="0" rIns="0" bIns="0"'


def emu(points: float) -> int:
    return round(points * _EMU)


@dataclass(frozen=True, slots=True)
class Letters:
    """How a run is set; ``size`` and ``spacing`` between letters in points, ``colour`` as ``rrggbb``.

    Attributes:
        link: The relationship id of what it links to; empty for nothing.
        raised: Per cent of its size by which it stands above the line, or below.
    """

    font: str
    size: float
    bold: bool
    italic: bool
    colour: str
    spacing: float = 0.0
    link: str = ""
    raised: int = 0


LINE_END = "<a:br/>"


def run(text: str, letters: Letters) -> str:
    font = attribute_of(letters.font)
    spacing = f' spc="{round(letters.spacing * 100)}"' if abs(letters.spacing) >= 0.01 else ""
    raised = f' baseline="{letters.raised * 1000}"' if letters.raised else ""
    link = f'<a:hlinkClick r:id="{letters.link}"/>' if letters.link else ""
    return (
        f'<a:r><a:rPr lang="en-US" sz="{max(round(letters.size * 100), 100)}" b="{int(letters.bold)}" '
        f'i="{int(letters.italic)}"{spacing}{raised} dirty="0"><a:solidFill><a:srgbClr val="{letters.colour}"/>'
        f"</a:solidFill><a:latin typeface={font}/><a:ea typeface={font}/><a:cs typeface={font}/>{link}</a:rPr>"
        f"<a:t>{text_of(text)}</a:t></a:r>"
    )


def paragraph(content: str, *, line: float, alignment: str = "l", leftwards: bool = False) -> str:
    """A paragraph of lines that are ``line`` points high; ``alignment`` as ST_TextAlignType has it."""
    direction = ' rtl="1"' if leftwards else ""
    return (
        f'<a:p><a:pPr algn="{alignment}"{direction} marL="0" indent="0"><a:lnSpc><a:spcPts val="{round(line * 100)}"/>'
        f'</a:lnSpc><a:spcBef><a:spcPts val="0"/></a:spcBef><a:buNone/></a:pPr>{content}</a:p>'
    )


def text_box(number: int, box: Box, paragraphs: str, *, angle: int = 0, is_title: bool = False) -> str:
    """A box with text that does not wrap.

    Args:
        angle: Degrees clockwise in which its lines run; the box is around the text as it is then.
    """
    vertical = _VERTICAL.get(angle, "")
    rotation = f' rot="{angle * 60_000}"' if angle and not vertical else ""
    kind = '<p:cNvSpPr><a:spLocks noGrp="1"/></p:cNvSpPr><p:nvPr><p:ph type="title"/></p:nvPr>'
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{number}" name="{"Title" if is_title else "Text"} {number}"/>'
        f"{kind if is_title else TEXT_BOX}</p:nvSpPr><p:spPr>{_transform(box, 'a', rotation)}"
        f'<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:noFill/></p:spPr><p:txBody>'
        f'<a:bodyPr{vertical} wrap="none" {_NO_INSETS} anchor="t"><a:noAutofit/></a:bodyPr><a:lstStyle/>{paragraphs}'
        "</p:txBody></p:sp>"
    )


TEXT_BOX = '<p:cNvSpPr txBox="1"/><p:nvPr/>'


def picture(number: int, box: Box, relation: str, description: str) -> str:
    return (
        f'<p:pic><p:nvPicPr><p:cNvPr id="{number}" name="Picture {number}" descr={attribute_of(description)}/>'
        f'<p:cNvPicPr/><p:nvPr/></p:nvPicPr><p:blipFill><a:blip r:embed="{relation}"/><a:stretch><a:fillRect/>'
        f"</a:stretch></p:blipFill><p:spPr>{_transform(box, 'a')}"
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></p:spPr></p:pic>'
    )


#: Attributes of text by the degrees clockwise in which it runs.
_VERTICAL = {90: ' vert="vert"', 270: ' vert="vert270"'}


@dataclass(frozen=True, slots=True)
class TableCell:
    """A cell as it is written: ``merged`` says by which attributes it is a part of another."""

    paragraphs: str
    merged: str = ""
    fill: str | None = None
    angle: int = 0


def table(
    number: int, edges: Sequence[float], tops: Sequence[float], rows: Sequence[Sequence[TableCell]], *, ruled: bool
) -> str:
    """A table whose columns and rows have the edges given."""
    box = Box(edges[0], tops[0], edges[-1], tops[-1])
    grid = "".join(f'<a:gridCol w="{emu(right - left)}"/>' for left, right in pairwise(edges))
    written = "".join(
        f'<a:tr h="{emu(max(bottom - top, 1))}">{"".join(_cell(cell, ruled=ruled) for cell in row)}</a:tr>'
        for row, (top, bottom) in zip(rows, pairwise(tops), strict=True)
    )
    return (
        f'<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id="{number}" name="Table {number}"/>'
        f'<p:cNvGraphicFramePr><a:graphicFrameLocks noGrp="1"/></p:cNvGraphicFramePr><p:nvPr/></p:nvGraphicFramePr>'
        f"{_transform(box, 'p')}<a:graphic><a:graphicData "
        'uri="http://schemas.openxmlformats.org/drawingml/2006/table"><a:tbl><a:tblPr/>'
        f"<a:tblGrid>{grid}</a:tblGrid>{written}</a:tbl></a:graphicData></a:graphic></p:graphicFrame>"
    )


def _cell(cell: TableCell, *, ruled: bool) -> str:
    line = '<a:solidFill><a:srgbClr val="808080"/></a:solidFill>' if ruled else "<a:noFill/>"
    borders = "".join(f'<a:{side} w="6350">{line}</a:{side}>' for side in ("lnL", "lnR", "lnT", "lnB"))
    fill = f'<a:solidFill><a:srgbClr val="{cell.fill[1:]}"/></a:solidFill>' if cell.fill else "<a:noFill/>"
    vertical = _VERTICAL.get(cell.angle, "")
    return (
        f"<a:tc{cell.merged}><a:txBody><a:bodyPr/><a:lstStyle/>{cell.paragraphs}</a:txBody>"
        f'<a:tcPr marL="19050" marR="19050" marT="0" marB="0"{vertical}>{borders}{fill}</a:tcPr></a:tc>'
    )


def _transform(box: Box, prefix: str, rotation: str = "") -> str:
    return (
        f'<{prefix}:xfrm{rotation}><a:off x="{emu(box.left)}" y="{emu(box.top)}"/>'
        f'<a:ext cx="{emu(max(box.width, 1))}" cy="{emu(max(box.height, 1))}"/></{prefix}:xfrm>'
    )
