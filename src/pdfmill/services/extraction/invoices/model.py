"""An invoice in the terms of EN 16931-1:2017: each field names its business term (BT) or group (BG)."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from pdfmill.services.extraction.evidence import Found

Text = Found[str] | None
Amount = Found[Decimal] | None
Day = Found[datetime.date] | None


def term(code: str, description: str, default: Any = None) -> Any:
    """A field that is a business term of EN 16931; the schema carries its code as ``x-en16931``."""
    return Field(default, description=f"{description} ({code}).", json_schema_extra={"x-en16931": code})


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Party(_Part):
    """Seller (BG-4) or buyer (BG-7); the codes are the seller's."""

    name: Text = term("BT-27", "Name; of the buyer BT-44")
    trading_name: Text = term("BT-28", "Name under which it trades; of the buyer BT-45")
    legal_id: Text = term("BT-30", "Number in a register of companies; of the buyer BT-47")
    vat_id: Text = term("BT-31", "VAT identifier; of the buyer BT-48")
    tax_number: Text = term("BT-32", "Number at the tax office")
    address: Text = term("BG-5", "Lines of the address, parted by line ends; of the buyer BG-8")
    country: Text = term("BT-40", "Country code, ISO 3166-1; of the buyer BT-55")
    email: Text = term("BT-43", "Electronic mail; of the buyer BT-58")


class Payment(_Part):
    """How to pay (BG-16, BG-17)."""

    means_code: Text = term("BT-81", "How, UNTDID 4461")
    reference: Text = term("BT-83", "What to name when paying")
    iban: Text = term("BT-84", "Account of the payee")
    account_name: Text = term("BT-85", "Name of that account")
    debited_iban: Text = term("BT-91", "Account of the buyer that is debited")
    bic: Text = term("BT-86", "Bank of the payee, ISO 9362")


class Totals(_Part):
    """What it comes to (BG-22)."""

    line_net_sum: Amount = term("BT-106", "Sum of the lines")
    allowances: Amount = term("BT-107", "Allowances on the whole document")
    charges: Amount = term("BT-108", "Charges on the whole document")
    tax_exclusive: Amount = term("BT-109", "Total without VAT")
    tax_amount: Amount = term("BT-110", "Total VAT")
    tax_inclusive: Amount = term("BT-112", "Total with VAT")
    prepaid: Amount = term("BT-113", "What was paid")
    rounding: Amount = term("BT-114", "Rounding")
    amount_due: Amount = term("BT-115", "What is left to pay")


class VatBreakdown(_Part):
    """VAT at one rate (BG-23)."""

    taxable_amount: Amount = term("BT-116", "Base")
    tax_amount: Amount = term("BT-117", "Tax")
    category: Text = term("BT-118", "Category, UNTDID 5305")
    rate: Amount = term("BT-119", "Rate in percent")
    exemption_reason: Text = term("BT-120", "Why there is no tax")


class InvoiceLine(_Part):
    """A line (BG-25)."""

    id: Text = term("BT-126", "Number of the line")
    name: Text = term("BT-153", "Name of the item")
    description: Text = term("BT-154", "What else is said of it")
    seller_item_id: Text = term("BT-155", "The seller's number of the item")
    quantity: Amount = term("BT-129", "How many")
    unit: Text = term("BT-130", "Unit of the quantity; a code of UNECE recommendation 20 where XML says it")
    net_price: Amount = term("BT-146", "Price of one")
    vat_category: Text = term("BT-151", "Category, UNTDID 5305")
    vat_rate: Amount = term("BT-152", "Rate in percent")
    net_amount: Amount = term("BT-131", "Amount of the line; with VAT where the lines are priced so")


class CashDiscount(_Part):
    """What may be taken off for paying early; a part of the payment terms (BT-20)."""

    date: Day = Field(None, description="Last day of the discount.")
    percent: Amount = Field(None, description="Discount in percent.")


