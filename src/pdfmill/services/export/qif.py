"""Statements as QIF (Quicken Interchange Format): dates as month/day/year, amounts with a point."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from pdfmill.services.export.bookings import account_number, day_of, one_line, owners_amount
from pdfmill.services.extraction.statements.model import Statement

_TYPES = {"current": "Bank", "credit_card": "CCard"}


def write_qif(statements: Sequence[Statement], path: Path) -> None:
    """Write statements one after the other, each behind a record of its account."""
    lines = [line for statement in statements for line in _lines(statement)]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="")


def _lines(statement: Statement) -> Iterator[str]:
    kind = _TYPES[statement.account.kind]
    yield from ("!Account", f"N{one_line(account_number(statement))}", f"T{kind}", "^", f"!Type:{kind}")
    for entry in statement.entries:
        yield f"D{day_of(entry, statement):%m/%d/%Y}"
        yield f"T{owners_amount(entry):f}"
        if reference := one_line(entry.reference or ""):
            yield f"N{reference}"
        memo = one_line(entry.description)
        payee = one_line(entry.counterparty or "") or memo
        if payee:
            yield f"P{payee}"
        if memo and memo != payee:
            yield f"M{memo}"
        yield "^"
