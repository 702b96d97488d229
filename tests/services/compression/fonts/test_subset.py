"""Fonts hold what is shown, wherever that is; and stay whole where that is not sure."""

import ctypes
import subprocess

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, Pdf, String

from builders.fonts import LETTERS, add_page, cff, embed, embed_composite, form, glyph_order, opentype, truetype, type1
from missing import not_run
from pdfmill.engines.fonttools.cff import CFFFont
from pdfmill.engines.fonttools.sfnt import SfntFont
from pdfmill.services.compression.fonts import LeftAlone, subset_fonts

GLYPH_ID = {name: glyph_id for glyph_id, name in enumerate(glyph_order())}


@pytest.fixture
def pdf():
    with Pdf.new() as pdf:
        yield pdf


def glyphs_left(font):
    """The letters that still have an outline in the program of a font."""
    holder = font.DescendantFonts[0] if "/DescendantFonts" in font else font
    descriptor = holder.FontDescriptor
    if "/FontFile3" in descriptor:
        return set(CFFFont(descriptor.FontFile3.read_bytes()).glyph_names) & set(LETTERS)
    program = SfntFont(descriptor.FontFile2.read_bytes())
    return {
        name
        for name in LETTERS
        if GLYPH_ID[name] < program.glyph_count and not program.draws_like(EMPTY, [GLYPH_ID[name]])
    }


EMPTY = SfntFont(SfntFont(truetype()).subset({199}, keep_names=False))


def show(text, font="F1"):
    return f"BT /{font} 20 Tf 10 50 Td ({text}) Tj ET\n".encode()


@pytest.mark.parametrize(
    ("program", "key"),
    [
        (truetype(), "/FontFile2"),
        (truetype(symbolic=True), "/FontFile2"),
        (cff(), "/FontFile3"),
        (type1(), "/FontFile"),
    ],
    ids=["TrueType", "symbolic TrueType", "CFF", "Type 1"],
)
def test_a_simple_font_keeps_the_letters_that_are_shown(pdf, ctx, program, key):
    font = embed(pdf, program, key)
    add_page(pdf, show("Hello"), Font={"/F1": font})
    report = subset_fonts(pdf, ctx)
    assert glyphs_left(font) >= set("Helo")
    assert len(glyphs_left(font)) < 12
    assert (report.seen, report.subset, report.left_alone) == (1, 1, {})
    assert report.converted == (key == "/FontFile")
    assert report.bytes_saved > 0


@pytest.mark.parametrize("symbolic", [False, True])
@given(text=st.text(alphabet=LETTERS, min_size=1, max_size=12))
@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_shown_is_drawn_and_read_as_before(ctx, tmp_path, symbolic, text):
    pages = []
    with Pdf.new() as pdf:
        add_page(pdf, show(text), Font={"/F1": embed(pdf, truetype(symbolic=symbolic), "/FontFile2")})
        add_page(pdf, show(text), Font={"/F1": embed(pdf, type1(), "/FontFile")})
        for step in (lambda: None, lambda: subset_fonts(pdf, ctx)):
            step()
            pdf.save(tmp_path / "out.pdf")
            pages.append([_drawn_and_read(tmp_path / "out.pdf", index) for index in range(2)])
    assert pages[0] == pages[1]


def _drawn_and_read(path, index):
    document = pypdfium2.PdfDocument(path)
    try:
        page = document[index]
        return page.render(scale=1).to_numpy().tobytes(), page.get_textpage().get_text_range()
    finally:
        document.close()


@pytest.mark.parametrize(
    ("program", "key", "subtype"),
    [
        (truetype(), "/FontFile2", "/CIDFontType2"),
        (cff(), "/FontFile3", "/CIDFontType0"),
        (opentype(), "/FontFile2", "/CIDFontType2"),
    ],
)
def test_a_composite_font_keeps_its_glyph_ids(pdf, ctx, program, key, subtype):
    font = embed_composite(pdf, program, key, subtype=subtype)
    add_page(pdf, b"BT /F1 20 Tf <00030005> Tj ET", Font={"/F1": font})
    assert subset_fonts(pdf, ctx).subset == 1
    data = font.DescendantFonts[0].FontDescriptor[key].read_bytes()
    if key == "/FontFile3":
        assert CFFFont(data).draws_like(CFFFont(program), ["C", "E"], [])
        assert CFFFont(data).glyph_names[:6] == [".notdef", *"ABCDE"]
    else:
        assert SfntFont(data).draws_like(SfntFont(program), [0, 3, 5])
        assert SfntFont(data).glyph_count == 6


