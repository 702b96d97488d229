"""Layouts of statements, each a function of an account; ``LAYOUTS`` names them all."""

import datetime
from decimal import Decimal

from builders.statement import Print, money

LAYOUTS = {}


def layout(make):
    LAYOUTS[make.__name__] = make
    return make


def _day(day, pattern):
    return f"{day:{pattern}}"


def _head(account, period, *, number="Account number", title="Example Bank"):
    rows = [[(40, "<", title)], [(40, "<", account.name), (360, "<", f"{number}: {account.number}")]]
    rows.append([(40, "<", "12 Example Street"), (360, "<", period)])
    if account.iban:
        rows.append([(360, "<", f"IBAN: {account.iban}")])
    return rows


@layout
def uk_paid_out_paid_in(account):
    """Heading over two lines, balance brought and carried forward, the balance only after a day's last booking."""
    rows = [
        [
            (40, "<", f"{account.first:%d %b %y}"),
            (110, "<", "BALANCE BROUGHT FORWARD"),
            (550, ">", money(account.opening, sign="DR")),
        ]
    ]
    last = None
    for index, each in enumerate(account.bookings):
        later = account.bookings[index + 1 :]
        ends_day = not later or later[0].day != each.day
        rows.append(
            [
                (40, "<", f"{each.day:%d %b %y}" if each.day != last else ""),
                (110, "<", each.text),
                (410, ">", money(each.amount, sign=None) if each.amount < 0 else ""),
                (480, ">", money(each.amount, sign=None) if each.amount > 0 else ""),
                (550, ">", money(each.balance, sign="DR") if ends_day else ""),
            ]
        )
        last = each.day
    rows.append([(110, "<", "BALANCE CARRIED FORWARD"), (550, ">", money(account.closing, sign="DR"))])
    heading = [
        [
            (40, "<", "Date"),
            (110, "<", "Payment type and details"),
            (410, ">", "Paid"),
            (480, ">", "Paid"),
            (550, ">", "Balance"),
        ],
        [(410, ">", "out"), (480, ">", "in")],
    ]
    return Print(_head(account, f"{account.first:%d %B %Y} to {account.last:%d %B %Y}"), heading, rows)


@layout
def us_sections(account):
    """Deposits and withdrawals in sections of unsigned amounts, sums, and a table of daily balances."""
    credits_ = [each for each in account.bookings if each.amount > 0]
    debits = [each for each in account.bookings if each.amount < 0]
    total_in = sum((each.amount for each in credits_), Decimal(0))
    total_out = -sum((each.amount for each in debits), Decimal(0))
    head = [
        *_head(account, f"Statement period {account.first:%B %d, %Y} through {account.last:%B %d, %Y}"),
        [(40, "<", "Beginning balance"), (300, ">", money(account.opening, symbol="$"))],
        [(40, "<", "Deposits and other additions"), (300, ">", money(total_in))],
        [(40, "<", "Withdrawals and other subtractions"), (300, ">", money(-total_out))],
        [(40, "<", "Ending balance"), (300, ">", money(account.closing, symbol="$"))],
    ]
    rows = []
    heading = [(40, "<", "Date"), (110, "<", "Description"), (550, ">", "Amount")]
    for title, chosen, total in (
        ("Deposits and other additions", credits_, total_in),
        ("Withdrawals and other subtractions", debits, total_out),
    ):
        rows += [[(40, "<", title)], heading]
        rows += [
            [(40, "<", f"{each.day:%m/%d/%y}"), (110, "<", each.text), (550, ">", money(each.amount, sign=None))]
            for each in chosen
        ]
        rows += [[(40, "<", f"Total {title[0].lower()}{title[1:]}"), (550, ">", money(total, symbol="$"))], []]
    rows += [[(40, "<", "Daily ledger balances")], [(40, "<", "Date"), (160, ">", "Balance ($)")]]
    days = {each.day: each.balance for each in account.bookings}
    rows += [[(40, "<", f"{day:%m/%d}"), (160, ">", money(balance))] for day, balance in days.items()]
    return Print(head, [], rows, per_page=46)


