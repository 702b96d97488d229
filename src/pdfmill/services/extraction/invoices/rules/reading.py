"""What is looked up again and again while one invoice is read: labels, amounts and dates of each segment."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from functools import cached_property

from pdfmill.services.extraction.invoices.rules.amounts import Amount, amounts_in, notation_of
from pdfmill.services.extraction.invoices.rules.currencies import currency_of
from pdfmill.services.extraction.invoices.rules.dates import DatePlace, dates_in, months_come_first
from pdfmill.services.extraction.invoices.rules.lexicon import Label, speaking
from pdfmill.services.extraction.invoices.rules.sheet import Segment, Sheet
from pdfmill.services.values.currencies import unit_of


class Reading:
    """A sheet, the languages it speaks, and what its segments hold.

    Attributes:
        currency: See `currency_of`.
        unit: The smallest amount that is written: a cent, mostly.
    """

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.lexicon = speaking(sheet)
        self.currency = currency_of(sheet, self.lexicon.languages)
        self.notation = notation_of(sheet, self.currency[0] if self.currency else None)
        self.unit = unit_of(self.notation.places)
        self.month_first = months_come_first(sheet, self.lexicon.languages)
        self._amounts: dict[int, list[Amount]] = {}
        self._dates: dict[int, list[DatePlace]] = {}
        self._labels: dict[int, list[Label]] = {}
        self.by_name: dict[str, list[Label]] = defaultdict(list)
        for segment in sheet.segments:
            labels = self._labels[id(segment)] = self.lexicon.labels_in(segment)
            for label in labels:
                self.by_name[label.name].append(label)

    def labels(self, segment: Segment) -> list[Label]:
        return self._labels[id(segment)]

    def labelled(self, *names: str) -> list[Label]:
        """The labels of these fields."""
        return [label for name in names for label in self.by_name.get(name, ())]

    def amounts(self, segment: Segment) -> list[Amount]:
        """All numbers of a segment that may be amounts; those within dates are none."""
        if id(segment) not in self._amounts:
            dates = [place.span for place in self.dates(segment)]
            self._amounts[id(segment)] = [
                amount
                for amount in amounts_in(segment, self.notation)
                if not any(span.start < amount.span.end and amount.span.start < span.end for span in dates)
            ]
        return self._amounts[id(segment)]

    def dates(self, segment: Segment) -> list[DatePlace]:
        if id(segment) not in self._dates:
            self._dates[id(segment)] = dates_in(segment, month_first=self.month_first)
        return self._dates[id(segment)]

    @cached_property
    def money(self) -> list[Amount]:
        """Every amount of money."""
        return [amount for segment in self.sheet.segments for amount in self.amounts(segment) if amount.is_money]

    @cached_property
    def rates(self) -> set[Decimal]:
        """The percentages that the pages name."""
        return {
            amount.value
            for segment in self.sheet.segments
            if "%" in segment.text
            for amount in self.amounts(segment)
            if amount.percent
        }
