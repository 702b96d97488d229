"""Pages of running text in one column are read the short way, with the same text; all others the long way."""

import numpy as np
import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders.prose import prose_pdf
from builders.scans import scan
from builders.sheet import sheets
from pdfmill.engines.pdfium import open_read
from pdfmill.services.extraction.text import TextExtractionService
from pdfmill.services.layout import service
from pdfmill.services.layout.simple_pages import read_simple_page
from pdfmill.services.writing.manner import Manner, TextForm

SENTENCES = [
    "The committee met in the morning and agreed on the minutes.",
    "Nothing was said about the weather, which was fine for once.",
    "A letter from the mayor was read out, and then another one.",
    "It was decided to ask the treasurer for an account of costs.",
    "The meeting closed at noon, and all of them went to lunch.",
]


def running(sheet):
    y = sheet.paragraph(72, 90, SENTENCES)
    sheet.paragraph(72, y + 14, SENTENCES[::-1])


@pytest.fixture
def is_simple(tmp_path):
    """Whether a page that a function builds is read the short way."""

    def is_simple(build):
        with open_read(sheets(tmp_path / "simple.pdf", build), [1.0]) as document:
            return read_simple_page(document, 0) is not None

    return is_simple


@pytest.fixture
def plain(ctx, tmp_path, monkeypatch):
    """The plain text of a document, read the short way where that is possible, or never."""

    def plain(path, *, short, manner=None):
        with monkeypatch.context() as patch:
            if not short:
                patch.setattr(service, "simple_page", lambda page: None)
            target = tmp_path / "text.txt"
            TextExtractionService().extract(path, target, TextForm.PLAIN, manner or Manner(), None, ctx)
            return target.read_text(encoding="utf-8")

    return plain


def test_running_text_is_read_the_short_way(is_simple):
    assert is_simple(running)


def test_a_picture_or_a_rule_beside_the_text_does_not_matter(is_simple):
    assert is_simple(lambda sheet: running(sheet) or sheet.picture(72, 400, 200, 100).line(72, 60, 500, 60))


def test_a_running_foot_that_comes_first_in_the_file_does_not_matter(is_simple):
    assert is_simple(lambda sheet: running(sheet.text(72, 800, "Minutes, page 1")))


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(lambda sheet: sheet.paragraph(400, 90, ["beside", "that"]), id="columns"),
        pytest.param(
            lambda sheet: [
                sheet.text(x, 400 + 14 * row, f"{word}{row}") for row in range(4) for x, word in ((72, "a"), (300, "b"))
            ],
            id="table",
        ),
        pytest.param(lambda sheet: sheet.text(30, 400, "a watermark", angle=90), id="turned"),
        pytest.param(lambda sheet: sheet.text(72, 400, "def f(x):", look="mono"), id="code"),
        pytest.param(lambda sheet: sheet.coded(72, 400, "שלום עולם"), id="right to left"),
        pytest.param(lambda sheet: sheet.coded(72, 400, "a\ue123b"), id="private use"),
        pytest.param(lambda sheet: sheet.text(72, 5000, "off the page"), id="off the page"),
    ],
)
def test_whatever_else_there_is_takes_the_long_way(is_simple, other):
    assert not is_simple(lambda sheet: running(sheet) or other(sheet))


def test_garbled_text_takes_the_long_way(is_simple):
    assert not is_simple(lambda sheet: sheet.paragraph(72, 90, ["xkcd qrst wvbn mlkj hgfd zzpt rrwq bcdf"] * 6))


@pytest.mark.parametrize("build", [lambda sheet: sheet, lambda sheet: sheet.text(72, 90, "Only this.")])
def test_a_page_with_hardly_any_text_takes_the_long_way(is_simple, build):
    assert not is_simple(build)


@pytest.mark.parametrize("manner", [Manner(), Manner(dehyphenate=False), Manner(running_lines=True)])
def test_both_ways_give_the_same_text(plain, tmp_path, manner):
    def minutes(number):
        def build(sheet):
            sheet.text(72, 40, "Minutes of the committee", size=9)
            sheet.text(72, 80, f"{number}. What was said", size=16, look="bold")
            y = sheet.paragraph(72, 120, [*SENTENCES, "Some words are divided at the end, as exam-", "ple shows."])
            y = sheet.paragraph(90, y + 12, ["• one point", "• another point"])
            sheet.paragraph(72, y + 12, SENTENCES)
            sheet.text(290, 810, str(number), size=9)

        return build

    path = sheets(tmp_path / "a.pdf", *map(minutes, range(1, 6)))
    short = plain(path, short=True, manner=manner)
    assert short == plain(path, short=False, manner=manner)
    assert ("Minutes of the committee" in short) == manner.running_lines
    assert ("example shows" in short) == manner.dehyphenate


def test_both_ways_give_the_same_text_where_only_some_pages_are_simple(plain, tmp_path):
    def table(sheet):
        sheet.grid([72, 200, 330], [100, 120, 140, 160])
        for row in range(3):
            sheet.text(80, 114 + 20 * row, f"name {row}").text(210, 114 + 20 * row, str(row))

    path = sheets(tmp_path / "a.pdf", running, table, running)
    short = plain(path, short=True)
    assert short == plain(path, short=False)
    assert "name 1\t1" in short


def test_ligatures_are_taken_apart(plain, tmp_path):
    path = sheets(tmp_path / "a.pdf", lambda sheet: running(sheet) or sheet.coded(72, 500, "a \ufb01ne o\ufb03ce"))
    assert plain(path, short=True).endswith("a fine office\n")


def test_a_turned_page_is_read_as_it_is_shown(plain, tmp_path):
    path = sheets(tmp_path / "a.pdf", running)
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.pages[0].Rotate = 90
        pdf.save(path)
    assert plain(path, short=True) == plain(path, short=False)


def test_pages_that_are_pictures_are_still_recognised(ctx, tmp_path, language_data):
    from pdfmill.services.ocr.page_layers import recogniser

    pixels = np.asarray(scan())
    path = sheets(tmp_path / "a.pdf", running, lambda sheet: sheet.picture(0, 0, 595, 396, np.stack([pixels] * 3, 2)))
    text = TextExtractionService().extract(
        path, tmp_path / "t", TextForm.PLAIN, Manner(), None, ctx, recognise=recogniser("auto")
    )
    assert [page.quality for page in text.pages] == ["good", "recognised"]


WORDS = st.sampled_from(
    [
        "the",
        "of",
        "and",
        "meeting",
        "committee",
        "letter",
        "was",
        "read",
        "agreed",
        "upon",
        "costs",
        "treasurer",
        "exam-",
        "(1)",
        "2.",
        "Berlin",
    ]
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(WORDS, min_size=3, max_size=60).map(" ".join), min_size=1, max_size=6))
def test_whatever_is_written_both_ways_give_the_same_text(plain, tmp_path, paragraphs):
    path = prose_pdf(tmp_path / "a.pdf", paragraphs)
    assert plain(path, short=True) == plain(path, short=False)
