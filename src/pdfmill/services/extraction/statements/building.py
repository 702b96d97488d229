"""Statements with the evidence for every value."""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TypeVar

from babel.numbers import get_territory_currencies
from stdnum import iban as iban_number

from pdfmill.services.extraction.evidence import Corners, Evidence, Found
from pdfmill.services.extraction.statements.accounts import Fact, bank_of, facts, owner_of
from pdfmill.services.extraction.statements.headers import Role
from pdfmill.services.extraction.statements.judgement import Verdict, balances, evidence, judge, reconciliation, side
from pdfmill.services.extraction.statements.ledger import Booking
from pdfmill.services.extraction.statements.lines import TextLine
from pdfmill.services.extraction.statements.model import Account, Entry, Statement
from pdfmill.services.extraction.statements.particulars import Particular, particulars
from pdfmill.services.extraction.statements.reader import ReadDocument, ReadScope
from pdfmill.services.extraction.statements.vocabulary import Vocabulary
from pdfmill.services.layout.model import union

T = TypeVar("T")

#: Measured on documents with known truth, see docs/extraction.md: parts that are right.
_PROVED, _SUMMED, _PLAIN, _SUSPECT = 0.99, 0.97, 0.8, 0.4
_LABELLED, _CHECKED, _GUESSED = 0.95, 0.99, 0.6

_HEAD_LINES = 60
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{1,4}){3,8}(?![A-Za-z0-9])")