def test_a_map_of_cids_to_glyphs_is_followed(pdf, ctx):
    font = embed_composite(
        pdf, truetype(), "/FontFile2", CIDToGIDMap=pdf.make_stream(b"\0\0" * 7 + bytes([0, GLYPH_ID["Q"]]))
    )
    add_page(pdf, b"BT /F1 20 Tf <0007> Tj ET", Font={"/F1": font})
    subset_fonts(pdf, ctx)
    assert glyphs_left(font) == {"Q"}


def test_a_font_with_another_cmap_stays(pdf, ctx):
    font = embed_composite(pdf, truetype(), "/FontFile2", encoding="/UniGB-UCS2-H")
    add_page(pdf, b"BT /F1 20 Tf <0007> Tj ET", Font={"/F1": font})
    assert subset_fonts(pdf, ctx).left_alone == {LeftAlone.ENCODING: 1}


def test_differences_are_followed(pdf, ctx):
    encoding = Dictionary(Differences=Array([1, Name("/Q"), None, Name("/W")]))
    font = embed(pdf, cff(), "/FontFile3", Encoding=encoding)
    add_page(pdf, b"BT /F1 20 Tf <0102> Tj ET", Font={"/F1": font})
    subset_fonts(pdf, ctx)
    assert glyphs_left(font) == {"Q", "W"}


def _form_without_font(pdf, font):
    return {"content": b"/F1 20 Tf /X Do", "XObject": {"/X": form(pdf, b"BT (K) Tj ET")}}


def _form_without_resources(pdf, font):
    return {"content": b"/X Do", "XObject": {"/X": form(pdf, show("K"))}}


def _pattern(pdf, font):
    pattern = form(pdf, show("K"), Font={"/F1": font})
    pattern.PatternType, pattern.PaintType, pattern.TilingType, pattern.XStep, pattern.YStep = 1, 1, 1, 10, 10
    del pattern["/Subtype"], pattern["/Type"]
    return {"content": b"/Pattern cs /P scn 0 0 9 9 re f", "Pattern": {"/P": pattern}}


def _soft_mask(pdf, font):
    mask = Dictionary(S=Name.Luminosity, G=form(pdf, show("K"), Font={"/F1": font}))
    return {"content": b"/G gs 0 0 9 9 re f", "ExtGState": {"/G": Dictionary(SMask=mask)}}


def _graphics_state(pdf, font):
    return {"content": b"/G gs BT (K) Tj ET", "ExtGState": {"/G": Dictionary(Font=Array([font, 20]))}}


def _type3_glyph(pdf, font):
    glyph = pdf.make_stream(b"500 0 d0 BT /Inner 20 Tf (K) Tj ET")
    type3 = Dictionary(
        Type=Name.Font,
        Subtype=Name.Type3,
        FontBBox=Array([0, 0, 9, 9]),
        FontMatrix=Array([1, 0, 0, 1, 0, 0]),
        CharProcs=Dictionary(g=glyph),
        Encoding=Dictionary(Differences=Array([65, Name("/g")])),
        FirstChar=65,
        LastChar=65,
        Widths=Array([9]),
        Resources=Dictionary(Font=Dictionary(Inner=font)),
    )
    return {"content": show("A", "T"), "Font": {"/T": pdf.make_indirect(type3)}}


def _invisible(pdf, font):
    return {"content": b"BT 3 Tr /F1 20 Tf (K) Tj ET"}


def _restored(pdf, font):
    return {"content": b"/F1 9 Tf q /F2 9 Tf Q BT (K) Tj ET", "Font": {"/F2": embed(pdf, truetype(), "/FontFile2")}}


def _array_of_strings(pdf, font):
    return {"content": b"BT /F1 9 Tf [(A) -20 (K)] TJ 1 2 (J) \" (I) ' ET"}


@pytest.mark.parametrize(
    "scene",
    [
        _form_without_font,
        _form_without_resources,
        _pattern,
        _soft_mask,
        _graphics_state,
        _type3_glyph,
        _invisible,
        _restored,
        _array_of_strings,
    ],
)
def test_text_is_found_wherever_it_is_shown(pdf, ctx, scene):
    font = embed(pdf, truetype(), "/FontFile2")
    parts = scene(pdf, font)
    content = parts.pop("content")
    parts["Font"] = {"/F1": font} | parts.get("Font", {})
    add_page(pdf, content, **parts)
    assert subset_fonts(pdf, ctx).left_alone == {}
    assert "K" in glyphs_left(font)
    assert len(glyphs_left(font)) < 12


