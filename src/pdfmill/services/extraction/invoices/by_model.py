"""What the rules did not find, or doubt, from a language model: believed only where the pages bear it out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from pdfmill.core.context import Context
from pdfmill.core.provider import Need
from pdfmill.services.extraction.evidence import Found
from pdfmill.services.extraction.invoices.checks import SURE, check
from pdfmill.services.extraction.invoices.cited import (
    CitedRows,
    Finder,
    amount_of,
    bic_of,
    currency_of,
    date_of,
    iban_of,
    vat_id_of,
    words_of,
)
from pdfmill.services.extraction.invoices.grounding import same
from pdfmill.services.extraction.invoices.model import Invoice, InvoiceLine, RejectedValue
from pdfmill.services.extraction.invoices.paths import value_at, with_value
from pdfmill.services.extraction.invoices.rules.reading import Reading
from pdfmill.services.language.answers import ask_for

#: The fields that are asked for, and how a value of each is looked for on the pages.
ASKED: Mapping[str, Finder] = {
    "invoice_number": words_of,
    "issue_date": date_of,
    "due_date": date_of,
    "delivery_date": date_of,
    "currency": currency_of,
    "order_reference": words_of,
    "seller.name": words_of,
    "seller.vat_id": vat_id_of,
    "buyer.name": words_of,
    "buyer.vat_id": vat_id_of,
    "payment.iban": iban_of,
    "payment.bic": bic_of,
    "payment.reference": words_of,
    "totals.tax_exclusive": amount_of,
    "totals.tax_amount": amount_of,
    "totals.tax_inclusive": amount_of,
    "totals.prepaid": amount_of,
    "totals.amount_due": amount_of,
}
#: The fields that each rule compares.
_COMPARED = {
    "BR-CO-13": ("totals.tax_exclusive",),
    "BR-CO-14": ("totals.tax_amount",),
    "BR-CO-15": ("totals.tax_exclusive", "totals.tax_amount", "totals.tax_inclusive"),
    "BR-CO-16": ("totals.tax_inclusive", "totals.prepaid", "totals.amount_due"),
    "DUE-DATE": ("issue_date", "due_date"),
}
#: So many cited rows are looked at: whoever cites the whole page cites nothing.
_ROWS_OF_VALUE, _ROWS_OF_LINE = 3, 6
_LINES = "lines"

_TASK = """Below are the numbered rows of an invoice or a credit note. Find these fields, as far as the rows state \
them:
{fields}
Give each with its value and the numbers of the rows in which it stands, three at most. Write dates as YYYY-MM-DD and \
amounts as plain numbers with a point before their decimals and the sign that they have there, such as 1234.56; all \
else exactly as it stands. Leave out a field that no row states. Compute nothing and guess nothing.{lines}"""
_TASK_OF_LINES = """
List the items that are charged as well, each with its name, quantity, price of one and amount as they stand there, \
and the numbers of its rows; leave out subtotals and totals."""


class _Value(BaseModel):
    model_config = ConfigDict(extra="forbid")

    field: str = Field(max_length=40)
    value: str = Field(max_length=300)
    rows: list[int] = Field(max_length=50)


class _Item(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=500)
    quantity: str | None = Field(None, max_length=40)
    price: str | None = Field(None, max_length=40)
    amount: str = Field(max_length=40)
    rows: list[int] = Field(max_length=50)


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")

    values: list[_Value] = Field([], max_length=100)
    items: list[_Item] = Field([], max_length=300)


@dataclass(frozen=True)
class Filled:
    """An invoice with what a model could add, and what of its answer was not taken."""

    invoice: Invoice
    rejected: tuple[RejectedValue, ...]


def fill_gaps(invoice: Invoice, reading: Reading, ctx: Context) -> Filled:
    """Ask for what is missing or doubtful; what is sure is neither asked for nor changed.

    A value is taken if it stands in the rows that are cited for it, and, of amounts, if a sum of EN 16931 bears it out.

    Raises:
        ProviderNotConfigured, ProviderUnavailable, ProviderRefused, ProviderBudgetExceeded: Of the language model.
        Cancelled: The job was cancelled.
    """
    wanted = [path for path in ASKED if _is_open(value_at(invoice, path))]
    with_lines = not any(line.quantity for line in invoice.lines)
    if not wanted and not with_lines:
        return Filled(invoice, ())
    rows = CitedRows(reading)
    answer = _ask(wanted, rows, ctx, with_lines=with_lines)
    rejected: list[RejectedValue] = []
    found = _standing(answer.values, wanted, rows, rejected)
    news = {path: value for path, value in found.items() if not _says(value_at(invoice, path), value)}
    filled = _borne_out(invoice, {path: _positive(invoice, value) for path, value in news.items()}, rejected)
    rejected += _replaced(invoice, filled, news)
    lines = _lines(answer.items, filled, rows, reading.unit, rejected)
    return Filled(filled.model_copy(update={"lines": lines}) if lines else filled, tuple(rejected))


def _is_open(found: Found[Any] | None) -> bool:
    return found is None or found.confidence < SURE


def _says(found: Found[Any] | None, other: Found[Any]) -> bool:
    return found is not None and same(found.value, other.value)


def _ask(wanted: Sequence[str], rows: CitedRows, ctx: Context, *, with_lines: bool) -> _Answer:
    """The answers to all portions of the invoice in one."""
    fields = "\n".join(f"- {path}: {_described(path)}" for path in wanted)
    task = _TASK.format(fields=fields, lines=_TASK_OF_LINES if with_lines else "")
    values: list[_Value] = []
    items: list[_Item] = []
    for portion in rows.portions(ctx.provider.offer.require(Need.COMPLETION).portion):
        answer = ask_for(_Answer, task, portion, ctx, tokens=8000 if with_lines else 2000)
        values += answer.values
        items += answer.items
    return _Answer.model_construct(values=values, items=items if with_lines else [])


def _described(path: str) -> str:
    """A field in the words of the published schema."""
    part: Any = Invoice
    *groups, name = path.split(".")
    for group in groups:
        part = part.model_fields[group].annotation
    context = f"{groups[0]}, " if groups else ""
    return f"{context}{part.model_fields[name].description}"


def _standing(
    values: Iterable[_Value], wanted: Sequence[str], rows: CitedRows, rejected: list[RejectedValue]
) -> dict[str, Found[Any]]:
    """The values that stand where they are said to; of several of one field the first."""
    found: dict[str, Found[Any]] = {}
    for each in values:
        if each.field not in wanted:
            rejected.append(_rejected(each.field, each.value, "It was not asked for."))
        elif each.field not in found:
            place = rows.find(each.value, each.rows[:_ROWS_OF_VALUE], ASKED[each.field])
            if place is None:
                rejected.append(_rejected(each.field, each.value, "It does not stand in the rows that were cited."))
            else:
                found[each.field] = place
    return found


def _positive(invoice: Invoice, found: Found[Any]) -> Found[Any]:
    """Amounts of a credit note are positive in EN 16931, however they are printed."""
    is_credit = invoice.type_code is not None and invoice.type_code.value == "381"
    if is_credit and isinstance(found.value, Decimal) and found.value < 0:
        return found.model_copy(update={"value": -found.value})
    return found


def _borne_out(invoice: Invoice, news: dict[str, Found[Any]], rejected: list[RejectedValue]) -> Invoice:
    """The invoice with those of the new values that no rule contradicts, and, of amounts, that one confirms."""
    kept = dict(news)
    while True:
        filled = invoice
        for path, found in kept.items():
            filled = with_value(filled, path, found)
        checks = check(filled)
        wrong = _compared(kept, (each.id for each in checks if not each.ok))
        alone = {path for path in kept if path.startswith("totals.")}
        alone -= _compared(kept, (each.id for each in checks if each.ok))
        if not wrong and not alone:
            return filled
        for path in sorted(wrong | alone):
            reason = "It contradicts other values." if path in wrong else "No other amount bears it out."
            rejected.append(_rejected(path, str(kept.pop(path).value), reason))


def _replaced(before: Invoice, after: Invoice, paths: Iterable[str]) -> list[RejectedValue]:
    """The doubtful values of the rules that the model's took the places of."""
    reason = "The rules read this and were not sure; the language model's value took its place."
    pairs = ((path, value_at(before, path), value_at(after, path)) for path in paths)
    return [_rejected(path, str(old.value), reason) for path, old, new in pairs if old is not None and old is not new]


