"""The business rules of EN 16931 (BR-CO, part 1, 6.4.4) and check digits, applied to what was read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from pdfmill.services.extraction.evidence import Found
from pdfmill.services.extraction.invoices.model import Check, Invoice, ReadInvoice
from pdfmill.services.extraction.invoices.paths import found_fields
from pdfmill.services.extraction.invoices.rules.identifiers import compact, is_iban, is_vat_id
from pdfmill.services.values.currencies import minor_units, unit_of

_ZERO = Decimal(0)
#: What is less sure should be looked at.
SURE = 0.85
_EU = [
    "AT",
    "BE",
    "BG",
    "CY",
    "CZ",
    "DE",
    "DK",
    "EE",
    "EL",
    "ES",
    "FI",
    "FR",
    "GR",
    "HR",
    "HU",
    "IE",
    "IT",
    "LT",
    "LU",
    "LV",
    "MT",
    "NL",
    "PL",
    "PT",
    "RO",
    "SE",
    "SI",
    "SK",
    "XI",
]


def read_by_model(invoice: Invoice) -> list[str]:
    """Paths of the values that a language model read; lines that it read are one."""
    paths = (path for path, found in found_fields(invoice) if found.source == "model")
    return list(dict.fromkeys("lines" if path.startswith("lines.") else path for path in paths))


def check(invoice: Invoice) -> list[Check]:
    """The rules whose terms are known, and whether they hold."""
    unit = unit_of(minor_units(invoice.currency.value) if invoice.currency else 2)
    return [*_sums(invoice, unit), *_rates(invoice, unit), *_dates(invoice), *_identifiers(invoice)]


def review_reasons(invoice: ReadInvoice) -> list[str]:
    """Why a person should look at it."""
    reasons = [f"{each.id} does not hold: {each.message}" for each in invoice.checks if not each.ok]
    reasons += [
        f"{each.field} is {each.xml} in the embedded file, {each.page} on page {each.found.evidence[0].page}."
        for each in invoice.differences
    ]
    core = {
        "number": invoice.invoice_number,
        "date of issue": invoice.issue_date,
        "seller": invoice.seller.name,
        "currency": invoice.currency,
        "total with VAT": invoice.totals.tax_inclusive,
    }
    reasons += [f"The {name} was not found." for name, found in core.items() if found is None]
    amounts = {"total without VAT": invoice.totals.tax_exclusive, "total VAT": invoice.totals.tax_amount}
    reasons += [
        f"The {name} is not sure ({found.confidence:.0%})."
        for name, found in {**core, **amounts}.items()
        if found is not None and found.confidence < SURE
    ]
    if any(found is not None and found.source == "ocr" for found in core.values()):
        reasons.append("The text was recognised, which mistakes some characters for others.")
    if by_model := read_by_model(invoice):
        reasons.append(f"A language model read {', '.join(by_model)}: compare with the pages.")
    return reasons


def _value(found: Found[Decimal] | None) -> Decimal | None:
    return None if found is None else found.value


def _compared(
    rule: str, message: str, expected: Decimal | None, actual: Decimal | None, allowed: Decimal
) -> Iterator[Check]:
    """A rule of two amounts, which may differ by as much as rounding allows."""
    if expected is None or actual is None:
        return
    difference = actual - expected
    yield Check(
        id=rule,
        ok=abs(difference) <= allowed,
        message=message,
        expected=f"{expected:f}",
        actual=f"{actual:f}",
        difference=difference,
    )


def _sums(invoice: Invoice, unit: Decimal) -> Iterator[Check]:
    totals = invoice.totals
    net, tax, gross = map(_value, (totals.tax_exclusive, totals.tax_amount, totals.tax_inclusive))
    amounts = [line.net_amount.value for line in invoice.lines if line.net_amount is not None]
    lines = sum(amounts, _ZERO)
    stated = _value(totals.line_net_sum)
    charges, allowances = _value(totals.charges) or _ZERO, _value(totals.allowances) or _ZERO
    if amounts and totals.line_net_sum is not None and totals.line_net_sum.source != "derived":
        yield from _compared("BR-CO-10", "The lines sum up to their stated sum.", stated, lines, unit * len(amounts))
    if net is not None and stated is not None:
        with_vat = gross is not None and abs(stated - gross) <= unit  # lines may be priced with VAT
        if not with_vat:
            expected = stated - abs(allowances) + charges
            yield from _compared("BR-CO-13", "The lines less allowances, with charges, are net.", expected, net, unit)
    taxes = [each.tax_amount.value for each in invoice.vat_breakdown if each.tax_amount is not None]
    if taxes:
        yield from _compared(
            "BR-CO-14", "The taxes at each rate sum up to the total VAT.", sum(taxes, _ZERO), tax, unit
        )
    if net is not None and tax is not None:
        yield from _compared("BR-CO-15", "Net and VAT are the total with VAT.", net + tax, gross, unit)
    if gross is not None:
        due = gross - abs(_value(totals.prepaid) or _ZERO) + (_value(totals.rounding) or _ZERO)
        yield from _compared("BR-CO-16", "The total less what was paid is due.", due, _value(totals.amount_due), unit)


def _rates(invoice: Invoice, unit: Decimal) -> Iterator[Check]:
    for each in invoice.vat_breakdown:
        base, rate, tax = map(_value, (each.taxable_amount, each.rate, each.tax_amount))
        if base is not None and rate is not None and tax is not None:
            expected = (base * rate / 100).quantize(unit)
            yield from _compared(
                "BR-CO-17", f"VAT at {rate.normalize():f} % is its base times the rate.", expected, tax, unit
            )


def _dates(invoice: Invoice) -> Iterator[Check]:
    due, issued = invoice.due_date, invoice.issue_date
    amount = _value(invoice.totals.amount_due)
    if amount is not None and amount > 0 and _is_from_xml(invoice):
        ok = due is not None or invoice.payment_terms is not None
        yield Check(id="BR-CO-25", ok=ok, message="An amount to pay has a last day or terms of payment.")
    if due is not None and issued is not None:
        yield Check(
            id="DUE-DATE",
            ok=due.value >= issued.value,
            message="It is not due before it is issued.",
            expected=f"on or after {issued.value.isoformat()}",
            actual=due.value.isoformat(),
        )


def _is_from_xml(invoice: Invoice) -> bool:
    """Pages may say in words when to pay, so BR-CO-25 is asked of files only."""
    return invoice.invoice_number is not None and invoice.invoice_number.source == "xml"


def _identifiers(invoice: Invoice) -> Iterator[Check]:
    for iban in _present((invoice.payment.iban, invoice.payment.debited_iban)):
        value = compact(iban.value)
        yield Check(id="IBAN", ok=is_iban(value), message="The IBAN has right check digits (ISO 13616).", actual=value)
    for name, found in (("seller", invoice.seller.vat_id), ("buyer", invoice.buyer.vat_id)):
        value = compact(found.value) if found is not None else ""
        if re.match("|".join(_EU), value):
            yield Check(
                id="VAT-ID",
                ok=is_vat_id(value),
                message=f"The {name}'s VAT identifier has right check digits.",
                actual=value,
            )


def _present(found: Iterable[Found[str] | None]) -> Iterator[Found[str]]:
    return (each for each in found if each is not None)
