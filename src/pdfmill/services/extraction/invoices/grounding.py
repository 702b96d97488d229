"""Where the pages show what an embedded file says, and where they say something else."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from pdfmill.services.extraction.evidence import Evidence, Found
from pdfmill.services.extraction.invoices.model import Difference, Invoice
from pdfmill.services.extraction.invoices.paths import found_fields
from pdfmill.services.extraction.invoices.rules.reading import Reading
from pdfmill.services.extraction.invoices.rules.sheet import Segment, Span, key, whole
from pdfmill.services.values.currencies import unit_of

#: Fields whose difference a person should know about; others, such as addresses, are written in many ways.
_COMPARED = (
    "invoice_number",
    "issue_date",
    "due_date",
    "currency",
    "seller.vat_id",
    "payment.iban",
    "totals.tax_exclusive",
    "totals.tax_amount",
    "totals.tax_inclusive",
    "totals.amount_due",
)
#: What the pages say must be so sure to be held against the file.
_SURE = 0.91


class Grounder:
    """Finds values on the pages of one invoice."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._sheet = reading.sheet
        self._keys = [(segment, segment.key) for segment in self._sheet.segments]

    def ground(self, invoice: Invoice, by_rules: Invoice) -> Invoice:
        """The invoice with the places of its values, as far as the pages show them."""
        known = dict(found_fields(by_rules))
        grounded = self._grounded(invoice, "", known)
        assert isinstance(grounded, Invoice)
        return grounded

    def _grounded(self, part: Any, path: str, known: dict[str, Found[Any]]) -> Any:
        if isinstance(part, Found):
            evidence = self._evidence(part, known.get(path))
            return part.model_copy(update={"evidence": evidence}) if evidence else part
        if isinstance(part, BaseModel):
            values = {
                name: self._grounded(getattr(part, name), f"{path}.{name}".lstrip("."), known)
                for name in type(part).model_fields
            }
            return part.model_copy(update=values)
        if isinstance(part, list):
            return [self._grounded(each, f"{path}.{index}", known) for index, each in enumerate(part)]
        return part

    def _evidence(self, found: Found[Any], by_rules: Found[Any] | None) -> list[Evidence]:
        if by_rules is not None and by_rules.evidence and same(found.value, by_rules.value):
            return by_rules.evidence
        match found.value:
            case datetime.date():
                spans = self._dates(found.value)
            case Decimal():
                spans = self._amounts(found.value)
            case str():
                spans = self._texts(found.value)
            case _:
                spans = []
        return self._sheet.evidence(*spans)

    def _dates(self, value: datetime.date) -> list[Span]:
        places = (place for segment in self._sheet.segments for place in self._reading.dates(segment))
        return [place.span for place in places if place.value == value][:1]

    def _amounts(self, value: Decimal) -> list[Span]:
        every = [amount for segment in self._sheet.segments for amount in self._reading.amounts(segment)]
        fitting = [amount for amount in every if abs(amount.value) == abs(value)]
        money = [amount for amount in fitting if amount.is_money]
        return [amount.span for amount in (money or fitting)[:1]]

    def _texts(self, value: str) -> list[Span]:
        """The places of a text, a line of it at a time; none if one of them is missing."""
        found = []
        for line in filter(None, map(str.strip, value.splitlines())):
            span = next(self._spans_of(line), None)
            if span is None:
                return []
            found.append(span)
        return found

    def _spans_of(self, line: str) -> Iterator[Span]:
        wanted = key(line)
        if len(wanted) < 2:
            return
        for segment, text in self._keys:
            if wanted in text and (span := _narrowed(segment, wanted)) is not None:
                yield span

    # -- differences ------------------------------------------------------------------------------------------------

    def differences(self, invoice: Invoice, by_rules: Invoice) -> list[Difference]:
        """Fields that the pages give otherwise, and surely so."""
        own, pages = dict(found_fields(invoice)), dict(found_fields(by_rules))
        found = []
        for path in _COMPARED:
            one, other = own.get(path), pages.get(path)
            if one is None or other is None or one.evidence or same(one.value, other.value):
                continue
            if other.confidence >= _SURE and other.evidence:
                found.append(Difference(field=path, xml=str(one.value), page=str(other.value), found=_as_text(other)))
        return found


def same(one: Any, other: Any) -> bool:
    """Whether two values say the same: texts but for gaps and marks, amounts but for signs and what is rounded off."""
    if isinstance(one, Decimal) and isinstance(other, Decimal):
        return abs(abs(one) - abs(other)) < _unit(one, other) / 2
    if isinstance(one, str) and isinstance(other, str):
        return key(one) == key(other)
    return bool(one == other)


def _unit(one: Decimal, other: Decimal) -> Decimal:
    """The coarser of two amounts' last decimals, a cent at most."""
    return min(max(Decimal(1).scaleb(int(each.as_tuple().exponent)) for each in (one, other)), unit_of(2))


def _narrowed(segment: Segment, wanted: str) -> Span | None:
    """The words of a segment that a text takes, whole words or parts of them at their ends."""
    pieces = [(match.start(), match.end(), key(match[0])) for match in re.finditer(r"\S+", segment.text)]
    for first in range(len(pieces)):
        text = ""
        for last in range(first, len(pieces)):
            text += pieces[last][2]
            if wanted in text:
                if last == first or wanted not in "".join(piece[2] for piece in pieces[first + 1 : last + 1]):
                    return Span(segment, pieces[first][0], pieces[last][1])
                break
    return whole(segment) if wanted in segment.key else None


def _as_text(found: Found[Any]) -> Found[str]:
    return Found[str](**{**found.model_dump(), "value": str(found.value)})
