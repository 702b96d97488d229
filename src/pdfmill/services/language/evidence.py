"""What statements stand on, as JSON and in words."""

from __future__ import annotations

from typing import Any

from pdfmill.core.pages import PageRanges
from pdfmill.services.language.grounding import Struck
from pdfmill.services.language.source import SourceText
from pdfmill.services.language.statements import Point


def described_point(point: Point, source: SourceText) -> dict[str, Any]:
    """A statement with the sentences it stands on; boxes as in `services.layout.model`."""
    return {
        "text": point.text,
        "section": source.sections[point.cited[0].section],
        "sentences": [
            {
                "number": sentence.number,
                "text": sentence.text,
                "places": [
                    {"page": place.page, "box": [round(edge, 2) for edge in place.box]} for place in sentence.places
                ],
            }
            for sentence in point.cited
        ],
    }


def described_struck(struck: Struck) -> dict[str, Any]:
    """A statement that was taken out, and why."""
    return {"text": struck.text, "values": list(struck.values)}


def pages_in_words(point: Point) -> str:
    """``(p. 3,5-6)``: where a reader finds it."""
    return f"(p. {PageRanges.of(point.pages)})"


def origin(*, is_verbatim: bool) -> str:
    """Who wrote it."""
    if is_verbatim:
        return "These are sentences of the document, word for word."
    return "Written by a language model; figures, dates and names were compared with the pages named."
