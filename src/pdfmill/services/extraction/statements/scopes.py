"""Several accounts, currencies or months in one document: which events belong together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pdfmill.services.extraction.statements.rows import (
    AccountRow,
    BalanceRow,
    EntryRow,
    Event,
    HeaderRow,
    PeriodRow,
)


@dataclass
class Scope:
    """The events of one account over one period.

    Attributes:
        first: Index of its first event.
        keys: What names the account.
        periods: What names the period.
        is_closed: Whether a closing balance stands below its entries.
        is_named: Whether an account or a period of its own tells where it begins; else only an opening balance that
            does not continue what stands before it.
    """

    first: int = 0
    keys: set[str] = field(default_factory=set)
    periods: set[str] = field(default_factory=set)
    entries: list[EntryRow] = field(default_factory=list)
    balances: list[BalanceRow] = field(default_factory=list)
    headers: list[HeaderRow] = field(default_factory=list)
    is_closed: bool = False
    is_named: bool = True

    def stated(self, kind: str) -> list[BalanceRow]:
        return [row for row in self.balances if row.kind == kind]

    @property
    def is_complete(self) -> bool:
        """Whether it has entries, or states how it ends."""
        return bool(self.entries) or bool(self.stated("closing"))


def scopes_of(events: Sequence[Event]) -> list[Scope]:
    """Split where another account or period is named before a table or a balance, or where a period begins anew."""
    splitter = _Splitter()
    for index, event in enumerate(events):
        splitter.add(index, event)
    return [scope for scope in splitter.scopes if scope.entries or scope.balances]


class _Splitter:
    def __init__(self) -> None:
        self.scopes = [Scope()]
        self._accounts: dict[str, int] = {}  # named since the last entry, and where
        self._periods: dict[str, int] = {}

    @property
    def _current(self) -> Scope:
        return self.scopes[-1]

    def add(self, index: int, event: Event) -> None:
        current = self._current
        if isinstance(event, AccountRow):
            if current.is_complete:
                self._accounts.setdefault(event.key, index)
            else:
                current.keys.add(event.key)
        elif isinstance(event, PeriodRow):
            if current.is_complete:
                self._periods.setdefault(event.key, index)
            else:
                current.periods.add(event.key)
        elif isinstance(event, HeaderRow):
            if current.entries:
                self._begin_if_other()
            self._current.headers.append(event)
        elif isinstance(event, BalanceRow):
            self._add_balance(index, event)
        elif isinstance(event, EntryRow):
            if current.entries:
                self._begin_if_other()
            self._absorb_names()
            self._current.entries.append(event)

    def _begin_if_other(self) -> None:
        """Begin anew if only accounts, or only periods, were named that are not the current ones."""
        if not self._accounts and not self._periods:
            return
        current = self._current
        is_other_account = bool(self._accounts) and current.keys.isdisjoint(self._accounts)
        is_other_period = bool(self._periods) and current.periods.isdisjoint(self._periods) and bool(current.periods)
        if is_other_account or is_other_period:
            first = min((*self._accounts.values(), *self._periods.values()))
            self.scopes.append(Scope(first, set(self._accounts) or set(current.keys), set(self._periods)))
        self._absorb_names()

    def _absorb_names(self) -> None:
        """What was named without beginning anew is the current account's."""
        self._current.keys.update(self._accounts)
        self._current.periods.update(self._periods)
        self._accounts.clear()
        self._periods.clear()

    def _add_balance(self, index: int, row: BalanceRow) -> None:
        repeated = not self._current.entries and row.amount.value in {
            each.amount.value for each in self._current.stated(row.kind)
        }
        if row.kind in ("opening", "dated", "carried") and not repeated:
            self._begin_if_other()
        if row.kind == "opening":
            if self._current.is_closed and self._is_new_period(row):
                self.scopes.append(Scope(index, set(self._current.keys), is_named=False))
            elif self._current.entries and self._is_carried(row):
                row = replace(row, kind="carried")
        self._current.balances.append(row)
        if row.kind == "closing" and self._current.entries:
            self._current.is_closed = True

    def _is_new_period(self, row: BalanceRow) -> bool:
        """Whether an opening balance after entries is not that of the same period, repeated or carried over."""
        current = self._current
        known = {each.amount.signed for each in (*current.stated("opening"), *current.stated("closing"))}
        last = current.entries[-1].money.get("balance")
        if last:
            known.add(last[1].signed)
        return row.amount.signed not in known

    def _is_carried(self, row: BalanceRow) -> bool:
        """Whether an opening balance after entries is a page's; a summary at the end may state the statement's."""
        current = self._current
        last = current.entries[-1].money.get("balance")
        return bool(current.stated("opening")) or (last is not None and row.amount.signed == last[1].signed)
