"""Tables of typed cells: what any result can be written as."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

#: What a cell may hold; None is an empty one.
Value: TypeAlias = str | Decimal | int | bool | datetime.date | None


@dataclass(frozen=True)
class Sheet:
    """A table with a heading.

    Attributes:
        name: At most 31 characters, all of them letters, digits or spaces; unique in a workbook.
        columns: The heading, in the words of the field.
        rows: As long as ``columns`` each.
    """

    name: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[Value, ...]]
