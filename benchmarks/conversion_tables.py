"""Tables beside their true cells and beside camelot, for `conversion.py`."""

from __future__ import annotations

import json
import re
import statistics
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pikepdf

from pdfmill.core.context import Context
from pdfmill.core.pages import PageRanges
from pdfmill.services.conversion.hand import Hand
from pdfmill.services.layout.model import Table
from pdfmill.services.layout.service import LayoutService
from pdfmill.services.values.numbers import Number

Rows = list[list[str]]

#: What a person takes for a number; dates, and codes with zeros before them, are none.
_NUMERIC = re.compile(r"[-−–+(]?\s*[$€£¥]?\s*-?(?:[1-9][\d.,'’\s]*|0(?:[.,]\d+)?)\s*[%$€£¥]?\s*\)?")
_DATE = re.compile(r"\d{1,4}([./-])\d{1,2}\1\d{1,4}")


@dataclass(frozen=True)
class Score:
    """F1 of neighbouring cells and of cells, processor seconds."""

    neighbours: float
    cells: float
    seconds: float

    @classmethod
    def of(cls, found: Rows, wanted: Rows, seconds: float) -> Score:
        return cls(_f1(_pairs(found), _pairs(wanted)), _f1(_cells(found), _cells(wanted)), seconds)


def table_lines(folder: Path, camelot: str | None) -> list[str]:
    """Lines of Markdown: a table of scores, and what they say beside the goals.

    Args:
        camelot: A Python in which camelot-py is installed; None for no such peer.
    """
    ours, turned, theirs, numeric, typed = {}, {}, {}, 0, 0
    for truth_path in sorted((folder / "tables").glob("*.truth.json")):
        truth = json.loads(truth_path.read_text())
        path = truth_path.with_name(truth_path.name.replace(".truth.json", ".pdf"))
        found, seconds = _read(path, truth["page"])
        ours[path.stem] = Score.of(found, truth["rows"], seconds)
        counts = _typed(found, truth["rows"])
        numeric, typed = numeric + counts[0], typed + counts[1]
        turned[path.stem] = _turned(path, truth)
        if camelot is not None:
            theirs[path.stem] = _camelot(camelot, path, truth)
    if not ours:
        return []
    lines = [
        "F1 of neighbouring cells, unless said otherwise:",
        "",
        "| tables | found | F1 of cells | s | page turned by 90° | camelot hybrid | s |",
        "|---|---|---|---|---|---|---|",
        *(_line(name, score, turned[name], theirs.get(name)) for name, score in ours.items()),
        _line("**mean**", _mean(ours), _mean(turned), _mean(theirs) if theirs else None),
        "",
        f"Of {numeric} numeric cells {typed / max(numeric, 1) * 100:.1f} % become numbers.",
    ]
    if theirs:
        ratio = _mean(theirs).seconds / _mean(ours).seconds
        lines.append(f"camelot hybrid takes {ratio:.1f} times the processor time, imports not counted.")
    return lines


def _read(path: Path, page_number: int) -> tuple[Rows, float]:
    with tempfile.TemporaryDirectory() as work:
        started = time.process_time()
        with LayoutService().open(path, PageRanges.of([page_number]), Context(Path(work))) as document:
            page = document.page(page_number - 1)
        seconds = time.process_time() - started
    return [row for block in page.blocks if isinstance(block, Table) for row in block.grid()], seconds


def _turned(path: Path, truth: dict[str, Any]) -> Score:
    with tempfile.TemporaryDirectory() as folder:
        turned = Path(folder) / "turned.pdf"
        with pikepdf.open(path) as pdf:
            pdf.pages[truth["page"] - 1].rotate(90, relative=True)
            pdf.save(turned)
        found, seconds = _read(turned, truth["page"])
    return Score.of(found, truth["rows"], seconds)


def _camelot(python: str, path: Path, truth: dict[str, Any]) -> Score:
    script = Path(__file__).with_name("camelot_tables.py")
    argv = [python, str(script), "hybrid", str(truth["page"]), str(path)]
    done = json.loads(subprocess.run(argv, capture_output=True, text=True, check=True).stdout)
    return Score.of(done["rows"], truth["rows"], done["seconds"])


def _typed(found: Rows, wanted: Rows) -> tuple[int, int]:
    """How many cells are numbers to a person, and how many of these a sheet holds as numbers."""
    hand = Hand.of((text for row in found for text in row), Hand())
    made = Counter(_bare(text) for row in found for text in row if isinstance(hand.read(text), Number))
    numbers = Counter(
        _bare(text)
        for row in wanted
        for text in row
        if _NUMERIC.fullmatch(text.strip()) and not _DATE.fullmatch(text.strip())
    )
    return numbers.total(), (numbers & made).total()


def _mean(scores: dict[str, Score]) -> Score:
    columns = zip(*((each.neighbours, each.cells, each.seconds) for each in scores.values()), strict=True)
    return Score(*map(statistics.mean, columns))


def _line(name: str, score: Score, turned: Score, other: Score | None) -> str:
    theirs = f"{other.neighbours:.3f} | {other.seconds:.3f}" if other else "– | –"
    own = f"{score.neighbours:.3f} | {score.cells:.3f} | {score.seconds:.3f}"
    return f"| {name} | {own} | {turned.neighbours:.3f} | {theirs} |"


def _bare(text: str) -> str:
    return re.sub(r"\s", "", text)


def _cells(rows: Sequence[Sequence[str]]) -> Counter[str]:
    return Counter(_bare(cell) for row in rows for cell in row if _bare(cell))


def _pairs(rows: Sequence[Sequence[str]]) -> Counter[tuple[str, str, str]]:
    """Each cell with the next one that is not empty to its right, and below it."""
    found: Counter[tuple[str, str, str]] = Counter()
    width = max(map(len, rows), default=0)
    grid = [[_bare(cell) for cell in row] + [""] * (width - len(row)) for row in rows]
    for lines, direction in ((grid, "right"), (list(map(list, zip(*grid, strict=True))), "below")):
        for line in lines:
            texts = [cell for cell in line if cell]
            found.update((one, other, direction) for one, other in pairwise(texts))
    return found


def _f1(found: Counter[Any], wanted: Counter[Any]) -> float:
    return 2 * (found & wanted).total() / max(found.total() + wanted.total(), 1)
