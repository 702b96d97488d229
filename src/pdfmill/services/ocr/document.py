"""The searchable PDF: the document as it was, with what was read under its pages."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pikepdf import Name, Pdf

from pdfmill.core.context import Context
from pdfmill.core.errors import DynamicForm
from pdfmill.engines.ocrmypdf import strip_invisible_text
from pdfmill.engines.pikepdf import is_signed, open_pdf, save_pdf
from pdfmill.services.ocr.layer import is_visibly_skewed, lay_text, straighten, turn
from pdfmill.services.ocr.model import PageOutcome, ReadPage, Suspicion, as_level, as_scanned
from pdfmill.services.ocr.pictures import replace_by_picture
from pdfmill.services.ocr.plan import Mode
from pdfmill.services.readable import readable

Pages = Callable[[], Iterator[ReadPage]]


@dataclass(frozen=True)
class Changes:
    """What may become of the pages that were read.

    Attributes:
        rotate: Pages that lie on their side or on their head are turned; their content stays.
        deskew: Content that slants is made level; pictures stay as they are, and are painted by another matrix.
        clean: Scans are replaced by pictures with even light and white paper.
        image_quality: Of pictures that are made anew, 1 to 100.
    """

    mode: Mode = Mode.SKIP
    rotate: bool = True
    deskew: bool = False
    clean: bool = False
    image_quality: int = 85

    def replaces(self, page: ReadPage) -> bool:
        """Whether the page becomes a picture of itself."""
        is_read = page.outcome is PageOutcome.RECOGNISED
        return is_read and (self.mode is Mode.FORCE or self.clean)


def check_can_be_read(pdf: Pdf) -> None:
    """Refuse what has no pages of its own.

    Raises:
        DynamicForm: Its pages are made up by a viewer.
    """
    if bool(pdf.Root.get(Name.NeedsRendering, False)):
        raise DynamicForm(
            "The document is a dynamic XFA form: its pages are made up by Adobe's viewer, and what can be read says "
            '"please wait". Print it to a new PDF in that viewer, and send that.'
        )


def write_document(source: Path, target: Path, pages: Pages, changes: Changes, ctx: Context) -> list[str]:
    """Write the document with what was read; returns sentences about what was done otherwise than asked for.

    Args:
        pages: Gives what was read, in the order of the document, as often as it is asked.

    Raises:
        StorageFull: The disk is full.
    """
    with open_pdf(source, ctx.limits) as pdf:
        if is_signed(pdf):
            shutil.copyfile(source, target)
            return ["The document is signed, so the PDF came back as it was: any change would break the signature."]
        if not any(_changes(page, changes) for page in pages()):
            shutil.copyfile(source, target)
            return ["No page was changed, so the PDF came back as it was."]
        path, _ = readable(pdf, source, ctx)
        warnings = _change(pdf, path, pages, changes, ctx)
        save_pdf(pdf, target)
    return warnings


def _changes(page: ReadPage, changes: Changes) -> bool:
    return page.outcome is PageOutcome.RECOGNISED or (changes.rotate and page.turn != 0)


def _change(pdf: Pdf, source: Path, pages: Pages, changes: Changes, ctx: Context) -> list[str]:
    read = (page for page in pages() if page.outcome is PageOutcome.RECOGNISED)
    prepared = (_prepared(pdf, source, page, changes, ctx) for page in read)
    for _ in lay_text(pdf, prepared, ctx.path("layer.pdf")):
        ctx.check()
    garbled = []
    for page in pages():
        if page.outcome is not PageOutcome.RECOGNISED:
            continue
        if changes.rotate and page.turn:
            turn(pdf.pages[page.number - 1], page.turn)
        if Suspicion.GARBLED_TEXT_BELOW in page.suspicions and not changes.replaces(page):
            garbled.append(page.number)
    _drop_stale(pdf)
    if not garbled:
        return []
    return [
        f"The text of page{'s' if len(garbled) > 1 else ''} {', '.join(map(str, garbled[:10]))} is garbled, and stays "
        "beside what was recognised: searching finds both. Use mode=force to replace such pages by their pictures."
    ]


def _prepared(pdf: Pdf, source: Path, page: ReadPage, changes: Changes, ctx: Context) -> ReadPage:
    """Make the page's content what its words are put under; returns where these are then."""
    own = pdf.pages[page.number - 1]
    if changes.replaces(page):
        replace_by_picture(pdf, own, source, page, clean=changes.clean, quality=changes.image_quality, ctx=ctx)
    elif changes.mode is Mode.REDO:
        strip_invisible_text(pdf, own)
    if changes.deskew and is_visibly_skewed(page):
        straighten(own, page.skew)
        return as_level(page)
    return as_scanned(page)


def _drop_stale(pdf: Pdf) -> None:
    """Remove what is wrong now: small pictures of the pages, and Acrobat's search index."""
    for page in pdf.pages:
        if Name.Thumb in page.obj:
            del page.obj[Name.Thumb]
    info = pdf.Root.get(Name.PieceInfo)
    if info is not None and Name.SearchIndex in info:
        del info[Name.SearchIndex]
