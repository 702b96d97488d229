"""TrueType and OpenType programs: a subset draws what the whole font draws."""

import io

import pytest
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.fonts import opentype, truetype
from pdfmill.core.errors import EngineFailed
from pdfmill.engines.fonttools.sfnt import SfntFont

FONTS = [truetype(), truetype(symbolic=True), opentype()]


@pytest.mark.parametrize("data", FONTS, ids=["TrueType", "symbolic TrueType", "OpenType"])
@given(glyph_ids=st.sets(st.integers(0, 119), min_size=1))
@settings(deadline=None, max_examples=25)
def test_any_subset_draws_its_glyphs_as_the_font_does(data, glyph_ids):
    font = SfntFont(data)
    smaller = font.subset(glyph_ids, keep_names=True)
    assert font.draws_like(SfntFont(smaller), glyph_ids)
    assert len(smaller) < len(data)


def test_a_subset_keeps_the_parts_of_its_glyphs_and_empties_the_others():
    font = SfntFont(truetype())
    reopened = TTFont(io.BytesIO(font.subset({font.glyph_ids["Z"]}, keep_names=True)))
    full = {name for name in reopened.getGlyphOrder() if reopened["glyf"][name].numberOfContours}
    assert full == {".notdef", "A", "B", "Z"}


def test_subtables_of_format_0_and_their_codes_stay():
    font = SfntFont(truetype(symbolic=True))
    letter = font.character_maps[0][ord("Q")]
    smaller = SfntFont(font.subset({letter}, keep_names=False))
    assert smaller.character_maps == [{ord("Q"): letter}, {0xF000 + ord("Q"): letter}]


def test_a_subset_with_other_outlines_is_noticed():
    font, other = SfntFont(truetype()), SfntFont(truetype(count=199, composite=False))
    assert font.draws_like(other, {1, 2})
    assert not font.draws_like(other, {font.glyph_ids["Z"]})


def _changed(change):
    """The font after a change of one of its tables, and the font without it."""
    font = TTFont(io.BytesIO(truetype(count=60)), recalcBBoxes=False)
    change(font)
    buffer = io.BytesIO()
    font.save(buffer)
    return SfntFont(truetype(count=60)), SfntFont(buffer.getvalue())


@pytest.mark.parametrize("metric", [(999, 50), (501, 51)], ids=["advance width", "bearing"])
def test_another_metric_of_the_same_outline_is_noticed(metric):
    font, other = _changed(lambda font: font["hmtx"].metrics.update(A=metric))
    assert font.draws_like(other, {2})
    assert not font.draws_like(other, {1})


def test_another_part_of_the_same_composite_is_noticed():
    def change(font):
        font["glyf"]["A"] = font["glyf"]["C"]

    font, other = _changed(change)
    assert font.draws_like(other, {2})
    assert not font.draws_like(other, {font.glyph_ids["Z"]})


def test_padding_makes_no_difference():
    def change(font):
        font["glyf"].padding = 4

    font, other = _changed(change)
    assert font.draws_like(other, range(60))


def test_components_that_multiply_are_refused():
    font = TTFont(io.BytesIO(truetype(count=60)), recalcBBoxes=False)
    glyf = font["glyf"]
    for name, part in (("D", "C"), ("E", "D"), ("F", "E")):
        pen = TTGlyphPen(glyf)
        for offset in range(40):
            pen.addComponent(part, (1, 0, 0, 1, offset, 0))
        glyf[name] = pen.glyph()
        glyf[name].recalcBounds(glyf)
    buffer = io.BytesIO()
    font.save(buffer)
    bomb = SfntFont(buffer.getvalue())
    assert bomb.subset({bomb.glyph_ids["D"]}, keep_names=True)
    with pytest.raises(EngineFailed):
        bomb.subset({bomb.glyph_ids["F"]}, keep_names=True)


@pytest.mark.parametrize("data", [b"", b"\0\1\0\0", truetype()[:300], b"not a font at all" * 20])
def test_what_is_no_font_fails_as_an_engine(data):
    with pytest.raises(EngineFailed):
        SfntFont(data).subset({1}, keep_names=False)
