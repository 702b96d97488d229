"""From lines to what happened on them: entries, balances, totals, sections, accounts: the events of a statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from pdfmill.services.extraction.statements.amounts import Amount
from pdfmill.services.extraction.statements.dates import Date
from pdfmill.services.extraction.statements.headers import Header, Role
from pdfmill.services.extraction.statements.lines import TextLine

BalanceKind = Literal["opening", "closing", "dated", "carried"]
Side = Literal["debit", "credit"]


@dataclass
class EntryRow:
    """A line, or several, that tell of one booking.

    Attributes:
        lines: The first holds the amount or the date.
        dates: By role; the line where each stands.
        money: By role; the line where each stands.
        texts: By role, the words that belong to it: line and index of the word.
        side: What the section or a column of its own says about its sign.
        table: Which table it stands in.
    """

    lines: list[TextLine]
    table: int
    dates: dict[Role, tuple[TextLine, Date]] = field(default_factory=dict)
    money: dict[Role, tuple[TextLine, Amount]] = field(default_factory=dict)
    texts: dict[Role, list[tuple[TextLine, int]]] = field(default_factory=dict)
    side: Side | None = None

    def add_words(self, role: Role, line: TextLine, indices: Sequence[int]) -> None:
        if indices:
            self.texts.setdefault(role, []).extend((line, index) for index in indices)

    def text(self, role: Role) -> str:
        return " ".join(line.words[index].text for line, index in self.texts.get(role, ()))

    @property
    def amount(self) -> Amount | None:
        """Whatever tells how much was moved; None as long as nothing does."""
        for role in ("amount", "debit", "credit"):
            if role in self.money:
                return self.money[role][1]
        return None


@dataclass(frozen=True)
class BalanceRow:
    """A balance by its label.

    Attributes:
        in_table: Whether it stands among the entries.
        side: What its column, or a word beside its label, says about its sign.
    """

    kind: BalanceKind
    amount: Amount
    date: Date | None
    line: TextLine
    in_table: bool
    side: Side | None = None


@dataclass(frozen=True)
class TotalRow:
    """A sum that the statement itself states; ``side`` is None for sums of everything or of a page."""

    side: Side | None
    amount: Amount
    line: TextLine


@dataclass(frozen=True)
class AccountRow:
    """An account that is named outside the entries."""

    key: str
    line: TextLine


@dataclass(frozen=True)
class PeriodRow:
    """A period that is named outside the entries."""

    key: str
    line: TextLine


@dataclass(frozen=True)
class HeaderRow:
    """A heading of a table."""

    header: Header
    table: int
    line: TextLine


Event: TypeAlias = EntryRow | BalanceRow | TotalRow | AccountRow | PeriodRow | HeaderRow
