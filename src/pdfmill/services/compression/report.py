"""What compressing did to a document."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Unchanged(StrEnum):
    """Why a document came back as it was."""

    SIGNED = "signed"
    ALREADY_SMALL = "already_small"
    WOULD_CHANGE = "would_change"


@dataclass
class CompressionReport:
    """What was done to a document.

    Attributes:
        unchanged: Why the output is the input, byte for byte; None if it is smaller.
        images: Image XObjects that pages paint.
        images_recompressed: Those that became smaller JPEGs.
        images_downsampled: Those of them that lost pixels.
        duplicates_merged: Streams that were another one's copy.
    """

    page_count: int = 0
    unchanged: Unchanged | None = None
    images: int = 0
    images_recompressed: int = 0
    images_downsampled: int = 0
    duplicates_merged: int = 0
    warnings: list[str] = field(default_factory=list)