def test_annotation_appearances_and_hidden_pages_count(pdf, ctx):
    font = embed(pdf, truetype(), "/FontFile2")
    page = add_page(pdf, show("A"), Font={"/F1": font})
    stamp = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Stamp,
        Rect=Array([0, 0, 9, 9]),
        AP=Dictionary(N=Dictionary(On=form(pdf, show("K"), Font={"/F1": font}))),
    )
    page.obj.Annots = Array([stamp])
    hidden = Dictionary(
        Type=Name.Page,
        Resources=Dictionary(Font=Dictionary(F1=font)),
        Contents=pdf.make_stream(show("Q")),
    )
    pdf.Root.Hidden = pdf.make_indirect(hidden)
    subset_fonts(pdf, ctx)
    assert glyphs_left(font) == set("AKQ")


def test_one_program_of_several_fonts_keeps_what_any_of_them_shows(pdf, ctx):
    first, second = (embed(pdf, truetype(), "/FontFile2") for _ in range(2))
    add_page(pdf, show("AB") + show("Q", "F2"), Font={"/F1": first, "/F2": second})
    report = subset_fonts(pdf, ctx)
    assert (report.seen, report.merged, report.subset) == (1, 1, 1)
    assert first.FontDescriptor.FontFile2.objgen == second.FontDescriptor.FontFile2.objgen
    assert glyphs_left(first) == set("ABQ")


def test_a_font_written_into_the_resources_is_subset_as_well(pdf, ctx):
    font = embed(pdf, truetype(), "/FontFile2")
    page = add_page(pdf, show("A"), Font={"/F1": Dictionary(dict(font.items()))})
    assert subset_fonts(pdf, ctx).subset == 1
    assert glyphs_left(page.obj.Resources.Font.F1) == {"A"}


def _default_resources(pdf, font, page):
    pdf.Root.AcroForm = Dictionary(Fields=Array(), DR=Dictionary(Font=Dictionary(F1=font)))


def _widget(pdf, font, page):
    appearance = Dictionary(N=form(pdf, show("A"), Font={"/F1": font}))
    page.obj.Annots = Array([Dictionary(Subtype=Name.Widget, Rect=Array([0, 0, 9, 9]), AP=appearance)])


def _free_text(pdf, font, page):
    appearance = Dictionary(N=form(pdf, show("A"), Font={"/F1": font}))
    note = Dictionary(Subtype=Name.FreeText, DA=String("/F1 9 Tf"), Rect=Array([0, 0, 9, 9]), AP=appearance)
    page.obj.Annots = Array([pdf.make_indirect(note)])


@pytest.mark.parametrize("scene", [_default_resources, _widget, _free_text])
def test_a_font_in_which_text_can_be_typed_keeps_all_that_can_be_typed(pdf, ctx, scene):
    font = embed(pdf, truetype(600), "/FontFile2")
    page = add_page(pdf, show("A"), Font={"/F1": font})
    scene(pdf, font, page)
    before = len(font.FontDescriptor.FontFile2.read_bytes())
    assert subset_fonts(pdf, ctx).left_alone == {}
    assert glyphs_left(font) == set(LETTERS)
    assert len(font.FontDescriptor.FontFile2.read_bytes()) < before
    assert font.BaseFont == font.FontDescriptor.FontName == Name.Boxes  # no tag, which would make programs avoid it


def test_a_form_font_that_no_page_shows_keeps_all_that_can_be_typed(pdf, ctx):
    font = embed(pdf, truetype(600), "/FontFile2")
    _default_resources(pdf, font, add_page(pdf, b""))
    assert subset_fonts(pdf, ctx).subset == 1
    assert glyphs_left(font) == set(LETTERS)


def test_what_is_typed_into_a_field_looks_as_before(pdf, ctx, tmp_path):
    font = embed(pdf, truetype(600), "/FontFile2", Encoding=Name.WinAnsiEncoding)
    page = add_page(pdf, b"")
    field = Dictionary(Type=Name.Annot, Subtype=Name.Widget, Rect=Array([10, 50, 290, 90]), P=page.obj, F=4)
    field.FT, field.T, field.DA = Name.Tx, String("name"), String("/F1 20 Tf 0 g")
    page.obj.Annots = Array([pdf.make_indirect(field)])
    pdf.Root.AcroForm = Dictionary(Fields=page.obj.Annots, DR=Dictionary(Font=Dictionary(F1=font)))
    drawings = []
    for step in (lambda: None, lambda: subset_fonts(pdf, ctx)):
        step()
        pdf.save(tmp_path / "form.pdf")
        drawings.append([_typed(tmp_path / "form.pdf", text).tobytes() for text in ("", "Quiz", "Waxy")])
    assert drawings[0] == drawings[1]
    assert len(set(drawings[0])) == 3


