"""Statements as OFX 2.2 (Open Financial Exchange, section 11: banking)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from pathlib import Path

from pdfmill.engines.lxml import Element, write_xml
from pdfmill.services.export.bookings import (
    account_number,
    currency,
    day_of,
    fingerprints,
    first_day,
    last_day,
    one_line,
    owners_amount,
)
from pdfmill.services.extraction.statements.model import Entry, Statement

_HEADER = '<?OFX OFXHEADER="200" VERSION="220" SECURITY="NONE" OLDFILEUID="NONE" NEWFILEUID="NONE"?>'
#: Lengths of OFX 2.2, 3.2.8 and 11.4.
_NAME, _MEMO, _ACCOUNT, _BANK = 32, 255, 22, 9


def write_ofx(statements: Sequence[Statement], path: Path) -> None:
    """Write statements; amounts are what the owner gets, or with a minus pays."""
    last = max((last_day(statement) for statement in statements), default=datetime.date(1970, 1, 1))
    sign_on = Element("SONRS", _status(), Element("DTSERVER", _day(last)), Element("LANGUAGE", "ENG"))
    banks = [s for s in statements if s.account.kind == "current"]
    cards = [s for s in statements if s.account.kind == "credit_card"]
    parts = [Element("SIGNONMSGSRSV1", sign_on)]
    if banks:
        parts.append(Element("BANKMSGSRSV1", *(_response("STMT", number, s) for number, s in enumerate(banks, 1))))
    if cards:
        parts.append(
            Element("CREDITCARDMSGSRSV1", *(_response("CCSTMT", number, s) for number, s in enumerate(cards, 1)))
        )
    write_xml(path, Element("OFX", *parts), header=_HEADER)


def _response(kind: str, number: int, statement: Statement) -> Element:
    return Element(
        f"{kind}TRNRS",
        Element("TRNUID", str(number)),
        _status(),
        Element(
            f"{kind}RS",
            Element("CURDEF", currency(statement)),
            _account(kind, statement),
            Element(
                "BANKTRANLIST",
                Element("DTSTART", _day(first_day(statement))),
                Element("DTEND", _day(last_day(statement))),
                _transactions(statement),
            ),
            *_ledger_balance(statement),
        ),
    )


def _account(kind: str, statement: Statement) -> Element:
    number = Element("ACCTID", one_line(account_number(statement).replace(" ", ""))[-_ACCOUNT:])
    if kind == "CCSTMT":
        return Element("CCACCTFROM", number)
    bic = statement.account.servicer_bic
    bank = Element("BANKID", one_line(bic.value)[:_BANK] if bic else "UNKNOWN")
    return Element("BANKACCTFROM", bank, number, Element("ACCTTYPE", "CHECKING"))


def _transactions(statement: Statement) -> Iterator[Element]:
    for entry, fingerprint in zip(statement.entries, fingerprints(statement), strict=True):
        amount = owners_amount(entry)
        parts = [
            Element("TRNTYPE", "CREDIT" if amount >= 0 else "DEBIT"),
            Element("DTPOSTED", _day(day_of(entry, statement))),
            Element("TRNAMT", f"{amount:f}"),
            Element("FITID", fingerprint),
        ]
        if reference := one_line(entry.reference or "", _NAME):
            parts.append(Element("REFNUM", reference))
        name, memo = _name(entry), one_line(entry.description, _MEMO)
        parts.append(Element("NAME", name))
        if memo and memo != name:
            parts.append(Element("MEMO", memo))
        yield Element("STMTTRN", *parts)


def _name(entry: Entry) -> str:
    return one_line(entry.counterparty or "", _NAME) or one_line(entry.description, _NAME) or "-"


def _ledger_balance(statement: Statement) -> Iterator[Element]:
    for balance in statement.balances:
        if balance.type == "CLBD":
            amount = abs(balance.amount) if balance.credit_debit == "CRDT" else -abs(balance.amount)
            day = balance.date or last_day(statement)
            yield Element("LEDGERBAL", Element("BALAMT", f"{amount:f}"), Element("DTASOF", _day(day)))


def _status() -> Element:
    return Element("STATUS", Element("CODE", "0"), Element("SEVERITY", "INFO"))


def _day(day: datetime.date) -> str:
    return day.strftime("%Y%m%d")
