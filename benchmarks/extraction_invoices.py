"""Invoices: fields and lines against the truth, with the embedded XML ignored; and the XML against itself.

The truth of a document with XML is that XML; of one without, a JSON file by hand. A value counts only where the pages
show it. Half of the documents, by a hash of their names, were looked at while the rules were written; the other half
was not, and is told apart.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import re
import tempfile
import time
import unittest.mock
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pypdfium2
from rapidfuzz import fuzz

from pdfmill.core.context import Context
from pdfmill.services.extraction.invoices import service
from pdfmill.services.extraction.invoices.model import ReadInvoice
from pdfmill.services.extraction.invoices.paths import found_fields
from pdfmill.services.extraction.invoices.rules.confidence import confidence_of
from pdfmill.services.extraction.invoices.rules.sheet import key
from pdfmill.services.extraction.invoices.service import InvoiceExtractionService

#: Our fields by those of the truth: of the corpus's XML, and of vendors' JSON.
FIELDS = {
    "number": ("invoice_number", ("invoice_number",)),
    "date": ("issue_date", ("date",)),
    "due date": ("due_date", ("due_date", "date_due")),
    "seller": ("seller.name", ("seller_name", "issuer")),
    "buyer": ("buyer.name", ("buyer_name",)),
    "seller VAT": ("seller.vat_id", ("seller_vat", "vat", "static_vat")),
    "currency": ("currency", ("currency",)),
    "net": ("totals.tax_exclusive", ("net", "amount_untaxed")),
    "tax": ("totals.tax_amount", ("tax", "amount_tax")),
    "gross": ("totals.tax_inclusive", ("gross", "amount")),
    "IBAN": ("payment.iban", ("iban",)),
}
AMOUNTS = ("net", "tax", "gross")
_SIGNS = {"EUR": "€", "USD": "$", "GBP": "£", "INR": "₹"}


@dataclass
class Tally:
    """Values that should be found, were found, and were found rightly."""

    wanted: int = 0
    given: int = 0
    right: int = 0

    @property
    def f1(self) -> float:
        return 2 * self.right / max(self.wanted + self.given, 1)

    def add(self, other: Tally) -> None:
        self.wanted += other.wanted
        self.given += other.given
        self.right += other.right


@dataclass
class Score:
    """What was measured on some documents."""

    fields: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    lines: Tally = field(default_factory=Tally)
    by_confidence: Counter[tuple[float, bool]] = field(default_factory=Counter)
    shown: int = 0
    unshown: int = 0
    misses: list[str] = field(default_factory=list)
    documents: int = 0
    pages: int = 0
    seconds: float = 0.0

    @property
    def all_fields(self) -> Tally:
        total = Tally()
        for each in self.fields.values():
            total.add(each)
        return total

    @property
    def sure(self) -> tuple[float, float]:
        """Precision of values with confidence from 0.9 on, and their part of all values."""
        sure = {right: count for right in (True, False) for count in [self._count(0.9, right=right)]}
        total = self.by_confidence.total()
        return sure[True] / max(sure[True] + sure[False], 1), (sure[True] + sure[False]) / max(total, 1)

    def right_from(self, least: float, below: float) -> str:
        """How many of the values with such confidence are right."""
        found = {key: count for key, count in self.by_confidence.items() if least <= key[0] < below}
        right = sum(count for (_, good), count in found.items() if good)
        return f"{right}/{sum(found.values())}"

    def _count(self, least: float, *, right: bool) -> int:
        return sum(count for (sure, good), count in self.by_confidence.items() if sure >= least and good is right)


#: Beginnings of the names of documents that were held out until somebody looked why they were read wrongly.
_LOOKED_AT_SINCE = ("24a310", "a0379c", "cfc74b", "dfc7fe", "f9dd1d")
#: Steps of confidence, of each of which it is told how many values are right.
_STEPS = (0.95, 0.9, 0.8, 0.5, 0.0)


def is_held_out(path: Path) -> bool:
    if path.name.startswith(_LOOKED_AT_SINCE):
        return False
    return int(hashlib.sha256(path.name.encode()).hexdigest(), 16) % 2 == 1


def score(paths: list[Path]) -> Score:
    result = Score()
    extraction = InvoiceExtractionService()
    for path in paths:
        truth = truth_of(path)
        with tempfile.TemporaryDirectory() as folder:
            started = time.process_time()
            found = extraction.extract(path, None, Context(Path(folder)), use_xml=False)
            result.seconds += time.process_time() - started
        invoice = found.document.invoices[0] if found.document.invoices else None
        with pypdfium2.PdfDocument(path) as document:
            text = "\n".join(page.get_textpage().get_text_range() for page in document)
            result.pages += len(document)
            if invoice is not None:
                _count_evidence(result, invoice, document, path)
        result.documents += 1
        _score_fields(result, path, truth, invoice, text)
        _score_lines(result, path, truth, invoice, text)
    return result


def pooled_evidence(paths: list[Path]) -> list[tuple[float, int, int]]:
    """From which evidence on how many of how many values are right, steps pooled until the parts grow with it.

    What `pdfmill.services.extraction.invoices.rules.confidence` has as its table, highest evidence first.
    """
    found = Score()
    with unittest.mock.patch.object(service, "calibrated", lambda part: part):
        for path in paths:
            found.by_confidence.update(score([path]).by_confidence)
    pools: list[list[float]] = []
    for evidence in sorted({evidence for evidence, _ in found.by_confidence}):
        right, wrong = (found.by_confidence[evidence, good] for good in (True, False))
        pools.append([evidence, right, right + wrong])
        while len(pools) > 1 and pools[-1][1] * pools[-2][2] <= pools[-2][1] * pools[-1][2]:
            _, right, count = pools.pop()
            pools[-1][1] += right
            pools[-1][2] += count
    return [(evidence, int(right), int(count)) for evidence, right, count in reversed(pools)]


def truth_of(path: Path) -> dict[str, Any]:
    """What a document says, by hand or by its XML."""
    loaded = json.loads(path.with_name(path.stem + ".truth.json").read_text())
    return dict(loaded[0] if isinstance(loaded, list) else loaded)


def _score_fields(result: Score, path: Path, truth: dict[str, Any], invoice: ReadInvoice | None, text: str) -> None:
    found = dict(found_fields(invoice)) if invoice else {}
    for name, (own, theirs) in FIELDS.items():
        wanted = next((str(truth[each]) for each in theirs if truth.get(each) not in (None, "")), None)
        if wanted is None or not _is_visible(name, wanted, text):
            continue
        tally = result.fields[name]
        tally.wanted += 1
        given = found.get(own)
        if given is None:
            result.misses.append(f"{path.stem[:34]} {name}: {wanted!r} not found")
            continue
        tally.given += 1
        right = _is_same(name, wanted, given.value)
        tally.right += right
        result.by_confidence[given.confidence, right] += 1
        if not right:
            result.misses.append(
                f"{path.stem[:34]} {name}: {wanted!r} != {str(given.value)!r} ({given.confidence} {given.rule})"
            )


def _score_lines(result: Score, path: Path, truth: dict[str, Any], invoice: ReadInvoice | None, text: str) -> None:
    wanted = Counter()
    for line in truth.get("lines") or ():
        value = line.get("total") or line.get("price_subtotal")
        if value is None and "price" in line:
            value = Decimal(str(line["price"])) * Decimal(str(line.get("qty", 1)))
        if value is not None and _is_visible("net", str(value), text):
            wanted[abs(Decimal(str(value))).quantize(Decimal("0.01"))] += 1
    if not wanted:
        return
    amounts = [line.net_amount for line in invoice.lines] if invoice else []
    given = Counter(abs(each.value).quantize(Decimal("0.01")) for each in amounts if each is not None)
    right = (wanted & given).total()
    result.lines.add(Tally(wanted.total(), given.total(), right))
    if right < max(wanted.total(), given.total()):
        result.misses.append(
            f"{path.stem[:34]} lines: {[*map(str, wanted.elements())]} != {[*map(str, given.elements())]}"
        )


def _is_visible(name: str, wanted: str, text: str) -> bool:
    if name in AMOUNTS:
        digits = re.sub(r"\D", "", f"{abs(Decimal(wanted)):.2f}")
        grouped = re.findall(r"\d{1,3}(?:[ .,'’\u202f\u00a0]\d{3})*(?:[.,]\d{1,4})?(?!\d)", text)
        plain = re.findall(r"\d+(?:[.,]\d+)?", text)
        numbers = {re.sub(r"\D", "", each) for each in [*grouped, *plain]}
        return digits in numbers or (digits.endswith("00") and digits[:-2] in numbers)
    if name in ("date", "due date"):
        return _shows_date(datetime.date.fromisoformat(wanted), text)
    if name == "currency":
        return wanted in text or _SIGNS.get(wanted, "\0") in text or (wanted == "INR" and "Rs" in text)
    return all(key(part) in key(text) for part in wanted.splitlines())


def _shows_date(date: datetime.date, text: str) -> bool:
    """Whether a day, month and year stand together, in whatever order and words."""
    day, month, year = f"0?{date.day}", f"0?{date.month}", f"(?:{date.year}|{date.year % 100:02d})"
    name = r"[^\W\d_]{3,12}\.?,?"
    ways = (
        rf"(?<!\d){day}\D{{1,3}}{month}\D{{1,3}}{year}(?!\d)",
        rf"(?<!\d){month}\D{{1,3}}{day}\D{{1,3}}{year}(?!\d)",
        rf"(?<!\d){date.year}\D{{0,3}}{month}\D{{0,3}}{day}(?!\d)",
        rf"(?<!\d){day}\W{{0,3}}(?:de )?{name}\W{{0,3}}(?:de )?{year}(?!\d)",
        rf"{name}\W{{0,2}}{day}\D{{0,4}}\s{date.year}(?!\d)",
    )
    return any(re.search(way, text) for way in ways)


def _is_same(name: str, wanted: str, given: Any) -> bool:
    if name in AMOUNTS:  # type 381 has positive amounts for what a 380 writes with a minus
        return abs(abs(Decimal(wanted)) - abs(given)) < Decimal("0.005")
    if name in ("seller", "buyer"):
        one, other = key(wanted), key(given)
        return one in other or (other in one and len(other) > 4) or fuzz.ratio(one, other) >= 88
    return key(wanted).replace("#", "") == key(str(given))


def _count_evidence(result: Score, invoice: ReadInvoice, document: Any, path: Path) -> None:
    """Whether the text within the boxes of a value, as PDFium has it, is that value."""
    for name, found in found_fields(invoice):
        if found.source not in ("text", "ocr") or name.startswith("differences"):
            continue
        texts = []
        for evidence in found.evidence:
            page = document[evidence.page - 1]
            height = page.get_height()
            left, top, right, bottom = evidence.box
            texts.append(
                page.get_textpage().get_text_bounded(left - 1, height - bottom - 1, right + 1, height - top + 1)
            )
        if _says(" ".join(texts), found.value, found.raw):
            result.shown += 1
        else:
            result.unshown += 1
            result.misses.append(f"{path.stem[:34]} evidence of {name}: {found.value} not in {texts}")


def _says(text: str, value: Any, raw: str) -> bool:
    if isinstance(value, Decimal):
        digits = re.sub(r"\D", "", f"{abs(value):f}").lstrip("0").rstrip("0")
        return digits in re.sub(r"\D", "", text)
    if isinstance(value, datetime.date):
        return key(raw) in key(text)
    return key(str(value)) in key(text) or key(raw) in key(text)


def score_xml(paths: list[Path]) -> tuple[int, int, int]:
    """Documents with XML, those whose XML was found, and values that differ from the truth."""
    carrying = found = wrong = 0
    for path in paths:
        truth = truth_of(path)
        if "type_code" not in truth:
            continue
        carrying += 1
        with tempfile.TemporaryDirectory() as folder:
            read = InvoiceExtractionService().extract(path, None, Context(Path(folder)))
        own = [each for each in read.document.invoices if each.source == "xml"]
        found += bool(own)
        values = dict(found_fields(own[0])) if own else {}
        for name, (own_name, theirs) in FIELDS.items():
            wanted = truth.get(theirs[0])
            given = values.get(own_name)
            if wanted and name != "IBAN" and (given is None or str(given.value) != wanted):
                wrong += 1
    return carrying, found, wrong


def report(corpus: Path) -> list[str]:
    paths = sorted((corpus / "invoices").glob("*.pdf"))
    looked_at = [path for path in paths if not is_held_out(path)]
    held_out = [path for path in paths if is_held_out(path)]
    vendors = [path for path in paths if path.name.startswith("vendor_")]
    scores = {
        "looked at": score(looked_at),
        "held out": score(held_out),
        "all": score(paths),
        "vendors without XML": score(vendors),
    }
    carrying, found, wrong = score_xml(paths)
    return [
        "## Invoices",
        "",
        f"Embedded XML: found in {found} of {carrying} documents that carry it, {wrong} values mapped wrongly.",
        "",
        "The same documents read by rules, their XML ignored; F1 of values that the pages show.",
        f"Of the held-out documents {len(_LOOKED_AT_SINCE)} were looked at later, since they were read wrongly; that "
        "flatters the rest of that half, so compare over all.",
        "",
        *_table(scores),
        "",
        "How often values with at least so much evidence are right, neighbouring steps pooled; the confidence is the "
        "lower end of the 95 % interval of those looked at, as the program has it.",
        "",
        *_reliability("looked at, which the program's table is made from", looked_at),
        *_reliability("held out", held_out),
    ]


def _reliability(name: str, paths: list[Path]) -> Iterator[str]:
    yield f"| evidence from, {name} | right | of | confidence |"
    yield "|--:|--:|--:|--:|"
    for evidence, right, count in pooled_evidence(paths):
        yield f"| {evidence:.2f} | {right} | {count} | {confidence_of(evidence):.2f} |"
    yield ""


def _f1(tally: Tally) -> str:
    return f"{tally.f1:.3f} ({tally.wanted})" if tally.wanted else "–"


def _table(scores: dict[str, Score]) -> Iterator[str]:
    yield "| | " + " | ".join(scores) + " |"
    yield "|---|" + "--:|" * len(scores)
    rows: list[tuple[str, list[str]]] = [
        ("documents", [str(each.documents) for each in scores.values()]),
        ("all fields", [f"{each.all_fields.f1:.3f}" for each in scores.values()]),
    ]
    for name in FIELDS:
        rows.append((name, [_f1(each.fields[name]) for each in scores.values()]))
    rows += [
        ("lines, by amount", [f"{each.lines.f1:.3f} ({each.lines.wanted})" for each in scores.values()]),
        ("precision from confidence 0.9 on", [f"{each.sure[0]:.3f}" for each in scores.values()]),
        ("part of values with that confidence", [f"{each.sure[1]:.3f}" for each in scores.values()]),
        *(
            (
                f"right of those with confidence {least:.2f}" + (f" to {below:.2f}" if below < 1 else " and more"),
                [each.right_from(least, below) for each in scores.values()],
            )
            for least, below in zip(_STEPS, (1.01, *_STEPS), strict=False)
        ),
        ("boxes whose text is the value", [f"{each.shown}/{each.shown + each.unshown}" for each in scores.values()]),
        (
            "pages a second of processor time",
            [f"{each.pages / max(each.seconds, 1e-9):.1f}" for each in scores.values()],
        ),
    ]
    for name, cells in rows:
        yield f"| {name} | " + " | ".join(cells) + " |"
