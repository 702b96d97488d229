"""Numbers are those that a person reads."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdfmill.services.values.numbers import decimal_mark, mark_within, read_digits, read_number


@pytest.mark.parametrize(
    ("texts", "mark"),
    [
        (["1,234.50", "7"], "."),
        (["1.234,50", "7"], ","),
        (["3.5", "1,234"], "."),
        (["3,5", "1.234"], ","),
        (["1.234.567"], ","),
        (["1,234,567"], "."),
        (["12,34,567.00"], "."),
        (["1.234", "text"], "."),
    ],
)
def test_a_table_tells_its_decimal_mark(texts, mark):
    assert decimal_mark(texts) == mark


@pytest.mark.parametrize(
    ("text", "mark", "value"),
    [
        ("1,234.50", ".", "1234.50"),
        ("1.234,50", ",", "1234.50"),
        ("1 234,50", ",", "1234.50"),
        ("1’234.50", ".", "1234.50"),
        ("12,34,567", ".", "1234567"),
        ("(35,8)", ",", "-35.8"),
        ("-5", ".", "-5"),
        ("5.00-", ".", "-5.00"),
        ("−3", ".", "-3"),
        ("$51.24", ".", "51.24"),
        ("-$ 51.24", ".", "-51.24"),
        ("51,24 €", ",", "51.24"),
        ("EUR 7", ".", "7"),
        ("0.5", ".", "0.5"),
        ("12 %", ".", "0.12"),
    ],
)
def test_numbers_are_read(text, mark, value):
    assert read_number(text, mark).value == Decimal(value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "n/a",
        "007",
        "0049 30 1234",
        "17.03.2024",
        "2024-03-17",
        "1,23,4",
        "(5",
        "5)",
        "1234567890123456",
        "A4",
        "=1+1",
    ],
)
def test_what_only_looks_like_a_number_stays_text(text):
    assert read_number(text, ".") is None


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2), st.sampled_from([".", ","]))
def test_what_was_written_with_groups_is_read_back(value, mark):
    written = f"{value:,.2f}"
    if mark == ",":
        written = written.translate(str.maketrans(",.", ".,"))
    assert read_number(written, mark).value == value


#: What groups thousands and what parts off decimals, in the countries that write so.
NOTATIONS = [
    (",", "."),
    (".", ","),
    (" ", ","),
    ("\u00a0", ","),
    ("\u202f", ","),
    ("'", "."),
    ("’", "."),
    ("", "."),
    ("", ","),
]


@given(
    st.integers(0, 3).flatmap(lambda places: st.decimals(0, 10**11, places=places)),
    st.sampled_from(NOTATIONS),
)
def test_digits_are_read_in_every_notation(value, notation):
    group, mark = notation
    places = -value.as_tuple().exponent
    written = f"{value:,.{places}f}".replace(",", "\0").replace(".", mark).replace("\0", group)
    found = mark_within(written, mark)
    assert read_digits(written, found) == (value, places)
    number = read_number(written, mark)
    assert (number.value, number.places) == (value, places)


@pytest.mark.parametrize(
    ("digits", "likely", "mark"),
    [
        ("1.234", ",", None),
        ("1.234", ".", "."),
        ("0.123", ",", "."),
        (".50", ",", "."),
        ("1.234.567", ".", None),
        ("1.234,5", ".", ","),
        ("12,34,567.00", ",", "."),
        ("1234", ".", None),
        ("1.2345", ",", "."),
    ],
)
def test_a_number_tells_its_own_mark_where_it_can(digits, likely, mark):
    assert mark_within(digits, likely) == mark
