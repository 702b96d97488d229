"""Whether a value stands in the rows of an invoice that are cited for it, and where."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from pdfmill.services.extraction.evidence import Found
from pdfmill.services.extraction.invoices.rules.identifiers import (
    Identifier,
    bics_in,
    compact,
    ibans_in,
    is_iban,
    vat_ids_in,
)
from pdfmill.services.extraction.invoices.rules.reading import Reading
from pdfmill.services.extraction.invoices.rules.sheet import Segment, Span, key
from pdfmill.services.values.currencies import codes

#: No calibration tells how often a model whose name is not known here is right: a person is to look at what it read.
CONFIDENCE = 0.5
RULE = "model:cited"

#: What stands beside a value without being part of it.
_MARKS = " .,:;"

#: Finds what a text stands for in a segment: the value in its normal form, and its place.
Finder = Callable[[str, Segment, Reading], Iterator[tuple[Any, Span]]]


class CitedRows:
    """The rows of an invoice, numbered from 1 through all its pages."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._rows = [row for rows in reading.sheet.rows for row in rows if row]

    @property
    def count(self) -> int:
        return len(self._rows)

    def portions(self, size: int) -> Iterator[str]:
        """The text of the rows, each behind its number, at most ``size`` characters at once."""
        taken: list[str] = []
        length = 0
        for number, row in enumerate(self._rows, start=1):
            line = f"[{number}] {' | '.join(segment.text for segment in row)}"[:size]
            if taken and length + len(line) >= size:
                yield "\n".join(taken)
                taken, length = [], 0
            taken.append(line)
            length += len(line) + 1
        if taken:
            yield "\n".join(taken)

    def find(self, said: str, numbers: Sequence[int], finder: Finder) -> Found[Any] | None:
        """The value that a text stands for; None if it does not stand in these rows."""
        for segment in self._segments(numbers):
            for value, span in finder(said, segment, self._reading):
                return self._found(value, [span])
        return None

    def find_pieces(self, said: str, numbers: Sequence[int]) -> Found[str] | None:
        """A text that other columns may interrupt: each of its words must stand in these rows, in their order."""
        wanted = [folded for word in said.split() if (folded := key(word))]
        spans: list[Span] = []
        for segment in self._segments(numbers):
            for token in segment.tokens:
                if not wanted or token.key != wanted[0]:
                    continue
                wanted.pop(0)
                last = spans[-1] if spans else None
                if last is not None and last.segment is segment and not key(segment.text[last.end : token.start]):
                    spans[-1] = Span(segment, last.start, token.end)
                else:
                    spans.append(Span(segment, token.start, token.end))
        return None if wanted or not spans else self._found(" ".join(span.text for span in spans).strip(_MARKS), spans)

    def _segments(self, numbers: Sequence[int]) -> Iterator[Segment]:
        for number in numbers:
            if 1 <= number <= len(self._rows):
                yield from self._rows[number - 1]

    def _found(self, value: Any, spans: Sequence[Span]) -> Found[Any]:
        return Found(
            value=value,
            raw="\n".join(span.text for span in spans),
            source="model",
            confidence=CONFIDENCE,
            rule=RULE,
            evidence=self._reading.sheet.evidence(*spans),
        )


def words_of(said: str, segment: Segment, _reading: Reading) -> Iterator[tuple[str, Span]]:
    """Whole words that follow one another; gaps and marks make no difference."""
    wanted = key(said)
    for first, token in enumerate(segment.tokens):
        text = ""
        for other in segment.tokens[first:]:
            text += other.key
            if text == wanted:
                span = Span(segment, token.start, other.end)
                yield span.text.strip(_MARKS), span
            if len(text) >= len(wanted):
                break


def date_of(said: str, segment: Segment, reading: Reading) -> Iterator[tuple[datetime.date, Span]]:
    """A date, said as in ISO 8601, written in any way."""
    try:
        wanted = datetime.date.fromisoformat(said.strip())
    except ValueError:
        return
    yield from ((place.value, place.span) for place in reading.dates(segment) if place.value == wanted)


def amount_of(said: str, segment: Segment, reading: Reading) -> Iterator[tuple[Decimal, Span]]:
    """An amount, said with a point before its decimals, written in any way, with the sign that it has on paper."""
    wanted = _decimal(said)
    if wanted is not None:
        yield from ((each.value, each.span) for each in reading.amounts(segment) if each.value == wanted)


def currency_of(said: str, segment: Segment, reading: Reading) -> Iterator[tuple[str, Span]]:
    """A code of ISO 4217 that stands there as such."""
    code = said.strip().upper()
    if code in codes():
        yield from ((code, span) for value, span in words_of(code, segment, reading) if value == code)


def iban_of(said: str, segment: Segment, _reading: Reading) -> Iterator[tuple[str, Span]]:
    """An IBAN with right check digits."""
    if is_iban(compact(said)):
        yield from _same(said, ibans_in(segment))


def bic_of(said: str, segment: Segment, _reading: Reading) -> Iterator[tuple[str, Span]]:
    """A BIC."""
    yield from _same(said, bics_in(segment))


def vat_id_of(said: str, segment: Segment, _reading: Reading) -> Iterator[tuple[str, Span]]:
    """A VAT identifier with its country."""
    yield from _same(said, vat_ids_in(segment))


def _same(said: str, identifiers: Iterator[Identifier]) -> Iterator[tuple[str, Span]]:
    yield from ((each.value, each.span) for each in identifiers if each.value == compact(said))


def _decimal(said: str) -> Decimal | None:
    try:
        value = Decimal(said.strip())
    except InvalidOperation:
        return None
    return value if value.is_finite() else None
