"""How sure a value is: what speaks for it in steps set by hand, and how often such values were right.

The reader weighs evidence from 0 to 1; `calibrated` turns it into the confidence that a user sees: so often at least,
with 95 % certainty, were values with such evidence right. `benchmarks/extraction.py` measures both, the confidence on
documents not looked at as well.
"""

from __future__ import annotations

import math
from typing import Any, TypeVar

from pydantic import BaseModel

from pdfmill.services.extraction.evidence import Found
from pdfmill.services.extraction.invoices.rules.items import Item
from pdfmill.services.extraction.invoices.rules.names import Party
from pdfmill.services.extraction.invoices.rules.payment import Registered
from pdfmill.services.extraction.invoices.rules.totals import Solution

DERIVED_DUE_DATE = 0.7

#: From which evidence on how many of how many values were right, of 11 fields of the 28 invoices of the corpus that
#: were looked at while the rules were written; neighbouring steps pooled until the parts grow with the evidence
#: (isotonic regression by pooling adjacent violators, Ayer et al. 1955).
_MEASURED = ((0.96, 137, 137), (0.85, 50, 51), (0.65, 28, 29), (0.0, 23, 25))
#: Standard deviations that 95 % of a normal distribution lie above.
_ONE_SIDED = 1.645

PartT = TypeVar("PartT", bound=BaseModel)


def calibrated(part: PartT) -> PartT:
    """What the rules read, with the confidence of each value in place of its evidence."""
    return part.model_copy(update={name: _calibrated(getattr(part, name)) for name in type(part).model_fields})


def _calibrated(value: Any) -> Any:
    if isinstance(value, Found):
        return value.model_copy(update={"confidence": confidence_of(value.confidence)})
    if isinstance(value, list):
        return [_calibrated(each) for each in value]
    return calibrated(value) if isinstance(value, BaseModel) else value


def confidence_of(evidence: float) -> float:
    """The part of values with such evidence that is right at least, in whole hundredths.

    The lower end of the one-sided 95 % interval of Wilson ("Probable inference", 1927).
    """
    _, right, count = next(step for step in _MEASURED if evidence >= step[0])
    part, square = right / count, _ONE_SIDED**2
    spread = _ONE_SIDED * math.sqrt(part * (1 - part) / count + square / (4 * count**2))
    return math.floor(100 * (part + square / (2 * count) - spread) / (1 + square / count)) / 100


def of_candidate(score: float, margin: float) -> float:
    """A labelled value: by its score, and by how far it is ahead of the next."""
    sure = of_label(score)
    return round(sure if margin >= 1.5 else min(sure, 0.85) if margin >= 0.5 else min(sure, 0.6), 2)


def of_label(score: float) -> float:
    """A labelled value by its score alone."""
    for least, sure in ((6.0, 0.98), (5.0, 0.96), (4.0, 0.92), (3.0, 0.8), (2.0, 0.65)):
        if score >= least:
            return sure
    return 0.4


def of_currency(share: float) -> float:
    """By its part of all currencies that the pages name."""
    return 0.99 if share > 0.95 else 0.95 if share > 0.8 else 0.7


def of_party(party: Party) -> float:
    """By the rule that found it."""
    return round(min(party.score, 0.95), 2)


def of_identifier(found: Registered, *, rivals: int) -> float:
    """By check digits and label; another one as good makes it doubtful."""
    sure = 0.98 if found.identifier.valid and found.score >= 0.9 else 0.93 if found.identifier.valid else 0.5
    return sure if not rivals else min(sure, 0.6)


def of_total(solution: Solution, role: str, *, labelled: bool) -> float:
    """By how many of the rules hold: net and tax give gross, a known rate, the VAT breakdown, the sum of the lines."""
    agreeing = sum((solution.adds_up, solution.known_rate, solution.by_rates, solution.by_lines, labelled))
    sure = (0.4, 0.6, 0.75, 0.92, 0.97, 0.99)[agreeing]
    if solution.margin < 1.0:
        sure = min(sure, 0.7)
    return sure


def of_item(item: Item) -> float:
    """Quantity times price is the amount, or at least does not contradict it."""
    match item.multiplies():
        case True:
            return 0.98
        case None:
            return 0.8
        case False:
            return 0.65
