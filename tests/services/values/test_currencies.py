"""Currencies by code and sign."""

from decimal import Decimal

import pytest
from babel.numbers import list_currencies

from pdfmill.services.values.currencies import SIGNS, UNUSUAL, code_of, minor_units, unit_of


@pytest.mark.parametrize(("code", "places"), [("EUR", 2), ("JPY", 0), ("KRW", 0), ("KWD", 3), ("TND", 3), ("HUF", 2)])
def test_a_currency_has_the_minor_units_of_iso_4217(code, places):
    assert minor_units(code) == places
    assert unit_of(places) == Decimal(1) / 10**places


def test_every_code_stands_for_itself_and_every_sign_for_a_code():
    assert all(code_of(code) == code for code in list_currencies())
    assert {code_of(sign) for sign in SIGNS} - set(list_currencies()) == {""}
    assert set(list_currencies()) >= UNUSUAL


@pytest.mark.parametrize(("text", "code"), [("Rs.", "INR"), ("ZŁ", "PLN"), ("us$", "USD"), ("Fr.", "CHF"), ("kr.", "")])
def test_signs_are_known_in_either_case_and_with_a_point(text, code):
    assert code_of(text) == code


@pytest.mark.parametrize("text", ["", "ABC", "FR", "eur", "total"])
def test_what_is_no_currency_has_no_code(text):
    assert code_of(text) is None
