"""What compressing did to a document."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from pdfmill.services.compression.draft import Draft
from pdfmill.services.compression.images.choice import Choice
from pdfmill.services.compression.images.description import ImageDescription
from pdfmill.services.compression.unchanged import Unchanged


class Step(StrEnum):
    """The parts of the work whose savings are told apart."""

    IMAGES = "images"
    FONTS = "fonts"
    STRUCTURE = "structure"


@dataclass
class CompressionReport:
    """What was done to a document.

    Attributes:
        unchanged: Why the output is the input, byte for byte; None if it is smaller.
        images: Images that pages paint, masks of images included.
        images_by_form: How many took which new form: "jpeg", "mixed raster", "jbig2", …
        images_downsampled: Those that lost pixels.
        images_sampled: Those that an estimate tried; None where all were.
        images_left: How many stayed as they were, by reason.
        fonts: Embedded font programs.
        fonts_subset: Those that lost glyphs nobody shows.
        fonts_converted: Type 1 programs that became CFF.
        fonts_left: How many stayed as they were, by reason.
        saved_bytes: For each step.
        duplicates_merged: Streams that were another one's copy.
        worst_page_similarity: SSIM of the page that changed most to the original's; None if no page was compared.
        warnings: Sentences for the user about what was done differently than asked for.
    """

    page_count: int = 0
    unchanged: Unchanged | None = None
    images: int = 0
    images_by_form: Counter[str] = field(default_factory=Counter)
    images_downsampled: int = 0
    images_sampled: int | None = None
    images_left: Counter[str] = field(default_factory=Counter)
    fonts: int = 0
    fonts_subset: int = 0
    fonts_converted: int = 0
    fonts_left: Counter[str] = field(default_factory=Counter)
    saved_bytes: Counter[Step] = field(default_factory=Counter)
    duplicates_merged: int = 0
    worst_page_similarity: float | None = None
    warnings: list[str] = field(default_factory=list)

    def count(self, image: ImageDescription, choice: Choice) -> None:
        """Tell what became of an image."""
        if choice.taken is None:
            self.images_left[choice.reason] += 1
            return
        self.images_by_form[choice.taken.kind] += 1
        self.images_downsampled += choice.downsamples(image)
        self.saved_bytes[Step.IMAGES] += image.stored_bytes - choice.taken.stored_bytes


def report_on(
    source: Path, target: Path, draft: Draft, worst_page_similarity: float | None, warnings: list[str]
) -> CompressionReport:
    """Tell what a draft did, now that it was found to be the same document."""
    report = CompressionReport(
        page_count=draft.page_count,
        images=len(draft.images),
        duplicates_merged=draft.duplicates_merged,
        worst_page_similarity=worst_page_similarity,
        warnings=warnings,
    )
    for image in draft.images:
        report.count(image, draft.choices[image.object_id])
    if draft.fonts is not None:
        report.saved_bytes[Step.FONTS] = draft.fonts.bytes_saved
        report.fonts = draft.fonts.seen
        report.fonts_subset, report.fonts_converted = draft.fonts.subset, draft.fonts.converted
        report.fonts_left.update({reason.value: number for reason, number in draft.fonts.left_alone.items()})
    saved = source.stat().st_size - target.stat().st_size
    report.saved_bytes[Step.STRUCTURE] = saved - report.saved_bytes.total()
    return report
