"""Resources that no content stream names: what is left when pages were taken from a larger document."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from typing import Any

from pikepdf import Dictionary, Name, Page, Pdf, Stream
from pikepdf.exceptions import PikepdfError

from pdfmill.core.context import Context
from pdfmill.services.compression.structure.objects import (
    ObjectId,
    appearance_streams,
    array_items,
    dictionary_values,
    resources_holder,
)


def drop_unused_resources(pdf: Pdf, ctx: Context) -> None:
    """Take fonts and XObjects that the content of a page does not name out of its resources.

    libqpdf does it, and looks into forms. It does not look into Type 3 glyphs, tiling patterns and appearances, so a
    page with one of these that has no resources of its own, and may look names up in the page's, keeps them all. So do
    pages that share their resources, of which libqpdf would make copies.
    """
    shares = Counter(_owner(page.obj) for page in pdf.pages)
    for number, page in enumerate(pdf.pages, start=1):
        if shares[_owner(page.obj)] == 1 and not _lends_resources(page):
            with suppress(PikepdfError):  # content that cannot be decoded may name any of them
                page.remove_unreferenced_resources()
        ctx.advance(number, len(pdf.pages), unit="pages")


def _owner(page: Dictionary) -> ObjectId:
    """What tells the resources of a page from others: themselves, or the object in which they stand directly."""
    holder = resources_holder(page)
    if holder is None:
        return page.objgen
    return holder.Resources.objgen if holder.Resources.is_indirect else holder.objgen


def _lends_resources(page: Page) -> bool:
    holder = resources_holder(page.obj)
    resources = Dictionary() if holder is None else holder.Resources
    fonts = (font for font in dictionary_values(resources.get(Name.Font)) if isinstance(font, Dictionary))
    patterns = dictionary_values(resources.get(Name.Pattern))
    borrowers: list[Any] = [font for font in fonts if font.get(Name.Subtype) == Name.Type3]
    borrowers += [pattern for pattern in patterns if isinstance(pattern, Stream)]
    for annotation in array_items(page.obj.get(Name.Annots)):
        if isinstance(annotation, Dictionary):
            borrowers += appearance_streams(annotation.get(Name.AP))
    return any(Name.Resources not in borrower for borrower in borrowers)
