"""Bank statements: entries found, statements reconciled, and whether a spoilt one is ever called exact.

The folder has statements in ``statements``, each with what it says in ``NAME.truth.json``:
``{"opening": "…", "closing": "…", "tx": [{"date": "2024-05-02", "amount": "-1.50"}, …]}``. A hash of their
names divides them into a half that was looked at while the rules were made and one that was not. Beside them stand
layouts that are built here. Then each is spoilt: a row left out, a digit or sign changed, a section emptied.
"""

from __future__ import annotations

import hashlib
import json
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from builders.statement import account
from builders.statement_layouts import LAYOUTS, OTHER_DECIMALS, in_currency
from pdfmill.core.context import Context
from pdfmill.services.extraction.statements.model import Entry, Statement, StatementFile
from pdfmill.services.extraction.statements.service import BankStatementExtractionService
from pdfmill.services.layout.model import Word
from pdfmill.services.layout.page_words import PageWords, read_words

_SPOILT_EACH = 40
_TURNED = {"S": "H", "H": "S", "CR": "DR", "DR": "CR", "C": "D", "D": "C", "Af": "Bij", "Bij": "Af"}
_KINDS = (
    "row left out",
    "digit of an amount",
    "sign",
    "digit of a running balance",
    "digit of a stated balance",
    "section emptied",
)

Booked = Counter[tuple[date | None, Decimal]]


@dataclass
class Row:
    """What came of one set of statements."""

    name: str
    documents: int = 0
    found: int = 0
    told: int = 0
    right: int = 0
    reconciled: int = 0
    balances: int = 0
    pages: int = 0
    seconds: float = 0.0

    @property
    def f1(self) -> float:
        return 2 * self.right / max(self.found + self.told, 1)


@dataclass
class Bench:
    """Statements as words, and what was read from them."""

    ctx: Context
    service: BankStatementExtractionService = field(default_factory=BankStatementExtractionService)
    read: list[tuple[str, list[PageWords], StatementFile]] = field(default_factory=list)

    def add(self, row: Row, path: Path, told: Booked, opening: Decimal, closing: Decimal) -> None:
        started = time.process_time()
        file = self.service.extract(path, self.ctx)
        row.seconds += time.process_time() - started
        booked = _booked(file.statements)
        row.documents += 1
        row.pages += file.pages
        row.found, row.told = row.found + booked.total(), row.told + told.total()
        row.right += (booked & told).total()
        row.reconciled += [each.reconciliation.status for each in file.statements] == ["exact"]
        row.balances += any(
            (each.reconciliation.opening, each.reconciliation.closing) == (opening, closing) for each in file.statements
        )
        self.read.append((row.name, list(read_words(path, self.ctx)), file))


def _booked(statements: Sequence[Statement]) -> Booked:
    return Counter((entry.booking_date, entry.amount) for each in statements for entry in each.entries)


def corpus_rows(bench: Bench, folder: Path) -> Iterator[Row]:
    rows = {
        (ordinary, half): Row(f"corpus, {'ordinary' if ordinary else 'hard'}, {half}")
        for ordinary in (True, False)
        for half in ("looked at", "held out")
    }
    for path in sorted(folder.glob("statements/*.pdf")):
        truth = json.loads(path.with_suffix(".truth.json").read_text())
        told: Booked = Counter((date.fromisoformat(each["date"]), Decimal(each["amount"])) for each in truth["tx"])
        half = "held out" if hashlib.sha256(path.name.encode()).digest()[0] % 2 else "looked at"
        ordinary = path.name[0] == "s" and path.name[1].isdigit()
        bench.add(rows[ordinary, half], path, told, Decimal(truth["opening"]), Decimal(truth["closing"]))
    yield from rows.values()


def built_row(bench: Bench, folder: Path) -> Row:
    row = Row(f"built, {len(LAYOUTS)} layouts")
    for name, make in LAYOUTS.items():
        for seed, start, count in (
            (11, date(2024, 2, 27), 18),
            (12, date(2022, 12, 18), 25),
            (13, date(2025, 7, 1), 70),
        ):
            told = account(seed, count, start=start, days=1, opening="90000")
            path = make(told).save(folder / f"{name}-{seed}.pdf")
            bench.add(row, path, Counter(told.truth()), told.opening, told.closing)
    return row


def other_decimals_row(bench: Bench, folder: Path) -> Row:
    row = Row(f"built, {len(OTHER_DECIMALS)} currencies without cents or with mills")
    for code, (places, _, _) in OTHER_DECIMALS.items():
        for seed, columns in ((21, False), (22, True)):
            told = account(seed, 40, days=1, places=places)
            path = in_currency(told, code, columns=columns).save(folder / f"{code}-{seed}.pdf")
            bench.add(row, path, Counter(told.truth()), told.opening, told.closing)
    return row


