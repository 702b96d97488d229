"""Amounts and dates as people write them."""

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdfmill.services.extraction.invoices.rules.amounts import Notation, amounts_in
from pdfmill.services.extraction.invoices.rules.dates import dates_in
from pdfmill.services.extraction.invoices.rules.identifiers import ibans_in, is_iban, vat_ids_in
from pdfmill.services.extraction.invoices.rules.sheet import Segment
from pdfmill.services.layout.model import Box, Line, Style, Word

STYLE = Style("Helvetica", 10.0, False, False, False, "#000000")


def segment(text):
    """A segment of words as wide as their letters."""
    words, x = [], 0
    for part in text.split(" "):
        words.append(Word(part, Box(x, 0, x + 5 * len(part), 10), STYLE))
        x += 5 * len(part) + 3
    return Segment.of(Line.of(tuple(words)), 0, 0)


@pytest.mark.parametrize(
    ("text", "sign", "value"),
    [
        ("1.234,56 €", ",", "1234.56"),
        ("1,234.56", ".", "1234.56"),
        ("1 234,56", ",", "1234.56"),
        ("1'234.50", ".", "1234.50"),
        ("EUR 12,00", ",", "12.00"),
        ("-20,48 €", ",", "-20.48"),
        ("20,48- €", ",", "-20.48"),
        ("$12.50", ".", "12.50"),
        ("125,-", ",", "125"),
        ("12,34,567.00", ".", "1234567.00"),
        ("Rs. 319.00", ".", "319.00"),
    ],
)
def test_an_amount_is_read(text, sign, value):
    assert [amount.value for amount in amounts_in(segment(text), Notation(sign))] == [Decimal(value)]


def test_numbers_side_by_side_are_each_read():
    found = list(amounts_in(segment("60,00 10,00% 5,00 PCE"), Notation(",")))
    assert [(str(amount.value), amount.percent) for amount in found] == [
        ("60.00", False),
        ("10.00", True),
        ("5.00", False),
    ]


@pytest.mark.parametrize("text", ["A-100", "12/34", "v1.2.3", "DE123456789", "3D"])
def test_what_is_no_amount_is_left(text):
    assert list(amounts_in(segment(text), Notation("."))) == []


@given(
    st.decimals(min_value=0, max_value=Decimal("9999999.99"), places=2),
    st.sampled_from([(",", ".", "."), (".", ",", ","), (" ", ",", ","), ("", ".", "."), ("'", ".", ".")]),
)
def test_any_amount_is_read_as_it_was_written(value, marks):
    group, mark, sign = marks
    text = f"{value:,.2f}".replace(",", "\0").replace(".", mark).replace("\0", group)
    (amount,) = amounts_in(segment(text), Notation(sign))
    assert amount.value == value
    assert amount.span.text == text


@pytest.mark.parametrize(
    ("text", "month_first", "value"),
    [
        ("05.03.2018", False, "2018-03-05"),
        ("03/05/2018", True, "2018-03-05"),
        ("13/05/2018", True, "2018-05-13"),
        ("2024-02-29", False, "2024-02-29"),
        ("7. Mai 2014", False, "2014-05-07"),
        ("5 février 2024", False, "2024-02-05"),
        ("August 3 , 2014", True, "2014-08-03"),
        ("15 de marzo de 2024", False, "2024-03-15"),
        ("18-Jan-24", False, "2024-01-18"),
        ("4th Feb, 2017", False, "2017-02-04"),
        ("8-9-2022", False, "2022-09-08"),
    ],
)
def test_a_date_is_read(text, month_first, value):
    found = dates_in(segment(text), month_first=month_first)
    assert [place.value for place in found] == [datetime.date.fromisoformat(value)]


@pytest.mark.parametrize("text", ["31.02.2024", "July 1 - July 31", "12.50", "1.2.3.4", "+49 30 1234567"])
def test_what_is_no_date_is_left(text):
    assert dates_in(segment(text), month_first=False) == []


@given(
    st.dates(datetime.date(1990, 1, 1), datetime.date(2068, 12, 31)),
    st.sampled_from(["%d.%m.%Y", "%Y-%m-%d", "%d/%m/%y", "%d %B %Y", "%d-%b-%y", "%B %d, %Y"]),
)
def test_any_date_is_read_as_it_was_written(date, form):
    (place,) = dates_in(segment(f"Datum: {date.strftime(form)}"), month_first=False)
    assert place.value == date


def test_identifiers_are_read_with_their_gaps():
    (iban,) = ibans_in(segment("IBAN: DE89 3704 0044 0532 0130 00 BIC COBADEFFXXX"))
    assert (iban.value, iban.valid) == ("DE89370400440532013000", True)
    assert not is_iban("DE89370400440532013001")
    (vat_id,) = vat_ids_in(segment("USt-IdNr. DE 136 695 976"))
    assert (vat_id.value, vat_id.valid) == ("DE136695976", True)
