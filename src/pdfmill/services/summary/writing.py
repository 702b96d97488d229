"""Summaries as JSON, as Markdown, and as pages in front of the document."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pikepdf import Array, Dictionary, Name, Page, Pdf, String

from pdfmill.core.context import Context
from pdfmill.core.documents import InputFile, MediaType
from pdfmill.core.pages import PageRanges
from pdfmill.engines.fpdf import PLAIN, Face, Look, TextPages
from pdfmill.engines.noto import fonts_for
from pdfmill.engines.pikepdf import open_pdf, save_pdf
from pdfmill.services.language.evidence import described_point, described_struck, origin, pages_in_words
from pdfmill.services.layout.directions import is_right_to_left
from pdfmill.services.placing import shown_to_user
from pdfmill.services.summary.model import Summary, SummaryStyle
from pdfmill.services.writing.markdown import escaped

#: A4 (ISO 216), and margins, in points.
_PAGE = (595.28, 841.89)
_MARGIN = 64.0
_BOLD = Face(bold=True)
_GREY, _BLUE = "#5f6368", "#1a56b0"
_LINK = "pdfmill-sentence:"


def write_json(summary: Summary, target: Path) -> None:
    """The summary with all that is known of where it comes from; boxes as in `services.layout.model`."""
    target.write_text(json.dumps(_described(summary), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _described(summary: Summary) -> dict[str, Any]:
    return {
        "title": summary.source.title,
        "language": summary.language,
        "style": summary.style.value,
        "verbatim": summary.is_verbatim,
        "points": [described_point(point, summary.source) for point in summary.points],
        "struck": [described_struck(each) for each in summary.struck],
        "sentences_read": len(summary.source.sentences),
        "pages_read": str(PageRanges.of(summary.source.pages)),
    }


def write_markdown(summary: Summary, name: str, target: Path) -> None:
    """The summary with the pages that it stands on."""
    lines = [f"# {escaped(summary.source.title or name)}", ""]
    for title, points in summary.sections():
        if title:
            lines += [f"## {escaped(title)}", ""]
        if summary.style is SummaryStyle.PARAGRAPH:
            lines.append(" ".join(f"{escaped(point.text)} {pages_in_words(point)}" for point in points))
        else:
            lines += [f"- {escaped(point.text)} {pages_in_words(point)}" for point in points]
        lines.append("")
    lines.append(f"*{origin(is_verbatim=summary.is_verbatim)}*")
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_pages(summary: Summary, source: InputFile, target: Path, ctx: Context) -> int:
    """The document with the summary in front, each statement linked to where it stands; returns the page count.

    Of a text file only the summary.

    Raises:
        MissingDependency: A font is not installed.
        EmptyInput, DamagedInput, EncryptedInput, NoPages, TooManyPages: The document cannot be read.
    """
    sheet = ctx.path("summary-pages.pdf")
    is_text = source.media_type is MediaType.TEXT
    _write_sheet(summary, source.name, sheet, linked=not is_text)
    if is_text:
        with open_pdf(sheet) as front:
            save_pdf(front, target)
            return len(front.pages)
    with open_pdf(source.path, ctx.limits) as pdf, open_pdf(sheet) as front:
        originals = list(pdf.pages)
        for position, page in enumerate(front.pages):
            pdf.pages.insert(position, page)
            _link_to_sentences(pdf, pdf.pages[position], originals, summary)
        save_pdf(pdf, target)
        return len(pdf.pages)


def _write_sheet(summary: Summary, name: str, target: Path, *, linked: bool) -> None:
    title = summary.source.title or name
    texts = [
        title,
        origin(is_verbatim=summary.is_verbatim),
        "p. 0123456789-,•",
        *(point.text for point in summary.points),
    ]
    texts += [each for each, _ in summary.sections()]
    rightward = not is_right_to_left(" ".join(point.text for point in summary.points))
    fonts = {PLAIN: fonts_for(texts), _BOLD: fonts_for(texts, bold=True)}
    pages = TextPages(fonts, rightward=rightward)
    sheet = _Sheet(pages)
    sheet.write(title, Look(18, _BOLD), after=4)
    sheet.write(origin(is_verbatim=summary.is_verbatim), Look(9, colour=_GREY), after=14)
    for heading, points in summary.sections():
        if heading:
            sheet.write(heading, Look(12, _BOLD), after=4)
        for point in points:
            mark = "" if summary.style is SummaryStyle.PARAGRAPH else "• "
            link = f"{_LINK}{point.cited[0].number}" if linked else ""
            sheet.write(mark + point.text, Look(11), link=link, after=1)
            sheet.write(f"p. {PageRanges.of(point.pages)}", Look(8.5, colour=_BLUE), link=link, after=7)
    pages.save(target)


class _Sheet:
    """Writes one text below the other, and begins a new page where one does not fit."""

    def __init__(self, pages: TextPages) -> None:
        self._pages = pages
        self._pages.begin_page(*_PAGE)
        self._bottom = _MARGIN

    def write(self, text: str, look: Look, *, link: str = "", after: float = 0) -> None:
        width = _PAGE[0] - 2 * _MARGIN
        if self._bottom + self._pages.height_of(text, width, look) > _PAGE[1] - _MARGIN:
            self._pages.begin_page(*_PAGE)
            self._bottom = _MARGIN
        self._bottom = after + self._pages.write(text, (_MARGIN, self._bottom), width, look, link=link)


def _link_to_sentences(pdf: Pdf, page: Page, originals: list[Page], summary: Summary) -> None:
    """Let the links of a page of the summary lead to the sentences, as destinations (ISO 32000-1, 12.3.2)."""
    for annotation in page.obj.get(Name.Annots, []):
        action = annotation.get(Name.A)
        if not isinstance(action, Dictionary) or not str(action.get(Name.URI, "")).startswith(_LINK):
            continue
        sentence = summary.source.sentence(int(str(action.URI).removeprefix(_LINK)))
        assert sentence is not None
        place = sentence.places[0]
        original = originals[place.page - 1]
        x, y = shown_to_user(original, place.box.left, place.box.top)
        del annotation[Name.A]
        annotation[Name.Dest] = Array([original.obj, Name.XYZ, max(x - 20, 0), y + 20, None])
        annotation[Name.Contents] = String(f"Page {place.page}")
