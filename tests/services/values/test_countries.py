"""Countries by their codes."""

import pytest

from pdfmill.services.values.countries import is_country


@pytest.mark.parametrize("code", ["DE", "GR", "GB", "US", "IN"])
def test_a_country_has_a_code_of_two_capitals(code):
    assert is_country(code)


@pytest.mark.parametrize("code", ["", "D", "de", "29", "ZZ", "001", "AA"])
def test_other_codes_are_of_none(code):
    assert not is_country(code)
