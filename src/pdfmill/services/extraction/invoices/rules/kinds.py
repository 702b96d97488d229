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


#: What speaks for an invoice, in points; so many make one.
_ENOUGH = 4.0
_LOOKS = {
    "proforma": "a pro forma invoice",
    "quotation": "a quotation",
    "order": "an order",
    "order_confirmation": "an order confirmation",
    "delivery_note": "a delivery note",
    "reminder": "a payment reminder",
    "receipt": "a receipt",
    "statement": "an account statement",
    "payslip": "a payslip",
}


@dataclass(frozen=True)
class Judgement:
    """Whether pages are an invoice.

    Attributes:
        looks_like: What they look like if they are none; None if they are one.
        is_titled: Whether a title says that they are something else.
    """

    looks_like: str | None = None
    is_titled: bool = False

    @property
    def is_invoice(self) -> bool:
        return self.looks_like is None


def judge(reading: Reading, *, has_number: bool, has_total: bool, has_lines: bool) -> Judgement:
    """Whether the pages are an invoice, by title, number, total and the rest."""
    named = titles(reading)
    own = [title for title in named if title.kind in ("invoice", "credit_note")]
    other = [title for title in named if title.kind in _LOOKS]
    points = 2.5 if own and own[0].score > 0 else 1.0 if own else 0.0
    points += 2.0 if has_number else 0
    points += 1.5 if has_total else -2.0
    points += 0.7 if reading.labelled("tax", "net") else 0
    points += 0.7 if has_lines else 0
    points += 0.5 if reading.by_name.get("issue_date") else 0
    points += 0.5 if reading.labelled("vat_id", "tax_number") else 0
    points += 0.5 if reading.by_name.get("due_date") else 0
    if other and (not own or other[0].score > own[0].score + 0.4):
        points -= 3.0 if not own or own[0].score < 0.5 else 1.5
    if points >= _ENOUGH:
        return Judgement()
    if other and other[0].score > -1:
        return Judgement(_LOOKS[other[0].kind], is_titled=True)
    return Judgement(_appearance(reading))


def _appearance(reading: Reading) -> str:
    """What pages without any title look like."""
    words = sum(len(segment.words) for segment in reading.sheet.segments)
    money = len(reading.money)
    if not words:
        return "empty pages"
    if money > 15 and money > 0.1 * words:
        return "a table of amounts"
    return "a text" if words > 40 else "a short text"
