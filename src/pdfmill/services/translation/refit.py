"""The translation in the document's own layout: each unit's text goes, and its translation is fitted into its box."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pikepdf import Name, Page, Pdf

from pdfmill.core.context import Context
from pdfmill.engines.fpdf import Fonts, Look, TextPages
from pdfmill.engines.noto import fonts_for
from pdfmill.engines.pikepdf import open_pdf, save_pdf
from pdfmill.services.layout.model import Box
from pdfmill.services.layout.words import is_right_to_left
from pdfmill.services.placing import placement
from pdfmill.services.translation.removal import remove_text
from pdfmill.services.translation.service import TranslatedDocument
from pdfmill.services.translation.units import Unit, UnitKind, UnitPage

#: Smallest part of its size to which text is shrunk, and the steps on the way.
_SMALLEST = 0.7
_STEPS = 7
#: Points that text keeps away from its neighbours and from the edge of the page.
_GAP = 3.0
_MARGIN = 18.0
#: Lines by which a unit may grow downwards where there is room.
_GROWTH_LINES = 1.2

_NOTE_PAGE = (595.28, 841.89)
_NOTE_MARGIN = 56.0


@dataclass
class Overflow:
    """A translation that did not fit, with the number of its note."""

    number: int
    page: int
    text: str


@dataclass
class Refitted:
    """What was written; ``page_count`` includes the notes."""

    page_count: int = 0
    overflows: list[Overflow] = field(default_factory=list)


def refit(document: TranslatedDocument, source: Path, target: Path, ctx: Context, *, beside: bool) -> Refitted:
    """Write the document with its texts translated, in the same boxes.

    Args:
        beside: Whether each page shows the original at its left and the translation at its right.

    Raises:
        MissingDependency: A font is not installed.
        EmptyInput, DamagedInput, EncryptedInput, NoPages, TooManyPages: The document cannot be read.
        Cancelled, DeadlineExceeded: As the context says.
    """
    refitted = Refitted()
    overlay = ctx.path("translated-text.pdf")
    _write_overlay(document, overlay, refitted, ctx.stage("fitting", share=0.5))
    merging = ctx.stage("writing", share=1.0)
    with open_pdf(source, ctx.limits) as pdf, open_pdf(overlay) as texts:
        originals = list(pdf.pages)
        for done, (unit_page, text) in enumerate(zip(document.pages, texts.pages, strict=False)):
            merging.advance(done, len(document.pages), unit="pages")
            page = originals[unit_page.number - 1]
            before = pdf.copy_foreign(pdf_page_form(pdf, page)) if beside else None
            remove_text(pdf, page, [unit.box for unit in unit_page.units if unit.kind.is_translated])
            _paint_over(pdf, page, text)
            if before is not None:
                _put_beside(pdf, page, before)
        for note in list(texts.pages)[len(document.pages) :]:
            pdf.pages.append(note)
        refitted.page_count = len(pdf.pages)
        pdf.Root.Lang = document.languages.target
        save_pdf(pdf, target)
    merging.advance(1, 1)
    return refitted


def _write_overlay(document: TranslatedDocument, target: Path, refitted: Refitted, ctx: Context) -> None:
    texts = ["[0123456789] …", *(text for page in document.translations for text in page)]
    rightward = not is_right_to_left(" ".join(text for page in document.translations[:20] for text in page))
    pages = TextPages(Fonts(fonts_for(texts), fonts_for(texts, bold=True)), rightward=rightward)
    for done, (page, translations) in enumerate(zip(document.pages, document.translations, strict=True)):
        ctx.advance(done, len(document.pages), unit="pages")
        pages.begin_page(page.width, page.height)
        fitter = _Fitter(pages, page, refitted, rightward=rightward)
        for unit, text in zip(page.units, translations, strict=True):
            if unit.kind.is_translated:
                fitter.fit(unit, text)
    _write_notes(pages, refitted.overflows)
    pages.save(target)


class _Fitter:
    """Puts translations into the boxes of a page."""

    def __init__(self, pages: TextPages, page: UnitPage, refitted: Refitted, *, rightward: bool) -> None:
        self._pages = pages
        self._page = page
        self._refitted = refitted
        self._rightward = rightward

    def fit(self, unit: Unit, text: str) -> None:
        """Write a text in the size of its unit, or as much smaller as it has to be."""
        room = self._room(unit)
        if unit.style.invisible:  # text that OCR laid under a scan: what one sees is the picture
            self._pages.cover(unit.box)
        for step in range(_STEPS):
            part = 1 - (1 - _SMALLEST) * step / (_STEPS - 1)
            look = self._look(unit, part)
            if self._pages.height_of(text, room.width, look) <= room.height + 0.2 * look.size:
                self._write(unit, text, room, look)
                return
        self._overflow(unit, text, room, self._look(unit, _SMALLEST))

    def _overflow(self, unit: Unit, text: str, room: Box, look: Look) -> None:
        """As many words as fit, and the number of a note that has them all."""
        number = len(self._refitted.overflows) + 1
        self._refitted.overflows.append(Overflow(number, unit.page, text))
        mark = f"… [{number}]"
        words = text.split(" ")
        low, high = 0, len(words)
        while low < high:
            middle = (low + high + 1) // 2
            height = self._pages.height_of(" ".join(words[:middle]) + mark, room.width, look)
            low, high = (middle, high) if height <= room.height + 0.2 * look.size else (low, middle - 1)
        self._write(unit, " ".join(words[:low]) + mark, room, look)

    def _write(self, unit: Unit, text: str, room: Box, look: Look) -> None:
        # The first line's text begins below the top of its line by what the leading adds.
        top = unit.box.top - (look.line_height - 1.2 * look.size) / 2
        self._pages.write(text, (room.left, top), room.width, look)

    def _look(self, unit: Unit, part: float) -> Look:
        leading = 1.2 + (unit.leading - 1.2) * (part - _SMALLEST) / (1 - _SMALLEST) if part < 1 else unit.leading
        return Look(max(unit.style.size, 4) * part, unit.style.bold, max(leading, 1.1), unit.style.colour or "#000000")

    def _room(self, unit: Unit) -> Box:
        """The unit's box, grown where nothing stands: a short line sideways, all text downwards a little."""
        box = unit.box
        others = [other.box for other in self._page.units if other is not unit]
        beside = [each for each in others if each.top < box.bottom and each.bottom > box.top]
        left, right = box.left, box.right
        if unit.line_count == 1 and unit.kind is not UnitKind.CELL:
            if self._rightward:
                edge = min([each.left for each in beside if each.left >= box.right], default=self._page.width - _MARGIN)
                right = max(right, edge - _GAP)
            else:
                edge = max([each.right for each in beside if each.right <= box.left], default=_MARGIN)
                left = min(left, edge + _GAP)
        below = [each.top for each in others if each.top >= box.bottom - 1 and each.left < right and each.right > left]
        floor = min(below, default=self._page.height - _MARGIN)
        bottom = min(max(floor - 1, box.bottom), box.bottom + _GROWTH_LINES * unit.style.size)
        return Box(left, box.top, max(right, left + 10), bottom)


