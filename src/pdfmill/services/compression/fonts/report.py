"""What was done to the fonts of a document, and why not more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pdfmill.services.compression.structure.objects import ObjectId


class LeftAlone(StrEnum):
    """Why a font program stayed as it was."""

    EDITABLE = "text can still be typed in this font"
    USE_UNKNOWN = "what is shown in this font cannot be told"
    UNREADABLE = "the font cannot be read"
    ENCODING = "how its codes reach its glyphs cannot be told"
    WOULD_CHANGE = "it would have drawn something else"
    NOT_SMALLER = "it is small already"


@dataclass(frozen=True)
class FontReport:
    """Counts of embedded font programs.

    Attributes:
        seen: Font programs that fonts of the document use.
        subset: Of these, those that lost glyphs nobody shows.
        converted: Of these, Type 1 programs that became CFF.
        merged: Programs that went because another one had the same bytes.
        left_alone: Programs that stayed as they were, by reason.
        bytes_saved: Compressed bytes of the programs before, less those after.
        replaced: The programs that are new, packed as tightly as they go.
    """

    seen: int = 0
    subset: int = 0
    converted: int = 0
    merged: int = 0
    left_alone: Mapping[LeftAlone, int] = field(default_factory=dict)
    bytes_saved: int = 0
    replaced: frozenset[ObjectId] = frozenset()
