"""Counterparties and references that a description names by labels."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdfmill.services.extraction.statements.lines import TextLine
from pdfmill.services.extraction.statements.particulars import particulars
from pdfmill.services.extraction.statements.vocabulary import Vocabulary
from pdfmill.services.layout.model import Box, Style, Word

STYLE = Style("Helvetica", 10, False, False, False, None, False, "", False)


def line_of(text):
    words, left = [], 0.0
    for each in text.split():
        words.append(Word(each, Box(left, 0, left + 5 * len(each), 10), STYLE))
        left += 5 * len(each) + 3
    return TextLine(0, tuple(words))


def named(*texts):
    lines = [line_of(text) for text in texts]
    words = [(line, index) for line in lines for index in range(len(line.words))]
    return {each.meaning: each for each in particulars(words, Vocabulary.of(line.folded for line in lines))}


def values(*texts):
    return {meaning: each.value for meaning, each in named(*texts).items()}


@pytest.mark.parametrize(
    ("texts", "counterparty", "reference"),
    [
        (("SEPA", "Auftraggeber: Müller GmbH IBAN: DE89370400440532013000", "EREF+2024-55"), "Müller GmbH", "2024-55"),
        (("Naam: J. van Dijk Omschrijving: huur",), "J. van Dijk", None),
        (("VIR SEPA DE: DUPONT JEAN MOTIF: loyer",), "DUPONT JEAN", None),
        (("Beneficiary : Carol King Ref : 88213 abc",), "Carol King", "88213"),
        (("Beneficiario: Talleres Sur SL",), "Talleres Sur SL", None),
        (("Ordinante: Rossi Mario Rif: 12/A 7",), "Rossi Mario", "12/A 7"),
        (("Favorecido: Loja do Bairro",), "Loja do Bairro", None),
        (("Odbiorca: Jan Kowalski Tytuł: czynsz",), "Jan Kowalski", None),
        (("Mottagare: Elbolaget AB OCR: 7712",), "Elbolaget AB", "7712"),
        (("Modtager: Hansen ApS",), "Hansen ApS", None),
        (("CARD", "From ACME Ltd"), "ACME Ltd", None),
        (("Name:Smith Bros",), "Smith Bros", None),
    ],
)
def test_what_stands_behind_a_label_is_the_counterparty_or_the_reference(texts, counterparty, reference):
    assert (values(*texts).get("counterparty"), values(*texts).get("reference")) == (counterparty, reference)


@pytest.mark.parametrize(
    "texts", [("Transfer to John Smith",), ("Overboeking", "van der Berg"), ("EREF+NOTPROVIDED",), ("Name:",)]
)
def test_words_that_only_look_like_labels_name_nobody(texts):
    assert values(*texts) == {}


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Z", "C"]), min_size=1), min_size=1))
def test_a_value_is_part_of_the_words_that_it_is_said_to_stand_in(words):
    for each in named(" ".join(words), " ".join(["Payee:", *words])).values():
        assert each.value in each.line.text_of(range(each.start, each.end))
