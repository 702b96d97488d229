"""Confidence is how often at least values with as much evidence were right."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders.invoices import Bill, invoice_pdf
from pdfmill.services.extraction.invoices.paths import found_fields
from pdfmill.services.extraction.invoices.rules.confidence import confidence_of


@given(st.floats(0, 1), st.floats(0, 1))
def test_more_evidence_never_makes_less_sure(one, other):
    assert confidence_of(min(one, other)) <= confidence_of(max(one, other))


@pytest.mark.parametrize(("evidence", "confidence"), [(0.3, 0.78), (0.7, 0.85), (0.9, 0.91), (0.99, 0.98)])
def test_it_is_the_lower_end_of_what_was_measured(evidence, confidence):
    assert confidence_of(evidence) == confidence


def test_every_value_of_an_invoice_has_a_measured_confidence(only, tmp_path):
    found = list(found_fields(only(invoice_pdf(tmp_path / "a.pdf", Bill()))))
    assert found
    assert {each.confidence for _, each in found} <= {0.78, 0.85, 0.91, 0.98}
