"""Sections: pages of one size, with the same header and footer, and the columns in which text runs on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from pdfmill.engines.docx import WordDocument
from pdfmill.services.conversion.word.markup import Format, Look, paragraph, twips
from pdfmill.services.conversion.word.shape import Measure, shape_of
from pdfmill.services.conversion.word.text import PAGE_FIELD, PAGE_MARKUP, set_runs
from pdfmill.services.layout.directions import is_right_to_left
from pdfmill.services.layout.model import Box, ColumnBand, Line, Page, Word
from pdfmill.services.layout.profile import Profile

#: Part of the white below a page's text that is kept; the rest is room for lines that come out longer.
_KEPT_BELOW = 0.3
#: Points: Word refuses pages that are larger or smaller (22 inches), and needs some width for text.
_SMALLEST_PAGE, _LARGEST_PAGE = 36.0, 1584.0
_NARROWEST_TEXT = 72.0
_LEAST_MARGIN = 4.0


@dataclass(frozen=True)
class PageSetup:
    """What makes pages one section.

    Attributes:
        body: Where text stands, in points of the page.
        header, footer: Their markup.
        numbered: Whether they count the pages.
    """

    width: float
    height: float
    body: Box
    header: str = ""
    header_distance: float = 0.0
    footer: str = ""
    footer_distance: float = 0.0

    @property
    def numbered(self) -> bool:
        return PAGE_MARKUP in self.header + self.footer


def setup_of(page: Page, common: Profile) -> PageSetup:
    """The setup of a page.

    Args:
        common: What its document's pages have in common.
    """
    width = min(max(page.width, _SMALLEST_PAGE), _LARGEST_PAGE)
    height = min(max(page.height, _SMALLEST_PAGE), _LARGEST_PAGE)
    body = common.body(page.width, page.height) or _around(page)
    left = min(max(body.left, _LEAST_MARGIN), width - _NARROWEST_TEXT)
    top = max(body.top, _LEAST_MARGIN)
    below = height - body.bottom
    bottom = height - max(_KEPT_BELOW * below, _LEAST_MARGIN)
    right = max(min(body.right, width - _LEAST_MARGIN), left + _NARROWEST_TEXT)
    setup = PageSetup(round(width), round(height), Box(left, top, right, bottom))
    number = None if common.number_offset is None else page.number - 1 + common.number_offset
    if page.headers:
        lines = _numbered(page.headers, number)
        markup, first, last = _running(lines, Measure(left, right))
        top = max(top, min(last, height / 2))  # a header pushes down what begins within it
        setup = replace(setup, header=markup, header_distance=max(first, 0.0), body=Box(left, top, right, bottom))
    if page.footers:
        lines = _numbered(page.footers, number)
        markup, first, _ = _running(lines, Measure(left, right))
        distance = max(height - lines[-1].box.bottom, 2.0)
        bottom = min(bottom, max(first - 1, top + 72))
        setup = replace(setup, footer=markup, footer_distance=round(distance), body=Box(left, top, right, bottom))
    return setup


def _around(page: Page) -> Box:
    boxes = [block.box for block in page.blocks]
    if not boxes:
        return Box(36, 36, page.width - 36, page.height - 36)
    left, top = min(box.left for box in boxes), min(box.top for box in boxes)
    return Box(left, top, max(box.right for box in boxes), max(box.bottom for box in boxes))


def _numbered(lines: Sequence[Line], number: int | None) -> list[Line]:
    """Lines with a field where the page's own number stands, ordered from top to bottom."""
    found = []
    for line in sorted(lines, key=lambda line: line.box.top):
        words = tuple(
            Word(PAGE_FIELD, word.box, word.style) if word.text == str(number) else word for word in line.words
        )
        found.append(Line(words, line.box))
    return found


def _running(lines: Sequence[Line], measure: Measure) -> tuple[str, float, float]:
    """The paragraphs of a header or footer, where the first one begins, and where the last one ends."""
    written, bottom, first = "", 0.0, 0.0
    for line in lines:
        leftwards = is_right_to_left(line.text)
        shape = shape_of([line], measure, leftwards=leftwards)
        if written:
            before = round(max(shape.top - bottom, 0.0))
        else:
            before, first = 0, round(shape.top)
        bottom = shape.top + shape.height
        tabs = tuple(replace(tab, place=round(tab.place)) for tab in shape.tabs)
        layout = Format(
            before=before,
            line=shape.pitch,
            start=round(shape.start),
            end=round(shape.end),
            alignment=shape.alignment,
            leftwards=leftwards,
            tabs=tabs,
        )
        written += paragraph(layout, set_runs([line], replace(shape, spacing=0, stretch=100), Look(), _unlinked))
    return written, first, bottom


def _unlinked(_address: str) -> str:
    return ""


def section_markup(
    document: WordDocument, setup: PageSetup, columns: ColumnBand | None, *, on_new_page: bool, number: int | None
) -> str:
    """The properties of a section.

    Args:
        columns: Those in which its text runs.
        on_new_page: Whether it begins one.
        number: What its pages count from; None where they go on.
    """
    left, right = setup.body.left, setup.body.right
    column_list = '<w:cols w:space="720"/>'
    if columns:
        left, right = min(box.left for box in columns.boxes), max(box.right for box in columns.boxes)
        column_list = _columns(columns)
    references = ""
    if on_new_page:
        if setup.header or document.has_header:
            references += f'<w:headerReference w:type="default" r:id="{document.header(setup.header or _NOTHING)}"/>'
        if setup.footer or document.has_footer:
            references += f'<w:footerReference w:type="default" r:id="{document.footer(setup.footer or _NOTHING)}"/>'
    landscape = ' w:orient="landscape"' if setup.width > setup.height else ""
    start = f'<w:pgNumType w:start="{number}"/>' if number is not None and setup.numbered and number >= 0 else ""
    return (
        f'<w:sectPr>{references}<w:type w:val="{"nextPage" if on_new_page else "continuous"}"/>'
        f'<w:pgSz w:w="{twips(setup.width)}" w:h="{twips(setup.height)}"{landscape}/>'
        f'<w:pgMar w:top="{twips(setup.body.top)}" w:right="{twips(setup.width - right)}" '
        f'w:bottom="{twips(setup.height - setup.body.bottom)}" w:left="{twips(left)}" '
        f'w:header="{twips(setup.header_distance)}" w:footer="{twips(setup.footer_distance)}" w:gutter="0"/>'
        f"{start}{column_list}</w:sectPr>"
    )


#: A section without a header would have that of the section before it.
_NOTHING = '<w:p><w:pPr><w:spacing w:line="20" w:lineRule="exact"/></w:pPr></w:p>'


def _columns(columns: ColumnBand) -> str:
    boxes = sorted(columns.boxes)
    spaces = [max(following.left - box.right, 0) for box, following in pairwise(boxes)]
    written = "".join(
        f'<w:col w:w="{twips(max(box.width, 1))}" w:space="{twips(space)}"/>'
        for box, space in zip(boxes, [*spaces, 0.0], strict=True)
    )
    leftwards = columns.boxes[0].left > columns.boxes[-1].left
    return f'<w:cols w:num="{len(boxes)}" w:equalWidth="0">{written}</w:cols>{"<w:bidi/>" if leftwards else ""}'
