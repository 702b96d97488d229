"""What compressing did to a document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from pdfmill.services.compression.images.choice import Choice
from pdfmill.services.compression.images.description import ImageDescription, ObjectId


class Unchanged(StrEnum):
    """Why a document came back as it was."""

    SIGNED = "signed"
    ALREADY_SMALL = "already_small"
    WOULD_CHANGE = "would_change"


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
        images_left: How many stayed as they were, by reason.
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
    images_left: Counter[str] = field(default_factory=Counter)
    saved_bytes: Counter[Step] = field(default_factory=Counter)
    duplicates_merged: int = 0
    worst_page_similarity: float | None = None
    warnings: list[str] = field(default_factory=list)

    def count_images(self, images: Sequence[ImageDescription], choices: Mapping[ObjectId, Choice]) -> None:
        """Tell what became of every image."""
        self.images = len(images)
        for image in images:
            choice = choices[image.object_id]
            if choice.taken is None:
                self.images_left[choice.reason] += 1
                continue
            self.images_by_form[choice.taken.kind] += 1
            self.images_downsampled += choice.downsamples(image)
            self.saved_bytes[Step.IMAGES] += image.stored_bytes - choice.taken.stored_bytes
