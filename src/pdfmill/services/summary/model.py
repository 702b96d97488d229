"""What a summary is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pdfmill.services.language.grounding import Struck
from pdfmill.services.language.source import SourceText
from pdfmill.services.language.statements import Point


class SummaryStyle(StrEnum):
    """How a summary is written."""

    PARAGRAPH = "paragraph"
    BULLETS = "bullets"
    EXECUTIVE = "executive"


class SummaryLength(StrEnum):
    """How long it is."""

    SHORT = "short"
    MEDIUM = "medium"
    LONG = "long"

    @property
    def points(self) -> int:
        """Sentences, or statements of a language model."""
        return {SummaryLength.SHORT: 3, SummaryLength.MEDIUM: 6, SummaryLength.LONG: 12}[self]


@dataclass(frozen=True)
class SummaryWish:
    """What is asked for.

    Attributes:
        language: ISO 639-1; None for the document's own. Only a language model can write another one.
        focus: What is wanted most; may be empty.
    """

    length: SummaryLength
    style: SummaryStyle
    language: str | None
    focus: str


@dataclass(frozen=True)
class Summary:
    """A summary.

    Attributes:
        is_verbatim: Whether its statements are the document's own sentences.
        language: That of the statements, ISO 639-1; None if there was too little text to tell.
        struck: Statements of a language model that were taken out.
    """

    source: SourceText
    style: SummaryStyle
    points: tuple[Point, ...]
    is_verbatim: bool
    language: str | None
    struck: tuple[Struck, ...] = ()
    warnings: tuple[str, ...] = ()

    def sections(self) -> list[tuple[str, list[Point]]]:
        """The points under the headings of what they stand on; one section without a title unless it is executive."""
        if self.style is not SummaryStyle.EXECUTIVE:
            return [("", list(self.points))]
        found: dict[int, list[Point]] = {}
        for point in self.points:
            found.setdefault(point.cited[0].section, []).append(point)
        return [(self.source.sections[section], points) for section, points in found.items()]
