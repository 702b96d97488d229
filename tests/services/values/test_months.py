"""Months by name."""

from pdfmill.services.values.months import named_months


def test_months_have_their_names_and_abbreviations_in_each_language():
    found = set(named_months(["de", "pl"]))
    assert {("März", 3), ("Dez.", 12), ("maja", 5), ("maj", 5), ("gru", 12)} <= found
    assert {month for _, month in found} == set(range(1, 13))