def _typed(path, text):
    """The page after somebody has typed a text into the field in its middle."""
    document = pypdfium2.PdfDocument(path)
    try:
        document.init_forms()
        form = document.formenv
        page = document[0]
        pdfium.FORM_OnLButtonDown(form.raw, page.raw, 0, 150, 70)
        pdfium.FORM_OnLButtonUp(form.raw, page.raw, 0, 150, 70)
        characters = ctypes.create_string_buffer(f"{text}\0".encode("utf-16-le"))
        pdfium.FORM_ReplaceSelection(form.raw, page.raw, ctypes.cast(characters, pdfium.FPDF_WIDESTRING))
        pdfium.FORM_ForceToKillFocus(form.raw)
        return page.render(scale=1, may_draw_forms=True).to_numpy().copy()
    finally:
        document.close()


def test_the_fonts_of_an_xfa_form_stay_whole(pdf, ctx):
    font = embed(pdf, truetype(600), "/FontFile2")
    _default_resources(pdf, font, add_page(pdf, show("A"), Font={"/F1": font}))
    pdf.Root.AcroForm.XFA = pdf.make_stream(b"<xdp/>")
    before = font.FontDescriptor.FontFile2.read_bytes()
    assert subset_fonts(pdf, ctx).left_alone == {LeftAlone.EDITABLE: 1}
    assert font.FontDescriptor.FontFile2.read_bytes() == before


def test_a_composite_font_in_which_text_can_be_typed_stays_whole(pdf, ctx):
    font = embed_composite(pdf, truetype(), "/FontFile2", subtype="/CIDFontType2")
    page = add_page(pdf, b"BT /F1 9 Tf <0001> Tj ET", Font={"/F1": font})
    _default_resources(pdf, font, page)
    program = font.DescendantFonts[0].FontDescriptor.FontFile2
    before = program.read_raw_bytes()
    assert subset_fonts(pdf, ctx).left_alone == {LeftAlone.EDITABLE: 1}
    assert program.read_raw_bytes() == before


def _unknown_name(pdf, font):
    add_page(pdf, b"/X Do", XObject={"/X": form(pdf, show("A"), ExtGState={"/G": Dictionary()})})


def _damaged_content(pdf, font):
    page = add_page(pdf, b"", Font={"/F1": font})
    page.obj.Contents.write(b"no flate", filter=Name.FlateDecode)


def _second_descriptor(pdf, font):
    pdf.Root.Other = pdf.make_indirect(Dictionary(Type=Name.FontDescriptor, FontFile2=font.FontDescriptor.FontFile2))


@pytest.mark.parametrize("scene", [_unknown_name, _damaged_content])
def test_a_font_whose_use_is_not_sure_keeps_all_that_its_codes_can_show(pdf, ctx, scene):
    font = embed(pdf, truetype(600), "/FontFile2")
    add_page(pdf, show("A"), Font={"/F1": font})
    scene(pdf, font)
    assert subset_fonts(pdf, ctx).left_alone == {}
    assert glyphs_left(font) == set(LETTERS)


@pytest.mark.parametrize("scene", [_unknown_name, _damaged_content])
def test_a_composite_font_whose_use_is_not_sure_stays_whole(pdf, ctx, scene):
    font = embed_composite(pdf, truetype(), "/FontFile2", subtype="/CIDFontType2")
    add_page(pdf, b"BT /F1 9 Tf <0001> Tj ET", Font={"/F1": font})
    scene(pdf, font)
    assert subset_fonts(pdf, ctx).left_alone == {LeftAlone.USE_UNKNOWN: 1}


def test_a_font_whose_program_others_may_use_stays_whole(pdf, ctx):
    font = embed(pdf, truetype(), "/FontFile2")
    add_page(pdf, show("A"), Font={"/F1": font})
    _second_descriptor(pdf, font)
    assert subset_fonts(pdf, ctx).left_alone == {LeftAlone.USE_UNKNOWN: 1}


def test_a_damaged_font_stays_as_it_is(pdf, ctx):
    damaged = truetype()[:2000]  # once: a font tells the second in which it was made
    font = embed(pdf, damaged, "/FontFile2")
    add_page(pdf, show("A"), Font={"/F1": font})
    assert subset_fonts(pdf, ctx).left_alone == {LeftAlone.UNREADABLE: 1}
    assert font.FontDescriptor.FontFile2.read_bytes() == damaged