class Check(_Part):
    """A rule and whether it holds."""

    id: str = Field(description="Rule of EN 16931 such as BR-CO-15, or IBAN, VAT-ID, XML-PDF.")
    ok: bool = Field(description="Whether it holds.")
    message: str = Field(description="What it says, in a sentence.")
    expected: str | None = Field(None, description="What would hold.")
    actual: str | None = Field(None, description="What was found.")
    difference: Decimal | None = Field(None, description="Actual less expected, where both are amounts.")


class Difference(_Part):
    """A field that the embedded file and the pages give differently."""

    field: str = Field(description="Path of the field, such as totals.tax_inclusive.")
    xml: str = Field(description="What the embedded file says.")
    page: str = Field(description="What the pages say.")
    found: Found[str] = Field(description="Where the pages say it.")


class RejectedValue(_Part):
    """A value that was not taken."""

    field: str = Field(description="Path of the field, such as totals.tax_inclusive; lines for all lines.")
    value: str = Field(description="The value.")
    reason: str = Field(description="Why, in a sentence.")


class Invoice(_Part):
    """An invoice or credit note."""

    invoice_number: Text = term("BT-1", "Number")
    issue_date: Day = term("BT-2", "Date of issue")
    type_code: Text = term("BT-3", "Kind, UNTDID 1001: 380 is an invoice, 381 a credit note")
    currency: Text = term("BT-5", "Currency, ISO 4217")
    due_date: Day = term("BT-9", "Last day to pay")
    delivery_date: Day = term("BT-72", "Date of delivery")
    delivery_country: Text = term("BT-80", "Country that was delivered to, ISO 3166-1; read from XML only")
    period_start: Day = term("BT-73", "First day of the period")
    period_end: Day = term("BT-74", "Last day of the period")
    buyer_reference: Text = term("BT-10", "The buyer's reference")
    order_reference: Text = term("BT-13", "Number of the order")
    preceding_invoice: Text = term("BT-25", "Number of the invoice that a credit note is for")
    customer_number: Text = term("BT-46", "The buyer's number at the seller")
    payment_terms: Text = term("BT-20", "Terms of payment")
    note: Text = term("BT-22", "Note")
    seller: Party = term("BG-4", "Who sells", Party())
    buyer: Party = term("BG-7", "Who is to pay", Party())
    payment: Payment = term("BG-16", "How to pay", Payment())
    totals: Totals = term("BG-22", "What it comes to", Totals())
    vat_breakdown: list[VatBreakdown] = term("BG-23", "VAT at each rate", [])
    lines: list[InvoiceLine] = term("BG-25", "Lines", [])
    cash_discounts: list[CashDiscount] = Field([], description="Discounts for paying early.")


class ReadInvoice(Invoice):
    """An invoice, and what is to be thought of it."""

    source: Literal["xml", "rules"] = Field(description="Whether an embedded file or the pages were read.")
    format: str | None = Field(None, description="The embedded file's format, such as CII urn:cen.eu:en16931:2017.")
    pages: str = Field(description="Pages that it takes, such as 1-2.")
    languages: list[str] = Field([], description="Languages of its labels, the likeliest first.")
    checks: list[Check] = Field(description="Rules of EN 16931 and check digits, and whether they hold.")
    differences: list[Difference] = Field([], description="What an embedded file says differently than the pages.")
    rejected: list[RejectedValue] = Field([], description="What a language model said and is not believed.")
    needs_review: bool = Field(description="Whether a person should look at it.")
    review_reasons: list[str] = Field(description="Why, in sentences; empty if not.")


class InvoiceDocument(_Part):
    """What was read from a file."""

    schema_version: Literal["1"] = Field("1", description="Version of this schema.")
    outcome: Literal["invoices", "not_an_invoice", "needs_ocr"] = Field(
        description="needs_ocr: the pages are pictures without text; not_an_invoice: see looks_like."
    )
    looks_like: str | None = Field(None, description="What it seems to be, if it is no invoice.")
    invoices: list[ReadInvoice] = Field([], description="The invoices of the file, in the order of its pages.")
