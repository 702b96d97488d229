"""What UBL and CII need of an invoice beyond what its pages say: codes, and reasons why it cannot be written."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from typing import Any

from pdfmill.core.errors import NotExportable
from pdfmill.engines.lxml import Element
from pdfmill.services.extraction.evidence import Found
from pdfmill.services.extraction.invoices.model import Invoice, InvoiceLine, Party, VatBreakdown
from pdfmill.services.values.countries import is_country

#: UNTDID 1001 codes that EN 16931 counts among credit notes.
CREDIT_NOTES = frozenset({"81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "532"})
GUIDELINE = "urn:cen.eu:en16931:2017"

#: Units as invoices write them, and their codes (UNECE recommendation 20); what is not here counts as one (C62).
_UNITS = {
    "HUR": "h std stunde stunden hour hours hrs heure heures uur uren ora ore hora horas timmar timer godz",
    "DAY": "day days tag tage jour jours dag dagen dia dias giorni dage dagar",
    "MON": "month months monat monate mois maand maanden mes meses mesi",
    "ANN": "year years jahr jahre",
    "KGM": "kg kilo kilogramm",
    "GRM": "g gramm",
    "LTR": "l liter litre litres liter(s) ltr",
    "MTR": "m meter metre metres mètre mètres",
    "MTK": "m2 m² qm",
    "KMT": "km",
    "KWH": "kwh",
    "H87": "stk stück pcs pc piece pieces stuks stuk szt st styck",
    "P1": "%",
}
_CODES = {unit: code for code, units in _UNITS.items() for unit in units.split()}
_ONE = "C62"
#: Countries that have another code in VAT identifiers (directive 2006/112/EC, article 215): Greece, Northern Ireland.
_OF_VAT = {"EL": "GR", "XI": "GB"}
#: Ways to give lines their rates that are tried.
_MOST_WAYS = 20_000


def value(found: Found[Any] | None) -> Any:
    return None if found is None else found.value


def without_sign(found: Found[Decimal] | None) -> Decimal | None:
    """Allowances and charges have no signs, whatever stands before them on paper."""
    return None if found is None else abs(found.value)


def leaf(name: str, content: object, **attributes: str) -> Iterator[Element]:
    """An element with a text; none where there is nothing to say."""
    if content is None or content == "":
        return
    if isinstance(content, Decimal):
        content = f"{content:f}"
    elif isinstance(content, datetime.date):
        content = content.isoformat()
    yield Element(name, str(content), **attributes)


def node(name: str, *content: Iterable[Element]) -> Iterator[Element]:
    """An element of others; none where all of these are."""
    children = [each for part in content for each in part]
    if children:
        yield Element(name, *children)


def refuse_incomplete(invoice: Invoice) -> None:
    """Both formats need these terms.

    Raises:
        NotExportable: One of them was not found.
    """
    needed = {
        "number (BT-1)": invoice.invoice_number,
        "date of issue (BT-2)": invoice.issue_date,
        "currency (BT-5)": invoice.currency,
        "name of the seller (BT-27)": invoice.seller.name,
        "total with VAT (BT-112)": invoice.totals.tax_inclusive,
        "total without VAT (BT-109)": invoice.totals.tax_exclusive,
    }
    missing = [name for name, found in needed.items() if found is None]
    if missing:
        raise NotExportable(
            f"An electronic invoice needs what was not found: {', '.join(missing)}. Use --to json to see what was."
        )


def unit_code(line: InvoiceLine) -> str:
    """The code of a line's unit; one from XML is a code already."""
    unit = line.unit
    if unit is None:
        return _ONE
    if unit.source == "xml":
        return str(unit.value)
    return _CODES.get(unit.value.lower().rstrip("."), _ONE)


def seller_country(invoice: Invoice) -> str | None:
    """The seller's country, named or told by an identifier or the account."""
    iban: str = value(invoice.payment.iban) or ""
    return _country_of(invoice.seller) or country_in(iban)


def buyer_country(invoice: Invoice) -> str | None:
    """The buyer's country; addresses at home name none, so it is then the seller's."""
    return _country_of(invoice.buyer) or seller_country(invoice)


def _country_of(party: Party) -> str | None:
    """The country, named or told by the VAT identifier."""
    named: str | None = value(party.country)
    if named:
        return named
    return country_in(value(party.vat_id) or "")


