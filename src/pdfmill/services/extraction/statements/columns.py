"""Which column an amount stands in: by headings where there are any, and by what the running balance bears out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations, permutations

from pdfmill.services.extraction.statements.amounts import Amount
from pdfmill.services.extraction.statements.headers import MONEY, Column, Role

#: Amounts whose right edges lie no more than so many points apart stand in one column.
_SAME_EDGE = 5.0
#: An amount further from every column than this is none of a column's.
_FARTHEST = 60.0
#: More columns of amounts than this are not tried in every order.
_MOST_TRIED = 5

Mapping = tuple[Role | None, ...]


@dataclass(frozen=True)
class Stack:
    """Amounts below one another; right edges from ``first`` to ``last``."""

    first: float
    last: float
    left: float
    count: int

    @property
    def centre(self) -> float:
        return (self.left + self.last) / 2


def stacks_of(rows: Sequence[Sequence[Amount]]) -> list[Stack]:
    """The columns that amounts form, from left to right; those that follow a text closely form none."""
    amounts = sorted((a for row in rows for a in row if not a.closed_up), key=lambda a: a.box.right)
    groups: list[list[Amount]] = []
    for amount in amounts:
        if groups and amount.box.right - groups[-1][-1].box.right <= _SAME_EDGE:
            groups[-1].append(amount)
        else:
            groups.append([amount])
    return [
        Stack(group[0].box.right, group[-1].box.right, min(a.box.left for a in group), len(group)) for group in groups
    ]


def stack_index(stacks: Sequence[Stack], amount: Amount) -> int | None:
    """The stack that an amount belongs to; None if its right edge fits none."""
    slack = 1.5 if amount.closed_up else _SAME_EDGE
    right = amount.box.right
    return next((i for i, each in enumerate(stacks) if each.first - slack <= right <= each.last + slack), None)


def best_mapping(rows: Sequence[Sequence[Amount]], stacks: Sequence[Stack], columns: Sequence[Column]) -> Mapping:
    """The role of each stack.

    Args:
        rows: The amounts of each line that may be an entry, in the order of the document.
        columns: Those of the heading; empty if there is none.
    """
    candidates = list(_by_heading(stacks, columns) if columns else _without_heading(rows, stacks))
    if len(candidates) == 1:
        return candidates[0]
    placed = [[(stack_index(stacks, amount), amount) for amount in row] for row in rows]
    scores = [_hits(placed, mapping) for mapping in candidates]
    best = max(range(len(candidates)), key=lambda index: (scores[index], -index))
    # Headings are right unless the balance says otherwise more than by chance.
    return candidates[best] if not columns or scores[best] >= scores[0] + 3 else candidates[0]


def _by_heading(stacks: Sequence[Stack], columns: Sequence[Column]) -> Iterator[Mapping]:
    nearest = tuple(_nearest(stack, columns) for stack in stacks)
    yield nearest
    money = [column.role for column in columns if column.role in MONEY]
    if len(stacks) <= len(money) <= _MOST_TRIED:
        for chosen in combinations(money, len(stacks)):
            if chosen != nearest:
                yield chosen


def _nearest(stack: Stack, columns: Sequence[Column]) -> Role | None:
    def distance(column: Column) -> float:
        left, _, right, _ = column.box
        beside = max(left - stack.last, stack.left - right, 0.0)
        centre = (left + right) / 2
        aligned = min(abs(stack.last - right), abs(stack.left - left), abs(stack.centre - centre))
        return aligned + beside

    column = min(columns, key=distance)
    return column.role if column.role in MONEY and distance(column) <= _FARTHEST else None


def _without_heading(rows: Sequence[Sequence[Amount]], stacks: Sequence[Stack]) -> Iterator[Mapping]:
    """Every sensible choice of roles, the likeliest first."""
    count = len(stacks)
    if count == 0:
        yield ()
        return
    together = sum(len(row) > 1 for row in rows) * 2 > len(rows)
    choices: list[tuple[Role, ...]] = [
        ("amount", "balance"),
        ("debit", "credit", "balance"),
        ("debit", "credit"),
        ("amount",),
    ]
    if not together:
        choices = choices[1:] + choices[:1]
    fitting = [choice for choice in choices if len(choice) <= count <= _MOST_TRIED]
    for choice in sorted(fitting, key=lambda choice: count - len(choice)):
        for places in combinations(range(count), len(choice)):
            for order in permutations(choice):
                mapping: list[Role | None] = [None] * count
                for place, role in zip(places, order, strict=True):
                    mapping[place] = role
                yield tuple(mapping)
    if not fitting:
        yield (*(None for _ in range(count - 2)), "amount", "balance")


def _hits(rows: Sequence[Sequence[tuple[int | None, Amount]]], mapping: Mapping) -> int:
    """How many balances follow from the balance before them, read downwards or upwards, whichever is more."""
    changes: list[tuple[Decimal, Decimal | None, bool]] = []  # change, balance after it, whether its sign is known
    for row in rows:
        found = {mapping[index]: amount for index, amount in row if index is not None and mapping[index]}
        debit, credit, amount, balance = (found.get(role) for role in ("debit", "credit", "amount", "balance"))
        if amount is not None:
            changes.append((amount.signed, balance.signed if balance else None, amount.mark is not None))
        elif debit is not None or credit is not None:
            change = (credit.value if credit else Decimal()) - (debit.value if debit else Decimal())
            changes.append((change, balance.signed if balance else None, True))
    return max(_chained(changes), _chained(_upwards(changes)))


def _upwards(
    changes: Sequence[tuple[Decimal, Decimal | None, bool]],
) -> list[tuple[Decimal, Decimal | None, bool]]:
    return list(reversed(changes))


def _chained(changes: Sequence[tuple[Decimal, Decimal | None, bool]]) -> int:
    hits, last, since = 0, None, Decimal()
    for change, balance, known in changes:
        since += change
        if balance is None:
            continue
        if last is not None:
            step = balance - last
            hits += step == since or (not known and abs(step) == abs(since) != 0)
        last, since = balance, Decimal()
    return hits
