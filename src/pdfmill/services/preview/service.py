"""PreviewService: what a document is, and what converting it would give, cost and lose."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pdfmill.core.context import Context
from pdfmill.core.documents import MediaType
from pdfmill.core.limits import MEGAPIXEL
from pdfmill.core.pages import PageRanges
from pdfmill.core.work import Work
from pdfmill.engines.pdfium import Ink, open_drawn
from pdfmill.engines.pikepdf import open_pdf
from pdfmill.engines.pillow import encode_image
from pdfmill.services.archiving.service import COMPARED_DPI
from pdfmill.services.conversion.targets import Target
from pdfmill.services.layout.model import Table
from pdfmill.services.layout.service import LayoutService
from pdfmill.services.preview.advice import Advice, advise
from pdfmill.services.preview.facts import Facts, read_facts
from pdfmill.services.preview.forecast import Forecast, forecast
from pdfmill.services.preview.probe import Probe, probe
from pdfmill.services.readable import readable

#: Pages that are searched for tables when tables are wanted.
_SEARCHED = 3
#: Resolution at which pictures within text are drawn.
_PICTURE_DPI = 150
_THUMBNAIL_QUALITY = 80


@dataclass(frozen=True)
class Preview:
    """What was found out; ``expected`` is None where no past jobs are known."""

    page_count: int
    facts: Facts
    seen: Probe
    has_tables: bool | None
    expected: Forecast | None
    advice: list[Advice]


class PreviewService:
    """Tells of documents without converting them."""

    def preview(
        self, source: Path, target: Target | None, dpi: float, pages: PageRanges | None, ctx: Context
    ) -> Preview:
        """Look at a document; takes the whole stretch of the context's progress.

        Args:
            target: What it is to be converted to; None for nothing yet.
            dpi: Resolution of pictures, where ``target`` is one.
            pages: Those that are to be converted; None for all.

        Raises:
            EmptyInput, DamagedInput, EncryptedInput, NoPages, TooManyPages: The document cannot be read.
            InvalidPageRange: A page lies outside the document.
            Cancelled, DeadlineExceeded: As the context says.
        """
        looking = ctx.stage("looking at pages", share=0.8)
        with open_pdf(source, ctx.limits) as pdf:
            page_count = len(pdf.pages)
            path, units = readable(pdf, source, ctx)
            facts = read_facts(pdf, ctx)
        indices = list(range(page_count)) if pages is None else pages.resolve(page_count)
        seen = probe(path, indices, units, looking)
        searching = ctx.stage("looking for tables", share=1.0)
        has_tables = _has_tables(source, seen, searching) if target and target.holds_tables else None
        searching.advance(1, 1)
        expected = None
        if target is not None:
            expected = forecast(ctx.past_runs, _work(seen, target, dpi, ctx), source.stat().st_size)
        return Preview(page_count, facts, seen, has_tables, expected, advise(facts, seen, target, has_tables))

    def draw_thumbnails(self, source: Path, page_indices: Sequence[int], width: int, stem: str, ctx: Context) -> Path:
        """Small JPEG pictures of pages in a zip archive; takes the whole stretch of the context's progress.

        Args:
            width: In pixels.
            stem: What their names begin with.

        Raises:
            DamagedInput: A page cannot be drawn.
            TooManyPixels: They are more than may be drawn.
            Cancelled, DeadlineExceeded: As the context says.
        """
        target = ctx.path("thumbnails.zip")
        with open_pdf(source) as pdf:
            path, units = readable(pdf, source, ctx)
        digits = len(str(len(units)))
        with (
            zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive,
            open_drawn(path, units, ctx.pixels) as document,
        ):
            for done, page_index in enumerate(page_indices, start=1):
                dpi = width / max(document.page_size(page_index)[0], 1) * 72
                drawing = document.draw_in(page_index, Ink.COLOUR, dpi=dpi)
                data = encode_image(drawing.pixels, MediaType.JPEG, quality=_THUMBNAIL_QUALITY, dpi=drawing.dpi)
                archive.writestr(zipfile.ZipInfo(f"{stem}-{page_index + 1:0{digits}}.jpg"), data)
                ctx.advance(done, len(page_indices), unit="thumbnails")
        return target


def _has_tables(source: Path, seen: Probe, ctx: Context) -> bool:
    """Whether there is a table on the fullest of the pages that were looked at."""
    fullest = sorted(seen.looks, key=lambda look: look.characters, reverse=True)[:_SEARCHED]
    pages = PageRanges.of(sorted(look.page_index + 1 for look in fullest))
    with LayoutService().open(source, pages, ctx) as document:
        return any(
            isinstance(block, Table)
            for page_index in document.page_indices
            for block in document.page(page_index).blocks
        )


def _work(seen: Probe, target: Target, dpi: float, ctx: Context) -> Work:
    """How much work the conversion is, from the pages that were looked at."""
    characters, pixels, picture_pixels = 0.0, 0.0, 0.0
    for look in seen.looks:
        area = look.size[0] * look.size[1]  # square points
        if target.is_picture:
            drawn = min(area * (dpi / 72) ** 2, ctx.pixels.page_pixels)
            pixels += drawn
            picture_pixels += drawn * look.picture_share
        elif target is Target.PDFA:
            pixels += 2 * area * (COMPARED_DPI / 72) ** 2
        else:
            characters += look.characters
            pixels += area * look.picture_share * (_PICTURE_DPI / 72) ** 2 if target.holds_pictures else 0
    return Work(
        pages=len(seen.page_indices),
        characters=round(characters * seen.scale),
        megapixels=round(pixels * seen.scale / MEGAPIXEL, 3),
        picture_megapixels=round(picture_pixels * seen.scale / MEGAPIXEL, 3),
    )
