"""Several accounts, currencies or months in one document: which events belong together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pdfmill.services.extraction.statements.rows import AccountRow, BalanceRow, EntryRow, Event, HeaderRow


@dataclass
class Scope:
    """The events of one account over one period.

    Attributes:
        first: Index of its first event.
        keys: What names the account.
    """

    first: int = 0
    keys: set[str] = field(default_factory=set)
    entries: list[EntryRow] = field(default_factory=list)
    balances: list[BalanceRow] = field(default_factory=list)
    headers: list[HeaderRow] = field(default_factory=list)

    def stated(self, kind: str) -> list[BalanceRow]:
        return [row for row in self.balances if row.kind == kind]


def scopes_of(events: Sequence[Event]) -> list[Scope]:
    """Split where another account is named before a table or an opening balance, or where a period begins anew."""
    splitter = _Splitter()
    for index, event in enumerate(events):
        splitter.add(index, event)
    return [scope for scope in splitter.scopes if scope.entries or scope.balances]


class _Splitter:
    def __init__(self) -> None:
        self.scopes = [Scope()]
        self._named: dict[str, int] = {}  # accounts named since the last entry, and where

    @property
    def _current(self) -> Scope:
        return self.scopes[-1]

    def add(self, index: int, event: Event) -> None:
        current = self._current
        if isinstance(event, AccountRow):
            if current.entries or current.stated("closing"):
                self._named.setdefault(event.key, index)
            else:
                current.keys.add(event.key)
        elif isinstance(event, HeaderRow):
            self._begin_if_named()
            self._current.headers.append(event)
        elif isinstance(event, BalanceRow):
            self._add_balance(index, event)
        elif isinstance(event, EntryRow):
            current.entries.append(event)
            self._named.clear()

    def _begin_if_named(self) -> None:
        """Begin anew if only accounts were named that the current one is not."""
        others = {key: index for key, index in self._named.items() if key not in self._current.keys}
        if others and len(others) == len(self._named):
            self.scopes.append(Scope(min(others.values()), set(others)))
        self._named.clear()

    def _add_balance(self, index: int, row: BalanceRow) -> None:
        if row.kind == "opening":
            self._begin_if_named()
            if self._current.entries and self._is_new_period(row):
                self.scopes.append(Scope(index, set(self._current.keys)))
            elif self._current.entries and self._is_carried(row):
                row = replace(row, kind="carried")
        self._current.balances.append(row)

    def _is_new_period(self, row: BalanceRow) -> bool:
        """Whether an opening balance after entries is not that of the same period, repeated or carried over."""
        current = self._current
        known = {each.amount.signed for each in (*current.stated("opening"), *current.stated("closing"))}
        last = current.entries[-1].money.get("balance")
        if last:
            known.add(last[1].signed)
        return bool(current.stated("closing")) and row.amount.signed not in known

    def _is_carried(self, row: BalanceRow) -> bool:
        """Whether an opening balance after entries is a page's; a summary at the end may state the statement's."""
        current = self._current
        last = current.entries[-1].money.get("balance")
        return bool(current.stated("opening")) or (last is not None and row.amount.signed == last[1].signed)
