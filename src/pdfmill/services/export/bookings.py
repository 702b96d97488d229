"""What the formats of banks need of a statement: values as the owner sees them, and nothing missing."""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Iterator
from decimal import Decimal

from pdfmill.services.extraction.statements.model import Entry, Statement

#: Control characters, surrogates and what else XML 1.0 and line-based formats cannot hold.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")

#: ISO 4217 for "no currency".
NO_CURRENCY = "XXX"
#: What a statement without any date is dated.
_NO_DAY = datetime.date(1970, 1, 1)


def one_line(text: str, most: int | None = None) -> str:
    """A text without line ends and control characters, cut to so many characters."""
    clean = " ".join(_UNPRINTABLE.sub(" ", text).split())
    return clean if most is None else clean[:most].rstrip()


def owners_amount(entry: Entry) -> Decimal:
    """What the owner gets, or with a minus pays."""
    return abs(entry.amount) if entry.credit_debit == "CRDT" else -abs(entry.amount)


def currency(statement: Statement) -> str:
    found = statement.account.currency
    return found.value if found else NO_CURRENCY


def account_number(statement: Statement) -> str:
    """The IBAN or the number of the account; ``UNKNOWN`` if it has none."""
    found = statement.account.iban or statement.account.other_id
    return found.value if found else "UNKNOWN"


def last_day(statement: Statement) -> datetime.date:
    """The day the statement ends; 1970-01-01 if it tells no date at all."""
    days = [entry.booking_date for entry in statement.entries if entry.booking_date]
    stated = statement.period_to.value if statement.period_to else None
    return max([*days, *([stated] if stated else [])], default=_NO_DAY)


def first_day(statement: Statement) -> datetime.date:
    """The day the statement begins; its last day if it tells no other."""
    days = [entry.booking_date for entry in statement.entries if entry.booking_date]
    stated = statement.period_from.value if statement.period_from else None
    return min([*days, *([stated] if stated else [])], default=last_day(statement))


def day_of(entry: Entry, statement: Statement) -> datetime.date:
    """The day of an entry; the statement's last for one whose date cannot be read (formats that must have one)."""
    return entry.booking_date or entry.value_date or last_day(statement)


def fingerprints(statement: Statement) -> Iterator[str]:
    """A stable id of each entry: of its account, date, amount, text, and its place among equal ones."""
    seen: dict[str, int] = {}
    for entry in statement.entries:
        said = f"{account_number(statement)}|{entry.booking_date}|{entry.amount}|{entry.description}"
        seen[said] = seen.get(said, 0) + 1
        yield hashlib.sha256(f"{said}|{seen[said]}".encode(errors="replace")).hexdigest()[:24]


def undated(statement: Statement) -> int:
    """How many entries have no date."""
    return sum(entry.booking_date is None and entry.value_date is None for entry in statement.entries)
