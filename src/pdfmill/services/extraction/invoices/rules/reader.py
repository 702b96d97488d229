"""InvoiceReader: from the words of the pages of one invoice to its fields, each with its evidence."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from pdfmill.services.extraction.evidence import Found
from pdfmill.services.extraction.invoices.model import (
    CashDiscount,
    Invoice,
    InvoiceLine,
    Party,
    Payment,
    Totals,
    VatBreakdown,
)
from pdfmill.services.extraction.invoices.rules import confidence
from pdfmill.services.extraction.invoices.rules.amounts import Amount
from pdfmill.services.extraction.invoices.rules.candidates import Candidate
from pdfmill.services.extraction.invoices.rules.header import (
    days_to_pay,
    read_dates,
    read_due_dates,
    read_issue_date,
    read_number,
    read_references,
)
from pdfmill.services.extraction.invoices.rules.items import Item, Lines, read_lines
from pdfmill.services.extraction.invoices.rules.kinds import Judgement, judge, type_of
from pdfmill.services.extraction.invoices.rules.names import Party as FoundParty
from pdfmill.services.extraction.invoices.rules.parties import PartyFinder
from pdfmill.services.extraction.invoices.rules.payment import (
    Registered,
    read_bic,
    read_iban,
    read_legal_ids,
    read_vat_ids,
)
from pdfmill.services.extraction.invoices.rules.reading import Reading
from pdfmill.services.extraction.invoices.rules.sheet import Sheet, Span
from pdfmill.services.extraction.invoices.rules.summed_lines import lines_by_sum, numbered, trimmed
from pdfmill.services.extraction.invoices.rules.totals import Solution, TotalsSolver, adjustments, paid_and_due
from pdfmill.services.extraction.invoices.rules.vat import breakdown_of

ValueT = TypeVar("ValueT")

#: So sure must a number be to speak for an invoice.
_LIKELY = 0.6
_PERCENT_OF_DISCOUNT = re.compile(r"(\d{1,2}(?:[.,]\d{1,2})?)\s?%")


@dataclass(frozen=True)
class RuleReading:
    """What the rules found on the pages of one invoice.

    Attributes:
        languages: Of its labels, the likeliest first.
        has_total: Whether a label names the total.
    """

    invoice: Invoice
    languages: tuple[str, ...]
    solution: Solution
    has_total: bool


class InvoiceReader:
    """Reads one invoice from its pages."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._reading = Reading(sheet)

    @property
    def reading(self) -> Reading:
        return self._reading

    def judge(self, read: RuleReading) -> Judgement:
        """Whether the pages are an invoice."""
        number = read.invoice.invoice_number
        return judge(
            self._reading,
            has_number=number is not None and number.confidence >= _LIKELY,
            has_total=read.solution.gross is not None and read.has_total,
            has_lines=bool(read.invoice.lines),
        )

    def read(self) -> RuleReading:
        """Every field that the pages tell."""
        lines = read_lines(self._reading)
        breakdown = breakdown_of(self._reading, lines.rows)
        solver = TotalsSolver(self._reading, lines.headings, lines.rows, lines.totals, breakdown)
        solution = solver.solve()
        items = self._items(lines, solver, solution)
        kind = type_of(self._reading)
        sign = _sign(kind.code, solution)
        totals = self._totals(solver, solution, items, sign)
        invoice = Invoice(
            **self._header(kind.found),
            **self._parties(),
            totals=totals,
            vat_breakdown=self._breakdown(solver, solution, totals, sign),
            lines=[self._line(item, sign) for item in items],
        )
        has_total = any(solver.scores[role] for role in ("gross", "amount_due"))
        return RuleReading(invoice, self._reading.lexicon.languages, solution, has_total)

    # -- header -----------------------------------------------------------------------------------------------------

    def _header(self, type_code: Callable[[Sheet], Found[str]]) -> dict[str, object]:
        reading = self._reading
        numbers = read_number(reading)
        number = numbers[0] if numbers else None
        issued = read_issue_date(reading, number)
        discounts = read_dates(reading, "discount_date")
        due = self._due(issued, discounts)
        return {
            "invoice_number": self._best(numbers),
            "issue_date": self._best(issued),
            "due_date": due,
            "delivery_date": self._best(read_dates(reading, "delivery_date")),
            "order_reference": self._best(read_references(reading, "order_reference")),
            "buyer_reference": self._best(read_references(reading, "buyer_reference")),
            "customer_number": self._best(read_references(reading, "customer_number")),
            "currency": self._currency(),
            "type_code": type_code(self._sheet),
            "cash_discounts": self._discounts(discounts),
        }

    def _due(
        self, issued: Sequence[Candidate[datetime.date]], discounts: Sequence[Candidate[datetime.date]]
    ) -> Found[datetime.date] | None:
        """The last day to pay: named, or counted from the terms."""
        if found := read_due_dates(self._reading, issued, discounts):
            return self._best(found)
        terms = days_to_pay(self._reading)
        if terms is None or not issued:
            return None
        days, span = terms
        return Found(
            value=issued[0].value + datetime.timedelta(days=days),
            raw=span.text,
            source="derived",
            confidence=confidence.DERIVED_DUE_DATE,
            rule="due_date:terms",
            evidence=self._sheet.evidence(span),
        )

    def _discounts(self, found: Sequence[Candidate[datetime.date]]) -> list[CashDiscount]:
        discounts = []
        for each in found:
            match = _PERCENT_OF_DISCOUNT.search(each.span.segment.text)
            percent = None
            if match:
                value = Decimal(match[1].replace(",", "."))
                percent = self._found(
                    value, Span(each.span.segment, match.start(), match.end()), 0.8, "cash_discount:percent"
                )
            discounts.append(CashDiscount(date=self._candidate(each, confidence.of_label(each.score)), percent=percent))
        return discounts

    def _currency(self) -> Found[str] | None:
        if self._reading.currency is None:
            return None
        code, span, share = self._reading.currency
        return self._found(code, span, confidence.of_currency(share), "currency:most_named")

    # -- parties ----------------------------------------------------------------------------------------------------

    def _parties(self) -> dict[str, object]:
        finder = PartyFinder(self._reading)
        buyer = finder.buyer()
        seller = finder.seller(buyer)
        own, others = read_vat_ids(self._reading, seller, buyer)
        legal, others_legal = read_legal_ids(self._reading, seller, buyer)
        taxes = read_references(self._reading, "tax_number")
        return {
            "seller": self._party(seller, own, legal, taxes),
            "buyer": self._party(buyer, others, others_legal, []),
            "payment": Payment(
                iban=self._registered(read_iban(self._reading)),
                bic=self._registered(read_bic(self._reading)),
                reference=self._best(read_references(self._reading, "payment_reference")),
            ),
        }

    def _party(
        self,
        party: FoundParty | None,
        ids: Sequence[Registered],
        legal: Sequence[Candidate[str]],
        taxes: Sequence[Candidate[str]],
    ) -> Party:
        name: Found[str] | None = None
        address: Found[str] | None = None
        if party is not None:
            name = self._found(party.name.text, party.name, confidence.of_party(party), party.rule)
            if party.address:
                address = Found(
                    value="\n".join(span.text for span in party.address),
                    raw="\n".join(span.text for span in party.address),
                    source=self._source,
                    confidence=confidence.of_party(party),
                    rule=party.rule,
                    evidence=self._sheet.evidence(*party.address),
                )
        return Party(
            name=name,
            address=address,
            legal_id=self._best(legal),
            vat_id=self._registered(ids),
            tax_number=self._best(taxes),
        )

    def _registered(self, found: Sequence[Registered]) -> Found[str] | None:
        if not found:
            return None
        best = found[0]
        rivals = {each.identifier.value for each in found if each.score >= best.score} - {best.identifier.value}
        sure = confidence.of_identifier(best, rivals=len(rivals))
        return self._found(best.identifier.value, best.identifier.span, sure, best.rule)

    # -- amounts ----------------------------------------------------------------------------------------------------

    def _items(self, lines: Lines, solver: TotalsSolver, solution: Solution) -> list[Item]:
        targets = [value for value in (solution.net, solution.gross) if value]
        if lines.items:
            return trimmed(numbered(lines.items, [*targets, *solver.scores["line_sum"]]), targets)
        return lines_by_sum(self._reading, targets)

    def _totals(self, solver: TotalsSolver, solution: Solution, items: Sequence[Item], sign: int) -> Totals:
        if solution.gross is None:
            return Totals()
        paid, due = paid_and_due(solver, solution.gross, self._reading.unit)
        sums = [item.amount.value for item in items if item.amount is not None]
        line_sum = self._line_sum(solver, sum(sums, Decimal(0)) if sums else None, sign)
        allowances, charges = None, None
        if line_sum is not None and solution.net is not None:
            allowances, charges = adjustments(solver, line_sum.value * sign, solution.net)
        return Totals(
            tax_exclusive=self._total(solver, solution, "net", solution.net, sign),
            tax_amount=self._total(solver, solution, "tax", solution.tax, sign),
            tax_inclusive=self._total(solver, solution, "gross", solution.gross, sign),
            prepaid=self._money(paid, sign),
            amount_due=self._money(due, sign),
            line_net_sum=line_sum,
            allowances=self._money(allowances, sign),
            charges=self._money(charges, sign),
            rounding=self._money(next(iter(solver.scores["rounding"].values()), None), 1),
        )

    def _total(
        self, solver: TotalsSolver, solution: Solution, role: str, value: Decimal | None, sign: int
    ) -> Found[Decimal] | None:
        if value is None:
            return None
        candidate = solver.scores[role].get(value) or solver.scores[role].get(-value)
        sure = confidence.of_total(solution, role, labelled=candidate is not None)
        if candidate is not None:
            return self._found(value * sign, candidate.span, sure, candidate.rule)
        if role == "tax" and value not in solver.printed and (parts := _tax_parts(solver, solution)):
            return Found(
                value=value * sign,
                raw=" + ".join(part.span.text for part in parts),
                source="derived",
                confidence=sure,
                rule="tax:sum",
                evidence=self._sheet.evidence(*(part.span for part in parts)),
            )
        span = self._printed(value, solution)
        if span is not None:
            return self._found(value * sign, span, sure, f"{role}:arithmetic")
        return Found(
            value=value * sign, raw="", source="derived", confidence=sure, rule=f"{role}:arithmetic", evidence=[]
        )

    def _printed(self, value: Decimal, solution: Solution) -> Span | None:
        """Where an amount stands that no label names: in the VAT breakdown, else the last place."""
        for row in solution.breakdown:
            for amount in (row.base, row.tax, row.gross):
                if amount is not None and amount.value == value:
                    return amount.span
        places = [amount.span for amount in self._reading.money if abs(amount.value) == abs(value)]
        return places[-1] if places and value else None

    def _line_sum(self, solver: TotalsSolver, value: Decimal | None, sign: int) -> Found[Decimal] | None:
        best = max(solver.scores["line_sum"].values(), key=lambda each: each.score, default=None)
        if best is not None and (value is None or abs(best.value) == abs(value)):
            return self._found(best.value * sign, best.span, confidence.of_label(best.score), best.rule)
        if value is None:
            return None
        return Found(value=value * sign, raw="", source="derived", confidence=0.8, rule="line_sum:lines", evidence=[])

    def _money(self, candidate: Candidate[Decimal] | None, sign: int) -> Found[Decimal] | None:
        if candidate is None:
            return None
        sure = confidence.of_label(candidate.score)
        return self._found(candidate.value * sign, candidate.span, sure, candidate.rule)

    def _breakdown(self, solver: TotalsSolver, solution: Solution, totals: Totals, sign: int) -> list[VatBreakdown]:
        sure = confidence.of_total(solution, "tax", labelled=True)
        rows = [
            VatBreakdown(
                rate=self._found(row.rate.value, row.rate.span, sure, "vat:row"),
                taxable_amount=self._found(row.base.value * sign, row.base.span, sure, "vat:row"),
                tax_amount=self._found(row.tax.value * sign, row.tax.span, sure, "vat:row"),
            )
            for row in solution.breakdown
        ]
        return rows or self._single_rate(solver, solution, totals, sure)

    def _single_rate(self, solver: TotalsSolver, solution: Solution, totals: Totals, sure: float) -> list[VatBreakdown]:
        """One rate for all, named beside the tax: ``VAT 20 %``."""
        tax = solver.scores["tax"].get(solution.tax) if solution.tax else None
        if tax is None or solution.net is None:
            return []
        for segment in self._sheet.row_of(tax.span.segment):
            for amount in self._reading.amounts(segment):
                exact = abs(solution.net) * amount.value / 100
                if amount.percent and abs(exact - abs(tax.value)) <= 2 * self._reading.unit:
                    rate = self._found(amount.value, amount.span, sure, "vat:beside_tax")
                    return [VatBreakdown(rate=rate, taxable_amount=totals.tax_exclusive, tax_amount=totals.tax_amount)]
        return []

    def _line(self, item: Item, sign: int) -> InvoiceLine:
        sure = confidence.of_item(item)

        def number(role: str, factor: int = 1) -> Found[Decimal] | None:
            amount: Amount | None = item.values.get(role)
            return None if amount is None else self._found(amount.value * factor, amount.span, sure, f"line:{role}")

        def text(spans: Sequence[Span], rule: str) -> Found[str] | None:
            if not spans:
                return None
            joined = "\n".join(span.text for span in spans)
            return Found(
                value=joined,
                raw=joined,
                source=self._source,
                confidence=sure,
                rule=rule,
                evidence=self._sheet.evidence(*spans),
            )

        amount = item.amount
        assert amount is not None
        return InvoiceLine(
            id=text([item.position] if item.position else [], "line:position"),
            name=text(item.name, "line:description"),
            description=text(item.more, "line:description"),
            seller_item_id=text([item.item_id] if item.item_id else [], "line:item_id"),
            quantity=number("quantity"),
            unit=text([item.unit] if item.unit else [], "line:unit"),
            net_price=number("unit_price"),
            vat_rate=number("vat_rate"),
            net_amount=self._found(amount.value * sign, amount.span, sure, "line:amount"),
        )

    # -- evidence ---------------------------------------------------------------------------------------------------

    @property
    def _source(self) -> str:
        return self._sheet.source

    def _best(self, found: Sequence[Candidate[ValueT]]) -> Found[ValueT] | None:
        if not found:
            return None
        rival = next((each for each in found if each.value != found[0].value), None)
        margin = found[0].score - rival.score if rival else 5.0
        return self._candidate(found[0], confidence.of_candidate(found[0].score, margin))

    def _candidate(self, candidate: Candidate[ValueT], sure: float) -> Found[ValueT]:
        return self._found(candidate.value, candidate.span, sure, candidate.rule)

    def _found(self, value: ValueT, span: Span, sure: float, rule: str) -> Found[ValueT]:
        return Found(
            value=value,
            raw=span.text,
            source=self._source,
            confidence=sure,
            rule=rule,
            evidence=self._sheet.evidence(span),
        )


def _tax_parts(solver: TotalsSolver, solution: Solution) -> list[Amount]:
    """The taxes at each rate, where the total is only their sum."""
    if solution.by_rates and len(solution.breakdown) > 1:
        return [row.tax for row in solution.breakdown]
    return solver.tax_parts() if solution.tax == solver.tax_sum else []


def _sign(code: str, solution: Solution) -> int:
    """-1 where a credit note is printed with negative amounts: EN 16931 has them positive in a 381."""
    return -1 if code == "381" and solution.gross is not None and solution.gross < 0 else 1
