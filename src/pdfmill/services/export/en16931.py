"""Which rules of EN 16931 an electronic invoice does not keep, and why: what was not found, or does not add up.

The rules and their names are those of EN 16931-1, 6.4, as CEN's Schematron has them. Looked at are those that an
invoice read from pages breaks: terms that were not found, and sums of what was found.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from pdfmill.services.export import einvoice
from pdfmill.services.export.einvoice import value
from pdfmill.services.extraction.invoices.model import Invoice, Party

_ZERO = Decimal(0)
#: What the rules of each VAT category (UNTDID 5305) are called by.
_RULES = {"S": "S", "Z": "Z", "E": "E", "AE": "AE", "G": "G", "K": "IC", "O": "O"}
#: Categories without VAT for a reason that has to be stated, and those for which the buyer has to be known by number.
_REASONED = ("E", "AE", "G", "K", "O")
_OF_BUYERS = ("AE", "K")
#: The Schematron for UBL lets the bases at standard rates differ by less than one from the sums of their lines.
_BASE_SLACK = {"ubl": Decimal(1), "cii": Decimal("0.005")}
_EXACT = Decimal("0.005")

Form = Literal["ubl", "cii"]


@dataclass(frozen=True)
class Finding:
    """A rule that the file does not keep.

    Attributes:
        rule: Its name, such as BR-CO-16.
        reason: What is missing or does not add up, in a sentence.
    """

    rule: str
    reason: str


def findings(invoice: Invoice, form: Form) -> list[Finding]:
    """The rules that an invoice does not keep when it is written in one of the forms."""
    return [*_parties(invoice, form), *_categories(invoice), *_sums(invoice), *_bases(invoice, _BASE_SLACK[form])]


def _parties(invoice: Invoice, form: Form) -> Iterator[Finding]:
    seller, buyer = invoice.seller, invoice.buyer
    if buyer.name is None:
        yield Finding("BR-07", "The name of the buyer (BT-44) was not found.")
    if einvoice.seller_country(invoice) is None:
        yield from _address("seller", "BG-5, BT-40", seller, form, ("BR-08", "BR-09"))
    if einvoice.buyer_country(invoice) is None:
        yield from _address("buyer", "BG-8, BT-55", buyer, form, ("BR-10", "BR-11"))
    for name, party in (("seller", seller), ("buyer", buyer)):
        vat_id: str = value(party.vat_id) or ""
        if vat_id and einvoice.country_in(vat_id) is None:
            reason = f"The VAT identifier of the {name} does not begin with the code of a country: {vat_id}."
            yield Finding("BR-CO-09", reason)
    if seller.vat_id is None and seller.legal_id is None:
        yield Finding(
            "BR-CO-26", "Neither the VAT identifier (BT-31) nor the register number (BT-30) of the seller was found."
        )


def _address(name: str, terms: str, party: Party, form: Form, rules: tuple[str, str]) -> Iterator[Finding]:
    """An address without its country, which UBL writes and CII cannot.

    Args:
        rules: The one that asks for the address, and the one that asks for its country.
    """
    reason = f"The address of the {name} ({terms}) was not found"
    if party.address is not None:
        reason = f"The country of the {name} ({terms}) is not stated, and no identifier tells it"
    is_written = form == "ubl" and party.address is not None
    if not is_written:
        yield Finding(rules[0], f"{reason}.")
    if is_written or form == "cii":
        yield Finding(rules[1], f"{reason}.")


def _categories(invoice: Invoice) -> Iterator[Finding]:
    rows = einvoice.breakdown(invoice)
    reasons = {einvoice.category(einvoice.rate_of(row), row.category): row.exemption_reason for row in rows}
    seller, buyer = invoice.seller, invoice.buyer
    for category, reason in reasons.items():
        if (name := _RULES.get(category)) is None:
            continue
        if category != "O" and seller.vat_id is None and seller.tax_number is None:
            yield Finding(f"BR-{name}-02", "Neither a VAT identifier (BT-31) nor a tax number (BT-32) was found.")
        if category in _OF_BUYERS and buyer.vat_id is None:
            yield Finding(f"BR-{name}-02", "The VAT identifier of the buyer (BT-48) was not found.")
        if category in _REASONED and reason is None:
            yield Finding(f"BR-{name}-10", "Why there is no VAT (BT-120) was not found.")
    if "K" in reasons:
        if invoice.delivery_date is None and invoice.period_start is None and invoice.period_end is None:
            yield Finding("BR-IC-11", "Neither a date of delivery (BT-72) nor a period (BG-14) was found.")
        if invoice.delivery_country is None:
            yield Finding(
                "BR-IC-12", "The country that was delivered to (BT-80) was not found; pages are not read for it."
            )
    if invoice.lines and (unstated := einvoice.lines_without_rate(invoice)):
        numbers = ", ".join(map(str, unstated))
        yield Finding(
            "BR-CO-04", f"The VAT rate of line {numbers} is not stated, and the sums at each rate do not tell it."
        )


def _sums(invoice: Invoice) -> Iterator[Finding]:
    totals = invoice.totals
    net: Decimal = value(totals.tax_exclusive)
    tax: Decimal = value(totals.tax_amount) or _ZERO
    gross: Decimal = value(totals.tax_inclusive)
    allowances = einvoice.without_sign(totals.allowances) or _ZERO
    charges = einvoice.without_sign(totals.charges) or _ZERO
    stated = einvoice.line_sum(invoice)
    lines = sum((line.net_amount.value for line in invoice.lines if line.net_amount is not None), _ZERO)
    if invoice.lines:
        yield from _unequal("BR-CO-10", "The sum of the lines", stated, "the lines come to", lines)
    yield from _unequal(
        "BR-CO-13",
        "The total without VAT",
        net,
        "the lines less allowances, with charges, come to",
        stated - allowances + charges,
    )
    taxes = sum((value(row.tax_amount) or _ZERO for row in einvoice.breakdown(invoice)), _ZERO)
    yield from _unequal("BR-CO-14", "The total VAT", tax, "the taxes at each rate come to", taxes)
    yield from _unequal("BR-CO-15", "The total with VAT", gross, "net and VAT come to", net + tax)
    due = gross - (einvoice.paid_amount(invoice) or _ZERO) + (value(totals.rounding) or _ZERO)
    left = "the total less what was found to be paid is"
    yield from _unequal("BR-CO-16", "The amount to pay", einvoice.due_amount(invoice), left, due)


def _bases(invoice: Invoice, slack: Decimal) -> Iterator[Finding]:
    """Each base is the sum of its lines, less allowances, with charges (BR-S-08 and its like)."""
    if not invoice.lines:
        return
    sums: dict[tuple[str, Decimal], Decimal] = {}
    for line, rate in zip(invoice.lines, einvoice.line_rates(invoice), strict=True):
        group = einvoice.category(rate, line.vat_category), rate
        sums[group] = sums.get(group, _ZERO) + (value(line.net_amount) or _ZERO)
    for each in einvoice.adjustments(invoice):
        group = each.category, each.rate
        sums[group] = sums.get(group, _ZERO) + (each.amount if each.is_charge else -each.amount)
    rows = [
        (einvoice.category(einvoice.rate_of(row), row.category), einvoice.rate_of(row), value(row.taxable_amount))
        for row in einvoice.breakdown(invoice)
    ]
    for category, rate, base in rows:
        total = sums.get((category, rate), _ZERO)
        if category in _RULES and abs(total - (base or _ZERO)) >= (slack if category == "S" else _EXACT):
            reason = f"The base at {rate.normalize():f} % is {base or _ZERO:f}, but its lines come to {total:f}."
            yield Finding(f"BR-{_RULES[category]}-08", reason)
    for category in sorted({category for category, _ in sums} - {category for category, _, _ in rows}):
        if category in _RULES:
            reason = f"Lines are of VAT category {category}, of which the VAT breakdown (BG-23) has no row."
            yield Finding(f"BR-{_RULES[category]}-01", reason)


def _unequal(rule: str, name: str, amount: Decimal, what: str, other: Decimal) -> Iterator[Finding]:
    if amount != other:
        yield Finding(rule, f"{name} is {amount:f}, but {what} {other:f}.")
