"""What a statement says, in the terms of ISO 20022 camt.053 (Bank to Customer Statement)."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from pdfmill.services.extraction.evidence import Corners, Evidence, Found

CreditDebit = Literal["CRDT", "DBIT"]
Text = Found[str] | None
Day = Found[datetime.date] | None


class Account(BaseModel):
    """Whose account it is, and where (camt.053 Acct)."""

    model_config = ConfigDict(frozen=True)

    iban: Text = Field(description="IBAN without spaces; its check digits are right unless its confidence is low.")
    other_id: Text = Field(description="Account or card number where there is no IBAN, hidden digits as printed.")
    currency: Text = Field(description="ISO 4217 code.")
    owner: Text = Field(description="Name of the account's owner.")
    servicer_name: Text = Field(description="Name of the bank.")
    servicer_bic: Text = Field(description="BIC of the bank.")
    kind: Literal["current", "credit_card"] = Field(
        description="For a credit card that states what is owed, amounts that raise it are positive, as printed; "
        "credit_debit is always as the owner sees it."
    )


class Balance(BaseModel):
    """A balance that the statement states (camt.053 Bal)."""

    model_config = ConfigDict(frozen=True)

    type: Literal["OPBD", "CLBD", "ITBD"] = Field(
        description="OPBD is the opening, CLBD the closing, ITBD an interim balance (ExternalBalanceType1Code)."
    )
    amount: Decimal = Field(description="Signed as the statement counts.")
    credit_debit: CreditDebit = Field(description="CRDT where the owner has something, DBIT where the owner owes.")
    date: datetime.date | None
    raw: str = Field(description="How it stands in the document.")
    evidence: list[Evidence]


class Entry(BaseModel):
    """A booking (camt.053 Ntry)."""

    model_config = ConfigDict(frozen=True)

    number: int = Field(description="Place among the statement's entries in order of time, from 1.")
    booking_date: datetime.date | None
    value_date: datetime.date | None
    transaction_date: datetime.date | None = Field(description="When it was bought or ordered, where that is told.")
    amount: Decimal = Field(description="Signed as the statement counts; see the account's kind.")
    credit_debit: CreditDebit = Field(description="CRDT where the owner gets something, DBIT where the owner pays.")
    description: str = Field(description="All of its text, lines joined by spaces (RmtInf/Ustrd).")
    counterparty: str | None
    counterparty_iban: str | None
    reference: str | None
    running_balance: Decimal | None = Field(description="The balance after it, where the statement states it.")
    confidence: float = Field(
        ge=0,
        le=1,
        description="Set by rule from what speaks for its date and amount, above all the balances; no measured part.",
    )
    needs_review: list[str] = Field(description="Why a person should look at it; empty if nothing speaks for that.")
    page: int = Field(description="The page it begins on, from 1.")
    boxes: dict[str, list[Corners]] = Field(
        description="For each of its fields where it stands on the page: left, top, right, bottom in PDF points from "
        "the top left of the page as shown."
    )


class Reconciliation(BaseModel):
    """Whether the entries explain how one balance became the other."""

    model_config = ConfigDict(frozen=True)

    status: Literal["exact", "derived", "failed"] = Field(
        description="exact: opening and closing balance are stated, there is an entry, their sum is right to the cent, "
        "and no running balance contradicts. derived: a balance is not stated, but every running balance follows from "
        "the one before, or there is no entry and nothing moved. failed: all else."
    )
    opening: Decimal | None
    sum_credits: Decimal = Field(description="Of entries that raise the balance.")
    sum_debits: Decimal = Field(description="Of entries that lower the balance; not positive.")
    closing: Decimal | None
    difference: Decimal | None = Field(
        description="closing - (opening + sum of entries); null if a balance is missing."
    )
    running_balances: int = Field(description="Running balances that follow from the one before them.")
    suspect_entries: list[int] = Field(
        description="Numbers of entries next to which a running balance does not follow."
    )
    unread: list[Evidence] = Field(description="Lines with amounts that were not understood, if it failed.")
    reasons: list[str] = Field(description="Why it is not exact.")


class Statement(BaseModel):
    """One account over one period (camt.053 Stmt)."""

    model_config = ConfigDict(frozen=True)

    statement_id: Text = Field(description="Number of the statement as printed.")
    account: Account
    period_from: Day
    period_to: Day
    balances: list[Balance]
    entries: list[Entry] = Field(description="In order of time, whichever way they are printed.")
    reconciliation: Reconciliation
    needs_review: list[str] = Field(description="Why a person should look at it; empty if nothing speaks for that.")


class StatementFile(BaseModel):
    """What was read from a document."""

    model_config = ConfigDict(frozen=True)

    outcome: Literal["statements", "not_a_statement", "needs_ocr"] = Field(
        description="needs_ocr: there is nothing but pictures of text, in which no words were recognised."
    )
    looks_like: str | None = Field(description="What it seems to be instead; null for statements.")
    pages: int
    needs_ocr: str | None = Field(
        None, description="Pages whose text is absent or garbled, such as 2,5-7; null if none."
    )
    statements: list[Statement]
