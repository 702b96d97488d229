"""Statements as tables: what they are, their entries, and what was checked."""

from __future__ import annotations

from collections.abc import Iterator

from pdfmill.services.export.bookings import account_number, currency
from pdfmill.services.export.tables import Sheet, Value
from pdfmill.services.extraction.statements.model import Statement, StatementFile

_STATEMENT = (
    "statement", "statement id", "account", "kind", "owner", "bank", "bic", "currency", "from", "to", "opening",
    "credits", "debits", "closing", "difference", "reconciliation", "entries", "review",
)  # fmt: skip
_ENTRY = (
    "statement", "account", "number", "booking date", "value date", "transaction date", "amount", "credit debit",
    "currency", "description", "counterparty", "counterparty iban", "reference", "balance", "confidence", "review",
    "page",
)  # fmt: skip
_CHECK = ("statement", "check", "ok", "expected", "found", "entry")


def statement_sheets(file: StatementFile) -> list[Sheet]:
    """Three tables: statements, entries, checks."""
    numbered = list(enumerate(file.statements, start=1))
    return [
        Sheet("statements", _STATEMENT, [_statement(number, each) for number, each in numbered]),
        entry_sheet(file),
        Sheet("checks", _CHECK, [row for number, each in numbered for row in _checks(number, each)]),
    ]


def entry_sheet(file: StatementFile) -> Sheet:
    """All entries, a row for each."""
    rows = [row for number, each in enumerate(file.statements, start=1) for row in _entries(number, each)]
    return Sheet("entries", _ENTRY, rows)


def _statement(number: int, statement: Statement) -> tuple[Value, ...]:
    account, result = statement.account, statement.reconciliation
    return (
        number,
        statement.statement_id.value if statement.statement_id else None,
        account_number(statement),
        account.kind,
        account.owner.value if account.owner else None,
        account.servicer_name.value if account.servicer_name else None,
        account.servicer_bic.value if account.servicer_bic else None,
        account.currency.value if account.currency else None,
        statement.period_from.value if statement.period_from else None,
        statement.period_to.value if statement.period_to else None,
        result.opening,
        result.sum_credits,
        result.sum_debits,
        result.closing,
        result.difference,
        result.status,
        len(statement.entries),
        " ".join(statement.needs_review) or None,
    )


def _entries(number: int, statement: Statement) -> Iterator[tuple[Value, ...]]:
    for entry in statement.entries:
        yield (
            number,
            account_number(statement),
            entry.number,
            entry.booking_date,
            entry.value_date,
            entry.transaction_date,
            entry.amount,
            entry.credit_debit,
            currency(statement),
            entry.description,
            entry.counterparty,
            entry.counterparty_iban,
            entry.reference,
            entry.running_balance,
            str(entry.confidence),
            " ".join(entry.needs_review) or None,
            entry.page,
        )


def _checks(number: int, statement: Statement) -> Iterator[tuple[Value, ...]]:
    result = statement.reconciliation
    explained = None if result.opening is None else result.opening + result.sum_credits + result.sum_debits
    yield number, "opening balance is stated", result.opening is not None, None, result.opening, None
    yield number, "closing balance is stated", result.closing is not None, None, result.closing, None
    yield number, "there is an entry", bool(statement.entries), None, len(statement.entries), None
    yield number, "entries explain the closing balance", result.difference == 0, result.closing, explained, None
    yield number, "running balances follow", not result.suspect_entries, None, result.running_balances, None
    for entry in statement.entries:
        if entry.number in set(result.suspect_entries):
            yield number, "running balance follows", False, None, entry.running_balance, entry.number