def _write_notes(pages: TextPages, overflows: Sequence[Overflow]) -> None:
    """Pages behind the document with the texts that did not fit."""
    bottom = _NOTE_PAGE[1]
    look = Look(10)
    width = _NOTE_PAGE[0] - 2 * _NOTE_MARGIN
    for each in overflows:
        text = f"[{each.number}] ({each.page}) {each.text}"
        height = pages.height_of(text, width, look)
        if bottom + height > _NOTE_PAGE[1] - _NOTE_MARGIN:
            pages.begin_page(*_NOTE_PAGE)
            bottom = _NOTE_MARGIN
        bottom = pages.write(text, (_NOTE_MARGIN, bottom), width, look) + 6


def pdf_page_form(pdf: Pdf, page: Page) -> object:
    """A page as a form XObject of the same document."""
    return pdf.make_indirect(page.as_form_xobject())


def _paint_over(pdf: Pdf, page: Page, text: Page) -> None:
    """Paint a page of text over a page, as both are shown."""
    matrix, _, _ = placement(page)
    form = pdf.copy_foreign(text.as_form_xobject())
    name = page.add_resource(form, Name.XObject)
    numbers = " ".join(f"{each:.5f}" for each in matrix)
    page.contents_add(pdf.make_stream(b"q\n"), prepend=True)
    page.contents_add(pdf.make_stream(f"\nQ q {numbers} cm {name} Do Q\n".encode()))


def _put_beside(pdf: Pdf, page: Page, before: object) -> None:
    raise NotImplementedError