class StatementBuilder:
    """Builds the statements of one document."""

    def __init__(self, document: ReadDocument) -> None:
        self._document = document
        self._pages = document.pages
        self._vocabulary = document.vocabulary

    def statements(self) -> list[Statement]:
        return [self._statement(read) for read in self._document.scopes]

    def _statement(self, read: ReadScope) -> Statement:
        card = _is_card(self._document.lines, self._vocabulary)
        verdict = judge(read, card=card)
        found = self._facts(read)
        account = self._account(read, found, owed=verdict.owed)
        unread = [self._evidence(line, 0, len(line.words)) for line in self._document.unread][:50]
        result = reconciliation(verdict, unread)
        entries = [
            self._entry(number, booking, read, verdict)
            for number, booking in enumerate(verdict.proof.bookings, start=1)
        ]
        first, last = self._period(read)
        return Statement(
            statement_id=self._text(found.get("statement_number"), "label"),
            account=account,
            period_from=first,
            period_to=last,
            balances=balances(verdict, self._pages, read),
            entries=entries,
            reconciliation=result,
            needs_review=list(self._doubts(read, verdict, account, entries)),
        )

    def _facts(self, read: ReadScope) -> dict[str, Fact]:
        """The first of each kind of fact, of this account or else of the document."""
        found: dict[str, Fact] = {}
        for lines in (read.lines, self._document.scopes[0].lines):
            head = lines[:_HEAD_LINES]
            for index, line in enumerate(head):
                for fact in facts(line, head[index + 1] if index + 1 < len(head) else None, self._vocabulary):
                    found.setdefault(fact.kind, fact)
        return found

    def _account(self, read: ReadScope, found: dict[str, Fact], *, owed: bool) -> Account:
        head = read.lines[:_HEAD_LINES] or self._document.lines[:_HEAD_LINES]
        first = self._document.lines[:_HEAD_LINES]
        owner = self._text(found.get("owner"), "label") or self._place(owner_of(first, 25), "address", _GUESSED)
        return Account(
            iban=self._text(found.get("iban"), "iban check digits", _CHECKED),
            other_id=self._text(found.get("number"), "label"),
            currency=self._currency(read, head, found),
            owner=owner,
            servicer_name=self._place(bank_of(first, self._vocabulary), "word for a bank", _GUESSED),
            servicer_bic=self._text(found.get("bic"), "label"),
            kind="credit_card" if owed else "current",
        )

    def _currency(self, read: ReadScope, head: Sequence[TextLine], found: dict[str, Fact]) -> Found[str] | None:
        if "currency" in found:
            return self._text(found["currency"], "label")
        for header in read.scope.headers:
            for column in header.header.columns:
                if column.currency:
                    return self._found(column.currency, header.line, 0, len(header.line.words), "heading", _LABELLED)
        amounts = [
            (amount, line)
            for line in (*head, *(line for entry in read.scope.entries for line in entry.lines))
            for amount in line.amounts
            if amount.currency
        ]
        if amounts:
            code = Counter(amount.currency for amount, _ in amounts).most_common(1)[0][0]
            amount, line = next(each for each in amounts if each[0].currency == code)
            return self._found(code, line, amount.start, amount.end, "beside amounts", _LABELLED)
        return self._currency_of_country(found.get("iban"))

    def _currency_of_country(self, iban: Fact | None) -> Found[str] | None:
        if iban is None:
            return None
        codes = get_territory_currencies(iban.value[:2])
        if not codes:
            return None
        return Found(
            value=codes[0],
            raw="",
            source="derived",
            confidence=0.9,
            rule="currency of the IBAN's country",
            evidence=[self._evidence(iban.line, iban.start, iban.end)],
        )

    def _period(self, read: ReadScope) -> tuple[Found[datetime.date] | None, Found[datetime.date] | None]:
        if read.period is None:
            return None, None
        days = read.calendar.first, read.calendar.last
        first, last = (
            self._found(day, line, date.start, date.end, "two dates", _LABELLED) if day else None
            for day, (line, date) in zip(days, read.period, strict=True)
        )
        return first, last

    def _entry(self, number: int, booking: Booking, read: ReadScope, verdict: Verdict) -> Entry:
        row = booking.row
        texts: list[Role] = ["type", "description"]
        description = " ".join(filter(None, (row.text(role) for role in texts)))
        named = particulars(row.texts.get("description", ()), self._vocabulary)
        labelled = [each for each in named if each.meaning not in row.texts]
        told = {each.meaning: each.value for each in labelled}
        counterparty = row.text("counterparty") or told.get("counterparty")
        reference = row.text("reference") or told.get("reference")
        if counterparty and not description:
            description = counterparty
        days = {role: read.calendar.day(date) for role, (_, date) in row.dates.items()}
        first_day = days.get("booking_date") or days.get("transaction_date") or days.get("value_date")
        return Entry(
            number=number,
            booking_date=first_day,
            value_date=days.get("value_date"),
            transaction_date=days.get("transaction_date"),
            amount=booking.amount,
            credit_debit=side(booking.amount, owed=verdict.owed),
            description=description,
            counterparty=counterparty,
            counterparty_iban=_iban_in(description),
            reference=reference,
            running_balance=booking.balance,
            confidence=_confidence(booking, verdict),
            needs_review=list(_entry_doubts(booking, first_day, read)),
            page=self._pages[row.lines[0].page].number,
            boxes=self._boxes(booking, labelled),
        )

    def _boxes(self, booking: Booking, labelled: Sequence[Particular]) -> dict[str, list[Corners]]:
        """Where each field stands on the page of the entry's first line."""
        row = booking.row
        page = row.lines[0].page
        found: dict[str, list[Corners]] = {}

        def add(field: str, line: TextLine, start: int, end: int) -> None:
            if line.page == page:
                found.setdefault(field, []).append(self._evidence(line, start, end).box)

        for role, (line, date) in row.dates.items():
            add(role, line, date.start, date.end)
        for role, (line, amount) in row.money.items():
            add("running_balance" if role == "balance" else "amount", line, amount.start, amount.end)
        for each in labelled:
            add(each.meaning, each.line, each.start, each.end)
        for role, places in row.texts.items():
            by_line: dict[int, tuple[TextLine, list[int]]] = {}
            for line, index in places:
                by_line.setdefault(id(line), (line, []))[1].append(index)
            for line, indices in by_line.values():
                if line.page == page:
                    shown = self._pages[page].shown(union(line.words[index].box for index in indices))
                    found.setdefault("description" if role == "type" else role, []).append(
                        (shown.left, shown.top, shown.right, shown.bottom)
                    )
        return found

    def _doubts(self, read: ReadScope, verdict: Verdict, account: Account, entries: Sequence[Entry]) -> Iterable[str]:
        if verdict.status != "exact":
            yield f"The balances do not prove the entries: {verdict.status}."
        yield from verdict.notes
        if not read.calendar.certain:
            yield "Nothing tells whether days or months come first in its dates."
        if any(entry.booking_date is None for entry in entries):
            yield "Some entries have no date."
        if any(booking.guessed for booking in verdict.proof.bookings):
            yield "The sign of some amounts is a guess."
        if account.currency is None:
            yield "The currency is not stated."
        if any(page.source == "ocr" for page in self._pages):
            yield "Its text was recognised from pictures."

    def _text(self, fact: Fact | None, rule: str, confidence: float = _LABELLED) -> Found[str] | None:
        return self._found(fact.value, fact.line, fact.start, fact.end, rule, confidence) if fact else None

    def _place(self, place: tuple[TextLine, int, int] | None, rule: str, confidence: float) -> Found[str] | None:
        if place is None:
            return None
        line, start, end = place
        return self._found(line.text_of(range(start, end)), line, start, end, rule, confidence)

    def _found(self, value: T, line: TextLine, start: int, end: int, rule: str, confidence: float) -> Found[T]:
        return Found(
            value=value,
            raw=line.text_of(range(start, end)),
            source=self._pages[line.page].source,
            confidence=confidence,
            rule=rule,
            evidence=[self._evidence(line, start, end)],
        )

    def _evidence(self, line: TextLine, start: int, end: int) -> Evidence:
        return evidence(self._pages, line.page, line.box_of(start, end))


def _is_card(lines: Sequence[TextLine], vocabulary: Vocabulary) -> bool:
    """Whether a document speaks of a credit card in its own right, not only in descriptions."""
    phrases = [phrase.meaning for line in lines[:_HEAD_LINES] for phrase in vocabulary.words.find(line.folded.split())]
    return "card" in phrases


def _iban_in(text: str) -> str | None:
    for match in _IBAN.finditer(text):
        compact = re.sub(r"\W", "", match[0])
        for length in range(min(len(compact), 34), 14, -1):
            if iban_number.is_valid(compact[:length], check_country=False):
                return compact[:length]
    return None


def _confidence(booking: Booking, verdict: Verdict) -> float:
    if booking.suspect or booking.guessed or booking.day is None:
        return _SUSPECT
    if booking.proved:
        return _PROVED
    return _SUMMED if verdict.status == "exact" else _PLAIN


def _entry_doubts(booking: Booking, day: datetime.date | None, read: ReadScope) -> Iterable[str]:
    if booking.suspect:
        yield "The running balance does not follow."
    if booking.guessed or not booking.known:
        yield "Nothing tells the sign of its amount."
    if day is None:
        yield "It has no date that can be read."
    elif not read.calendar.holds(day):
        yield "Its date lies outside the statement's period."
