"""Tables whose columns are parted by white space alone."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from pdfmill.services.layout.lines import join, rows_of
from pdfmill.services.layout.markers import marker_of
from pdfmill.services.layout.model import Box, Cell, Line, Table, Word, union
from pdfmill.services.layout.rulings import Ruling

#: Ems between the entries of a row.
_ENTRY_GAP = 0.75
#: Rows with several entries that a table has at least.
_LEAST_ROWS = 3
#: Rows with one entry that may follow on each other within a table: a cell of several lines, a heading between rows.
_SINGLE_ROWS = 2
#: Times the height of a row: a wider gap ends the table.
_ROW_GAP = 2.5
#: Part of the rows that may run across the white space between two columns: heads do.
_CROSSING = 0.08
#: Points that a column's white space is wide at least.
_NARROWEST = 2.0
#: Characters of the usual entry beyond which it is prose in columns.
_PROSE = 45
_PROSE_IN_TWO_COLUMNS = 28
_PROSE_LINE = 70
_PROSE_ENTRY = 20
#: Part of the cells of rows with several entries that hold one.
_DENSITY = 0.4
#: Part of the entries that may be single letters and signs.
_WORDLESS = 0.4
#: Part of a column's entries that begin, end or are centred at one place.
_ALIGNED = 0.6
#: Points by which they may miss it.
_MISS = 3.0


@dataclass(frozen=True)
class _Row:
    """Words on one baseline, by entry."""

    entries: tuple[Line, ...]
    box: Box = field(repr=False)


def aligned_tables(words: Iterable[Word], rulings: Sequence[Ruling]) -> list[tuple[Table, list[Word]]]:
    """The tables among some words, each with its words.

    Args:
        rulings: Horizontal lines; those between the rows of a table tell which lines of text are of one row.
    """
    found = []
    for band in _bands([_row(words_of_row) for words_of_row in rows_of(words)]):
        separators = _separators(band)
        if separators and _is_table(band, separators):
            table = _table(_ruled_rows(band, rulings), separators)
            found.append((table, [word for row in band for entry in row.entries for word in entry.words]))
    return found


def _row(words: Iterable[Word]) -> _Row:
    ordered = sorted(words, key=lambda word: word.box.left)
    entries, start = [], 0
    for index, (word, following) in enumerate(pairwise(ordered), start=1):
        size = max(min(word.style.size, following.style.size), 4)
        if following.box.left - word.box.right > _ENTRY_GAP * size:
            entries.append(Line.of(tuple(ordered[start:index])))
            start = index
    entries.append(Line.of(tuple(ordered[start:])))
    return _Row(tuple(entries), union(entry.box for entry in entries))


def _bands(rows: Sequence[_Row]) -> list[list[_Row]]:
    """Runs of rows that have several entries; rows with one may stand between, but not at either end."""
    found: list[list[_Row]] = []
    band: list[_Row] = []
    for row in rows:
        apart = bool(band) and row.box.top - band[-1].box.bottom > _ROW_GAP * band[-1].box.height
        if apart or _trailing_singles(band) > _SINGLE_ROWS or (band and _is_prose(row)):
            found.append(band)
            band = []
        if len(row.entries) > 1 or band:
            band.append(row)
    found.append(band)
    trimmed = [each[: len(each) - _trailing_singles(each)] for each in found]
    return [each for each in trimmed if sum(len(row.entries) > 1 for row in each) >= _LEAST_ROWS]


def _is_prose(row: _Row) -> bool:
    return len(row.entries) == 1 and len(row.entries[0].text) > _PROSE_LINE


def _trailing_singles(band: Sequence[_Row]) -> int:
    count = 0
    while count < len(band) and len(band[-1 - count].entries) < 2:
        count += 1
    return count


def _separators(band: Sequence[_Row]) -> list[float]:
    """Where the white space between columns runs."""
    rows = [row for row in band if len(row.entries) > 1]
    usual = statistics.quantiles([len(row.entries) for row in rows], n=4)[2]
    core = [row for row in rows if len(row.entries) >= max(2, 0.6 * usual)]
    # The number of entries over each place changes only where one begins or ends.
    changes = sorted(
        [(entry.box.left, 1) for row in core for entry in row.entries]
        + [(entry.box.right, -1) for row in core for entry in row.entries]
    )
    allowed = int(_CROSSING * len(core))
    found, over, gap_start = [], 0, None
    for place, change in changes:
        was_free = over <= allowed
        over += change
        is_free = over <= allowed
        if is_free and not was_free:
            gap_start = place
        elif was_free and not is_free and gap_start is not None and place - gap_start >= _NARROWEST:
            found.append((gap_start + place) / 2)
    return found


def _columns(band: Sequence[_Row], separators: Sequence[float]) -> list[list[Line]]:
    columns: list[list[Line]] = [[] for _ in range(len(separators) + 1)]
    for row in band:
        if len(row.entries) > 1:
            for entry in row.entries:
                columns[_column(entry.box, separators)].append(entry)
    return columns


def _column(box: Box, separators: Sequence[float]) -> int:
    return sum(box.centre[0] > separator for separator in separators)


def _is_table(band: Sequence[_Row], separators: Sequence[float]) -> bool:
    """Whether the columns are those of a table, and not of prose, of a list, of a formula or of a drawing."""
    columns = [column for column in _columns(band, separators) if column]
    entries = [entry for column in columns for entry in column]
    rows = sum(len(row.entries) > 1 for row in band)
    usual = sum(len(entry.text) for entry in entries) / len(entries)
    looks_other = (
        len(columns) < 2
        or usual > (_PROSE_IN_TWO_COLUMNS if len(columns) == 2 else _PROSE)
        or sum(map(_is_prose_column, columns)) >= 2
        or (len(columns) == 2 and sum(_is_marker(entry) for entry in columns[0]) > len(columns[0]) / 2)
        or len(entries) < _DENSITY * rows * len(columns)
        or sum(not _is_worded(entry) for entry in entries) > _WORDLESS * len(entries)
    )
    return not looks_other and sum(map(_is_aligned, columns)) >= 0.7 * len(columns)


def _is_prose_column(column: Sequence[Line]) -> bool:
    """Whether most lines of a column are about as wide as it is, as those of a newspaper are."""
    if len(column) < _LEAST_ROWS or statistics.median(len(entry.text) for entry in column) < _PROSE_ENTRY:
        return False
    widths = sorted(entry.box.width for entry in column)
    return widths[len(widths) // 2] > 0.85 * widths[-1 - len(widths) // 10]


def _is_worded(entry: Line) -> bool:
    """Whether an entry is a number, or has two letters at least: the parts of formulas and drawings have not."""
    text = entry.text
    return any(map(str.isdigit, text)) or sum(map(str.isalpha, text)) > 1 or text in ("-", "–", "—", "x", "X", "✓")


def _is_marker(entry: Line) -> bool:
    return marker_of(Line((*entry.words, entry.words[0]), entry.box)) is not None


def _is_aligned(column: Sequence[Line]) -> bool:
    if len(column) < 3:
        return True
    places = ([e.box.left for e in column], [e.box.right for e in column], [e.box.centre[0] for e in column])
    for edge in places:
        middle = statistics.median(edge)
        if sum(abs(place - middle) <= _MISS for place in edge) >= _ALIGNED * len(edge):
            return True
    return False


def _ruled_rows(band: Sequence[_Row], rulings: Sequence[Ruling]) -> list[list[_Row]]:
    """The lines of text of each row: those between two ruled lines, if no more than one of them is a row by itself."""
    box = union(row.box for row in band)
    inside = [each for each in rulings if each.start <= box.left + _MISS and each.end >= box.right - _MISS]
    groups: dict[int, list[_Row]] = {}
    for row in band:
        groups.setdefault(sum(each.place < row.box.centre[1] for each in inside), []).append(row)
    found: list[list[_Row]] = []
    for group in groups.values():
        is_one = len(inside) > 1 and sum(len(row.entries) > 1 for row in group) == 1
        found += [group] if is_one else [[row] for row in group]
    return found


def _table(rows: Sequence[Sequence[_Row]], separators: Sequence[float]) -> Table:
    cells = [cell for index, row in enumerate(rows) for cell in _cells(index, row, separators)]
    box = union(row.box for group in rows for row in group)
    return Table(tuple(cells), len(rows), len(separators) + 1, box, ruled=False)


def _cells(index: int, row: Sequence[_Row], separators: Sequence[float]) -> Iterator[Cell]:
    entries = [entry for line in row for entry in line.entries]
    if len(entries) == 1 and _crossed(entries[0].box, separators):  # a heading between rows
        yield Cell(index, 0, 1, len(separators) + 1, (entries[0],), entries[0].box)
        return
    by_column: dict[int, list[Word]] = {}
    for entry in entries:
        whole = None if _crossed(entry.box, separators) else _column(entry.box, separators)
        for word in entry.words:
            by_column.setdefault(_column(word.box, separators) if whole is None else whole, []).append(word)
    for column, words in sorted(by_column.items()):
        lines = tuple(join([Line.of(tuple(words))]))
        yield Cell(index, column, 1, 1, lines, union(line.box for line in lines))


def _crossed(box: Box, separators: Sequence[float]) -> bool:
    return any(box.left < separator < box.right for separator in separators)
