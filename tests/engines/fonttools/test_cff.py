"""Bare CFF: a subset draws and encodes what the whole font does."""

import pytest
from fontTools.misc.psCharStrings import T2CharString
from fontTools.ttLib import TTFont, newTable
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.fonts import LETTERS, cff
from pdfmill.core.errors import EngineFailed
from pdfmill.engines.fonttools.cff import CFFFont

WHOLE = cff(encoding=dict(enumerate(LETTERS)))


@given(names=st.sets(st.sampled_from(LETTERS), min_size=1), retain_gids=st.booleans())
@settings(deadline=None, max_examples=40)
def test_any_subset_draws_and_encodes_its_glyphs_as_the_font_does(names, retain_gids):
    font = CFFFont(WHOLE)
    codes = {code for code, name in enumerate(font.encoding) if name in names and code > 0}
    data = font.subset(names, retain_gids=retain_gids)
    assert font.draws_like(CFFFont(data), names, codes)
    assert len(data) < len(WHOLE)


def test_glyph_ids_stay_where_readers_go_by_them():
    font = CFFFont(WHOLE)
    assert CFFFont(font.subset({"C"}, retain_gids=True)).glyph_names[:4] == font.glyph_names[:4]
    assert CFFFont(font.subset({"C"}, retain_gids=False)).glyph_names == [".notdef", "C"]


def test_code_0_of_a_built_in_encoding_is_read():
    assert CFFFont(WHOLE).encoding[:3] == ["A", "B", "C"]


def test_another_encoding_is_noticed():
    names = set(LETTERS)
    assert not CFFFont(WHOLE).draws_like(CFFFont(cff(encoding={7: "A"})), names, {7})


def test_subroutines_that_multiply_are_refused():
    font = TTFont(sfntVersion="OTTO")
    font["CFF "] = newTable("CFF ")
    font["CFF "].decompile(WHOLE, font)
    top = font["CFF "].cff.topDictIndex[0]
    subrs = top.GlobalSubrs
    bias = 107
    for number in range(4):
        calls = ["return"] if number == 0 else [number - 1 - bias, "callgsubr"] * 20 + ["return"]
        subrs.append(T2CharString(program=calls))
    top.CharStrings["A"].setProgram([3 - bias, "callgsubr", "endchar"])
    bomb = CFFFont(font["CFF "].compile(font))
    assert bomb.subset({"B"}, retain_gids=False)
    with pytest.raises(EngineFailed):
        bomb.subset({"A"}, retain_gids=False)


@pytest.mark.parametrize("data", [b"", b"\1\0\4\1", WHOLE[:100], b"%!PS-AdobeFont"])
def test_what_is_no_font_fails_as_an_engine(data):
    with pytest.raises(EngineFailed):
        CFFFont(data)
