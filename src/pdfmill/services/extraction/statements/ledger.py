"""Signs, running balances, and whether the entries explain how one balance became the other."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise, product

from pdfmill.services.extraction.statements.amounts import Amount
from pdfmill.services.extraction.statements.rows import EntryRow, Side

#: Signs of so many amounts between two balances are tried in all combinations.
_MOST_UNSIGNED = 14

ZERO = Decimal("0.00")


@dataclass
class Booking:
    """An entry with its sign as the statement counts.

    Attributes:
        known: Whether the document tells the sign; else it was concluded from balances, or is a guess.
        proved: Whether the running balance after it follows from the one before it.
        suspect: Whether it contradicts.
    """

    row: EntryRow
    amount: Decimal
    known: bool
    balance: Decimal | None
    day: datetime.date | None
    proved: bool = False
    suspect: bool = False
    guessed: bool = False


@dataclass
class Proof:
    """What the balances say about bookings in order of time.

    Attributes:
        links: Running balances that follow from the one before.
        broken: Running balances that do not.
    """

    bookings: list[Booking]
    opening: Decimal | None
    closing: Decimal | None
    links: int = 0
    broken: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def total(self) -> Decimal:
        return sum((booking.amount for booking in self.bookings), ZERO)

    @property
    def difference(self) -> Decimal | None:
        if self.opening is None or self.closing is None:
            return None
        return self.closing - self.opening - self.total

    @property
    def adds_up(self) -> bool:
        return bool(self.bookings) and self.difference == 0 and not self.broken


def balance_value(amount: Amount, *, owed: bool) -> Decimal:
    """A balance with the sign that the statement counts with.

    Args:
        owed: Whether balances tell what the owner owes: a credit then lowers them.
    """
    if owed and amount.mark in ("credit", "debit"):
        return -amount.value if amount.mark == "credit" else amount.value
    return amount.signed


class SignRules:
    """How the amounts of a document tell their sign, judged by all of them.

    Args:
        owed: Whether balances tell what the owner owes.
    """

    def __init__(self, rows: Sequence[EntryRow], *, owed: bool) -> None:
        self._up: Side = "debit" if owed else "credit"
        self._doubly: Counter[tuple[int, str]] = Counter()
        self._marks: dict[tuple[int, str, Side | None], Counter[str]] = {}
        for row in rows:
            for role in ("amount", "debit", "credit"):
                if role in row.money:
                    mark = row.money[role][1].mark or "none"
                    self._doubly[row.table, mark] += row.money[role][1].doubly
                    self._marks.setdefault((row.table, role, row.side), Counter())[mark] += 1

    def amount(self, row: EntryRow) -> tuple[Decimal, bool]:
        """The signed amount, and whether the document tells the sign."""
        if "amount" in row.money:
            return self._single(row, row.money["amount"][1])
        total = ZERO
        sides: tuple[Side, Side] = ("debit", "credit")
        for side in sides:
            if side in row.money:
                amount = row.money[side][1]
                total += self._toward(side, amount.value, reverse=self._is_reversal(row, side, amount))
        return total, True

    def _single(self, row: EntryRow, amount: Amount) -> tuple[Decimal, bool]:
        mark = amount.mark
        if mark == "debit" or mark == "credit":
            return self._toward(mark, amount.value, reverse=self._is_odd(row, amount)), True
        if row.side and self._counts(row, "amount")["minus"] * 2 <= self._counts(row, "amount").total():
            return self._toward(row.side, amount.value, reverse=mark == "minus"), True
        if mark:
            return (-amount.value if mark == "minus" else amount.value), True
        return self._unmarked(row, amount)

    def _is_odd(self, row: EntryRow, amount: Amount) -> bool:
        """Whether a minus beside a word for debit or credit is an exception, and so turns the amount round."""
        mark = amount.mark or "none"
        alike = sum(marks[mark] for (table, _, _), marks in self._marks.items() if table == row.table)
        return amount.doubly and self._doubly[row.table, mark] * 2 < alike

    def _unmarked(self, row: EntryRow, amount: Amount) -> tuple[Decimal, bool]:
        """What has no mark is the other of what has one."""
        marks = sum(
            (count for (table, role, _), count in self._marks.items() if (table, role) == (row.table, "amount")),
            Counter(),
        )
        if marks["minus"]:
            return amount.value, True
        if marks["debit"] and not marks["credit"]:
            return self._toward("credit", amount.value), True
        if marks["credit"] and not marks["debit"]:
            return self._toward("debit", amount.value), True
        if marks["plus"]:
            return -amount.value, True
        return amount.value, False

    def _counts(self, row: EntryRow, role: str) -> Counter[str]:
        return self._marks.get((row.table, role, row.side), Counter())

    def _is_reversal(self, row: EntryRow, side: Side, amount: Amount) -> bool:
        """Whether a minus is an exception in its column, and so turns the amount round."""
        if amount.mark != "minus":
            return False
        counts = self._counts(row, side)
        return counts["minus"] * 2 < counts.total()

    def _toward(self, side: Side, value: Decimal, *, reverse: bool = False) -> Decimal:
        return value if (side == self._up) != reverse else -value


def in_order_of_time(bookings: list[Booking]) -> list[Booking]:
    """Bookings from the oldest to the newest, whichever way they are printed."""
    days = [booking.day for booking in bookings if booking.day]
    later = sum(after > before for before, after in pairwise(days))
    earlier = sum(after < before for before, after in pairwise(days))
    if later == earlier:
        downwards, upwards = _links(bookings), _links(list(reversed(bookings)))
        return list(reversed(bookings)) if upwards > downwards else bookings
    return list(reversed(bookings)) if earlier > later else bookings


def _links(bookings: Sequence[Booking]) -> int:
    return sum(
        before.balance is not None and after.balance is not None and after.balance - before.balance == after.amount
        for before, after in pairwise(bookings)
    )


def prove(bookings: list[Booking], opening: Decimal | None, closing: Decimal | None) -> Proof:
    """Conclude signs that the document does not tell, then compare every running balance with the one before it."""
    proof = Proof(bookings, opening, closing)
    for start, block, end in _blocks(bookings, opening, closing):
        if start is not None and end is not None:
            _conclude_signs(block, end - start)
    for start, block, end in _blocks(bookings, opening, None):
        if start is None or end is None:
            continue
        follows = start + sum((booking.amount for booking in block), ZERO) == end
        proof.links += follows
        proof.broken += not follows
        for booking in block:
            booking.proved, booking.suspect = follows, not follows
    return proof


def _blocks(
    bookings: Sequence[Booking], opening: Decimal | None, closing: Decimal | None
) -> Iterator[tuple[Decimal | None, list[Booking], Decimal | None]]:
    """Bookings between one balance and the next."""
    start, block = opening, list[Booking]()
    for booking in bookings:
        block.append(booking)
        if booking.balance is not None:
            yield start, block, booking.balance
            start, block = booking.balance, []
    if block:
        yield start, block, closing


def _conclude_signs(block: Sequence[Booking], change: Decimal) -> None:
    """Give unsigned amounts the only signs that explain a change of the balance; nothing if there are several."""
    unsigned = [booking for booking in block if not booking.known]
    if not unsigned:
        return
    wanted = change - sum((booking.amount for booking in block if booking.known), ZERO)
    values = [abs(booking.amount) for booking in unsigned]
    if len(unsigned) > _MOST_UNSIGNED:
        solutions = [signs for signs in ((1,) * len(values), (-1,) * len(values)) if _sum(signs, values) == wanted]
    else:
        solutions = [signs for signs in product((1, -1), repeat=len(values)) if _sum(signs, values) == wanted]
    outcomes = {tuple(sign * value for sign, value in zip(signs, values, strict=True)) for signs in solutions}
    if len(outcomes) == 1:
        for booking, amount in zip(unsigned, next(iter(outcomes)), strict=True):
            booking.amount, booking.known = amount, True
    else:
        for booking in unsigned:
            booking.guessed = True


def _sum(signs: Sequence[int], values: Sequence[Decimal]) -> Decimal:
    return sum((sign * value for sign, value in zip(signs, values, strict=True)), ZERO)
