"""Months by name."""

from pdfmill.services.values.months import months_by_name, named_months


def test_months_have_their_names_and_abbreviations_in_each_language():
    found = set(named_months(["de", "pl"]))
    assert {("März", 3), ("Dez.", 12), ("maja", 5), ("maj", 5), ("gru", 12)} <= found
    assert {month for _, month in found} == set(range(1, 13))


def test_a_name_that_means_two_months_is_left_out():
    # Croatian and Polish name different months "listopad".
    assert ("listopad", 10) in set(named_months(["hr"]))
    assert ("listopad", 11) in set(named_months(["pl"]))
    assert "listopad" not in months_by_name(["hr", "pl"], str.casefold)
    assert months_by_name(["pl"], str.casefold)["listopad"] == 11


def test_beginnings_of_names_may_stand_for_them_unless_two_months_begin_so():
    names = months_by_name(["en"], str.casefold, beginnings=(3,))
    assert (names["sep"], names["september"]) == (9, 9)
    assert "ju" not in names
    assert "ma" not in months_by_name(["en"], str.casefold, beginnings=(2,))
