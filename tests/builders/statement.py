"""Bank statements in many layouts, built together with what they say.

A layout is a function of an `Account` that gives rows; a row is a list of cells ``(x, side, text)`` in points from the
left, where ``side`` is ``<`` for text that begins at x and ``>`` for text that ends there.
"""

import datetime
import random
from dataclasses import dataclass, field, replace
from decimal import Decimal

from pikepdf import Pdf

from builders.sheet import Sheet

#: Widths of Helvetica in thousandths of its size (Adobe's font metrics); of all else 556, which most are.
_WIDTHS = dict.fromkeys(".,: ", 278) | dict.fromkeys("CRDHN", 722) | {
    "S": 667, "-": 333, "(": 333, ")": 333, "+": 584, "'": 191, "A": 667, "E": 667, "P": 667, "B": 667, "I": 278,
    "G": 778, "M": 833, "U": 722, "−": 584, "K": 667, "F": 611, "i": 222, "l": 222, "t": 278, "r": 333, "f": 278,
}  # fmt: skip
_TEXTS = (
    "CARD PAYMENT TESCO 3421", "SALARY ACME LTD", "DIRECT DEBIT GAS", "TRANSFER TO J SMITH", "ATM 50.00 HIGH ST",
    "Miete 12/2024 Wohnung 4", "REFUND ZALANDO 12,5", "PAYPAL 35314369001", "Check 1042", "INTEREST", "POS 07/03 SHELL",
    "Wocheneinkauf", "VIR SEPA RECU DUPONT", "FEE 2024 Q1", "UBER TRIP 10.50",
)  # fmt: skip


@dataclass
class Booking:
    day: datetime.date
    text: str
    amount: Decimal
    balance: Decimal = Decimal(0)


@dataclass
class Account:
    """What a statement is to say."""

    opening: Decimal
    bookings: list[Booking]
    name: str = "Max Mustermann"
    number: str = "12345678"
    iban: str | None = None

    def __post_init__(self):
        self.closing = self.opening
        for booking in self.bookings:
            self.closing += booking.amount
            booking.balance = self.closing

    @property
    def first(self):
        return self.bookings[0].day

    @property
    def last(self):
        return self.bookings[-1].day

    def truth(self):
        """Days and amounts, sorted."""
        return sorted((booking.day, booking.amount) for booking in self.bookings)


def account(seed, count=14, *, start=datetime.date(2024, 5, 2), opening=None, days=2, places=2, **facts):
    """An account with bookings of chance, the same for the same seed; amounts have so many decimal places."""
    dice = random.Random(seed)
    day, bookings = start, []
    for _ in range(count):
        day += datetime.timedelta(days=dice.choice((0, 0, 1, days)))
        amount = Decimal(dice.randint(100, 250_000)).scaleb(-places) * dice.choice((1, -1, -1))
        bookings.append(Booking(day, dice.choice(_TEXTS), amount))
    first = Decimal(dice.randint(200_000, 900_000)).scaleb(-places) if opening is None else Decimal(opening)
    return Account(first, bookings, **facts)


def money(value, style="en", *, sign="-", symbol="", places=2):
    """An amount as people write it.

    ``style`` is ``en`` 1,234.56, ``de`` 1.234,56, ``fr`` 1 234,56, ``ch`` 1'234.56, ``in`` 1,23,456.78.

    ``sign`` says how negative ones look: ``-`` before, ``>`` behind, ``()``, ``DR``, ``SH`` and so on; None drops it.
    """
    whole, _, fraction = f"{abs(value):.{places}f}".partition(".")
    if style == "in" and len(whole) > 3:
        head, groups = whole[:-3], [whole[-3:]]
        while head:
            groups.insert(0, head[-2:])
            head = head[:-2]
        grouped = ",".join(groups)
    else:
        grouped = f"{int(whole):,}"
    marks = {
        "en": (",", "."),
        "de": (".", ","),
        "fr": (" ", ","),
        "ch": ("'", "."),
        "in": (",", "."),
        "bare": ("", "."),
    }
    group, mark = marks[style]
    text = symbol + grouped.replace(",", group) + (mark + fraction if fraction else "")
    negative = value < 0
    match sign:
        case "-":
            return f"-{text}" if negative else text
        case ">":
            return f"{text}-" if negative else f"{text}+"
        case "> ":
            return f"{text} -" if negative else text
        case "()":
            return f"({text})" if negative else text
        case "+":
            return text if negative else f"+{text}"
        case "DR" | "CR" | "DRCR" | "SH" | "DC":
            words = {
                "DR": (" DR", ""),
                "CR": ("", " CR"),
                "DRCR": (" DR", " CR"),
                "SH": (" S", " H"),
                "DC": (" D", " C"),
            }
            return text + words[sign][0 if negative else 1]
        case None:
            return text
    raise ValueError(sign)


def width(text, size):
    return sum(_WIDTHS.get(character, 556) for character in text) * size / 1000


@dataclass
class Print:
    """How rows come onto pages.

    Attributes:
        head: Rows at the top of the first page.
        heading: Rows repeated above the table on each page; their y steps by ``heading_step``.
        rows: The table.
        foot: Rows after the table.
        carried: Words for the rows that carry a balance over to the next page; None for none.
    """

    head: list = field(default_factory=list)
    heading: list = field(default_factory=list)
    rows: list = field(default_factory=list)
    foot: list = field(default_factory=list)
    per_page: int = 40
    size: float = 9
    step: float = 14
    heading_step: float = 10

    def save(self, path, **options):
        return save(path, [self], **options)


def save(path, prints, *, rotate=0, mode=0, **options):
    """Statements one after the other into one document, in a text render mode; returns the path."""
    with Pdf.new() as pdf:
        for each in prints:
            _pages(pdf, each, rotate, mode)
        pdf.save(path, **options)
    return path


def _pages(pdf, printed, rotate, mode):
    rows = printed.rows
    chunks = [rows[start : start + printed.per_page] for start in range(0, len(rows), printed.per_page)] or [[]]
    for number, chunk in enumerate(chunks):
        sheet = Sheet(pdf)
        y = 60
        if number == 0:
            for row in printed.head:
                y = _row(sheet, y, row, printed.size, printed.step, mode)
            y += printed.step
        for row in printed.heading:
            y = _row(sheet, y, row, printed.size, printed.heading_step, mode)
        y += printed.step - printed.heading_step
        for row in chunk:
            y = _row(sheet, y, row, printed.size, printed.step, mode)
        if number == len(chunks) - 1:
            y += printed.step
            for row in printed.foot:
                y = _row(sheet, y, row, printed.size, printed.step, mode)
        sheet.text(40, 820, f"Page {number + 1}", 7)
        sheet.finish()
        if rotate:
            sheet.page.Rotate = rotate


def _row(sheet, y, row, size, step, mode):
    for x, side, text in row:
        if text:
            sheet.text(x - width(text, size) if side == ">" else x, y, text, size, mode=mode)
    return y + step


def without(account, *indices):
    """The account as somebody would print it who forgot some bookings: all balances stay as they are."""
    copy = replace(account, bookings=[])
    copy.bookings = [booking for place, booking in enumerate(account.bookings) if place not in indices]
    copy.closing = account.closing
    return copy