@layout
def us_cheques_side_by_side(account):
    """Deposits in a section; cheques in a list of two columns."""
    credits_ = [each for each in account.bookings if each.amount > 0]
    debits = [each for each in account.bookings if each.amount < 0]
    rows = [[(40, "<", "Deposits and credits")], [(40, "<", "Date"), (110, "<", "Description"), (550, ">", "Amount")]]
    rows += [
        [(40, "<", f"{each.day:%m/%d}"), (110, "<", each.text), (550, ">", money(each.amount))] for each in credits_
    ]
    names = [("Date", 0, "<"), ("Check #", 60, "<"), ("Amount", 200, ">")]
    rows += [
        [],
        [(40, "<", "Checks paid")],
        [(left + x, side, text) for left in (40, 320) for text, x, side in names],
    ]
    for pair in range(0, len(debits), 2):
        row = []
        for left, each in zip((40, 320), debits[pair : pair + 2], strict=False):
            row += [
                (left, "<", f"{each.day:%m/%d}"),
                (left + 60, "<", str(1000 + pair)),
                (left + 200, ">", money(each.amount, sign=None)),
            ]
        rows.append(row)
    head = [
        *_head(account, f"{account.first:%m/%d/%Y} - {account.last:%m/%d/%Y}"),
        [(40, "<", f"Beginning balance on {account.first:%m/%d/%Y}"), (300, ">", money(account.opening, symbol="$"))],
        [(40, "<", f"Ending balance on {account.last:%m/%d/%Y}"), (300, ">", money(account.closing, symbol="$"))],
    ]
    return Print(head, [], rows)


def _plain(account, *, day, amount, balance, words, opening, closing, period, style="en", order=1, label=None):
    """Date, text, amount, balance."""
    rows = [[(110, "<", opening), (550, ">", balance(account.opening))]] if opening and order > 0 else []
    for each in account.bookings[::order]:
        rows.append(
            [
                (40, "<", day(each.day)),
                (110, "<", each.text),
                (460, ">", amount(each.amount)),
                (550, ">", balance(each.balance)),
            ]
        )
    if closing and order > 0:
        rows.append([(110, "<", closing), (550, ">", balance(account.closing))])
    heading = [[(40, "<", words[0]), (110, "<", words[1]), (460, ">", words[2]), (550, ">", words[3])]] if words else []
    head = _head(account, period)
    if order < 0:
        head.append(
            [(40, "<", f"{opening}: {balance(account.opening)}"), (300, "<", f"{closing}: {balance(account.closing)}")]
        )
    return Print(head, heading, rows)


@layout
def without_heading(account):
    """No heading at all: the running balance tells which column is which."""
    return _plain(
        account,
        day=lambda day: f"{day:%d.%m.%Y}",
        amount=lambda value: money(value, "de"),
        balance=lambda value: money(value, "de"),
        words=None,
        opening="Alter Kontostand",
        closing="Neuer Kontostand",
        period=f"Kontoauszug {account.first:%d.%m.%Y} - {account.last:%d.%m.%Y}",
    )


@layout
def debit_credit_without_heading(account):
    rows = [[(110, "<", "Opening balance"), (550, ">", money(account.opening))]]
    for each in account.bookings:
        rows.append(
            [
                (40, "<", f"{each.day:%d/%m/%Y}"),
                (110, "<", each.text),
                (400 if each.amount < 0 else 470, ">", money(each.amount, sign=None)),
                (550, ">", money(each.balance)),
            ]
        )
    rows.append([(110, "<", "Closing balance"), (550, ">", money(account.closing))])
    return Print(_head(account, f"Statement {account.first:%d/%m/%Y} - {account.last:%d/%m/%Y}"), [], rows)


@layout
def unsigned_amounts(account):
    """Nothing tells the sign but the balance."""
    return _plain(
        account,
        day=lambda day: f"{day:%d-%b-%Y}",
        amount=lambda value: money(value, sign=None),
        balance=money,
        words=("Date", "Particulars", "Amount", "Balance"),
        opening="Opening Balance",
        closing="Closing Balance",
        period=f"Period: {account.first:%d-%b-%Y} to {account.last:%d-%b-%Y}",
    )


