"""Dates are those that a person reads, and none where two readings are possible."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdfmill.services.conversion.dates import day_comes_first, read_date


@pytest.mark.parametrize(
    ("texts", "day_first"),
    [
        (["31/12/2024", "01/02/2024"], True),
        (["12/31/2024", "01/02/2024"], False),
        (["01/02/2024"], None),
        (["31/12/2024", "12/31/2024"], None),
        (["31.12.2024", "12-31-24"], False),
    ],
)
def test_a_table_tells_the_order_of_its_dates(texts, day_first):
    assert day_comes_first(texts) is day_first


@pytest.mark.parametrize(
    ("text", "day_first", "value", "look"),
    [
        ("2024-03-07", None, (2024, 3, 7), "yyyy-mm-dd"),
        ("7.3.2024", None, (2024, 3, 7), "d.m.yyyy"),
        ("07.03.24", False, (2024, 3, 7), "dd.mm.yy"),
        ("07/03/2024", True, (2024, 3, 7), "dd/mm/yyyy"),
        ("3/7/24", False, (2024, 3, 7), "m/d/yy"),
        ("05/05/2024", None, (2024, 5, 5), "dd/mm/yyyy"),
        ("1/1/99", True, (1999, 1, 1), "d/m/yy"),
        ("7 March 2024", None, (2024, 3, 7), "d mmmm yyyy"),
        ("March 7, 2024", None, (2024, 3, 7), "mmmm d, yyyy"),
        ("Mar 7, 2024", None, (2024, 3, 7), "mmm d, yyyy"),
        ("7. Oktober 2024", None, (2024, 10, 7), "d mmmm yyyy"),
        ("7 de marzo de 2024", None, (2024, 3, 7), "d mmmm yyyy"),
        ("7 août 2024", None, (2024, 8, 7), "d mmm yyyy"),
        ("07-Sep-2024", None, (2024, 9, 7), "d mmm yyyy"),
    ],
)
def test_dates_are_read(text, day_first, value, look):
    read = read_date(text, day_first)
    assert (read.value, read.look) == (datetime.date(*value), look)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "03/07/2024",
        "31.02.2024",
        "2024",
        "1.2.3",
        "12:30",
        "7 Smarch 2024",
        "1/2",
        "01.01.1900",
        "192.168.10.1",
    ],
)
def test_what_is_no_date_or_one_of_two_stays_text(text):
    assert read_date(text, None) is None


@given(st.dates(datetime.date(1970, 1, 1), datetime.date(2068, 12, 31)), st.booleans(), st.sampled_from(["%Y", "%y"]))
def test_what_was_written_in_figures_is_read_back(value, day_first, year):
    written = value.strftime(f"%d/%m/{year}" if day_first else f"%m/%d/{year}")
    assert read_date(written, day_first).value == value
