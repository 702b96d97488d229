"""The translation in the document's own layout: each unit's text goes, and its translation is fitted into its box."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pikepdf import Array, Dictionary, Name, Object, Page, Pdf, Rectangle, Stream

from pdfmill.core.context import Context
from pdfmill.engines.fpdf import PLAIN, Face, Look, TextPages
from pdfmill.engines.noto import fonts_for
from pdfmill.engines.pikepdf import open_pdf, save_pdf
from pdfmill.services.conversion.word.faces import face_of
from pdfmill.services.layout.directions import is_right_to_left
from pdfmill.services.layout.model import Box, Style
from pdfmill.services.placing import placement
from pdfmill.services.translation.removal import remove_text
from pdfmill.services.translation.service import TranslatedDocument
from pdfmill.services.translation.units import Unit, UnitKind, UnitPage

#: Smallest part of its size to which text is shrunk, and the steps on the way.
_SMALLEST = 0.7
_STEPS = 7
#: Of the texts of one size, one in so many may be set smaller than the rest.
_OUTLIERS = 4
#: Points that text keeps away from its neighbours and from the edge of the page.
_GAP = 3.0
_MARGIN = 18.0
#: Ems below a line of OCR in which there may be ink of it.
_HANGING = 0.2
#: Points that text keeps away from the rules of a table, as far as it did.
_LEAST_PADDING, _MOST_PADDING = 1.5, 8.0
#: Lines by which a unit may grow downwards where there is room.
_GROWTH_LINES = 0.8

#: Families of Noto by those of word processors.
_FAMILIES = {"Times New Roman": "Serif", "Courier New": "SansMono"}

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
            changed = [unit for unit, _ in _changed(unit_page, document.texts_of(done))]
            merging.advance(done, len(document.pages), unit="pages")
            page = originals[unit_page.number - 1]
            before = _as_form(pdf, page) if beside else None
            remove_text(pdf, page, [unit.outer for unit in changed])
            _paint_over(pdf, page, text)
            if before is not None:
                _put_beside(pdf, page, before, (unit_page.width, unit_page.height))
        for note in list(texts.pages)[len(document.pages) :]:
            pdf.pages.append(note)
        refitted.page_count = len(pdf.pages)
        pdf.Root.Lang = document.languages.target
        save_pdf(pdf, target)
    merging.advance(1, 1)
    return refitted


def _write_overlay(document: TranslatedDocument, target: Path, refitted: Refitted, ctx: Context) -> None:
    texts = ["[0123456789] …", *(text for page in document.texts for text in page)]
    rightward = not is_right_to_left(" ".join(text for page in document.texts[:20] for text in page))
    styles = {unit.style for page in document.pages for unit in page.units if unit.kind.is_translated}
    faces = dict.fromkeys((PLAIN, *sorted(map(_face, styles))))
    fonts = {face: fonts_for(texts, face.family, bold=face.bold, italic=face.italic) for face in faces}
    pages = TextPages(fonts, rightward=rightward)
    for done, page in enumerate(document.pages):
        ctx.advance(done, len(document.pages), unit="pages")
        pages.begin_page(page.width, page.height)
        _Fitter(pages, page, refitted, rightward=rightward).fit(_changed(page, document.texts_of(done)))
    _write_notes(pages, refitted.overflows)
    pages.save(target)


def _changed(page: UnitPage, texts: Sequence[str]) -> list[tuple[Unit, str]]:
    """The units that say something else now; figures and names stay as they are set."""
    return [(unit, text) for unit, text in zip(page.units, texts, strict=True) if text != unit.text]


def _face(style: Style) -> Face:
    """The face that is nearest to how a text was set."""
    return Face(_FAMILIES.get(face_of(style).family, "Sans"), style.bold, style.italic)


class _Fitter:
    """Puts translations into the boxes of a page."""

    def __init__(self, pages: TextPages, page: UnitPage, refitted: Refitted, *, rightward: bool) -> None:
        self._pages = pages
        self._page = page
        self._refitted = refitted
        self._rightward = rightward
        columns = [(unit.box.left, unit.box.right) for unit in page.units if unit.line_count > 2]
        self._columns = [*columns, (0.0, page.width)]

    def fit(self, pairs: Sequence[tuple[Unit, str]]) -> None:
        """Write the texts in the sizes of their units, or smaller; text of one size stays so as far as it can."""
        rooms = [self._room(unit) for unit, _ in pairs]
        parts = [self._part(unit, text, room) for (unit, text), room in zip(pairs, rooms, strict=True)]
        by_size: dict[float, list[float]] = {}
        for (unit, _), part in zip(pairs, parts, strict=True):
            if part is not None:
                by_size.setdefault(round(unit.style.size), []).append(part)
        usual = {size: sorted(found)[len(found) // _OUTLIERS] for size, found in by_size.items()}
        for (unit, text), room, part in zip(pairs, rooms, parts, strict=True):
            if unit.style.invisible:  # text that OCR laid under a scan: what one sees is the picture
                self._pages.cover(self._inked(unit))
            if part is None:
                self._overflow(unit, text, room, self._look(unit, _SMALLEST))
            else:
                self._write(unit, text, room, self._look(unit, min(part, usual[round(unit.style.size)])))

    def _inked(self, unit: Unit) -> Box:
        """What a text in a picture covers: the lines of OCR end above what hangs below some of its letters."""
        below = [each.box.top for each in self._page.units if each.box.top >= unit.outer.bottom - 1]
        is_cell = unit.kind is UnitKind.CELL  # below its text there is the rule of a table
        hanging = unit.outer.bottom + (0 if is_cell else _HANGING * unit.style.size)
        bottom = max(min([hanging, *below]), unit.outer.bottom)
        return Box(unit.outer.left - 1, unit.outer.top - 1, unit.outer.right + 1, bottom)

    def _part(self, unit: Unit, text: str, room: Box) -> float | None:
        """The largest part of its size in which a text fits; None if there is none."""
        longest = max(text.split(), key=len, default="")
        for step in range(_STEPS):
            part = 1 - (1 - _SMALLEST) * step / (_STEPS - 1)
            look = self._look(unit, part)
            is_low = self._pages.height_of(text, room.width, look) <= room.height + 0.2 * look.size
            if is_low and self._pages.width_of(longest, look) <= room.width:
                return part
        return None

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
        if unit.marker:
            own = replace(look, centred=False)
            width = max(unit.box.left - unit.outer.left, self._pages.width_of(unit.marker, own) + _GAP)
            edge = unit.outer.left if self._rightward else room.right
            self._pages.write(unit.marker, (edge, top), width, own)

    def _look(self, unit: Unit, part: float) -> Look:
        leading = 1.2 + (unit.leading - 1.2) * (part - _SMALLEST) / (1 - _SMALLEST) if part < 1 else unit.leading
        return Look(
            max(unit.style.size, 4) * part,
            _face(unit.style),
            max(leading, 1.1),
            unit.style.colour or "#000000",
            centred=unit.is_ragged or self._is_centred(unit),
        )

    def _is_centred(self, unit: Unit) -> bool:
        """Whether a single line stands in the middle of the page or of a column, and not at its edge."""
        if unit.line_count > 1 or unit.kind in (UnitKind.CELL, UnitKind.LIST_ITEM):
            return False
        return any(
            abs(unit.box.centre[0] - (left + right) / 2) < _GAP and unit.box.left - left > 2 * unit.style.size
            for left, right in self._columns
        )

    def _room(self, unit: Unit) -> Box:
        """The unit's box, grown where nothing stands: a short line sideways, all text downwards a little.

        A cell of a ruled table has all of its cell; leftward text stands where its column ends.
        """
        if unit.room is not None:
            gap = min(max(unit.box.left - unit.room.left, _LEAST_PADDING), _MOST_PADDING)
            return Box(
                unit.room.left + gap, unit.box.top, unit.room.right - gap, max(unit.room.bottom, unit.box.bottom)
            )
        others = [other.box for other in self._page.units if other is not unit]
        box = unit.box if self._rightward else self._mirrored(unit, others)
        beside = [each for each in others if each.top < box.bottom and each.bottom > box.top]
        left, right = box.left, box.right
        if unit.line_count == 1 and unit.kind is not UnitKind.CELL:
            if self._is_centred(unit):
                reach = min(box.centre[0], self._page.width - box.centre[0]) - _MARGIN
                near = [min(abs(each.left - box.centre[0]), abs(each.right - box.centre[0])) for each in beside]
                reach = max(min([reach, *near]) - _GAP, box.width / 2)
                left, right = box.centre[0] - reach, box.centre[0] + reach
            elif self._rightward:
                edge = min([each.left for each in beside if each.left >= box.right], default=self._page.width - _MARGIN)
                right = max(right, edge - _GAP)
            else:
                edge = max([each.right for each in beside if each.right <= box.left], default=_MARGIN)
                left = min(left, edge + _GAP)
        below = [each.top for each in others if each.top >= box.bottom - 1 and each.left < right and each.right > left]
        floor = min(below, default=self._page.height - _MARGIN)
        bottom = min(max(floor - 1, box.bottom), box.bottom + _GROWTH_LINES * unit.style.size)
        return Box(left, box.top, max(right, left + 10), bottom)

    def _mirrored(self, unit: Unit, others: Sequence[Box]) -> Box:
        """The unit's box, as far from its column's right edge as it was from the left one; as it is beside others."""
        box = unit.box
        if unit.kind is UnitKind.CELL or unit.is_ragged or self._is_centred(unit):
            return box
        texts = [each.box for each in self._page.units]
        whole = (min(each.left for each in texts), max(each.right for each in texts))
        holding = [
            (left, right)
            for left, right in (*self._columns[:-1], whole)
            if left - _GAP <= unit.outer.left and box.right <= right + _GAP
        ]
        left, right = min(holding, key=lambda column: column[1] - column[0])
        shares = any(
            each.top < box.bottom - 1 and each.bottom > box.top + 1 and each.left < right and each.right > left
            for each in others
        )
        return box if shares else Box(left + right - box.right, box.top, left + right - box.left, box.bottom)


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


def _paint_over(pdf: Pdf, page: Page, text: Page) -> None:
    """Paint a page of text over a page, as both are shown."""
    matrix, _, _ = placement(page)
    form = pdf.copy_foreign(text.as_form_xobject())
    name = page.add_resource(form, Name.XObject)
    numbers = " ".join(f"{each:.5f}" for each in matrix)
    page.contents_add(pdf.make_stream(b"q\n"), prepend=True)
    page.contents_add(pdf.make_stream(f"\nQ q {numbers} cm {name} Do Q\n".encode()))


def _as_form(pdf: Pdf, page: Page) -> Object:
    """A page as a form XObject, with its content as it is now."""
    form = page.as_form_xobject()
    entries = {key: value for key, value in form.items() if key not in ("/Length", "/Filter", "/DecodeParms")}
    return pdf.make_indirect(Stream(pdf, form.read_bytes(), entries))


def _put_beside(pdf: Pdf, page: Page, before: Object, size: tuple[float, float]) -> None:
    """Make a page of twice its width: as it was at the left, as it is at the right."""
    after = _as_form(pdf, page)
    width, height = size
    for entry in ("/CropBox", "/TrimBox", "/BleedBox", "/ArtBox", "/Rotate", "/UserUnit", "/Annots", "/Group"):
        if entry in page.obj:
            del page.obj[entry]
    page.obj.MediaBox = Array([0, 0, 2 * width, height])
    page.obj.Rotate = 0  # it may inherit another
    page.obj.Resources = Dictionary(XObject=Dictionary(Before=before, After=after))
    content = b""
    for name, form, left in ((Name.Before, before, 0.0), (Name.After, after, width)):
        place = Rectangle(left, 0, left + width, height)
        content += page.calc_form_xobject_placement(form, name, place, invert_transformations=False)
    page.obj.Contents = pdf.make_stream(content)
