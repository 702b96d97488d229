"""What a language model may fill in on an invoice: a right value must be taken, a wrong one never.

Each field of the truth that a document shows is taken away from what the rules read, and a model answers: once the
truth, then ten times the truth with a digit or a letter changed. It cites the rows that show what it says, wherever
there are any, so that a wrong value that happens to stand somewhere on the pages is cited well.
"""

from __future__ import annotations

import json
import random
import tempfile
from collections import Counter
from decimal import Decimal
from pathlib import Path

from extraction_invoices import AMOUNTS, FIELDS, truth_of

from pdfmill.core.context import Context
from pdfmill.core.provider import Completion, CompletionRequest, NoProvider, Offer, Seat
from pdfmill.services.extraction.invoices.by_model import ASKED, fill_gaps
from pdfmill.services.extraction.invoices.cited import CitedRows
from pdfmill.services.extraction.invoices.documents import InvoicePages, group_pages
from pdfmill.services.extraction.invoices.grounding import same
from pdfmill.services.extraction.invoices.model import Invoice
from pdfmill.services.extraction.invoices.paths import value_at, with_value
from pdfmill.services.extraction.invoices.rules.confidence import calibrated
from pdfmill.services.layout.page_words import open_words

_WRONG_ANSWERS = 10


class _Model(NoProvider):
    """Says one thing of one field."""

    offer = Offer(completion=Seat(provider="benchmark", model="truth and lies"))
    said = ""

    def complete(self, _request: CompletionRequest) -> Completion:
        return Completion(text=self.said)


class _Trial:
    """One field of one invoice, which the rules are made not to know."""

    def __init__(self, group: InvoicePages, invoice: Invoice, path: str, ctx: Context, model: _Model) -> None:
        self._reading = group.reading
        self._rows = CitedRows(group.reading)
        self._invoice = with_value(invoice, path, None)
        self._path = path
        self._ctx = ctx
        self._model = model

    def rows_with(self, value: str) -> list[int]:
        """The numbers of the rows that show a value."""
        return [
            number
            for number in range(1, self._rows.count + 1)
            if self._rows.find(value, [number], ASKED[self._path]) is not None
        ]

    def taken(self, value: str, rows: list[int]) -> object | None:
        """What is in the field when the model says that value."""
        said = {"field": self._path, "value": value, "rows": rows[:3]}
        self._model.said = json.dumps({"values": [said], "items": []})
        found = value_at(fill_gaps(self._invoice, self._reading, self._ctx).invoice, self._path)
        return None if found is None else found.value


def report(corpus: Path) -> list[str]:
    """The table of all fields."""
    counts: Counter[tuple[str, str]] = Counter()
    chance = random.Random(4)
    for path in sorted((corpus / "invoices").glob("*.pdf")):
        with tempfile.TemporaryDirectory() as folder:
            model = _Model()
            ctx = Context(Path(folder), provider=model)
            with open_words(path, None, ctx, None) as words:
                groups = group_pages(words, ctx).groups
            for group in groups[:1]:
                _count(counts, group, truth_of(path), ctx, model, chance)
    lines = [
        "## Invoices, filled by a language model",
        "",
        "Of what the rules were made not to know: right answers that were taken, and answers with a character changed.",
        "",
        "| field | right ones taken | wrong ones taken |",
        "|---|---|---|",
    ]
    for name in (*FIELDS, "all"):
        right, asked, wrong, lies = (_total(counts, name, what) for what in ("right", "asked", "wrong", "lies"))
        lines.append(f"| {name} | {right} of {asked} | {wrong} of {lies} |")
    return [*lines, ""]


def _total(counts: Counter[tuple[str, str]], name: str, what: str) -> int:
    return sum(count for (field, kind), count in counts.items() if kind == what and name in (field, "all"))


def _count(
    counts: Counter[tuple[str, str]],
    group: InvoicePages,
    truth: dict[str, object],
    ctx: Context,
    model: _Model,
    chance: random.Random,
) -> None:
    invoice = calibrated(group.read.invoice)
    for name, (path, keys) in FIELDS.items():
        value = next((str(truth[key]) for key in keys if truth.get(key) not in (None, "")), None)
        if value is None:
            continue
        value = f"{Decimal(value):.2f}" if name in AMOUNTS else value[:10] if "date" in name else value
        trial = _Trial(group, invoice, path, ctx, model)
        rows = trial.rows_with(value)
        if not rows:
            continue
        counts[name, "asked"] += 1
        taken = trial.taken(value, rows)
        counts[name, "right"] += taken is not None and (name not in AMOUNTS or same(taken, Decimal(value)))
        for _ in range(_WRONG_ANSWERS):
            lie = _changed(value, chance)
            counts[name, "lies"] += 1
            counts[name, "wrong"] += trial.taken(lie, trial.rows_with(lie) or rows) is not None


def _changed(value: str, chance: random.Random) -> str:
    """A value with another digit in it, or another letter where there are no digits."""
    digits = [index for index, character in enumerate(value) if character.isdigit()]
    at = chance.choice(digits or range(len(value)))
    others = "0123456789" if digits else "abcdefghijklmnopqrstuvwxyz"
    other = chance.choice([character for character in others if character != value[at].casefold()])
    return value[:at] + other + value[at + 1 :]