@layout
def german_day_once(account):
    """Date without year, sums with S and H, value date, texts over several lines, carried over from page to page."""
    rows = []
    balance = account.opening
    for index, each in enumerate(account.bookings):
        if index and index % 12 == 0:
            rows += [
                [(150, "<", "Übertrag auf Blatt 2"), (550, ">", money(balance, "de", sign="SH"))],
                [(150, "<", "Übertrag von Blatt 1"), (550, ">", money(balance, "de", sign="SH"))],
            ]
        rows.append(
            [
                (40, "<", f"{each.day:%d.%m.}"),
                (90, "<", f"{each.day:%d.%m.}"),
                (150, "<", each.text),
                (550, ">", money(each.amount, "de", sign="SH")),
            ]
        )
        rows.append([(150, "<", "EREF+2024-55 MREF+12 vom 01.02.2024")])
        balance = each.balance
    before = account.first - datetime.timedelta(days=1)
    head = [
        *_head(account, "Kontoauszug Nr. 5", number="Kontonummer"),
        [(40, "<", f"Kontostand am {before:%d.%m.%Y}"), (550, ">", money(account.opening, "de", sign="SH"))],
    ]
    foot = [[(40, "<", f"Kontostand am {account.last:%d.%m.%Y}"), (550, ">", money(account.closing, "de", sign="SH"))]]
    heading = [[(40, "<", "Bu-Tag"), (90, "<", "Wert"), (150, "<", "Vorgang"), (550, ">", "Betrag EUR")]]
    return Print(head, heading, rows, foot, per_page=26)


@layout
def french_debit_credit(account):
    """Groups of digits parted by spaces, dates without year, sums of both columns."""
    rows = [[(40, "<", f"SOLDE CREDITEUR AU {account.first:%d/%m/%Y}"), (550, ">", money(account.opening, "fr"))]]
    if account.opening < 0:
        rows[0][0] = (40, "<", f"SOLDE DEBITEUR AU {account.first:%d/%m/%Y}")
    for each in account.bookings:
        rows.append(
            [
                (40, "<", f"{each.day:%d/%m}"),
                (90, "<", each.text),
                (360, "<", f"{each.day:%d/%m}"),
                (470, ">", money(each.amount, "fr", sign=None) if each.amount < 0 else ""),
                (550, ">", money(each.amount, "fr", sign=None) if each.amount > 0 else ""),
            ]
        )
    debits = -sum(each.amount for each in account.bookings if each.amount < 0)
    credits_ = sum(each.amount for each in account.bookings if each.amount > 0)
    rows.append([(40, "<", "Total des mouvements"), (470, ">", money(debits, "fr")), (550, ">", money(credits_, "fr"))])
    side = "CREDITEUR" if account.closing >= 0 else "DEBITEUR"
    x = 550 if account.closing >= 0 else 470
    last = account.last + datetime.timedelta(days=1)
    rows.append([(40, "<", f"SOLDE {side} AU {last:%d/%m/%Y}"), (x, ">", money(account.closing, "fr", sign=None))])
    heading = [
        [(40, "<", "Date"), (90, "<", "Libellé"), (360, "<", "Valeur"), (470, ">", "Débit"), (550, ">", "Crédit")]
    ]
    return Print(
        _head(account, f"Période du {account.first:%d/%m/%Y} au {last:%d/%m/%Y}", title="Banque Exemple"), heading, rows
    )


@layout
def spanish_newest_first(account):
    return _plain(
        account,
        day=lambda day: f"{day:%d/%m/%Y}",
        amount=lambda value: money(value, "de"),
        balance=lambda value: money(value, "de"),
        words=("Fecha", "Concepto", "Importe", "Saldo"),
        opening="Saldo inicial",
        closing="Saldo final",
        period=f"Movimientos del {account.first:%d/%m/%Y} al {account.last:%d/%m/%Y}",
        order=-1,
    )