def country_in(identifier: str) -> str | None:
    """The country that an identifier begins with, those of VAT that have codes of their own included."""
    code = identifier[:2].upper()
    code = _OF_VAT.get(code, code)
    return code if is_country(code) else None


def category(rate: Decimal | None, named: Found[str] | None) -> str:
    """The VAT category (UNTDID 5305): named, else standard where there is a rate and zero-rated where there is none."""
    if named is not None:
        return named.value
    return "S" if rate else "Z"


def breakdown(invoice: Invoice) -> list[VatBreakdown]:
    """VAT at each rate; where the pages have no table of it but one tax, that."""
    if invoice.vat_breakdown:
        return invoice.vat_breakdown
    totals = invoice.totals
    return [VatBreakdown(taxable_amount=totals.tax_exclusive, tax_amount=totals.tax_amount)]


def rate_of(each: VatBreakdown) -> Decimal:
    """The rate, or what it must be by base and tax."""
    stated: Decimal | None = value(each.rate)
    base, tax = value(each.taxable_amount), value(each.tax_amount)
    if stated is not None:
        return stated
    return Decimal(tax * 100 / base).quantize(Decimal("0.1")).normalize() if base and tax else Decimal(0)


@dataclass(frozen=True)
class Adjustment:
    """An allowance (BG-20) or a charge (BG-21) on the whole invoice, and the rate at which it is taxed."""

    is_charge: bool
    amount: Decimal
    reason: str
    rate: Decimal
    category: str


def adjustments(invoice: Invoice) -> Iterator[Adjustment]:
    """The allowances and charges whose sums are stated: at each rate what its lines lack of its base or exceed it by.

    Where that does not give the sums, each sum is one, taxed as the most of the invoice is.
    """
    rows = breakdown(invoice)
    gaps = [_gap(invoice, row) for row in rows]
    most = max(rows, key=lambda each: abs(value(each.taxable_amount) or Decimal(0)))
    sums = ((False, invoice.totals.allowances, "Allowances"), (True, invoice.totals.charges, "Charges"))
    for is_charge, found, reason in sums:
        total = without_sign(found)
        if not total:
            continue
        parts = [(row, abs(gap)) for row, gap in zip(rows, gaps, strict=True) if gap and (gap > 0) is is_charge]
        if not invoice.lines or sum(part for _, part in parts) != total:
            parts = [(most, total)]
        for row, amount in parts:
            rate = rate_of(row)
            yield Adjustment(is_charge, amount, reason, rate, category(rate, row.category))


def _gap(invoice: Invoice, row: VatBreakdown) -> Decimal:
    """The base at a rate less the lines at it."""
    rate = rate_of(row)
    lines = [
        value(line.net_amount) or Decimal(0)
        for line, each in zip(invoice.lines, line_rates(invoice), strict=True)
        if each == rate
    ]
    return (value(row.taxable_amount) or Decimal(0)) - sum(lines, Decimal(0))


def line_rates(invoice: Invoice) -> list[Decimal]:
    """The rate of each line: as stated, else as the sums at each rate tell, else that at which most is taxed."""
    rows = breakdown(invoice)
    most = rate_of(max(rows, key=lambda each: abs(value(each.taxable_amount) or Decimal(0))))
    stated = [value(line.vat_rate) for line in invoice.lines]
    told = _told_rates(invoice)
    return [told.get(index, most) if rate is None else rate for index, rate in enumerate(stated)]


def lines_without_rate(invoice: Invoice) -> list[int]:
    """The numbers, from 1, of the lines whose rate is neither stated nor told by the sums at each rate."""
    told = _told_rates(invoice)
    return [
        number for number, line in enumerate(invoice.lines, start=1) if line.vat_rate is None and number - 1 not in told
    ]


