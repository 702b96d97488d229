"""From the words of pages to statements."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from pdfmill.services.extraction.statements.accounts import ranges
from pdfmill.services.extraction.statements.amounts import AmountReader
from pdfmill.services.extraction.statements.dates import Calendar, Date, DateReader, month_comes_first
from pdfmill.services.extraction.statements.events import EventReader
from pdfmill.services.extraction.statements.headers import HeaderFinder
from pdfmill.services.extraction.statements.lines import TextLine, lines_of
from pdfmill.services.extraction.statements.rows import EntryRow
from pdfmill.services.extraction.statements.scopes import Scope, scopes_of
from pdfmill.services.extraction.statements.tables import Placed, place_lines
from pdfmill.services.extraction.statements.vocabulary import Vocabulary
from pdfmill.services.layout.page_words import PageWords

#: A period stands among the first so many lines of its statement.
_HEAD_LINES = 60


@dataclass(frozen=True)
class ReadScope:
    """One account over one period, with the lines that tell about it.

    Attributes:
        lines: From its beginning to the next one's, those of entries left out.
    """

    scope: Scope
    lines: list[TextLine]
    calendar: Calendar
    period: tuple[tuple[TextLine, Date], tuple[TextLine, Date]] | None


@dataclass(frozen=True)
class ReadDocument:
    """What was found before it is judged."""

    pages: Sequence[PageWords]
    lines: list[TextLine]
    vocabulary: Vocabulary
    scopes: list[ReadScope]
    unread: list[TextLine]


def read_document(pages: Sequence[PageWords], check: Callable[[], None]) -> ReadDocument:
    """Read all pages of a document.

    Args:
        check: Called for each page; raises when the work is to stop.
    """
    lines = [line for index, page in enumerate(pages) for line in lines_of(index, page)]
    vocabulary = Vocabulary.of(line.folded for line in lines)
    read = _value_reader(lines, vocabulary)
    page = -1
    for line in lines:
        if line.page != page:
            check()
            page = line.page
        read(line)
    placed = place_lines(lines, HeaderFinder(vocabulary.columns), read)
    reader = EventReader(vocabulary)
    events = reader.read(placed)
    scopes = scopes_of(events)
    places = {id(each.line): index for index, each in enumerate(placed)}
    starts = [places.get(id(_line_of(events[scope.first])), 0) if number else 0 for number, scope in enumerate(scopes)]
    ends = [*starts[1:], len(placed)][: len(scopes)]
    month_first = _month_first([scope.entries for scope in scopes], lines, vocabulary)
    found = [
        _read_scope(scope, placed[start:end], vocabulary, month_first)
        for scope, start, end in zip(scopes, starts, ends, strict=True)
    ]
    return ReadDocument(pages, lines, vocabulary, _with_common_period(found), reader.unread)


def _with_common_period(found: Sequence[ReadScope]) -> list[ReadScope]:
    """The accounts, those that name no year with the period of the first: a combined statement names it once."""
    return [
        replace(each, calendar=found[0].calendar, period=found[0].period)
        if each.calendar.last is None and each.scope.is_named
        else each
        for each in found
    ]


def _line_of(event: object) -> TextLine:
    line = event.lines[0] if isinstance(event, EntryRow) else event.line  # type: ignore[attr-defined]
    assert isinstance(line, TextLine)
    return line


def _value_reader(lines: Sequence[TextLine], vocabulary: Vocabulary) -> Callable[[TextLine], TextLine]:
    amounts = AmountReader((line.words for line in lines), vocabulary.signs)
    texts = [" ".join(word.text for word in line.words) for line in lines]
    dates = DateReader(texts, points_are_decimal=amounts.notation.has_decimal_points)

    def read(line: TextLine) -> TextLine:
        line.dates = dates.find(line.words)
        taken = {index for date in line.dates for index in range(date.start, date.end)}
        line.amounts = tuple(
            amount for amount in amounts.find(line.words) if not taken & set(range(amount.start, amount.end))
        )
        return line

    return read


def _month_first(
    entries: Sequence[Sequence[EntryRow]], lines: Sequence[TextLine], vocabulary: Vocabulary
) -> tuple[bool, bool]:
    columns: list[list[Date]] = []
    for rows in entries:
        by_role: dict[tuple[int, str], list[Date]] = {}
        for row in rows:
            for role, (line, date) in row.dates.items():
                if line is row.lines[0]:
                    by_role.setdefault((row.table, role), []).append(date)
        columns += by_role.values()
    others = [list(pair) for line in lines for pair in ranges(line, vocabulary)]
    symbols = Counter(amount.currency for line in lines for amount in line.amounts if amount.currency)
    dollars = symbols.most_common(1)[:1] == [("USD", symbols.get("USD", 0))] or any(
        "deposits" in line.folded and "withdrawals" in line.folded for line in lines
    )
    likely = vocabulary.languages[0] == "en" and dollars
    return month_comes_first([*columns, *others], likely=likely)


def _read_scope(
    scope: Scope, placed: Sequence[Placed], vocabulary: Vocabulary, month_first: tuple[bool, bool]
) -> ReadScope:
    of_entries = {id(line) for entry in scope.entries for line in entry.lines}
    lines = [each.line for each in placed if id(each.line) not in of_entries]
    first_order = Calendar(month_first=month_first[0], certain=month_first[1])
    period = _period(lines[:_HEAD_LINES], vocabulary, first_order)
    calendar = first_order
    if period:
        first, last = _days(period[0][1], period[1][1], first_order)
        calendar = Calendar(*month_first, first, last)
    if calendar.last is None:
        calendar = Calendar(*month_first, None, _latest(scope, lines, first_order))
    return ReadScope(scope, lines, calendar, period)


def _period(
    lines: Sequence[TextLine], vocabulary: Vocabulary, calendar: Calendar
) -> tuple[tuple[TextLine, Date], tuple[TextLine, Date]] | None:
    """The first two dates with a word such as "to" between them; those behind a label for a period first."""
    found = []
    for line in lines:
        for first, last in ranges(line, vocabulary):
            start, end = _days(first, last, calendar)
            if start and end and start <= end and (end - start).days <= 400:
                labelled = any(p.meaning == "period" for p in vocabulary.account.find(line.folded.split()))
                found.append((not labelled, (line, first), (line, last)))
    best = min(found, key=lambda each: each[0], default=None)
    return (best[1], best[2]) if best else None


def _days(first: Date, last: Date, calendar: Calendar) -> tuple[datetime.date | None, datetime.date | None]:
    """The days of a period; a first date without a year has that of the last, or the year before it."""
    end = calendar.day(last)
    if first.year is not None or end is None:
        return calendar.day(first), end
    start = Calendar(calendar.month_first, calendar.certain, None, end).day(first)
    return start, end


def _latest(scope: Scope, lines: Sequence[TextLine], calendar: Calendar) -> datetime.date | None:
    """The last day that is named in full: among the dates of entries, else above them, else anywhere."""
    own = [date for entry in scope.entries for _, date in entry.dates.values() if date.year is not None]
    stated = [row.date for row in scope.balances if row.date and row.date.year is not None]
    head = [date for line in lines[:_HEAD_LINES] for date in line.dates if date.year is not None]
    for dates in (own, stated, head, [d for line in lines for d in line.dates if d.year is not None]):
        days = [day for date in dates if (day := calendar.day(date))]
        if days:
            return max(days)
    return None
