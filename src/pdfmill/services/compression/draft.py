"""One pass over a document: read, decide about every image, tidy, write. What comes out still has to be verified."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pikepdf import Pdf

from pdfmill.core.context import Context
from pdfmill.engines.pikepdf import open_pdf, save_pdf
from pdfmill.services.compression.images.choice import Choice
from pdfmill.services.compression.images.description import ImageDescription, ObjectId
from pdfmill.services.compression.images.replacement import put
from pdfmill.services.compression.images.survey import SurveyedImage, survey_images
from pdfmill.services.compression.placements import find_placements
from pdfmill.services.compression.structure import drop_private_data, merge_duplicates, repack_streams

#: What becomes of each image. Called once the document is tidy, in which its objects have the same numbers every time.
Decide = Callable[[Pdf, list[SurveyedImage], Context], Mapping[ObjectId, Choice]]


@dataclass(frozen=True)
class Draft:
    """A smaller document that was written and waits to be compared with its original.

    Attributes:
        pages: Indices of the pages that paint each image.
        duplicates_merged: Streams that were another one's copy.
    """

    page_count: int
    images: list[ImageDescription]
    choices: Mapping[ObjectId, Choice]
    pages: Mapping[ObjectId, set[int]]
    duplicates_merged: int

    @property
    def touched_pages(self) -> set[int]:
        """Indices of the pages that paint an image that is not the same, sample for sample."""
        return set().union(*(self.pages.get(object_id, set()) for object_id in self.lossy_images))

    @property
    def lossy_images(self) -> set[ObjectId]:
        return {each for each, choice in self.choices.items() if choice.taken and not choice.taken.is_lossless}


def write_draft(source: Path, target: Path, decide: Decide, ctx: Context) -> Draft:
    """Write a document that is smaller in every way that ``decide`` and the rules of structure allow.

    Raises:
        EmptyInput, DamagedInput, EncryptedInput, NoPages, TooManyPages: The document cannot be read.
        Cancelled, DeadlineExceeded: As the context says.
    """
    with open_pdf(source, ctx.limits) as pdf:
        drop_private_data(pdf)
        duplicates_merged = merge_duplicates(pdf, ctx)
        placements = find_placements(pdf, ctx.stage("reading", share=0.1))
        images = survey_images(pdf, placements)
        choices = decide(pdf, images, ctx.stage("pictures", share=0.7))
        for image in images:
            chosen = choices[image.description.object_id].taken
            if chosen is not None:
                put(chosen, image.stream, pdf)
        repack_streams(pdf, ctx.stage("structure", share=0.2))
        save_pdf(pdf, target)
        page_count = len(pdf.pages)
    return Draft(page_count, [image.description for image in images], choices, placements.page_indices, duplicates_merged)
