"""The lines of an invoice (BG-25): what was sold, how many, for how much."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal

from pdfmill.services.extraction.invoices.rules.amounts import Amount
from pdfmill.services.extraction.invoices.rules.headings import Column, Heading, find_headings
from pdfmill.services.extraction.invoices.rules.reading import Reading
from pdfmill.services.extraction.invoices.rules.sheet import Segment, Span, whole
from pdfmill.services.layout.model import Box
from pdfmill.services.values.currencies import unit_of

TOTAL_NAMES = frozenset({"net", "tax", "gross", "amount_due", "line_sum", "prepaid"})
_NUMERIC = ("quantity", "unit_price", "discount", "vat_rate", "vat_amount", "amount", "gross_amount")
#: Line heights without anything after which the table has ended.
_FAR = 7.0
#: Line heights below its first row in which the amount of a line may stand.
_AMOUNT_BELOW = 2.6
#: Line heights between rows of one description.
_NEXT_LINE = 1.8
_MOST_LINES = 20_000
_UNIT = re.compile(r"^[^\W\d_]{1,12}(?:\(s\))?\.?$")


@dataclass
class Item:
    """A line as it was found.

    Attributes:
        name: The spans of its first row of text.
        more: Those of further rows.
    """

    page: int
    row: int
    name: list[Span] = field(default_factory=list)
    more: list[Span] = field(default_factory=list)
    position: Span | None = None
    item_id: Span | None = None
    unit: Span | None = None
    values: dict[str, Amount] = field(default_factory=dict)
    rows: set[int] = field(default_factory=set)
    top: float = 0.0
    bottom: float = 0.0

    @property
    def amount(self) -> Amount | None:
        return self.values.get("amount") or self.values.get("gross_amount")

    def multiplies(self) -> bool | None:
        """Whether quantity times price is the amount; None if one of them is missing."""
        quantity, price, amount = self.values.get("quantity"), self.values.get("unit_price"), self.amount
        if quantity is None or price is None or amount is None:
            return None
        exact = quantity.value * price.value
        discount = self.values.get("discount")
        if discount is not None and discount.percent:
            exact -= exact * abs(discount.value) / 100
        return abs(abs(exact) - abs(amount.value)) <= max(
            amount.unit, abs(quantity.value) * min(amount.unit, unit_of(2)) / 2
        )


@dataclass(frozen=True)
class Lines:
    """The lines of an invoice and the rows that they and their headings take: page and row."""

    items: list[Item]
    headings: set[tuple[int, int]]
    rows: set[tuple[int, int]]
    has_heading: bool

    @property
    def totals(self) -> list[Decimal]:
        return [item.amount.value for item in self.items if item.amount is not None]


def read_lines(reading: Reading) -> Lines:
    """The lines below headings, on as many pages as they go on."""
    items: list[Item] = []
    headings: set[tuple[int, int]] = set()
    last: Heading | None = None
    for page in range(len(reading.sheet.pages)):
        own = find_headings(reading, page)
        tables: list[tuple[Heading, int]] = [
            (heading, own[index + 1].first_row if index + 1 < len(own) else len(reading.sheet.rows[page]))
            for index, heading in enumerate(own)
            if heading.is_of_lines
        ]
        if not tables and last is not None:
            stop = own[0].first_row if own else len(reading.sheet.rows[page])
            tables = [(Heading(page, -1, -1, last.columns), stop)]
        for heading, stop in tables:
            found, ended = _Table(reading, heading, stop).read()
            if found or (heading.first_row >= 0 and not items):
                headings |= {(page, row) for row in range(heading.first_row, heading.last_row + 1)}
            items += found
            last = None if ended or (not found and heading.first_row < 0) else heading
        if len(items) > _MOST_LINES:
            break
    rows = {(item.page, row) for item in items for row in item.rows}
    return Lines(items, headings, rows, bool(headings))


class _Table:
    """Reads the rows below one heading."""

    def __init__(self, reading: Reading, heading: Heading, stop: int) -> None:
        self._reading = reading
        self._heading = heading
        self._rows = reading.sheet.rows[heading.page]
        self._stop = stop
        self._items: list[Item] = []
        self._pending: list[Span] = []
        first = heading.column("description") or heading.column("item_id")
        self._amount = heading.column("amount") or heading.column("gross_amount") or heading.column("unit_price")
        self._text_left = first.box.left if first else 0.0
        numeric = [column.box.left for column in heading.columns if column.role in _NUMERIC]
        self._numbers_left = min(numeric, default=0.0)

    def read(self) -> tuple[list[Item], bool]:
        """The lines, and whether the table has ended on this page."""
        bottom = None
        for index in range(self._heading.last_row + 1, self._stop):
            row = self._rows[index]
            if not row:
                continue
            top = min(segment.box.top for segment in row)
            if bottom is not None and self._items and top - bottom > _FAR * max(segment.box.height for segment in row):
                return self._finished(), False
            if self._is_total(row):
                return self._finished(), True
            self._take(index, row)
            bottom = max(segment.box.bottom for segment in row)
        return self._finished(), False

    def _finished(self) -> list[Item]:
        for item in self._items:
            _take_code(item)
            self._mend_amount(item)
        return [item for item in self._items if item.amount is not None]

    def _mend_amount(self, item: Item) -> None:
        """Where quantity times price is not the amount but another number of the row, that is the amount."""
        quantity, price = item.values.get("quantity"), item.values.get("unit_price")
        if item.multiplies() is not False or quantity is None or price is None:
            return
        exact = quantity.value * price.value
        for segment in self._rows[item.row]:
            for amount in self._reading.amounts(segment):
                if amount not in (quantity, price) and amount.is_money and abs(amount.value - exact) <= amount.unit:
                    item.values["amount"] = amount

    def _is_total(self, row: list[Segment]) -> bool:
        """Whether a row names a total, which stands after the lines."""
        money = [amount for segment in row for amount in self._reading.amounts(segment) if amount.is_money]
        texts = [segment for segment in row if re.search(r"[^\W\d_]{2}", segment.text)]
        if not texts or not (self._items or money):
            return False
        naming = texts[:1] if len(texts) == 1 or not money else [texts[0], *_last_before(texts, money[-1])]
        labels = [
            label
            for segment in naming
            for label in self._reading.labels(segment)
            if label.name in TOTAL_NAMES and label.weight >= 2 and label.start <= 1
        ]
        if not labels:
            return False
        label = max(labels, key=lambda each: (len(each.key), each.weight))
        letters = re.sub(r"[\d.,%€$£]", "", label.segment.key)
        if "quantity" in (values := self._values(row)) and "unit_price" in values and len(label.key) < len(letters):
            return False
        return len(label.key) >= 0.5 * len(letters) and (bool(money) or label.weight >= 3)

    def _take(self, index: int, row: list[Segment]) -> None:
        values = self._values(row)
        texts = self._texts(row, values)
        if len(values) < 3 and self._is_carried(row):
            return
        top, bottom = min(segment.box.top for segment in row), max(segment.box.bottom for segment in row)
        last = self._items[-1] if self._items else None
        amount = values.get("amount") or values.get("gross_amount")
        if amount is not None and last is not None and _awaits(last, values, top, bottom):
            self._add(last, index, values, texts, bottom)
            return
        if self._begins(values, texts, row):
            item = Item(self._heading.page, index, top=top, bottom=bottom)
            self._items.append(item)
            self._add(item, index, values, texts, bottom)
            if not item.name and self._pending:
                item.name, item.more = self._pending[:1], self._pending[1:]
            self._pending = []
        elif last is not None and texts and top - last.bottom < _NEXT_LINE * (bottom - top):
            last.more += texts
            last.rows.add(index)
            last.bottom = bottom
        else:
            self._pending = (self._pending + texts)[-2:]

    def _is_carried(self, row: list[Segment]) -> bool:
        """Whether a row carries a sum over from the page before, or tells another amount that is no line."""
        labels = [label for segment in row for label in self._reading.labels(segment) if label.start <= 1]
        return any(label.name == "other_amount" and label.weight >= 3 for label in labels)

    def _begins(self, values: dict[str, Amount], texts: list[Span], row: list[Segment]) -> bool:
        if "amount" in values or "gross_amount" in values:
            return True
        if "quantity" not in values:
            return False
        position = self._heading.column("position")
        numbered = position is not None and any(
            _shared(segment.box, position.box) > 0.3 and segment.text.rstrip(".").isdigit() for segment in row
        )
        return "unit_price" in values or (bool(texts) and (numbered or "vat_rate" in values))

    def _add(self, item: Item, index: int, values: dict[str, Amount], texts: list[Span], bottom: float) -> None:
        for role, value in values.items():
            item.values.setdefault(role, value)
        if item.name:
            item.more += texts
        else:
            item.name, item.more = texts[:1], texts[1:]
        item.rows.add(index)
        item.bottom = bottom
        for segment in self._rows[index]:
            self._take_unit(item, segment)
            self._take_marks(item, segment)

    def _take_unit(self, item: Item, segment: Segment) -> None:
        """The unit, in its own column or behind the quantity."""
        quantity = item.values.get("quantity")
        column = self._heading.column("unit")
        if item.unit is not None:
            return
        if quantity is not None and quantity.span.segment is segment:
            rest = segment.text[quantity.span.end :].strip()
            if _UNIT.match(rest.split(" ")[0] if rest else "") and len(rest) < 16:
                start = segment.text.index(rest, quantity.span.end)
                item.unit = Span(segment, start, start + len(rest.split(" ")[0]))
                return
        if column is not None and _shared(segment.box, column.box) > 0.3 and _UNIT.match(segment.text):
            item.unit = whole(segment)

    def _take_marks(self, item: Item, segment: Segment) -> None:
        for role, pattern in (("position", r"\d{1,4}(?:\.\d{1,3})*\.?$"), ("item_id", r"[\w./\-]{2,24}$")):
            column = self._heading.column(role)
            if column is None or _shared(segment.box, column.box) < 0.3 or not re.match(pattern, segment.text):
                continue
            if role == "position" and item.position is None:
                item.position = whole(segment)
            elif role == "item_id" and item.item_id is None and any(map(str.isdigit, segment.text)):
                item.item_id = whole(segment)

    def _values(self, row: list[Segment]) -> dict[str, Amount]:
        """The numbers of a row by the columns that they stand in."""
        found: dict[str, Amount] = {}
        numbers = [amount for segment in row for amount in self._reading.amounts(segment)]
        for amount in numbers:
            column = self._column_of(amount)
            if column is None or not _fits(amount, column.role):
                continue
            known = found.get(column.role)
            if known is None or abs(_away(amount.span.box, column.box)) < abs(_away(known.span.box, column.box)):
                found[column.role] = amount
        if "amount" in self._heading.roles and "amount" not in found:
            rightmost = max((each for each in numbers if each.is_money), key=_right_edge, default=None)
            if rightmost is not None and rightmost not in found.values() and self._is_near_amounts(rightmost):
                found["amount"] = rightmost
        if not self._heading.roles & {"amount", "gross_amount"} and (product := _product(found)) is not None:
            right = max(_right_edge(found["quantity"]), _right_edge(found["unit_price"]))
            for amount in numbers:
                is_behind = amount.is_money and _right_edge(amount) > right
                if is_behind and abs(amount.value - product) <= amount.unit:
                    found["amount"] = amount
        if "amount" in found and not found["amount"].is_money and not found.keys() & {"quantity", "unit_price"}:
            del found["amount"]
        return found

    def _is_near_amounts(self, amount: Amount) -> bool:
        return self._amount is not None and abs(_right_edge(amount) - self._amount.box.right) < 60

    def _column_of(self, amount: Amount) -> Column | None:
        """The column whose heading is nearest across."""
        box = amount.span.box
        columns = [column for column in self._heading.columns if column.role not in ("unit",)]
        if not columns:
            return None
        best = min(columns, key=lambda column: (-min(_shared(box, column.box), 0.5), _away(box, column.box)))
        return best if _shared(box, best.box) > 0 or _away(box, best.box) < 45 else None

    def _texts(self, row: list[Segment], values: dict[str, Amount]) -> list[Span]:
        """The text of a row that describes what was sold."""
        numbers = {id(amount.span.segment) for amount in values.values()}
        right = self._numbers_left
        found = []
        for segment in row:
            if not re.search(r"[^\W\d_]{2}", segment.text):
                continue
            if id(segment) in numbers:
                starts = min(each.span.start for each in values.values() if each.span.segment is segment)
                text = segment.text[:starts].rstrip()
                if len(re.findall(r"[^\W\d_]", text)) >= 3:
                    found.append(Span(segment, 0, len(text)))
                continue
            column = self._text_column(segment)
            if column in ("description", None) and self._is_beside_numbers(segment, right):
                found.append(whole(segment))
        return found

    def _is_beside_numbers(self, segment: Segment, right: float) -> bool:
        """Whether it stands where descriptions do: left of the numbers, or between the columns beside theirs."""
        column = self._heading.column("description")
        if column is None:
            return segment.box.left < max(right, self._text_left + 40)
        before = [other.box.right for other in self._heading.columns if other.box.right < column.box.left]
        following = [other.box.left for other in self._heading.columns if other.box.left > column.box.right]
        return max(before, default=0) - 4 < segment.box.left < min(following, default=segment.box.left + 1)

    def _text_column(self, segment: Segment) -> str | None:
        """The column that a text stands in."""
        best, most = None, 0.0
        for column in self._heading.columns:
            shared = _shared(segment.box, column.box)
            if shared > most:
                best, most = column.role, shared
        return best if most > 0.3 else None


def _right_edge(amount: Amount) -> float:
    return amount.span.box.right


def _take_code(item: Item) -> None:
    """A first row that is nothing but an article number gives way to the text below it."""
    if item.name and item.more and re.fullmatch(r"[A-Z]*\d[\w./\-]*", item.name[0].text):
        item.item_id = item.item_id or item.name[0]
        item.name, item.more = item.more[:1], item.more[1:]


def _last_before(texts: list[Segment], money: Amount) -> list[Segment]:
    """The text that stands next to an amount, left of it or in one segment with it."""
    before = [each for each in texts if each.box.left <= money.span.box.left]
    return before[-1:]


def _product(values: dict[str, Amount]) -> Decimal | None:
    """Quantity times price; None if one of them is missing."""
    quantity, price = values.get("quantity"), values.get("unit_price")
    return None if quantity is None or price is None else quantity.value * price.value


def _awaits(item: Item, values: dict[str, Amount], top: float, bottom: float) -> bool:
    """Whether a line still lacks its amount, and a row near below gives it."""
    if item.amount is not None or _clash(item, values):
        return False
    return top - item.top <= _AMOUNT_BELOW * (bottom - top) + (item.bottom - item.top)


def _clash(item: Item, values: dict[str, Amount]) -> bool:
    """Whether a row names again what the line has named already: then it is another line."""
    return any(role in item.values for role in values if role in ("quantity", "unit_price"))


def _fits(amount: Amount, role: str) -> bool:
    if role in ("vat_rate", "discount"):
        return 0 <= abs(amount.value) <= 100
    if amount.percent:
        return False
    if role in ("amount", "gross_amount", "vat_amount"):
        return amount.decimals == 2 or amount.marked or amount.decimals == 0
    return role in ("quantity", "unit_price")


def _shared(one: Box, other: Box) -> float:
    """What two boxes share across, as a part of the narrower one."""
    return max(min(one.right, other.right) - max(one.left, other.left), 0) / max(min(one.width, other.width), 1)


def _away(one: Box, other: Box) -> float:
    """How far two boxes are apart across: of their left edges, middles and right edges the nearest."""
    return min(abs(one.left - other.left), abs(one.right - other.right), abs(one.centre[0] - other.centre[0]))
