"""The totals of an invoice: of all labelled amounts those that agree with one another.

Net and tax must give gross (BR-CO-15), taxes must be bases times rates (BR-CO-17), gross less what was paid is due
(BR-CO-16), and the lines must sum up to net or gross (BR-CO-10). What says so on paper is a hint; what adds up wins.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from pdfmill.services.extraction.invoices.rules.amounts import Amount
from pdfmill.services.extraction.invoices.rules.candidates import Candidate
from pdfmill.services.extraction.invoices.rules.lexicon import Label
from pdfmill.services.extraction.invoices.rules.reading import Reading
from pdfmill.services.extraction.invoices.rules.vat import KNOWN_RATES, RateRow
from pdfmill.services.layout.model import Box

ROLES = ("line_sum", "net", "tax", "gross", "prepaid", "amount_due", "allowances", "charges", "rounding")
_ZERO = Decimal(0)
#: Amounts of each role, and of those without a label, that are tried.
_TRIED, _UNLABELLED = 10, 5
#: What the sum of labelled taxes weighs.
_SUM_WEIGHT = 5.0
#: Lines below a heading in which its amounts stand.
_LINES_BELOW = 3.0

Scores = dict[Decimal, Candidate[Decimal]]


@dataclass(frozen=True)
class Solution:
    """Totals that fit one another best.

    Attributes:
        net: None if the pages do not tell, nor the other two.
        adds_up: Whether net and tax give gross, all three from the pages or two of them and a known rate.
        known_rate: Whether the tax is net times a rate that the pages or the law name.
        by_rates: Whether the VAT breakdown sums up to net and tax.
        by_lines: Whether the lines sum up to net or gross.
        margin: By how much it is better than the best that names another gross.
    """

    score: float
    gross: Decimal | None = None
    net: Decimal | None = None
    tax: Decimal | None = None
    adds_up: bool = False
    known_rate: bool = False
    by_rates: bool = False
    by_lines: bool = False
    margin: float = 0.0
    breakdown: tuple[RateRow, ...] = field(default=(), repr=False)


class TotalsSolver:
    """Chooses among the amounts of one invoice.

    Args:
        headings: Page and row of the headings of lines, which name other things than totals.
        line_totals: The amounts of the lines.
        breakdown: Rows that give base and tax at one rate.
    """

    def __init__(
        self,
        reading: Reading,
        headings: set[tuple[int, int]],
        line_rows: set[tuple[int, int]],
        line_totals: Sequence[Decimal],
        breakdown: Sequence[RateRow],
    ) -> None:
        self._reading = reading
        self._skipped = headings | line_rows
        self._headings = headings
        self.breakdown = list(breakdown)
        self._line_sum = sum(line_totals, _ZERO) if line_totals else None
        self.scores: dict[str, Scores] = {role: self._scores(role) for role in ROLES}
        money = [each for each in reading.money if (each.span.segment.page, each.span.segment.row) not in line_rows]
        parts = self.tax_parts()
        self.tax_sum = sum((part.value for part in parts), _ZERO) if len(parts) > 1 else None
        self.printed = {amount.value for amount in reading.money}
        self._largest = max((abs(each.value) for each in money), default=Decimal(1)) or Decimal(1)
        ordered = sorted({each.value for each in money}, key=lambda value: -abs(value))
        self._unlabelled = ordered[:_UNLABELLED]

    # -- hints ----------------------------------------------------------------------------------------------------

    def _scores(self, role: str) -> Scores:
        found: Scores = {}
        for label in self._reading.by_name.get(role, ()):
            place = (label.segment.page, label.segment.row)
            if place in self._skipped:
                continue
            for amount, rule, worth in self._beside(label):
                score = label.weight + worth + min(len(label.key), 20) / 20 + self._height(amount)
                if label.start > 0 and any(other.end <= label.start for other in self._reading.labels(label.segment)):
                    score -= 0.8
                known = found.get(amount.value)
                if known is None or known.score < score:
                    found[amount.value] = Candidate(amount.value, amount.span, score, f"{role}:{rule}", label)
        return found

    def payment_of(self, value: Decimal) -> Candidate[Decimal] | None:
        """An amount that a row with a date gives, as lists of payments do, and nothing else on the pages."""
        found = [each for each in self._reading.money if each.value == value > 0]
        if len(found) != 1:
            return None
        row = self._reading.sheet.row_of(found[0].span.segment)
        is_dated = any(self._reading.dates(segment) for segment in row)
        return Candidate(value, found[0].span, 3.0, "prepaid:dated") if is_dated else None

    def tax_parts(self) -> list[Amount]:
        """Taxes that are labelled with their rate each: ``VAT 10 %`` and ``VAT 20 %``, a row for each."""
        found: dict[Decimal, Amount] = {}
        for label in self._reading.by_name.get("tax", ()):
            if (label.segment.page, label.segment.row) in self._skipped:
                continue
            row = self._reading.sheet.row_of(label.segment)
            numbers = [amount for segment in row for amount in self._reading.amounts(segment)]
            rates = [amount.value.normalize() for amount in numbers if amount.percent]
            money = [amount for amount in numbers if amount.is_money and amount.span.box.left > label.segment.box.left]
            if len(rates) == 1 and money:
                found.setdefault(rates[0], money[-1])
        return list(found.values())

    def _height(self, amount: Amount) -> float:
        """Totals stand at the end."""
        segment = amount.span.segment
        page = self._reading.sheet.pages[segment.page]
        return 0.8 * min((segment.page + segment.box.top / page.height) / max(len(self._reading.sheet.pages), 1), 1.0)

    def _beside(self, label: Label) -> Iterator[tuple[Amount, str, float]]:
        segment = label.segment
        inside = [amount for amount in self._reading.amounts(segment) if amount.span.start >= label.end]
        following = [other.start for other in self._reading.labels(segment) if other.start >= label.end]
        limit = min(following, default=len(segment.text) + 1)
        inside = [amount for amount in inside if amount.span.start < limit and _is_total(amount, label)]
        if inside:
            for distance, amount in enumerate(reversed(inside)):
                yield amount, "in", 2.6 - 0.3 * distance
            return
        distance = 0
        for other in self._reading.sheet.right_of(segment):
            amounts = [amount for amount in self._reading.amounts(other) if _is_total(amount, label)]
            if not amounts and any(each.weight >= 2 for each in self._reading.labels(other)):
                break
            for amount in amounts:
                yield amount, "right", 2.4 - 0.35 * distance
                distance += 1
        if not distance:
            yield from self._below(label)

    def _below(self, label: Label) -> Iterator[tuple[Amount, str, float]]:
        """Amounts of the column under a heading; the last is its sum."""
        segment = label.segment
        box = segment.box_of(label.start, label.end)
        column: list[Amount] = []
        bottom = box.bottom
        for other in self._reading.sheet.below(box, segment.page, segment.row, 40 * box.height):
            if other.box.top > bottom + _LINES_BELOW * box.height:
                break
            amounts = [each for each in self._reading.amounts(other) if each.is_money and _under(each, box)]
            if amounts:
                column += amounts[:1]
                bottom = other.box.bottom
            elif any(each.weight >= 3 for each in self._reading.labels(other)):
                break
        for index, amount in enumerate(reversed(column)):
            yield amount, "below", 1.3 - 0.4 * index

    # -- arithmetic -----------------------------------------------------------------------------------------------

    def solve(self) -> Solution:
        """The totals that fit best; all None if there is no amount at all."""
        solutions = sorted(self._solutions(), key=lambda each: (-each.score, str(each.gross), str(each.net)))
        if not solutions:
            return Solution(0.0)
        best = solutions[0]
        if best.net is None or (not best.tax and not best.by_rates and self._names_a_tax()):
            best = self._as_labelled(best)
        other = next((each for each in solutions if each.gross != best.gross), None)
        margin = best.score - other.score if other else 5.0
        return Solution(**{**best.__dict__, "margin": round(margin, 2), "breakdown": self._rows_of(best)})

    def _as_labelled(self, best: Solution) -> Solution:
        """What stands beside the labels, though it does not add up."""
        net, tax = next(iter(self._tried("net")), None), next(iter(self._tried("tax")), None)
        gross = next(iter([*self._tried("gross")[:1], *self._tried("amount_due")[:1]]), best.gross)
        return Solution(best.score, gross, net, tax, by_lines=best.by_lines)

    def _solutions(self) -> Iterator[Solution]:
        nets = self._tried("net", "line_sum") + self._rate_sums()[:1]
        taxes = [*self._tried("tax"), *([self.tax_sum] if self.tax_sum else []), *self._rate_sums()[1:]]
        for gross in self._grosses():
            weight = self._weight("gross", gross) + max(self._weight("amount_due", gross) - 0.7, 0) * 0.5
            weight += 1.5 * float(abs(gross) / self._largest)
            if weight <= 0 or not gross:
                continue
            yield Solution(weight + (1.5 if self._is_line_sum(gross) else 0), gross, by_lines=self._is_line_sum(gross))
            tried = dict.fromkeys([*nets, *(gross - tax for tax in taxes), *self._unlabelled, gross])
            for net in tried:
                solution = self._judged(weight, gross, net)
                if solution is not None:
                    yield solution

    def _grosses(self) -> list[Decimal]:
        derived = [net + tax for net in self._tried("net")[:4] for tax in self._tried("tax")[:4] if tax]
        both = [*self._tried("gross"), *self._tried("amount_due")[:4], *self._unlabelled]
        return list(dict.fromkeys([*both, *(value for value in derived if value in self.printed)]))

    def _judged(self, weight: float, gross: Decimal, net: Decimal) -> Solution | None:
        tax = gross - net
        if not net or (net > 0) != (gross > 0) or abs(net) > abs(gross):
            return None
        by_rates = bool(self.breakdown) and self._rate_sums() == [net, tax]
        tax_is_told = not tax or by_rates or tax in self.printed or -tax in self.printed or tax == self.tax_sum
        is_printed = (net in self.printed, tax_is_told)
        known = self._is_known_rate(net, tax)
        if not all(is_printed):
            # One of both may be missing, if the other is labelled and the pages name the rate.
            role, value = ("tax", tax) if is_printed[1] else ("net", net)
            if not any(is_printed) or known < 2 or not self._weight(role, value):
                return None
        net_weight, tax_weight = self._weight("net", net), self._weight("tax", tax)
        if tax and tax == self.tax_sum:
            tax_weight = max(tax_weight, _SUM_WEIGHT)
        by_lines = self._is_line_sum(net) or self._is_line_sum(gross)
        score = weight + 0.7 * net_weight + 0.7 * tax_weight
        if tax:
            if not net_weight and not tax_weight and not by_rates:
                return None
            if tax / net > Decimal("0.3"):
                return None
            score += 3.0 + (2.5, 1.5, 0)[2 - known] if known else 3.0 - (2.5 if tax / net < Decimal("0.02") else 0.5)
        else:
            score += 1.0 if net_weight or tax_weight else -0.2
            score -= 4.0 if self._names_a_tax() and not by_rates else 0
        score += (4.0 if by_rates else 0) + (2.0 if by_lines else 0) - (1.5 if not all(is_printed) else 0)
        adds_up = bool(tax or tax_weight or net_weight)
        return Solution(score, gross, net, tax, adds_up, bool(known) or not tax, by_rates, by_lines)

    def _is_known_rate(self, net: Decimal, tax: Decimal) -> int:
        """2 if tax is net times a rate that the pages name, 1 if one that exists, else 0."""
        for strength, rates in ((2, self._reading.rates), (1, KNOWN_RATES)):
            for rate in rates:
                exact = net * rate / 100
                if rate and abs(exact - tax) <= 2 * self._reading.unit:
                    return strength
        return 0

    def _names_a_tax(self) -> bool:
        """Whether a tax other than zero stands beside its label."""
        return any(value and each.score >= 4.5 for value, each in self.scores["tax"].items())

    def _rate_sums(self) -> list[Decimal]:
        """Bases and taxes of the breakdown, each summed up; a row that is the sum of the others is no part of it."""
        if not self.breakdown:
            return []
        return [
            sum((row.base.value for row in self.breakdown), _ZERO),
            sum((row.tax.value for row in self.breakdown), _ZERO),
        ]

    def _rows_of(self, solution: Solution) -> tuple[RateRow, ...]:
        if solution.by_rates:
            return tuple(self.breakdown)
        return tuple(row for row in self.breakdown if row.base.value == solution.net and row.tax.value == solution.tax)

    def _is_line_sum(self, value: Decimal) -> bool:
        return self._line_sum is not None and abs(abs(self._line_sum) - abs(value)) <= self._reading.unit

    def _weight(self, role: str, value: Decimal) -> float:
        candidate = self.scores[role].get(value) or self.scores[role].get(-value)
        return candidate.score if candidate else 0.0

    def _tried(self, *roles: str) -> list[Decimal]:
        found: list[Decimal] = []
        for role in roles:
            found += sorted(self.scores[role], key=lambda value: -self.scores[role][value].score)[:_TRIED]
        return list(dict.fromkeys(found))


def _is_total(amount: Amount, label: Label) -> bool:
    """Whether it may be a total: whole numbers only beside a currency or a label that says so."""
    if amount.percent:
        return False
    return amount.is_money or (amount.decimals == 0 and label.weight >= 3 and amount.value >= 10)


def _under(amount: Amount, box: Box) -> bool:
    place = amount.span.box
    return place.right > box.left - 6 and place.left < box.right + 12


def paid_and_due(
    solver: TotalsSolver, gross: Decimal, unit: Decimal
) -> tuple[Candidate[Decimal] | None, Candidate[Decimal] | None]:
    """What was paid and what is left to pay, if the pages tell and gross less the one is the other (BR-CO-16)."""
    due = _sorted(solver.scores["amount_due"].values())
    paid = _sorted(solver.scores["prepaid"].values())
    for one in due:
        for other in paid:
            if other.value and abs(abs(gross) - abs(other.value) - abs(one.value)) <= unit:
                return other, one
    best = next(iter(due), None)
    if best is not None and (payment := solver.payment_of(abs(gross) - abs(best.value))) is not None:
        return payment, best
    none_paid = next((each for each in paid if not each.value), None)
    return none_paid, best


def adjustments(
    solver: TotalsSolver, line_sum: Decimal, net: Decimal
) -> tuple[Candidate[Decimal] | None, Candidate[Decimal] | None]:
    """The allowances and charges with which the lines give net (BR-CO-13), if the pages tell."""
    ways = [
        (allowance, charge)
        for allowance in (None, *_sorted(solver.scores["allowances"].values()))
        for charge in (None, *_sorted(solver.scores["charges"].values()))
        if line_sum - (abs(allowance.value) if allowance else _ZERO) + (charge.value if charge else _ZERO) == net
    ]
    return ways[0] if ways else (None, None)


def _sorted(found: Iterable[Candidate[Decimal]]) -> list[Candidate[Decimal]]:
    return sorted(found, key=lambda each: (-each.score, each.value))
