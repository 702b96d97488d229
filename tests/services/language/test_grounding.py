"""What is corrupted is caught; what is only written in another way is not."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdfmill.services.language.facts import facts_of, names_of
from pdfmill.services.language.grounding import ungrounded_facts

SOURCE = (
    "Invoice INV-2024-00417 of 5 March 2024 is due on 04.04.2024. The net amount is 1,234.50 EUR and VAT of 19 % adds "
    "234.56 EUR, so 1,469.06 EUR are to be paid to DE89 3704 0044 0532 0130 00 at COBADEFFXXX. Loss was -42.7 million. "
    "Mail billing@acme.example or see https://acme.example/pay/77. Call +49 30 1234567. Twelve people signed it."
)


@pytest.mark.parametrize(
    "statement",
    [
        "The invoice INV-2024-00417 dates from March 5, 2024.",
        "It is dated 2024-03-05 and due on 4 April 2024.",
        "Die Rechnung vom 5. März 2024 beträgt 1.469,06 EUR.",
        "1 469.06 EUR are due in April 2024.",
        "VAT is 19%.",
        "Pay to DE89370400440532013000.",
        "The loss was -42.7 million.",
        "Write to billing@acme.example.",
        "12 people signed.",
        "It was signed in 2024.",
    ],
)
def test_another_way_of_writing_is_as_good(statement):
    assert ungrounded_facts(statement, SOURCE) == []


@pytest.mark.parametrize(
    "statement",
    [
        "The invoice INV-2024-00418 is open.",
        "It is due on 5 April 2024.",
        "It is dated 2023-03-05.",
        "It is due in May 2024.",
        "1,469.60 EUR are to be paid.",
        "14,690.6 EUR are to be paid.",
        "Pay to DE89 3704 0044 0532 0131 00.",
        "The loss was -42.7 billion.",
        "There was a gain: 42.7 million.",
        "Write to billing@acne.example.",
        "See https://acme.example/pay/78.",
        "COBADEFFXX1 is the bank.",
        "Eleven people signed it.",
        "Call +49 30 1234568.",
    ],
)
def test_what_the_text_does_not_say_is_found(statement):
    assert ungrounded_facts(statement, SOURCE) != []


def _values(text):
    facts = facts_of(text)
    return [shown for group in (facts.numbers, facts.dates, facts.identifiers) for shown, _ in group]


def test_no_value_with_another_digit_is_ever_accepted():
    """Each digit of each value of the text, replaced by each other digit: either caught, or another value of it."""
    accepted = tried = 0
    for value in _values(SOURCE):
        for position, character in enumerate(value):
            for digit in "0123456789":
                if character.isdigit() and digit != character:
                    mutant = value[:position] + digit + value[position + 1 :]
                    if any(readings & other for _, readings in facts_of(mutant).numbers for other in _readings()):
                        continue  # another value of the same text
                    if mutant.lstrip("0") == value.lstrip("0") or value in mutant:
                        continue
                    tried += 1
                    accepted += ungrounded_facts(f"It says {mutant} there.", SOURCE) == []
    assert tried > 400
    assert accepted == 0


def _readings():
    return [readings for _, readings in facts_of(SOURCE).numbers]


@given(st.integers(0, 10**9), st.integers(0, 99))
def test_a_number_agrees_with_itself_however_it_is_written(whole, cents):
    forms = [f"{whole}.{cents:02}", f"{whole:,}.{cents:02}", f"{whole:,}".replace(",", ".") + f",{cents:02}"]
    for form in forms:
        for other in forms:
            assert ungrounded_facts(f"It is {form}.", f"The sum {other} is due.") == []


@given(st.integers(1000, 10**6), st.randoms(use_true_random=False))
def test_a_number_that_is_not_there_is_never_found(value, chance: random.Random):
    other = chance.choice([value + 1, value * 10, value - 1, value + 1000])
    assert ungrounded_facts(f"It is {other}.", f"The sum {value} is due.") == [str(other)]


def test_names_are_words_with_capitals_inside_a_sentence():
    assert names_of("Yesterday Anna Schmidt of ACME met them. The NATO was there.") == [
        "Anna",
        "Schmidt",
        "ACME",
        "NATO",
    ]
