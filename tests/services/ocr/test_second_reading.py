"""Which of two readings of a page counts."""

import pytest

from pdfmill.services.layout.model import Box
from pdfmill.services.ocr.model import PageOutcome, ReadBlock, ReadLine, ReadPage, ReadWord
from pdfmill.services.ocr.second_reading import better_of

SURE = ["Invoice", "total", "payable", "before", "Friday", "please", "transfer", "whole", "amount", "today", "thank"]
UNSURE = ["T0tal", "l2.5O"] * 5


def page(certain, doubtful=(), confidence=95.0):
    box = Box(0, 0, 10, 10)
    words = [ReadWord(text, box, confidence) for text in certain] + [ReadWord(text, box, 45.0) for text in doubtful]
    return ReadPage(1, 100, 100, PageOutcome.RECOGNISED, blocks=(ReadBlock((ReadLine(tuple(words), box),), box),))


def test_the_second_reading_counts_if_it_has_what_the_first_was_sure_of_and_more():
    second = page([*SURE, *(["Total", "12.50"] * 5)], confidence=98.0)
    assert better_of(page(SURE, UNSURE), second) is second


@pytest.mark.parametrize("words", [["".join(SURE[:7]), "".join(SURE[7:])], [word[::-1] for word in SURE]])
def test_a_second_reading_without_spaces_or_in_another_script_loses_however_sure_it_is(words):
    first = page(SURE, UNSURE)
    assert better_of(first, page([*words, *(["Total", "12.50"] * 5)], confidence=100.0)) is first


def test_a_second_reading_that_found_less_loses():
    first = page(SURE, UNSURE)
    assert better_of(first, page(SURE[:9])) is first


def test_where_the_first_was_sure_of_nothing_the_more_certain_one_counts():
    second = page(["Total", "12.50"], confidence=97.0)
    assert better_of(page([], UNSURE), second) is second