def _told_rates(invoice: Invoice) -> dict[int, Decimal]:
    """Rates of lines that state none, by their index: those with which each base is the sum of its lines.

    Only what is the same in all ways to reach the bases is told.
    """
    rates = list(dict.fromkeys(rate_of(row) for row in breakdown(invoice)))
    open_ones = [index for index, line in enumerate(invoice.lines) if line.vat_rate is None]
    if len(rates) == 1:
        return dict.fromkeys(open_ones, rates[0])
    if len(rates) ** len(open_ones) > _MOST_WAYS:
        return {}
    amounts = [value(line.net_amount) or Decimal(0) for line in invoice.lines]
    left = dict.fromkeys(rates, Decimal(0))
    for row in breakdown(invoice):
        left[rate_of(row)] += value(row.taxable_amount) or Decimal(0)
    for line, amount in zip(invoice.lines, amounts, strict=True):
        if line.vat_rate is not None:
            left[line.vat_rate.value] = left.get(line.vat_rate.value, Decimal(0)) - amount
    ways = []
    for way in product(rates, repeat=len(open_ones)):
        rest = dict(left)
        for index, rate in zip(open_ones, way, strict=True):
            rest[rate] -= amounts[index]
        if not any(rest.values()):
            ways.append(way)
    return {
        index: rate_of_all[0]
        for index, rate_of_all in zip(open_ones, zip(*ways, strict=True), strict=False)
        if len(set(rate_of_all)) == 1
    }


def quantity_and_price(line: InvoiceLine) -> tuple[Decimal, Decimal | None]:
    """How many, and the price of one: no price has a sign (BR-27), so what is taken back has a quantity with one.

    A line that states no quantity is one of its amount.
    """
    quantity, amount = value(line.quantity), value(line.net_amount)
    price = amount if quantity is None else value(line.net_price)
    if price is None:
        price = amount
    if quantity is None:
        quantity = Decimal(1)
    return (-quantity, -price) if price is not None and price < 0 else (quantity, price)


def line_sum(invoice: Invoice) -> Decimal:
    """The sum of the lines as stated, or of those there are; net where there are none."""
    stated: Decimal | None = value(invoice.totals.line_net_sum)
    if stated is not None:
        return stated
    amounts = [line.net_amount.value for line in invoice.lines if line.net_amount is not None]
    net: Decimal = value(invoice.totals.tax_exclusive)
    return sum(amounts, Decimal(0)) if amounts else net


def due_amount(invoice: Invoice) -> Decimal:
    """What is to pay, named or the total less what was paid (BR-CO-16)."""
    stated: Decimal | None = value(invoice.totals.amount_due)
    if stated is not None:
        return stated
    gross: Decimal = value(invoice.totals.tax_inclusive)
    paid: Decimal = abs(value(invoice.totals.prepaid) or Decimal(0))
    rounding: Decimal = value(invoice.totals.rounding) or Decimal(0)
    return gross - paid + rounding


def paid_amount(invoice: Invoice) -> Decimal | None:
    """What was paid: without the minus that it may have on paper, where only so what is due is the rest (BR-CO-16)."""
    paid: Decimal | None = value(invoice.totals.prepaid)
    if paid is None:
        return None
    gross: Decimal = value(invoice.totals.tax_inclusive)
    rounding: Decimal = value(invoice.totals.rounding) or Decimal(0)
    return abs(paid) if gross - abs(paid) + rounding == due_amount(invoice) else paid


def doubts(invoice: Invoice) -> Iterator[str]:
    """What was assumed, in sentences."""
    for each in breakdown(invoice):
        if each.category is None and not rate_of(each):
            yield "Why there is no VAT is not stated, so category Z (zero rated) was written; correct it if need be."
            break
    if seller_country(invoice) is not None and _country_of(invoice.seller) is None:
        yield f"The seller's country is not stated, so that of the account was written: {seller_country(invoice)}."
    if buyer_country(invoice) is not None and _country_of(invoice.buyer) is None:
        yield f"The buyer's country is not stated, so the seller's was written: {buyer_country(invoice)}."
    gross, net = value(invoice.totals.tax_inclusive), value(invoice.totals.tax_exclusive)
    if net != gross and invoice.lines and abs(line_sum(invoice) - gross) < Decimal("0.02"):
        yield "The lines are priced with VAT, which electronic invoices do not allow; correct them before sending."


def lines_of(text: str | None, most: int) -> list[str]:
    """The lines of an address, those beyond ``most`` put together."""
    lines = [line for line in (text or "").splitlines() if line.strip()]
    return lines if len(lines) <= most else [*lines[: most - 1], ", ".join(lines[most - 1 :])]
