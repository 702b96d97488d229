"""VAT at each rate: rows in which a percentage, a base and a tax agree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from pdfmill.services.extraction.invoices.rules.amounts import Amount
from pdfmill.services.extraction.invoices.rules.reading import Reading
from pdfmill.services.extraction.invoices.rules.sheet import Segment

#: Rates of VAT and of taxes like it that are or were in force in Europe, India and beyond.
KNOWN_RATES = frozenset(
    Decimal(rate)
    for rate in [
        "2.1",
        "2.5",
        "2.6",
        "3",
        "3.7",
        "3.8",
        "4",
        "5",
        "5.5",
        "6",
        "7",
        "7.6",
        "7.7",
        "8",
        "8.1",
        "8.5",
        "9",
        "9.5",
        "10",
        "11",
        "12",
        "13",
        "13.5",
        "14",
        "15",
        "16",
        "17",
        "18",
        "19",
        "20",
        "21",
        "22",
        "23",
        "24",
        "25",
        "25.5",
        "26",
        "27",
        "28",
    ]
)
#: Smallest amounts by which base times rate may differ from the tax.
_ROUNDED = Decimal("1.1")


@dataclass(frozen=True)
class RateRow:
    """The base and the tax at one rate.

    Attributes:
        gross: Base and tax together, where the row names it too.
    """

    rate: Amount
    base: Amount
    tax: Amount
    gross: Amount | None
    page: int
    row: int


def breakdown_of(reading: Reading, line_rows: set[tuple[int, int]]) -> list[RateRow]:
    """The rows of the VAT breakdown (BG-23), wherever they stand; failing these, lines that give base and tax each.

    Args:
        line_rows: Page and row of the lines of the invoice.
    """
    rows = list(_rate_rows(reading))
    outside = _distinct([row for row in rows if (row.page, row.row) not in line_rows])
    return outside or [row for row in rows if row.gross is not None]


def _rate_rows(reading: Reading) -> Iterator[RateRow]:
    for page, rows in enumerate(reading.sheet.rows):
        for index, row in enumerate(rows):
            if best := _rate_row(reading, row, page, index):
                yield best


def _rate_row(reading: Reading, row: list[Segment], page: int, index: int) -> RateRow | None:
    numbers = [amount for segment in row for amount in reading.amounts(segment)]
    money = [amount for amount in numbers if amount.is_money]
    if len(money) < 2 or len(numbers) > 12:
        return None
    fitting = [
        (gross is None, abs(base.value * rate.value / 100 - tax.value), RateRow(rate, base, tax, gross, page, index))
        for rate in _rates(numbers)
        for base in money
        for tax in money
        if base is not tax and rate not in (base, tax) and _agree(rate, base, tax, reading.unit)
        for gross in [_sum_of(base, tax, money)]
    ]
    return min(fitting, key=lambda each: each[:2])[2] if fitting else None


def _sum_of(base: Amount, tax: Amount, money: list[Amount]) -> Amount | None:
    if not tax.value:
        return None
    return next((each for each in money if each.value == base.value + tax.value and each is not base), None)


def _rates(numbers: list[Amount]) -> Iterator[Amount]:
    """Percentages first; a bare number only if it is a rate that exists."""
    yield from (each for each in numbers if each.percent and 0 <= each.value < 50)
    yield from (
        each for each in numbers if not each.percent and not each.marked and each.value.normalize() in KNOWN_RATES
    )
    yield from (each for each in numbers if not each.percent and each.decimals == 0 and each.value == 0)


def _agree(rate: Amount, base: Amount, tax: Amount, unit: Decimal) -> bool:
    if abs(base.value) < abs(tax.value) or base.value == 0 or (rate.value == 0) != (tax.value == 0):
        return False
    return abs(base.value * rate.value / 100 - tax.value) <= _ROUNDED * unit


def _distinct(rows: list[RateRow]) -> list[RateRow]:
    """Each pair of rate and base once: breakdowns are repeated in totals and on later pages."""
    seen: set[tuple[Decimal, Decimal]] = set()
    kept = []
    for row in rows:
        pair = (row.rate.value.normalize(), row.base.value)
        if pair not in seen:
            seen.add(pair)
            kept.append(row)
    return kept
