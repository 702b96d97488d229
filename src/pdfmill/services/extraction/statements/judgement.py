"""From what was found on one account to a statement: signs and balances settled, everything with its evidence."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from pdfmill.services.extraction.evidence import Evidence
from pdfmill.services.extraction.statements.ledger import (
    ZERO,
    Booking,
    Proof,
    SignRules,
    balance_value,
    in_order_of_time,
    prove,
)
from pdfmill.services.extraction.statements.model import Balance, Reconciliation
from pdfmill.services.extraction.statements.reader import ReadScope
from pdfmill.services.extraction.statements.rows import BalanceRow, EntryRow
from pdfmill.services.layout.model import Box
from pdfmill.services.layout.page_words import PageWords


@dataclass
class Verdict:
    """What the balances say about one account's entries.

    Attributes:
        owed: Whether balances tell what the owner owes.
        conflict: Whether the document states two different opening or closing balances.
        is_named: Whether more than its balances tells where it begins.
    """

    proof: Proof
    owed: bool
    opening_row: BalanceRow | None
    closing_row: BalanceRow | None
    conflict: bool
    is_named: bool
    notes: list[str] = field(default_factory=list)

    @property
    def status(self) -> str:
        proof = self.proof
        if self.conflict or proof.broken:
            return "failed"
        if self.opening_row and self.closing_row:
            if proof.adds_up:
                return "exact" if self.is_named else "derived"
            return "derived" if not proof.bookings and proof.difference == 0 else "failed"
        return "derived" if proof.links and proof.difference in (None, 0) else "failed"


def judge(read: ReadScope, *, card: bool) -> Verdict:
    """Settle signs and balances; for cards, whichever way of counting the balances bear out."""
    ways = [_verdict(read, owed=owed) for owed in ((True, False) if card else (False,))]
    return next((way for way in ways if way.status == "exact"), ways[0])


def _verdict(read: ReadScope, *, owed: bool) -> Verdict:
    scope = read.scope
    rules = SignRules(scope.entries, owed=owed)
    bookings = in_order_of_time([_booking(row, rules, read, owed=owed) for row in scope.entries])
    openings, closings = _stated(read, bookings)
    opening, opening_conflict = _agreed(openings, owed=owed)
    closing, closing_conflict = _agreed(closings, owed=owed)
    notes = []
    if opening_conflict or closing_conflict:
        notes.append("The document states different opening or closing balances.")
    start = _balance(opening, owed=owed) if opening else None
    end = _balance(closing, owed=owed) if closing else None
    proof = prove(bookings, start, end)
    if _lacks_its_sign(proof, closing):
        notes.append("The closing balance stands there without its sign, which the running balance tells.")
        proof = prove(bookings, start, -end if end is not None else None)
    return Verdict(proof, owed, opening, closing, opening_conflict or closing_conflict, scope.is_named, notes)


def _booking(row: EntryRow, rules: SignRules, read: ReadScope, *, owed: bool) -> Booking:
    amount, known = rules.amount(row)
    balance = row.money.get("balance")
    return Booking(
        row,
        amount,
        known,
        balance_value(balance[1], owed=owed) if balance else None,
        booking_day(row, read),
    )


def booking_day(row: EntryRow, read: ReadScope) -> datetime.date | None:
    """The day of booking, or else the only day that there is."""
    for role in ("booking_date", "transaction_date", "value_date"):
        if role in row.dates:
            return read.calendar.day(row.dates[role][1])
    return None


def _stated(read: ReadScope, bookings: Sequence[Booking]) -> tuple[list[BalanceRow], list[BalanceRow]]:
    """The rows that state the opening and the closing balance."""
    scope = read.scope
    openings, closings = scope.stated("opening"), scope.stated("closing")
    dated = sorted(
        (
            (day, index, row)
            for index, row in enumerate(scope.stated("dated"))
            if row.date and (day := read.calendar.day(row.date))
        ),
        key=lambda each: each[:2],
    )
    days = [booking.day for booking in bookings if booking.day]
    if dated and not openings and (len({day for day, _, _ in dated}) > 1 or (days and dated[0][0] < min(days))):
        openings = [row for day, _, row in dated if day == dated[0][0]]
    if dated and not closings and (len({day for day, _, _ in dated}) > 1 or (days and dated[-1][0] >= max(days))):
        closings = [row for day, _, row in dated if day == dated[-1][0]]
    carried = scope.stated("carried")
    if scope.entries and carried:
        first, last = _place(scope.entries[0]), _place(scope.entries[-1])
        openings = openings or [row for row in carried if _row_place(row) < first][:1]
        closings = closings or [row for row in carried if _row_place(row) > last][-1:]
    return openings, closings


def _place(entry: EntryRow) -> tuple[int, float]:
    return entry.lines[0].page, entry.lines[0].box.top


def _row_place(row: BalanceRow) -> tuple[int, float]:
    return row.line.page, row.line.box.top


def _agreed(rows: Sequence[BalanceRow], *, owed: bool) -> tuple[BalanceRow | None, bool]:
    """One of the rows, and whether they contradict one another; a balance without a mark may lack its sign."""
    if not rows:
        return None, False
    marked = [row for row in rows if row.amount.mark or row.side] or list(rows)
    values = {_balance(row, owed=owed) for row in marked}
    sizes = {row.amount.value for row in rows}
    return marked[-1], len(values) > 1 or len(sizes) > 1


def _balance(row: BalanceRow, *, owed: bool) -> Decimal:
    if row.side is None or row.amount.mark:
        return balance_value(row.amount, owed=owed)
    return row.amount.value if (row.side == "credit") != owed else -row.amount.value


def _lacks_its_sign(proof: Proof, closing: BalanceRow | None) -> bool:
    """Whether the closing balance is stated bare, and an unbroken chain of running balances ends at its negative."""
    if (
        closing is None
        or closing.amount.mark
        or closing.side
        or not proof.bookings
        or proof.broken
        or proof.closing is None
    ):
        return False
    last = proof.bookings[-1].balance
    return last is not None and last < 0 and last == -proof.closing and all(each.proved for each in proof.bookings)


def reconciliation(verdict: Verdict, unread: list[Evidence]) -> Reconciliation:
    """The verdict in public terms."""
    proof = verdict.proof
    amounts = [booking.amount for booking in proof.bookings]
    status = verdict.status
    return Reconciliation(
        status=status,
        opening=proof.opening,
        sum_credits=sum((amount for amount in amounts if amount > 0), ZERO),
        sum_debits=sum((amount for amount in amounts if amount < 0), ZERO),
        closing=proof.closing,
        difference=proof.difference,
        running_balances=proof.links,
        suspect_entries=[number for number, booking in enumerate(proof.bookings, start=1) if booking.suspect],
        unread=unread if status == "failed" else [],
        reasons=list(_reasons(verdict)),
    )


def _reasons(verdict: Verdict) -> Iterable[str]:
    proof = verdict.proof
    yield from verdict.notes
    if not proof.bookings:
        yield "There is no entry."
    if verdict.opening_row is None:
        yield "The opening balance is not stated."
    if verdict.closing_row is None:
        yield "The closing balance is not stated."
    if not verdict.is_named:
        yield "Nothing but its opening balance tells where it begins."
    if proof.broken:
        yield f"{proof.broken} running balances do not follow from the one before."
    if proof.difference:
        yield f"The entries leave a difference of {proof.difference}."


def balances(verdict: Verdict, pages: Sequence[PageWords], read: ReadScope) -> list[Balance]:
    """The balances that the statement states."""
    found = []
    rows = [("OPBD", verdict.opening_row, verdict.proof.opening), ("CLBD", verdict.closing_row, verdict.proof.closing)]
    for kind, row, value in rows:
        if row is None or value is None:
            continue
        found.append(
            Balance(
                type=kind,
                amount=value,
                credit_debit=side(value, owed=verdict.owed),
                date=read.calendar.day(row.date) if row.date else None,
                raw=row.amount.raw,
                evidence=[evidence(pages, row.line.page, row.amount.box)],
            )
        )
    return found


def side(value: Decimal, *, owed: bool) -> str:
    """Whether a value, counted as the statement does, is the owner's credit or debit."""
    return "CRDT" if (value >= 0) != owed or value == 0 else "DBIT"


def evidence(pages: Sequence[PageWords], page: int, box: Box) -> Evidence:
    """Where on a page as shown a box lies."""
    shown = pages[page].shown(box)
    return Evidence(page=pages[page].number, box=(shown.left, shown.top, shown.right, shown.bottom))
