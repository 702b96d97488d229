"""What kind of document it is: invoice, credit note, or something else that has amounts too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pdfmill.services.extraction.evidence import Found
from pdfmill.services.extraction.invoices.rules.reading import Reading
from pdfmill.services.extraction.invoices.rules.sheet import Segment, Sheet, Span

#: UNTDID 1001.
INVOICE, CREDIT_NOTE = "380", "381"
_MOST_TOKENS = 14


@dataclass(frozen=True)
class Title:
    """A title: the kind it names, where, and how much it stands out."""

    kind: str
    span: Span
    score: float


@dataclass(frozen=True)
class Kind:
    """The type code and its evidence."""

    code: str
    found: Callable[[Sheet], Found[str]]


def titles(reading: Reading) -> list[Title]:
    """The titles of a document, the one that stands out most first."""
    body = _body_size(reading.sheet)
    found = []
    for segment in reading.sheet.segments:
        if len(segment.tokens) > _MOST_TOKENS:
            continue
        for kind, start, end, first in _titles_in(reading, segment):
            page = reading.sheet.pages[segment.page]
            score = 2.0 * (segment.size / body - 1) + (1.0 if first == 0 else -0.5)
            score += 0.8 if segment.words[0].style.bold else 0
            score += 0.6 if segment.box.top < 0.5 * page.height else -0.6
            score += 0.8 if end - start >= 0.8 * len(segment.text) else 0
            score -= 1.0 * min(segment.page, 2) + 0.2 * len(segment.tokens)
            found.append(Title(kind, Span(segment, start, end), score))
    return sorted(found, key=lambda title: -title.score)


def _titles_in(reading: Reading, segment: Segment) -> list[tuple[str, int, int, int]]:
    found = []
    tokens = segment.tokens
    index = 0
    while index < len(tokens):
        text, best = "", 0
        kind = ""
        for stop in range(index, min(index + 5, len(tokens))):
            text += tokens[stop].key
            if text in reading.lexicon.titles:
                best, kind = stop + 1, reading.lexicon.titles[text]
        if best:
            found.append((kind, tokens[index].start, tokens[best - 1].end, index))
            index = best
        else:
            index += 1
    return found


def _body_size(sheet: Sheet) -> float:
    sizes: dict[float, int] = {}
    for segment in sheet.segments:
        sizes[segment.size] = sizes.get(segment.size, 0) + len(segment.text)
    return max(sizes, key=lambda size: sizes[size], default=10.0) or 10.0


def type_of(reading: Reading) -> Kind:
    """Whether it is an invoice (380) or a credit note (381), by its title."""
    named = [title for title in titles(reading) if title.kind in ("invoice", "credit_note")]
    best = named[0] if named else None
    code = CREDIT_NOTE if best is not None and best.kind == "credit_note" else INVOICE

    def found(sheet: Sheet) -> Found[str]:
        if best is None:
            return Found(value=code, raw="", source="derived", confidence=0.6, rule="type:default", evidence=[])
        sure = 0.95 if best.score > 1 else 0.8
        return Found(
            value=code,
            raw=best.span.text,
            source=sheet.source,
            confidence=sure,
            rule="type:title",
            evidence=sheet.evidence(best.span),
        )

    return Kind(code, found)
