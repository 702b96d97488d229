"""What happens on a statement, line by line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pdfmill.services.extraction.statements.accounts import account_key, ranges
from pdfmill.services.extraction.statements.amounts import Amount
from pdfmill.services.extraction.statements.dates import Date
from pdfmill.services.extraction.statements.headers import MONEY, Header, Role
from pdfmill.services.extraction.statements.labels import Labelled, LabelReader
from pdfmill.services.extraction.statements.lines import TextLine
from pdfmill.services.extraction.statements.rows import (
    AccountRow,
    BalanceRow,
    EntryRow,
    Event,
    HeaderRow,
    PeriodRow,
    Side,
    TotalRow,
)
from pdfmill.services.extraction.statements.tables import Placed, Table, begins_with_date
from pdfmill.services.extraction.statements.vocabulary import Vocabulary, fold

#: A line that continues a description stands no further below than so many line heights.
_CONTINUED = 1.25
_REPEATED = ("continued", "cont", "cont d", "fortsetzung", "suite", "continuacion", "segue", "vervolg")


@dataclass
class EventReader:
    """Walks over the lines of a document.

    Attributes:
        unread: Lines with amounts in columns of amounts that are neither entry, balance nor sum.
    """

    vocabulary: Vocabulary
    events: list[Event] = field(default_factory=list)
    unread: list[TextLine] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._labels = LabelReader(self.vocabulary)
        self._entry: EntryRow | None = None  # the last one, as long as lines may continue it
        self._pending: EntryRow | None = None  # has a date and a text, but no amount yet
        self._last_entry: EntryRow | None = None
        self._side: Side | None = None
        self._skipping = False

    def read(self, placed: Sequence[Placed]) -> list[Event]:
        """The events of all lines."""
        above: list[TextLine] = []
        for each in placed:
            if each.header and each.table:
                self._end_entry()
                header = Header(each.table.columns, 0)
                self.events.append(HeaderRow(header, each.table.number, each.line))
            else:
                self._read_line(each.line, each.table, above)
            above = [*above[-2:], each.line] if not above or above[-1].page == each.line.page else [each.line]
        return self.events

    def _read_line(self, line: TextLine, table: Table | None, above: Sequence[TextLine]) -> None:
        if self._section(line):
            return
        key = account_key(line, self.vocabulary)
        if key and not self._continues(line, table):
            self.events.append(AccountRow(key, line))
        if len(line.dates) > 1 and not line.amounts and not self._continues(line, table):
            for first, last in ranges(line, self.vocabulary):
                self.events.append(PeriodRow(f"{first.raw} {last.raw}", line))
        if not line.amounts:
            self._read_text(line, table)
        elif not self._read_labels(line, table, above) and table and not self._skipping:
            self._read_row(line, table)

    def _section(self, line: TextLine) -> bool:
        """Whether a line is the heading of a section, whose sign then holds for what follows."""
        words = line.folded
        for repeated in _REPEATED:
            words = words.removesuffix(f" {repeated}")
        meaning = self.vocabulary.sections.exact(words)
        if meaning is None or line.amounts:
            return False
        self._end_entry()
        self._skipping = meaning == "ignored"
        self._side = meaning if meaning in ("credit", "debit") else None  # type: ignore[assignment]
        return True

    def _read_labels(self, line: TextLine, table: Table | None, above: Sequence[TextLine]) -> bool:
        """Whether a line states balances or sums instead of a booking."""
        labelled = self._labels.read(line, above)
        if not labelled or not self._is_stated(line, table, labelled):
            return False
        in_table = table is not None and self._last_entry is not None
        for each in labelled:
            kind = each.balance_kind
            if kind:
                role = table.role_of(each.amount) if table else None
                side: Side | None = "debit" if role == "debit" else "credit" if role == "credit" else None
                self.events.append(BalanceRow(kind, each.amount, each.date, line, in_table, each.balance_side or side))
            elif each.kind in ("credits", "debits", "other"):
                self.events.append(TotalRow(each.side, each.amount, line))
        self._end_entry()
        return True

    def _is_stated(self, line: TextLine, table: Table | None, labelled: Sequence[Labelled]) -> bool:
        if table is None:
            return True
        roles = {table.role_of(amount) for amount in line.amounts} & MONEY
        if any(each.kind in ("credits", "debits", "other") for each in labelled):
            return all(each.alone for each in labelled) and not (
                table.dates_of(line) and roles == {"amount", "balance"}
            )
        if roles <= {"balance"}:
            return True
        return all(each.alone for each in labelled) and not (
            len(roles) > 1 and begins_with_date(line) and "balance" in roles
        )

    def _read_text(self, line: TextLine, table: Table | None) -> None:
        """A line without amounts: it begins an entry, or continues one."""
        if table is None or self._skipping:
            return
        dates = table.dates_of(line)
        if dates and (not self._continues(line, table) or "booking_date" in dates or "transaction_date" in dates):
            self._end_entry()
            self._pending = self._new(line, table)
        elif self._continues(line, table):
            entry = self._pending or self._entry
            assert entry is not None
            entry.lines.append(line)
            self._add_texts(entry, line, table, frozenset())
        else:
            self._end_entry()

    def _continues(self, line: TextLine, table: Table | None) -> bool:
        """Whether a line stands closely below an entry, no further left than its text."""
        entry = self._pending or self._entry
        if entry is None or table is None or entry.table != table.number:
            return False
        before = entry.lines[-1]
        if before.page != line.page or line.box.top - before.box.bottom > _CONTINUED * max(line.size, 1):
            return False
        left = table.text_left
        if left is None:
            words = entry.texts.get("description") or [(entry.lines[0], 0)]
            left = words[0][0].words[words[0][1]].box.left
        return line.box.left >= left - 8

    def _read_row(self, line: TextLine, table: Table) -> None:
        money: dict[Role, Amount] = {}
        for amount in line.amounts:
            role = table.role_of(amount)
            if role:
                money[role] = amount  # the last of several in one column is the column's
        moved = money.keys() & {"amount", "debit", "credit"}
        dates = table.dates_of(line)
        if not moved:
            self._read_rest(line, table, bool(dates), money.keys() == {"balance"})
            return
        if self._pending and not dates and self._continues(line, table):
            entry = self._pending
            entry.lines.append(line)
        elif dates or (self._last_entry and self._last_entry.table == table.number and self._has_text(line)):
            self._end_entry()
            entry = EntryRow([line], table.number)
        else:
            self.unread.append(line)
            self._end_entry()
            return
        self._fill(entry, line, table, money, dates)
        self.events.append(entry)
        self._entry, self._pending, self._last_entry = entry, None, entry

    def _read_rest(self, line: TextLine, table: Table, has_dates: bool, only_balance: bool) -> None:
        """A line whose amounts move nothing: part of a description, or a balance of its own."""
        if (
            only_balance
            and self._entry
            and not has_dates
            and "balance" not in self._entry.money
            and self._continues(line, table)
        ):
            self._fill(self._entry, line, table, {"balance": line.amounts[-1]}, {})
            self._entry.lines.append(line)
        elif not only_balance:
            self._read_text(line, table)

    def _fill(
        self,
        entry: EntryRow,
        line: TextLine,
        table: Table,
        money: Mapping[Role, Amount],
        dates: Mapping[Role, Date],
    ) -> None:
        values: tuple[Amount | Date, ...] = (*money.values(), *dates.values())
        taken = {index for value in values for index in range(value.start, value.end)}
        entry.money |= {role: (line, amount) for role, amount in money.items()}
        entry.dates |= {role: (line, date) for role, date in dates.items()}
        if not entry.dates and self._last_entry and self._last_entry.table == table.number:
            entry.dates = dict(self._last_entry.dates)
        entry.side = self._side
        self._add_texts(entry, line, table, frozenset(taken))

    def _new(self, line: TextLine, table: Table) -> EntryRow:
        entry = EntryRow([line], table.number)
        self._fill(entry, line, table, {}, table.dates_of(line))
        return entry

    def _add_texts(self, entry: EntryRow, line: TextLine, table: Table, taken: frozenset[int]) -> None:
        by_role: dict[Role, list[int]] = {}
        for index, word in enumerate(line.words):
            if index not in taken:
                by_role.setdefault(table.text_role(word.box), []).append(index)
        sign = by_role.pop("sign", [])
        for index in sign:
            meaning = self.vocabulary.signs.get(fold(line.words[index].text).upper())
            if meaning:
                entry.side = "debit" if meaning == "debit" else "credit"
        for role, indices in by_role.items():
            entry.add_words(role, line, indices)

    def _has_text(self, line: TextLine) -> bool:
        return len(line.words) > sum(amount.end - amount.start for amount in line.amounts)

    def _end_entry(self) -> None:
        self._entry = self._pending = None