def spoilt(bench: Bench, dice: random.Random) -> Iterator[tuple[str, bool]]:
    """Kinds of damage, and whether a spoilt statement was called exact."""
    for _, pages, file in bench.read:
        for statement in file.statements:
            for _ in range(_SPOILT_EACH):
                kind = dice.choice(_KINDS)
                changed = _spoil(kind, pages, statement, dice)
                if changed is not None:
                    again = bench.service.read(changed, bench.ctx)
                    yield kind, any(each.reconciliation.status == "exact" for each in again.statements)


def _spoil(kind: str, pages: list[PageWords], statement: Statement, dice: random.Random) -> list[PageWords] | None:
    entry = dice.choice(statement.entries)
    page, box = entry.page, entry.boxes["amount"][0]
    if kind == "section emptied":
        side = dice.choice(("CRDT", "DBIT"))
        gone = [each for each in statement.entries if each.credit_debit == side]
        return _without_rows(pages, gone) if gone else None
    if kind == "row left out":
        return _without_rows(pages, [entry])
    if kind == "digit of a running balance":
        if "running_balance" not in entry.boxes:
            return None
        box = entry.boxes["running_balance"][0]
    elif kind == "digit of a stated balance":
        if not statement.balances:
            return None
        place = dice.choice(statement.balances).evidence[0]
        page, box = place.page, place.box
    words = list(pages[page - 1].words)
    inside = [index for index, word in enumerate(words) if _holds(box, pages[page - 1], word)]
    change = _with_other_sign if kind == "sign" else _with_other_digit
    options = [(index, text) for index in inside if (text := change(words[index].text, dice)) is not None]
    if not options:
        return None
    index, text = dice.choice(options)
    words[index] = replace(words[index], text=text)
    return [*pages[: page - 1], replace(pages[page - 1], words=tuple(words)), *pages[page:]]


def _without_rows(pages: list[PageWords], gone: Sequence[Entry]) -> list[PageWords]:
    tops = {(entry.page, entry.boxes["amount"][0][1]) for entry in gone}

    def stays(page: PageWords, word: Word) -> bool:
        return not any(page.number == number and abs(page.shown(word.box).top - top) < 3 for number, top in tops)

    return [replace(page, words=tuple(word for word in page.words if stays(page, word))) for page in pages]


def _holds(box: Sequence[float], page: PageWords, word: Word) -> bool:
    shown = page.shown(word.box)
    return box[0] - 0.6 <= shown.left and shown.right <= box[2] + 0.6 and abs(shown.top - box[1]) < 3


def _with_other_digit(text: str, dice: random.Random) -> str | None:
    places = [place for place, character in enumerate(text) if character.isdigit()]
    if not places:
        return None
    place = dice.choice(places)
    return text[:place] + str((int(text[place]) + dice.randint(1, 9)) % 10) + text[place + 1 :]


def _with_other_sign(text: str, dice: random.Random) -> str | None:
    if text in _TURNED:
        return _TURNED[text]
    if text.startswith("-"):
        return text[1:]
    if text.endswith("-"):
        return f"{text[:-1]}+"
    if text.startswith("("):
        return text.strip("()")
    return f"-{text}" if text[0].isdigit() and not dice.randint(0, 1) else None


def _table(rows: Sequence[Row], damage: Sequence[tuple[str, bool]]) -> list[str]:
    lines = [
        "## Bank statements",
        "",
        "| set | documents | entries | entry F1 | both balances right | reconciled exactly | pages/s of one core |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        if row.documents:
            lines.append(
                f"| {row.name} | {row.documents} | {row.told} | {row.f1:.4f} | {row.balances / row.documents:.0%} | "
                f"{row.reconciled / row.documents:.0%} | {row.pages / row.seconds:.0f} |"
            )
    lines += ["", "| spoilt by | statements | called exact |", "|---|---|---|"]
    for kind in _KINDS:
        of_kind = [exact for each, exact in damage if each == kind]
        lines.append(f"| {kind} | {len(of_kind)} | {sum(of_kind)} |")
    lines.append(f"| all | {len(damage)} | {sum(exact for _, exact in damage)} |")
    return [*lines, ""]


def report(corpus: Path) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Context(Path(folder)))
        rows = [
            *corpus_rows(bench, corpus),
            built_row(bench, Path(folder)),
            other_decimals_row(bench, Path(folder)),
        ]
        return _table(rows, list(spoilt(bench, random.Random(7))))
