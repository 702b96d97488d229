"""What the review picture of statements shows: every field of the account, each balance, each entry."""

from __future__ import annotations

from collections.abc import Iterator

from pdfmill.services.extraction.overlay import Mark
from pdfmill.services.extraction.statements.model import Entry, Statement, StatementFile

_ACCOUNT = ("iban", "other_id", "currency", "owner", "servicer_name", "servicer_bic")
#: Confidence of a balance by what the entries say about it.
_BALANCE = {"exact": 0.99, "derived": 0.8, "failed": 0.4}


def marks_of(file: StatementFile) -> Iterator[Mark]:
    """The marks of all statements, each at its place on a page."""
    for statement in file.statements:
        yield from _facts(statement)
        confidence = _BALANCE[statement.reconciliation.status]
        for balance in statement.balances:
            for place in balance.evidence:
                yield Mark(place.page, place.box, f"balance {balance.type}", confidence, str(balance.amount))
        for entry in statement.entries:
            yield from _entry(entry)


def _facts(statement: Statement) -> Iterator[Mark]:
    facts = {name: getattr(statement.account, name) for name in _ACCOUNT}
    facts |= {name: getattr(statement, name) for name in ("statement_id", "period_from", "period_to")}
    for name, found in facts.items():
        if found is not None:
            for place in found.evidence:
                yield Mark(place.page, place.box, name, found.confidence, str(found.value))


def _entry(entry: Entry) -> Iterator[Mark]:
    values = {"amount": entry.amount, "running_balance": entry.running_balance, "description": entry.description}
    for field, boxes in entry.boxes.items():
        for box in boxes:
            value = values.get(field, getattr(entry, field, ""))
            yield Mark(entry.page, box, f"{entry.number} {field}", entry.confidence, str(value))
