"""Lines without headings: rows of text and an amount that sum up to a total."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import takewhile

from pdfmill.services.extraction.invoices.rules.amounts import Amount
from pdfmill.services.extraction.invoices.rules.items import TOTAL_NAMES, Item
from pdfmill.services.extraction.invoices.rules.reading import Reading
from pdfmill.services.extraction.invoices.rules.sheet import Span, whole


def lines_by_sum(reading: Reading, targets: Sequence[Decimal]) -> list[Item]:
    """Lines without headings: rows of text and an amount that sum up to a total.

    Args:
        targets: What they may sum up to: net, gross.
    """
    for page in range(len(reading.sheet.pages)):
        rows = list(_priced_rows(reading, page))
        for start in range(len(rows)):
            total = Decimal(0)
            edge = rows[start][1].span.box.right
            chosen = []
            for following, (index, amount, texts) in enumerate(rows[start:], start=start + 1):
                if abs(amount.span.box.right - edge) > 6:
                    continue
                total += amount.value
                chosen.append((index, amount, texts))
                if total in targets and len(chosen) >= 1 and not _is_the_total(reading, chosen):
                    free = takewhile(
                        lambda each: not each[1].value and not _is_the_total(reading, [each]), rows[following:]
                    )
                    return [_priced(page, *each) for each in (*chosen, *free)]
    return []


def _is_the_total(reading: Reading, chosen: list[tuple[int, Amount, list[Span]]]) -> bool:
    names = {label.name for _, amount, texts in chosen for span in texts for label in reading.labels(span.segment)}
    return (len(chosen) == 1 and bool(names & TOTAL_NAMES)) or any(
        label.name in TOTAL_NAMES
        and label.weight >= 3
        and label.start <= 1
        and len(label.key) >= 0.6 * len(re.sub(r"[\d.,%€$£]", "", label.segment.key))
        for _, _, texts in chosen
        for span in texts
        for label in reading.labels(span.segment)
    )


def _priced_rows(reading: Reading, page: int) -> Iterator[tuple[int, Amount, list[Span]]]:
    for index, row in enumerate(reading.sheet.rows[page]):
        amounts = [amount for segment in row for amount in reading.amounts(segment) if amount.is_money]
        texts = [whole(segment) for segment in row if re.search(r"[^\W\d_]{3}", segment.text)]
        if amounts and texts and texts[0].segment is not amounts[-1].span.segment:
            yield index, amounts[-1], texts
        elif amounts and texts and amounts[-1].span.start > 3:
            yield index, amounts[-1], [Span(texts[0].segment, 0, amounts[-1].span.start)]


def _priced(page: int, index: int, amount: Amount, texts: list[Span]) -> Item:
    return Item(page, index, name=texts[:1], values={"amount": amount}, rows={index})


def numbered(items: list[Item], targets: Sequence[Decimal]) -> list[Item]:
    """The lines without those that have no number, if most have one and only these sum up to a total."""
    with_number = [item for item in items if item.position is not None]
    amounts = [item.amount.value for item in with_number if item.amount is not None]
    everything = sum((item.amount.value for item in items if item.amount is not None), Decimal(0))
    is_sum = 2 * len(with_number) > len(items) and everything not in targets and sum(amounts, Decimal(0)) in targets
    return with_number if is_sum else items


def trimmed(items: list[Item], targets: Sequence[Decimal]) -> list[Item]:
    """The first lines that sum up to a total, if all of them do not: what follows are charges or totals."""
    total = Decimal(0)
    amounts = [item.amount.value for item in items if item.amount is not None]
    if sum(amounts, Decimal(0)) in targets:
        return items
    for count, amount in enumerate(amounts, start=1):
        total += amount
        if total in targets and count < len(amounts) and total:
            return items[:count]
    return items