@layout
def german_newest_first(account):
    """Amounts below a word that elsewhere heads the text, dates without year."""
    return _plain(
        account,
        day=lambda day: f"{day:%d.%m.}",
        amount=lambda value: money(value, "de"),
        balance=lambda value: money(value, "de"),
        words=("Buchung", "Verwendungszweck", "Umsatz", "Saldo"),
        opening="Anfangssaldo",
        closing="Endsaldo",
        period=f"Kontoauszug {account.first:%d.%m.%Y} - {account.last:%d.%m.%Y}",
        order=-1,
    )


@layout
def dutch_sign_column(account):
    """The sign stands in a column of its own."""
    rows = []
    for each in account.bookings:
        rows.append(
            [
                (40, "<", f"{each.day:%d-%m-%Y}"),
                (120, "<", each.text),
                (460, ">", money(each.amount, "de", sign=None)),
                (500, "<", "Af" if each.amount < 0 else "Bij"),
            ]
        )
    head = [
        *_head(account, f"Periode: {account.first:%d-%m-%Y} t/m {account.last:%d-%m-%Y}", number="Rekeningnummer"),
        [(40, "<", "Vorig saldo"), (160, "<", "Nieuw saldo")],
        [(40, "<", money(account.opening, "de")), (160, "<", money(account.closing, "de"))],
    ]
    heading = [[(40, "<", "Datum"), (120, "<", "Omschrijving"), (460, ">", "Bedrag"), (500, "<", "Af/Bij")]]
    return Print(head, heading, rows)


@layout
def swedish_iso_dates(account):
    return _plain(
        account,
        day=lambda day: f"{day:%Y-%m-%d}",
        amount=lambda value: money(value, "fr"),
        balance=lambda value: money(value, "fr"),
        words=("Bokföringsdag", "Beskrivning", "Belopp", "Saldo"),
        opening="Ingående saldo",
        closing="Utgående saldo",
        period=f"Period: {account.first:%Y-%m-%d} - {account.last:%Y-%m-%d}",
    )


@layout
def danish_points(account):
    return _plain(
        account,
        day=lambda day: f"{day:%d.%m.%Y}",
        amount=lambda value: money(value, "de", sign="> "),
        balance=lambda value: money(value, "de", sign="> "),
        words=("Dato", "Tekst", "Beløb", "Saldo"),
        opening="Saldo primo",
        closing="Saldo ultimo",
        period=f"Kontoudskrift for perioden {account.first:%d.%m.%Y} til {account.last:%d.%m.%Y}",
    )


@layout
def polish_with_currency(account):
    return _plain(
        account,
        day=lambda day: f"{day:%d.%m.%Y}",
        amount=lambda value: money(value, "fr") + " PLN",
        balance=lambda value: money(value, "fr") + " PLN",
        words=("Data operacji", "Opis operacji", "Kwota", "Saldo po operacji"),
        opening="Saldo początkowe".replace("ą", "a"),
        closing="Saldo końcowe".replace("ń", "n"),
        period=f"za okres od {account.first:%d.%m.%Y} do {account.last:%d.%m.%Y}",
    )


@layout
def portuguese_d_and_c(account):
    return _plain(
        account,
        day=lambda day: f"{day:%d/%m/%Y}",
        amount=lambda value: money(value, "de", sign="DC"),
        balance=lambda value: money(value, "de", sign="DC"),
        words=("Data", "Histórico", "Valor", "Saldo"),
        opening="Saldo anterior",
        closing="Saldo final",
        period=f"Extrato de {account.first:%d/%m/%Y} a {account.last:%d/%m/%Y}",
    )


@layout
def italian_without_balances(account):
    """Two columns of amounts, balances only at the beginning and the end."""
    x = {True: 550, False: 460}
    rows = [[(180, "<", "Saldo iniziale"), (x[account.opening >= 0], ">", money(account.opening, "de", sign=None))]]
    for each in account.bookings:
        rows.append(
            [
                (40, "<", f"{each.day:%d/%m/%y}"),
                (100, "<", f"{each.day:%d/%m/%y}"),
                (180, "<", each.text),
                (x[each.amount > 0], ">", money(each.amount, "de", sign=None)),
            ]
        )
    rows.append([(180, "<", "Saldo finale"), (x[account.closing >= 0], ">", money(account.closing, "de", sign=None))])
    heading = [
        [(40, "<", "Data"), (100, "<", "Valuta"), (180, "<", "Descrizione"), (460, ">", "Dare"), (550, ">", "Avere")]
    ]
    return Print(
        _head(account, f"Estratto conto dal {account.first:%d/%m/%Y} al {account.last:%d/%m/%Y}"), heading, rows
    )