def _compared(paths: Iterable[str], rules: Iterable[str]) -> set[str]:
    named = {path for rule in rules for path in _COMPARED.get(rule, ())}
    return named & set(paths)


def _lines(
    items: Sequence[_Item], invoice: Invoice, rows: CitedRows, unit: Decimal, rejected: list[RejectedValue]
) -> list[InvoiceLine]:
    """The lines, if all of them stand there and add up to a total; else none."""
    if not items:
        return []
    lines = [line for item in items if (line := _line(item, invoice, rows, unit)) is not None]
    total = sum((line.net_amount.value for line in lines if line.net_amount is not None), Decimal(0))
    sums = (invoice.totals.line_net_sum, invoice.totals.tax_exclusive, invoice.totals.tax_inclusive)
    if len(lines) < len(items):
        reason = f"{len(items) - len(lines)} of {len(items)} do not stand in the rows that were cited."
    elif not any(found is not None and abs(found.value - total) <= unit for found in sums):
        reason = f"They come to {total:f}, which is none of the totals."
    else:
        return lines
    rejected.append(_rejected(_LINES, f"{len(items)} lines", reason))
    return []


def _line(item: _Item, invoice: Invoice, rows: CitedRows, unit: Decimal) -> InvoiceLine | None:
    """A line; None if its name or its amount does not stand there. Quantity and price come only if they fit."""
    cited = item.rows[:_ROWS_OF_LINE]
    name, amount = rows.find_pieces(item.name, cited), rows.find(item.amount, cited, amount_of)
    if name is None or amount is None:
        return None
    quantity = rows.find(item.quantity, cited, amount_of) if item.quantity else None
    price = rows.find(item.price, cited, amount_of) if item.price else None
    amount = _positive(invoice, amount)
    line = InvoiceLine(name=name, net_amount=amount)
    if quantity is None or price is None or abs(abs(quantity.value * price.value) - abs(amount.value)) > unit:
        return line
    return line.model_copy(update={"quantity": quantity, "net_price": price})


def _rejected(path: str, value: str, reason: str) -> RejectedValue:
    return RejectedValue(field=path, value=value, reason=reason)
