"""Values beside their labels: in the same segment, to the right in the row, or below."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from pdfmill.services.extraction.invoices.rules.lexicon import Label
from pdfmill.services.extraction.invoices.rules.reading import Reading
from pdfmill.services.extraction.invoices.rules.sheet import Segment, Span

ValueT = TypeVar("ValueT")

#: What a place beside a label is worth.
_IN, _RIGHT, _BELOW = 3.0, 2.5, 1.4
#: Lines below a label in which its value may stand.
_LINES_BELOW = 2.4
#: Between a label and its value in one segment may stand no more characters, and nothing that says something else.
_CLOSE = 28
_LATER_PAGE = 1.2
#: Parts of the first page's height.
_UPPER, _FOOT = 0.45, 0.85
_BETWEEN = re.compile(r"^[\s:.#°º()\-–/,]*(?:[^\W\d_]{1,12}[\s:.#°º()\-–/,]*){0,3}$")

#: "München, den 5. März": the town before a date.
_PLACE = re.compile(r"^[^\W\d_][^\d:]{1,30},\s*$")

#: Reads the values of a segment from an offset on: value and place.
Reader = Callable[[Segment, int], Sequence[tuple[ValueT, Span]]]


@dataclass(frozen=True)
class Candidate(Generic[ValueT]):
    """A value that may be the one of a field.

    Attributes:
        score: The higher the likelier; comparable within a field.
        rule: Which field's label stands where: ``invoice_number:right``.
    """

    value: ValueT
    span: Span
    score: float
    rule: str
    label: Label | None = None


def candidates(
    reading: Reading, name: str, read: Reader[ValueT], *, strict: bool = False, placed: bool = True
) -> list[Candidate[ValueT]]:
    """The values beside the labels of a field, the best first.

    Args:
        strict: Whether a value to the right must be the first thing in its segment.
        placed: Whether the field belongs at the top of the first page.
    """
    found = []
    for label in reading.by_name.get(name, ()):
        for value, span, place, worth in _beside(reading, label, read, strict=strict):
            score = label.weight + worth + min(len(label.key), 24) / 24
            if label.start > 0:
                before = label.segment.text[: label.start]
                score -= 0.0 if _PLACE.match(before) else 0.6 if _only_filler(before) else 1.6
            if span.segment.page > 0:
                score -= _LATER_PAGE
            elif placed:
                height = span.box.top / reading.sheet.pages[0].height
                score += 0.5 if height < _UPPER else -0.9 if height > _FOOT else 0
            found.append(Candidate(value, span, score, f"{name}:{place}", label))
    return sorted(found, key=lambda each: -each.score)


def _only_filler(text: str) -> bool:
    return not re.search(r"\w{3}", text)


def _beside(
    reading: Reading, label: Label, read: Reader[ValueT], *, strict: bool
) -> Iterator[tuple[ValueT, Span, str, float]]:
    segment = label.segment
    rest = segment.text[label.end :]
    following = [other for other in reading.labels(segment) if other.start >= label.end]
    limit = min((other.start for other in following), default=len(segment.text))
    for value, span in read(segment, label.end)[:1]:
        between = segment.text[label.end : span.start]
        if span.start <= limit and len(between) <= _CLOSE and _BETWEEN.match(between):
            yield value, span, "in", _IN - len(between.strip(" :.#")) / 20
            return
    right = _right(reading, label)
    if right is not None and not re.search(r"\w{3}", rest.strip()):
        for value, span in read(right, 0)[:1]:
            if not strict or span.start <= 2 or not re.search(r"\w{2}", right.text[: span.start]):
                yield value, span, "right", _RIGHT - (0.4 if span.start > 2 else 0)
                return
    yield from _below(reading, label, read)


def _right(reading: Reading, label: Label) -> Segment | None:
    """The next segment in the row, if it is no label itself."""
    row = reading.sheet.right_of(label.segment)
    row = [segment for segment in row if segment.key]
    if not row:
        return None
    labels = reading.labels(row[0])
    is_label = any(other.start <= 1 and other.weight >= 2 and not _has_value(row[0], other) for other in labels)
    return None if is_label else row[0]


def _has_value(segment: Segment, label: Label) -> bool:
    return any(character.isdigit() for character in segment.text[label.end :])


def _below(reading: Reading, label: Label, read: Reader[ValueT]) -> Iterator[tuple[ValueT, Span, str, float]]:
    segment = label.segment
    box = segment.box_of(label.start, label.end)
    for other in reading.sheet.below(box, segment.page, segment.row, _LINES_BELOW * box.height):
        for value, span in read(other, 0):
            place = span.box
            overlap = min(place.right, box.right + 6) - max(place.left, box.left - 6)
            if overlap <= 0:
                continue
            away = min(abs(place.left - box.left), abs(place.right - box.right)) / 40
            lines = max(place.top - box.bottom, 0) / max(box.height, 1)
            yield value, span, "below", _BELOW - min(away, 1.0) - 0.2 * lines
            return
        if any(inner.start <= 1 for inner in reading.labels(other)) and other.box.left < box.right:
            return