@layout
def indian_columns(account):
    """Lakhs, many columns, cheque numbers, amounts over the narration's edge."""
    rows = []
    for number, each in enumerate(account.bookings):
        rows.append(
            [
                (30, "<", f"{each.day:%d/%m/%y}"),
                (85, "<", each.text),
                (290, "<", str(100000 + number)),
                (345, "<", f"{each.day:%d/%m/%y}"),
                (450, ">", money(each.amount, "in", sign=None) if each.amount < 0 else ""),
                (510, ">", money(each.amount, "in", sign=None) if each.amount > 0 else ""),
                (575, ">", money(each.balance, "in")),
            ]
        )
    heading = [
        [
            (30, "<", "Date"),
            (85, "<", "Narration"),
            (290, "<", "Chq./Ref.No."),
            (345, "<", "Value Dt"),
            (450, ">", "Withdrawal Amt."),
            (510, ">", "Deposit Amt."),
            (575, ">", "Closing Balance"),
        ]
    ]
    foot = [
        [(30, "<", "STATEMENT SUMMARY")],
        [(30, "<", "Opening Balance"), (200, "<", "Closing Bal")],
        [(30, "<", money(account.opening, "in")), (200, "<", money(account.closing, "in"))],
    ]
    head = _head(account, f"From : {account.first:%d/%m/%Y} To : {account.last:%d/%m/%Y}", number="A/C No")
    return Print(head, heading, rows, foot, size=7)


@layout
def amounts_on_the_last_line(account):
    """A booking begins with its date and ends, a line or two below, with its amount."""
    rows = []
    for each in account.bookings:
        rows += [
            [(40, "<", f"{each.day:%d %b %Y}"), (120, "<", "Card purchase")],
            [
                (120, "<", each.text),
                (460, ">", money(each.amount, sign="()")),
                (550, ">", money(each.balance, sign="()")),
            ],
        ]
    head = [
        *_head(account, f"Statement period: {account.first:%d %b %Y} - {account.last:%d %b %Y}"),
        [(40, "<", "Opening balance"), (200, ">", money(account.opening, sign="()"))],
        [(40, "<", "Closing balance"), (200, ">", money(account.closing, sign="()"))],
    ]
    heading = [[(40, "<", "Date"), (120, "<", "Description"), (460, ">", "Amount"), (550, ">", "Balance")]]
    return Print(head, heading, rows, step=11)


@layout
def swiss_left_aligned(account):
    """Amounts begin below their heading instead of ending there."""
    rows = []
    for each in account.bookings:
        rows.append(
            [
                (40, "<", f"{each.day:%d.%m.%Y}"),
                (110, "<", each.text),
                (330 if each.amount < 0 else 410, "<", money(each.amount, "ch", sign=None)),
                (490, "<", money(each.balance, "ch")),
            ]
        )
    head = [
        *_head(account, f"Zeitraum: {account.first:%d.%m.%Y} - {account.last:%d.%m.%Y}", number="Konto"),
        [(40, "<", "Anfangssaldo"), (200, ">", money(account.opening, "ch"))],
        [(40, "<", "Schlusssaldo"), (200, ">", money(account.closing, "ch"))],
    ]
    heading = [
        [
            (40, "<", "Datum"),
            (110, "<", "Text"),
            (330, "<", "Belastung"),
            (410, "<", "Gutschrift"),
            (490, "<", "Saldo CHF"),
        ]
    ]
    return Print(head, heading, rows)


@layout
def credits_alone_are_marked(account):
    """What is no credit has no mark."""
    return _plain(
        account,
        day=lambda day: f"{day:%d %b}",
        amount=lambda value: money(value, sign="CR", symbol="£"),
        balance=lambda value: money(value, symbol="£"),
        words=("Date", "Details", "Amount", "Balance"),
        opening="Opening balance",
        closing="Closing balance",
        period=f"{account.first:%d %B} - {account.last:%d %B %Y}",
    )


