"""What became of the pages of a document."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from pdfmill.core.pages import PageRanges
from pdfmill.services.layout.model import Page, TextQuality


@dataclass
class WrittenPages:
    """A file that was made of pages.

    Attributes:
        numbers: Pages that were read, in the order of the output.
        image_only: Those of them that are pictures without text.
        garbled: Those of them whose text is not what one sees.
    """

    path: Path
    numbers: list[int] = field(default_factory=list)
    image_only: list[int] = field(default_factory=list)
    garbled: list[int] = field(default_factory=list)

    def add(self, page: Page) -> None:
        """Count a page that was written."""
        self.numbers.append(page.number)
        if page.quality is TextQuality.IMAGE_ONLY:
            self.image_only.append(page.number)
        elif page.quality is TextQuality.GARBLED:
            self.garbled.append(page.number)

    @property
    def needs_ocr(self) -> PageRanges | None:
        """The pages whose text is absent or wrong; None if there are none."""
        return PageRanges.of(sorted({*self.image_only, *self.garbled})) if self.image_only or self.garbled else None

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences about pages whose text is absent or wrong."""
        found = []
        if self.image_only:
            found.append(
                f"There is no text on {_pages(self.image_only)}, only a picture of it, which came out as a picture: "
                "run OCR first, then convert."
            )
        if self.garbled:
            found.append(
                f"The text on {_pages(self.garbled)} is garbled, because its fonts do not tell what their glyphs mean: "
                "run OCR first, then convert."
            )
        return tuple(found)


def _pages(numbers: list[int]) -> str:
    return f"page{'s' if len(numbers) > 1 else ''} {PageRanges.of(numbers)}"
