"""One pass over a document: read, decide about every image, tidy, write. What comes out still has to be verified."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pikepdf import Pdf

from pdfmill.core.context import Context
from pdfmill.engines.pikepdf import drop_usage_rights, may_have_object_streams, open_pdf, save_pdf
from pdfmill.services.compression.fonts import FontReport, subset_fonts
from pdfmill.services.compression.images.choice import Choice
from pdfmill.services.compression.images.description import ImageDescription, ObjectId
from pdfmill.services.compression.images.replacement import put
from pdfmill.services.compression.images.survey import SurveyedImage, survey_images
from pdfmill.services.compression.placements import find_placements
from pdfmill.services.compression.structure import (
    drop_private_data,
    drop_unused_resources,
    externalize_inline_images,
    merge_duplicates,
    repack_streams,
    share_direct_values,
)

#: So many pages are drawn of a document of which only the fonts were changed.
_SAMPLED_PAGES = 12

#: Readers shrink images less smoothly than Lanczos does: of white noise, a page loses three times more than the image.
_WORST_ALIASING = 4


@dataclass(frozen=True)
class Draft:
    """A smaller document that was written and waits to be compared with its original.

    Attributes:
        pages: Indices of the pages that paint each image.
        fonts: What became of the embedded fonts; None if they were left alone.
        duplicates_merged: Streams that were another one's copy.
    """

    page_count: int
    images: list[ImageDescription]
    choices: Mapping[ObjectId, Choice]
    pages: Mapping[ObjectId, set[int]]
    fonts: FontReport | None
    duplicates_merged: int

    @property
    def touched_pages(self) -> set[int]:
        """Indices of the pages that paint an image that is not the same, sample for sample."""
        return set().union(*(self.pages.get(object_id, set()) for object_id in self.lossy_images))

    @property
    def pages_to_draw(self) -> set[int]:
        """The touched pages, and where fonts were changed a sample of all: their outlines were compared already."""
        if self.fonts is None or not (self.fonts.subset or self.fonts.converted):
            return self.touched_pages
        return self.touched_pages | set(range(0, self.page_count, max(1, self.page_count // _SAMPLED_PAGES)))

    def safe_pages(self, least_similarity: float) -> set[int]:
        """Indices of the pages whose images are so alike that not even a reader's aliasing takes a page below it."""
        unlike = set[int]()
        for each in self.lossy_images:
            taken = self.choices[each].taken
            if taken is not None and (1 - taken.similarity) * _WORST_ALIASING >= 1 - least_similarity:
                unlike |= self.pages.get(each, set())
        return set(range(self.page_count)) - unlike

    @property
    def lossy_images(self) -> set[ObjectId]:
        return {each for each, choice in self.choices.items() if choice.taken and not choice.taken.is_lossless}


@dataclass(frozen=True)
class TidyDocument:
    """An open document in which everything is once, its images surveyed.

    Attributes:
        pages: Indices of the pages that paint each image.
        merged: Streams that were another one's copy.
    """

    pdf: Pdf
    images: list[SurveyedImage]
    pages: Mapping[ObjectId, set[int]]
    merged: int


#: What becomes of each image.
Decide = Callable[[TidyDocument, Context], Mapping[ObjectId, Choice]]


@contextmanager
def open_tidy(source: Path, ctx: Context) -> Iterator[TidyDocument]:
    """Open a document and tidy it in memory.

    Raises:
        As `write_draft`.
    """
    with open_pdf(source, ctx.limits) as pdf:
        merged = _tidy(pdf, ctx.stage("tidying", share=0.7))
        placements = find_placements(pdf, ctx.stage("reading", share=0.3))
        yield TidyDocument(pdf, survey_images(pdf, placements), placements.page_indices, merged)


def write_draft(source: Path, target: Path, decide: Decide, ctx: Context, *, fonts: bool = True) -> Draft:
    """Write a document that is smaller in every way that ``decide`` and the rules of structure allow.

    Args:
        fonts: Whether fonts may be subset and converted.

    Raises:
        EmptyInput, DamagedInput, EncryptedInput, NoPages, TooManyPages: The document cannot be read.
        Cancelled, DeadlineExceeded: As the context says.
    """
    with open_tidy(source, ctx.stage("", share=0.15)) as document:
        choices = decide(document, ctx.stage("pictures", share=0.6))
        report, merged = finish(document, choices, target, ctx.stage("", share=0.25), fonts=fonts)
        return Draft(
            page_count=len(document.pdf.pages),
            images=[image.description for image in document.images],
            choices=choices,
            pages=document.pages,
            fonts=report,
            duplicates_merged=merged,
        )


def finish(
    document: TidyDocument, choices: Mapping[ObjectId, Choice], target: Path, ctx: Context, *, fonts: bool = True
) -> tuple[FontReport | None, int]:
    """Put the chosen images in their places, shrink the fonts, pack and save.

    Returns:
        What became of the fonts, and how many streams were merged altogether.
    """
    packed: set[ObjectId] = set()
    for image in document.images:
        choice = choices.get(image.description.object_id)
        if choice is not None and choice.taken is not None:
            put(choice.taken, image.stream, document.pdf)
            packed.add(image.description.object_id)
    report = subset_fonts(document.pdf, ctx.stage("fonts", share=0.6)) if fonts else None
    packed |= report.replaced if report is not None else set()
    merged = _pack(document.pdf, packed, ctx.stage("packing", share=0.4))
    save_pdf(document.pdf, target)
    return report, document.merged + merged


def _tidy(pdf: Pdf, ctx: Context) -> int:
    """What makes images and fonts fewer, before they are looked at; returns how many streams were merged."""
    drop_usage_rights(pdf)
    externalize_inline_images(pdf, ctx)
    drop_private_data(pdf)
    drop_unused_resources(pdf, ctx)
    return merge_duplicates(pdf, ctx)


def _pack(pdf: Pdf, packed: set[ObjectId], ctx: Context) -> int:
    """What the smaller images and fonts have made equal becomes one, and every other stream is packed tightly."""
    if may_have_object_streams(pdf):  # without them an object of its own costs more than it saves
        share_direct_values(pdf, ctx)
    merged = merge_duplicates(pdf, ctx)
    repack_streams(pdf, ctx, packed=packed)
    return merged
