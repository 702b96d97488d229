"""Years of two figures, and days that the calendar has."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdfmill.services.values.dates import day_of, full_year


@given(st.dates(datetime.date(1969, 1, 1), datetime.date(2068, 12, 31)))
def test_years_of_two_figures_are_those_of_posix(date):
    assert full_year(date.strftime("%y")) == datetime.datetime.strptime(date.strftime("%y"), "%y").year == date.year
    assert full_year(str(date.year)) == date.year


@given(st.dates())
def test_every_day_of_the_calendar_is_one(date):
    assert day_of(date.year, date.month, date.day) == date


@pytest.mark.parametrize("parts", [(2023, 2, 29), (2024, 13, 1), (2024, 0, 1), (2024, 4, 31), (0, 1, 1)])
def test_other_days_are_none(parts):
    assert day_of(*parts) is None
