"""Pages that read badly as they are."""

import numpy as np
import pytest

from builders.scans import DPI, ENGLISH, GERMAN, found_part, scan
from missing import not_run
from pdfmill.core.language_data import installed_languages
from pdfmill.engines.tesseract import FoundLine, FoundWord, Tesseract
from pdfmill.services.ocr.ink import Ink, without
from pdfmill.services.ocr.languages import LanguageChooser
from pdfmill.services.ocr.light import evened, is_uneven
from pdfmill.services.ocr.model import Suspicion, Treatment
from pdfmill.services.ocr.reading import PageReader, Reading, plausible_dpi
from pdfmill.services.ocr.sheet import Sheet
from pdfmill.services.ocr.skew import skew_of


def sheet(pixels, dpi=DPI):
    height, width = pixels.shape
    return Sheet(pixels, (72 * width / dpi, 72 * height / dpi))


def read(pixels, languages=("eng",), dpi=DPI):
    chooser = LanguageChooser(languages, installed_languages())
    return PageReader(Tesseract(), chooser, lambda: None).read(sheet(pixels, dpi))


@pytest.mark.parametrize("skew", [-5.0, -0.5, 0.8, 3.0])
def test_the_slant_of_lines_is_found(skew):
    assert skew_of(Ink.of(scan(skew=skew))) == pytest.approx(skew, abs=0.15)


def test_a_level_page_and_an_empty_one_do_not_slant():
    assert skew_of(Ink.of(scan())) == 0
    assert skew_of(Ink.of(np.full((500, 400), 255, np.uint8))) == 0


def test_a_page_as_it_should_be_is_read_once_and_left_alone():
    reading = read(scan())
    assert found_part(reading.text) > 0.97
    assert (reading.treatments, reading.suspicions) == ((), ())


@pytest.mark.parametrize("skew", [-5.0, 3.0])
def test_a_slanting_page_is_read_level(skew):
    reading = read(scan(skew=skew))
    assert found_part(reading.text) > 0.97
    assert reading.treatments == (Treatment.STRAIGHTENED,)
    assert reading.sheet.skew == pytest.approx(skew, abs=0.15)


def test_uneven_light_is_evened():
    pixels = scan(uneven=True)
    assert is_uneven(pixels)
    assert not is_uneven(scan())
    assert np.percentile(evened(pixels), 30) > 245
    reading = read(pixels)
    assert found_part(reading.text) > 0.95
    assert Treatment.LIGHT_EVENED in reading.treatments


def test_uneven_light_is_evened_on_a_slanting_page_as_well():
    pixels = scan(uneven=True, skew=2.0)
    reading = PageReader(Tesseract(), LanguageChooser(("eng",), ("eng",)), lambda: None).read(sheet(pixels))
    assert found_part(reading.text) > 0.95
    assert reading.treatments == (Treatment.LIGHT_EVENED, Treatment.STRAIGHTENED)


def test_the_noise_of_dark_paper_is_no_ink_once_the_light_is_evened():
    noise = np.random.default_rng(1).normal(0, 4, scan().shape)
    dark = np.clip(scan(uneven=True) * 0.5 + noise, 0, 255).astype(np.uint8)
    page = sheet(dark)
    assert page.evened().ink.cells.sum() == page.ink.cells.sum()
    assert page.evened().strip(slice(0, 300)).ink.cells.shape == page.strip(slice(0, 300)).ink.cells.shape


class Scripted(Tesseract):
    """Tesseract, which reads what it is told to: a line for each resolution, at a confidence."""

    def __init__(self, confidences):
        super().__init__()
        self.confidences = confidences
        self.asked = []

    def read(self, pixels, languages, *, dpi, layout):
        self.asked.append(round(dpi))
        height, width = pixels.shape
        box = (0.0, 0.0, float(width), float(height))
        confidence = self.confidences.get(round(dpi), 0.0)
        return (FoundLine((FoundWord("word" * 20, box, confidence),), box, None, 0, 0),)


