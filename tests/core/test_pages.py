"""Page ranges."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdfmill.core.errors import InvalidPageRange
from pdfmill.core.pages import PageRanges

number = st.one_of(st.none(), st.integers(1, 50))
ranges = st.lists(st.tuples(number, number), min_size=1, max_size=8).map(lambda parts: PageRanges(tuple(parts)))


def test_pages_come_in_the_order_written():
    assert PageRanges.parse("1-3, 7,end").resolve(9) == [0, 1, 2, 6, 8]


def test_a_range_may_count_down():
    assert PageRanges.parse("end-1").resolve(3) == [2, 1, 0]


@given(ranges)
def test_a_range_survives_being_written_and_read(pages):
    assert PageRanges.parse(str(pages)).resolve(50) == pages.resolve(50)


@given(ranges, st.integers(1, 50))
def test_a_resolved_page_exists(pages, page_count):
    try:
        indices = pages.resolve(page_count)
    except InvalidPageRange:
        assert any((n or 0) > page_count for part in pages.parts for n in part)
    else:
        assert all(0 <= index < page_count for index in indices)


@pytest.mark.parametrize("text", ["", "0", "1-", "-3", "a", "1;2", "1-2-3", "1,,2", "-1"])
def test_what_is_no_range_is_refused(text):
    with pytest.raises(InvalidPageRange):
        PageRanges.parse(text)


def test_a_page_outside_the_document_is_named():
    with pytest.raises(InvalidPageRange, match="no page 4: the document has 3 pages"):
        PageRanges.parse("2-4").resolve(3)