def test_forms_that_draw_one_another_come_to_an_end(pdf, ctx):
    font = embed(pdf, truetype(), "/FontFile2")
    one, other = form(pdf, b"/X Do " + show("A"), Font={"/F1": font}), form(pdf, b"/X Do " + show("B"))
    one.Resources.XObject = Dictionary(X=other)
    other.Resources = Dictionary(XObject=Dictionary(X=one), Font=Dictionary(F1=font))
    add_page(pdf, b"/X Do", XObject={"/X": one})
    subset_fonts(pdf, ctx)
    assert glyphs_left(font) == {"A", "B"}


def test_a_subset_says_so_in_its_name(pdf, ctx):
    font = embed_composite(pdf, truetype(), "/FontFile2")
    tagged = embed(pdf, cff(), "/FontFile3", base_font="/ABCDEF+Boxes")
    add_page(pdf, b"BT /F1 9 Tf <0003> Tj ET" + show("A", "F2"), Font={"/F1": font, "/F2": tagged})
    subset_fonts(pdf, ctx)
    cid_font = font.DescendantFonts[0]
    assert str(font.BaseFont)[7:] == "+Boxes"
    assert font.BaseFont == cid_font.BaseFont == cid_font.FontDescriptor.FontName
    assert tagged.BaseFont == tagged.FontDescriptor.FontName == Name("/ABCDEF+Boxes")


@pytest.mark.parametrize("is_pdfa1", [True, False])
def test_lists_of_glyphs_are_right_in_pdfa_1_and_go_elsewhere(pdf, ctx, is_pdfa1):
    if is_pdfa1:
        with pdf.open_metadata() as metadata:
            metadata["pdfaid:part"], metadata["pdfaid:conformance"] = "1", "B"
    simple, composite = embed(pdf, type1(), "/FontFile"), embed_composite(pdf, truetype(), "/FontFile2")
    simple.FontDescriptor.CharSet = String("/A/B/C/D")
    composite.DescendantFonts[0].FontDescriptor.CIDSet = pdf.make_stream(b"\xff" * 25)
    add_page(pdf, show("BA") + b"BT /F2 9 Tf <0003000A> Tj ET", Font={"/F1": simple, "/F2": composite})
    assert subset_fonts(pdf, ctx).subset == 2
    of_simple, of_composite = simple.FontDescriptor, composite.DescendantFonts[0].FontDescriptor
    if is_pdfa1:
        assert str(of_simple.CharSet) == "/A/B"
        assert of_composite.CIDSet.read_bytes() == bytes([0b10010000, 0b00100000])
    else:
        assert "/CharSet" not in of_simple
        assert "/CIDSet" not in of_composite


def test_the_list_of_cids_tells_those_of_all_fonts_that_share_a_program(pdf, ctx):
    with pdf.open_metadata() as metadata:
        metadata["pdfaid:part"], metadata["pdfaid:conformance"] = "1", "B"
    one = embed_composite(pdf, truetype(), "/FontFile2")
    other = pdf.make_indirect(Dictionary(one))
    shown = b"BT /F1 9 Tf <0003> Tj /F2 9 Tf <000A> Tj ET"
    add_page(pdf, shown, Font={"/F1": one, "/F2": other})
    assert subset_fonts(pdf, ctx).subset == 1
    descriptor = one.DescendantFonts[0].FontDescriptor
    assert descriptor.CIDSet.read_bytes() == bytes([0b10010000, 0b00100000])


def test_fonts_that_are_subset_already_stay(pdf, ctx):
    font = embed(pdf, truetype(), "/FontFile2")
    add_page(pdf, show("Hello"), Font={"/F1": font})
    subset_fonts(pdf, ctx)
    before = font.FontDescriptor.FontFile2.read_raw_bytes()
    again = subset_fonts(pdf, ctx)
    assert (again.subset, again.bytes_saved, again.left_alone) == (0, 0, {LeftAlone.NOT_SMALLER: 1})
    assert font.FontDescriptor.FontFile2.read_raw_bytes() == before


@pytest.mark.parametrize("name", ["latex__multicolumn.pdf", "fonts__issue-912.pdf"])
def test_real_documents_are_smaller_and_say_the_same_to_poppler(corpus, ctx, tmp_path, poppler_text, name):
    source = corpus / "compress" / name
    with pikepdf.open(source) as pdf:
        report = subset_fonts(pdf, ctx)
        pdf.save(tmp_path / "out.pdf")
    assert report.bytes_saved > source.stat().st_size / 3
    assert poppler_text(tmp_path / "out.pdf") == poppler_text(source)


@pytest.fixture
def poppler_text():
    def text(path):
        try:
            return subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True).stdout
        except FileNotFoundError:
            not_run("pdftotext is missing: apt-get install poppler-utils")

    return text