@pytest.mark.parametrize(
    ("confidences", "kept", "asked"),
    [
        ({20: 95.0, 300: 93.0}, 300, [300]),  # good enough: the file's own resolution is not tried
        ({20: 80.0, 300: 75.0}, 20, [300, 20]),
        ({20: 80.0, 300: 80.1}, 20, [300, 20]),  # not better by enough
        ({20: 70.0, 300: 80.0}, 300, [300, 20]),
    ],
)
def test_a_resolution_is_corrected_only_where_the_page_reads_better_so(confidences, kept, asked):
    tesseract = Scripted(confidences)
    reading = PageReader(tesseract, LanguageChooser(("eng",), ("eng",)), lambda: None).read(sheet(scan(), 20))
    assert (round(reading.dpi), tesseract.asked) == (kept, asked)
    assert reading.treatments == ((Treatment.RESOLUTION_CORRECTED,) if kept == 300 else ())


def test_a_grey_box_is_no_uneven_light():
    pixels = scan().copy()
    pixels[500:, :700] = pixels[500:, :700] // 2
    assert not is_uneven(pixels)


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_page_on_its_side_or_its_head_is_turned(turn):
    reading = read(scan(turn=turn))
    assert found_part(reading.text) > 0.97
    assert reading.sheet.turn == (360 - turn) % 360


def test_the_language_is_found_out():
    if "deu" not in installed_languages():
        not_run("the language data for German are not installed")
    chooser = LanguageChooser((), ("deu", "eng"))
    reader = PageReader(Tesseract(), chooser, lambda: None)
    reading = reader.read(sheet(scan(GERMAN)))
    assert reading.languages == "deu"
    assert found_part(reading.text, GERMAN) > 0.95
    assert chooser.first == "deu"
    assert reader.read(sheet(scan(ENGLISH))).languages == "eng"


def test_ink_outside_of_all_words_is_suspicious():
    pixels = scan()
    ink = Ink.of(pixels)
    words = [word.box for line in read(pixels).lines for word in line.words]
    assert ink.coverage(words) > 0.9
    assert ink.coverage(words[: len(words) // 4]) < 0.4


def test_words_that_tesseract_loses_without_a_doubt_are_missed():
    pixels = scan(skew=5.0)
    lines = Tesseract().read(pixels, "eng", dpi=DPI, layout=3)
    assert found_part(" ".join(word.text for line in lines for word in line.words)) < 0.8
    assert Suspicion.UNREAD_INK in Reading(sheet(pixels), lines, "eng", DPI).suspicions


@pytest.mark.parametrize(("dpi", "told"), [(150, 150), (20, 300), (1200, 300)])
def test_a_resolution_that_makes_no_page_is_not_believed(dpi, told):
    assert plausible_dpi(sheet(scan(), dpi)) == pytest.approx(told)


class Counted(Tesseract):
    """Tesseract, which counts the pixels that it reads."""

    def __init__(self):
        super().__init__()
        self.pixels = 0

    def read(self, pixels, languages, **how):
        self.pixels += pixels.size
        return super().read(pixels, languages, **how)


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_page_that_lies_otherwise_is_read_once_and_a_part_of_it_twice_at_most(turn):
    tesseract, pixels = Counted(), scan(turn=turn)
    reading = PageReader(tesseract, LanguageChooser(("eng",), ("eng",)), lambda: None).read(sheet(pixels))
    assert found_part(reading.text) > 0.97
    assert tesseract.pixels < 1.5 * pixels.size


def test_an_upright_page_is_read_once():
    tesseract, pixels = Counted(), scan()
    PageReader(tesseract, LanguageChooser(("eng",), ("eng",)), lambda: None).read(sheet(pixels))
    assert tesseract.pixels == pixels.size


def test_what_is_painted_over_is_not_read_and_the_rest_is():
    pixels = scan()
    lines = read(pixels).lines
    first, rest = lines[:5], lines[5:]
    left = read(without(pixels, (word.box for line in first for word in line.words)))
    assert found_part(left.text, ENGLISH[5:]) > 0.97
    assert found_part(left.text, ENGLISH[:5]) < 0.4  # words that stand in both halves
    assert len(left.lines) == len(rest)


def test_words_found_later_are_taken_if_they_are_certain():
    reading = read(scan())
    certain, unsure, speck, part_of_a_picture = (
        FoundLine((FoundWord(text, (0, 0, 9, 9), confidence),), (0, 0, 9, 9), None, 0, 0)
        for text, confidence in (("Total", 90.0), ("lhi", 20.0), ("|.", 95.0), ("ae", 70.0))
    )
    more = reading.with_more([certain, unsure, speck, part_of_a_picture])
    assert [line for line in more.lines if line in reading.lines] == list(reading.lines)
    assert [line.words[0].text for line in more.lines if line not in reading.lines] == ["Total"]