@layout
def card_with_sections(account):
    """A credit card: what is owed is positive; payments and purchases in sections."""
    payments = [each for each in account.bookings if each.amount < 0]
    purchases = [each for each in account.bookings if each.amount > 0]
    rows = []
    heading = [(40, "<", "Trans Date"), (110, "<", "Post Date"), (180, "<", "Description"), (550, ">", "Amount")]
    for title, chosen, sign in (("Payments and Credits", payments, "-"), ("Purchases", purchases, "-")):
        rows += [[(40, "<", title)], heading]
        rows += [
            [
                (40, "<", f"{each.day:%m/%d}"),
                (110, "<", f"{each.day:%m/%d}"),
                (180, "<", each.text),
                (550, ">", money(each.amount, sign=sign, symbol="$")),
            ]
            for each in chosen
        ]
        rows.append([])
    head = [
        *_head(
            account, f"Opening/Closing Date {account.first:%m/%d/%y} - {account.last:%m/%d/%y}", number="Account Number"
        ),
        [(40, "<", "Previous Balance"), (300, ">", money(account.opening, symbol="$"))],
        [(40, "<", "New Balance"), (300, ">", money(account.closing, symbol="$"))],
        [(40, "<", "Minimum Payment Due"), (300, ">", "$35.00")],
        [(40, "<", "Credit Limit"), (300, ">", "$9,000.00")],
    ]
    return Print(head, [], rows)


@layout
def card_with_credits_marked(account):
    """A credit card: payments bear CR, purchases nothing."""
    rows = []
    for each in account.bookings:
        shown = money(each.amount, sign=None) + (" CR" if each.amount < 0 else "")
        rows.append([(40, "<", f"{each.day:%d %b}"), (110, "<", each.text), (550, ">", shown)])
    head = [
        *_head(account, f"Statement period {account.first:%d %b %Y} to {account.last:%d %b %Y}", number="Card number"),
        [(40, "<", "Your credit card statement")],
        [(40, "<", "Previous balance"), (300, ">", money(account.opening, symbol="£"))],
        [(40, "<", "New balance"), (300, ">", money(account.closing, symbol="£"))],
        [(40, "<", "Minimum payment"), (300, ">", "£25.00")],
    ]
    heading = [[(40, "<", "Date"), (110, "<", "Description"), (550, ">", "Amount (£)")]]
    return Print(head, heading, rows)


#: Currencies whose amounts have other than two decimals: how many, and how they are written.
OTHER_DECIMALS = {
    "JPY": (0, "en", "¥"), "KRW": (0, "en", ""), "VND": (0, "de", ""), "XOF": (0, "fr", ""), "CLP": (0, "de", "$"),
    "KWD": (3, "en", ""), "BHD": (3, "bare", ""), "TND": (3, "fr", ""), "JOD": (3, "de", ""),
}  # fmt: skip


def in_currency(account, code, *, columns=False):
    """A statement in one of `OTHER_DECIMALS`, with one column of amounts or with one for each side."""
    places, style, symbol = OTHER_DECIMALS[code]

    def written(value, sign="-"):
        return money(value, style, sign=sign, symbol=symbol, places=places)

    words = ("Date", "Details", "Amount", "Balance")
    printed = _plain(
        account,
        day=lambda day: f"{day:%d/%m/%Y}",
        amount=written,
        balance=written,
        words=words,
        opening="Opening balance",
        closing="Closing balance",
        period=f"Statement period {account.first:%d/%m/%Y} to {account.last:%d/%m/%Y}",
    )
    if columns:
        for row, each in zip(printed.rows[1:-1], account.bookings, strict=True):
            row[2] = (400 if each.amount < 0 else 470, ">", written(each.amount, None))
        printed.heading[0][2:3] = [(400, ">", "Withdrawals"), (470, ">", "Deposits")]
    printed.head.append([(40, "<", f"Currency: {code}")])
    return printed
