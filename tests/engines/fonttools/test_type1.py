"""Type 1 as CFF: the same outlines, widths, hints and codes."""

import io

import pytest
from fontTools.cffLib import CFFFontSet
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.fonts import LETTERS, type1, type1_box
from pdfmill.core.errors import EngineFailed
from pdfmill.engines.fonttools.cff import CFFFont
from pdfmill.engines.fonttools.outlines import outline_of
from pdfmill.engines.fonttools.type1 import Type1Font

#: Subroutines 0 to 3 as every Type 1 font has them: flex, its start, its points, hint replacement.
STANDARD_SUBRS = [
    [3, 0, "callothersubr", "pop", "pop", "setcurrentpoint", "return"],
    [0, 1, "callothersubr", "return"],
    [0, 2, "callothersubr", "return"],
    ["return"],
]
START = [50, 600, "hsbw"]


def converted(program, subrs=(), **others):
    """The CFF charstring of glyph A, and the font it came from."""
    charstrings = {".notdef": type1_box(0), "A": program, **others}
    font = Type1Font(type1(charstrings, subrs=[*STANDARD_SUBRS, *subrs]))
    return font, CFFFont(font.to_cff({"A"}, {65}))


def program_of(font):
    charstring = font.charstrings["A"]
    charstring.decompile()
    return charstring.program


@pytest.mark.parametrize("form", ["binary", "hex", "pfb"])
@pytest.mark.parametrize("length_iv", [-1, 0, 4])
def test_every_form_of_type_1_is_read(form, length_iv):
    font = Type1Font(type1(form=form, length_iv=length_iv))
    assert font.glyph_names == [".notdef", *LETTERS]
    assert font.draws_like(CFFFont(font.to_cff(set(LETTERS), set(range(256)))), set(LETTERS), set(range(256)))


@given(names=st.sets(st.sampled_from(LETTERS), min_size=1))
@settings(deadline=None, max_examples=25)
def test_any_set_of_glyphs_is_drawn_and_encoded_as_before(names):
    font = Type1Font(type1())
    codes = {ord(name) for name in names}
    data = font.to_cff(names, codes)
    assert set(CFFFont(data).glyph_names) == {".notdef"} | names
    assert font.draws_like(CFFFont(data), names, codes)


@given(
    st.lists(
        st.one_of(
            st.tuples(st.integers(-500, 500), st.integers(-500, 500), st.just("rlineto")),
            st.tuples(st.integers(-500, 500), st.just("hlineto")),
            st.tuples(st.integers(-500, 500), st.just("vlineto")),
            st.tuples(*[st.integers(-300, 300)] * 6, st.just("rrcurveto")),
            st.tuples(*[st.integers(-300, 300)] * 4, st.just("hvcurveto")),
            st.tuples(*[st.integers(-300, 300)] * 4, st.just("vhcurveto")),
            st.tuples(st.integers(1, 500), st.integers(2, 7), st.just("div"), st.just("hlineto")),
            st.tuples(st.just("closepath"), st.integers(-500, 500), st.integers(-500, 500), st.just("rmoveto")),
        ),
        min_size=1,
        max_size=20,
    )
)
@settings(deadline=None, max_examples=60)
def test_any_path_is_drawn_as_before(steps):
    program = [*START, 10, 20, "rmoveto", *(token for step in steps for token in step), "closepath", "endchar"]
    font, new = converted(program)
    assert font.draws_like(new, {"A"}, {65})


def test_hints_stay():
    _, new = converted(type1_box(1))
    program = program_of(new)
    assert program[program.index("hstem") - 2 : program.index("hstem")] == [0, 103]
    assert program[program.index("vstem") - 2 : program.index("vstem")] == [50, 300]  # from the origin, not the bearing


def test_replaced_hints_become_masks():
    replace = [4, 1, 3, "callothersubr", "pop", "callsubr"]
    new_hints = [100, 40, "hstem", "return"]
    box = [0, "hmoveto", 300, "hlineto", 140, "vlineto"]
    _, new = converted(
        [*START, 0, 40, "hstem", *box, *replace, -300, "hlineto", "closepath", "endchar"], subrs=[new_hints]
    )
    program = program_of(new)
    masks = [program[place + 1] for place, token in enumerate(program) if token == "hintmask"]
    assert masks == [b"\x80", b"\x40"]


def test_flex_becomes_two_curves():
    points = [(50, 0), (-40, 0), (20, 5), (20, 2), (20, 0), (20, -2), (10, -5)]
    flex = [1, "callsubr", *(token for x, y in points for token in (x, y, "rmoveto", 2, "callsubr"))]
    end = [150, 10, 0, "callsubr"]
    font, new = converted([*START, 0, 10, "rmoveto", *flex, 50, *end, 0, 300, "rlineto", "closepath", "endchar"])
    (contour,) = outline_of(new.charstrings, "A")
    assert [operator for operator, _ in contour] == ["moveTo", "curveTo", "curveTo", "lineTo"]
    assert contour[2][1][-1] == (50 + 100, 10)
    assert font.draws_like(new, {"A"}, {65})


def test_an_accented_character_is_drawn_out():
    font, new = converted([*START, 20, 120, 200, ord("B"), ord("C"), "seac", "endchar"], B=type1_box(2), C=type1_box(3))
    assert len(outline_of(new.charstrings, "A")) == 2
    assert font.draws_like(new, {"A"}, {65})


def test_private_values_stay():
    data = Type1Font(type1()).to_cff({"A"}, {65})
    fonts = CFFFontSet()
    fonts.decompile(io.BytesIO(data), None)
    assert fonts[0].FontBBox == [0, -200, 1000, 800]
    private = fonts[0].Private
    assert (private.BlueValues, private.StdHW, private.BlueScale) == ([-10, 0, 700, 710], 40, 0.039)


@pytest.mark.parametrize(
    "program",
    [
        [*START, 10, "hlineto", "endchar"],  # a path without a start
        [*START, 4, "callsubr", "endchar"],  # a subroutine that calls itself
        [*START, 0, 14, "callothersubr", "endchar"],  # multiple master
        [*START, 99, "callsubr", "endchar"],  # a subroutine that is not there
        ["hlineto"],
    ],
)
def test_a_damaged_charstring_fails_as_an_engine(program):
    with pytest.raises(EngineFailed):
        converted(program, subrs=[[4, "callsubr", "return"]])


@pytest.mark.parametrize(
    "data", [b"", b"%!PS-AdobeFont-1.0", type1()[:600], type1().replace(b"/PaintType 0", b"/PaintType 2")]
)
def test_what_is_no_font_of_ours_fails_as_an_engine(data):
    with pytest.raises(EngineFailed):
        Type1Font(data).to_cff({"A"}, {65})
