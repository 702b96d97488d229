"""PDF/A-2b: what can be is made and looks the same; what cannot is refused with what to do."""

import subprocess
from functools import cache

import numpy as np
import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, String, pdfa
from PIL import Image, ImageCms

from builders.pdf import add_text_page, encrypted_pdf, rich_pdf, signed_pdf
from builders.sheet import sheets
from missing import not_run
from pdfmill.core.errors import NotArchivable
from pdfmill.engines.pdfium import open_drawn
from pdfmill.services.archiving.service import ArchivingService


@pytest.fixture
def archive(ctx, tmp_path):
    def archive(source):
        target = tmp_path / "archive.pdf"
        return ArchivingService().archive(source, target, ctx), target

    return archive


@pytest.fixture
def refusal(archive):
    """The reasons for which a document is refused, by rule."""

    def refusal(source):
        with pytest.raises(NotArchivable) as caught:
            archive(source)
        assert all(reason["detail"] and reason["advice"] for reason in caught.value.extras["reasons"])
        return {reason["rule"]: reason["detail"] for reason in caught.value.extras["reasons"]}

    return refusal


def picture_pdf(path, change=lambda pdf: None, **save):
    """A page with a picture, changed by a function."""
    sheets(path, lambda sheet: sheet.picture(72, 72, 200, 200))
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        change(pdf)
        pdf.save(path, **save)
    return path


def annotation(pdf, **entries):
    page = pdf.pages[0]
    made = pdf.make_indirect(Dictionary(Type=Name.Annot, Rect=Array([72, 600, 172, 630]), **entries))
    page.obj.Annots = Array([*page.obj.get("/Annots", Array([])), made])
    return made


def appearance(pdf, colour=b"1 0 0 rg"):
    form = pdf.make_stream(colour + b" 0 0 100 30 re f")
    form.Type, form.Subtype, form.BBox = Name.XObject, Name.Form, Array([0, 0, 100, 30])
    return Dictionary(N=form)


def test_a_page_of_pictures_becomes_pdfa_and_says_so(archive, tmp_path):
    archived, target = archive(picture_pdf(tmp_path / "a.pdf"))
    assert archived.page_count == 1
    assert pdfa.validate_written(target, "2b").passed
    with pikepdf.open(target) as pdf:
        assert pdf.open_metadata().pdfa_status == "2B"


def test_scripts_and_what_happens_by_itself_are_taken_out_and_told(archive, tmp_path):
    def scripted(pdf):
        script = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
        pdf.Root.OpenAction = script
        pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("a"), pdf.make_indirect(script)])))
        pdf.pages[0].obj.AA = Dictionary(O=script)

    archived, target = archive(picture_pdf(tmp_path / "a.pdf", scripted))
    assert b"JavaScript" not in target.read_bytes()
    assert len(archived.changes) == 2
    assert "by itself" in archived.changes[0]


def test_a_form_is_drawn_as_it_is_filled_in_and_links_stay(archive, tmp_path):
    def form(pdf):
        annotation(
            pdf, Subtype=Name.Link, Border=Array([0, 0, 0]), A=Dictionary(S=Name.URI, URI=String("https://a.example"))
        )
        field = annotation(pdf, Subtype=Name.Widget, FT=Name.Tx, T=String("b"), F=4, AP=appearance(pdf))
        pdf.Root.AcroForm = Dictionary(Fields=Array([field]))

    source = picture_pdf(tmp_path / "a.pdf", form)
    archived, target = archive(source)
    assert any("cannot be filled in any more" in change for change in archived.changes)
    with pikepdf.open(target) as pdf:
        assert Name.AcroForm not in pdf.Root
        assert [str(each.Subtype) for each in pdf.pages[0].Annots] == ["/Link"]
    assert _differing_pixels(source, target) == 0


def _differing_pixels(*paths):
    drawings = []
    for path in paths:
        with open_drawn(path, [1.0]) as document:
            drawings.append(document.draw(0, dpi=72, max_pixels=10**7))
    return int((drawings[0] != drawings[1]).sum())


def test_transparency_is_kept(archive, tmp_path):
    def transparent(pdf):
        page = pdf.pages[0]
        page.obj.Resources.ExtGState = Dictionary(G=Dictionary(ca=0.5, CA=0.5))
        page.obj.Group = Dictionary(S=Name.Transparency, CS=Name.DeviceRGB)
        page.contents_add(b"/G gs 1 0 0 rg 100 600 200 150 re f")

    source = picture_pdf(tmp_path / "a.pdf", transparent)
    _, target = archive(source)
    assert _differing_pixels(source, target) == 0


def test_notes_of_programs_are_left_out(archive, tmp_path):
    def noted(pdf):
        pdf.pages[0].obj["/some_Program"] = 7
        pdf.trailer["/DocChecksum"] = Name("/ABC")
        pdf.Root.PageLabels = Dictionary(Nums=Array([0, pdf.make_indirect(Dictionary(S=Name.D))]))

    _, target = archive(picture_pdf(tmp_path / "a.pdf", noted))
    with pikepdf.open(target) as pdf:
        assert "/some_Program" not in pdf.pages[0].obj
        assert pdf.pages[0].label == "1"


def test_a_second_renderer_sees_no_difference(archive, tmp_path):
    source = picture_pdf(tmp_path / "a.pdf")
    _, target = archive(source)
    try:
        drawn = [_drawn_by_poppler(path, tmp_path / name) for path, name in ((source, "before"), (target, "after"))]
    except FileNotFoundError:
        not_run("pdftoppm is not installed")
    assert np.array_equal(*drawn)


def _drawn_by_poppler(path, stem):
    subprocess.run(["pdftoppm", "-r", "50", "-singlefile", "-png", path, stem], check=True)
    return np.array(Image.open(f"{stem}.png"))


def test_fonts_that_are_not_embedded_are_named(refusal, tmp_path):
    (detail,) = refusal(_symbols(tmp_path / "a.pdf")).values()
    assert detail == "Fonts are not embedded: Symbol."


def _symbols(path, more=b""):
    """A page of a font that only readers have."""
    with Pdf.new() as pdf:
        page = add_text_page(pdf)
        page.Resources.Font.F1.BaseFont = Name.Symbol
        page.contents_add(more)
        pdf.save(path)
    return path


def test_a_signed_document_is_left_alone(refusal, tmp_path):
    assert "breaks the signature" in refusal(signed_pdf(tmp_path / "a.pdf"))["signed"]


def test_an_encrypted_document_that_opens_is_refused_with_its_attachments(refusal, tmp_path):
    assert set(refusal(encrypted_pdf(tmp_path / "a.pdf", user=""))) == {"encrypted", "attachments"}


def test_attachments_are_not_lost_without_a_word(refusal, tmp_path):
    assert set(refusal(rich_pdf(tmp_path / "a.pdf"))) == {"attachments"}


def test_an_attachment_on_a_page_counts_as_well(refusal, tmp_path):
    source = picture_pdf(tmp_path / "a.pdf", lambda pdf: annotation(pdf, Subtype=Name.FileAttachment))
    assert set(refusal(source)) == {"attachments"}


def test_a_form_that_a_program_makes_up_is_refused(refusal, tmp_path):
    def xfa(pdf):
        pdf.Root.NeedsRendering = True

    assert set(refusal(picture_pdf(tmp_path / "a.pdf", xfa))) == {"xfa_form"}


def test_colours_for_an_unknown_press_are_given_one_and_keep_their_amounts(archive, tmp_path):
    source = picture_pdf(tmp_path / "a.pdf", lambda pdf: pdf.pages[0].contents_add(b"1 0 0 0 k 9 9 9 9 re f"))
    archived, target = archive(source)
    assert [change for change in archived.changes if "printing press" in change]
    with pikepdf.open(target) as pdf:
        (intent,) = pdf.Root.OutputIntents
        assert intent.DestOutputProfile.N == 4
        assert intent.DestOutputProfile.read_bytes()[16:20] == b"CMYK"
        assert b"1 0 0 0 k" in b"".join(stream.read_bytes() for stream in pdf.pages[0].Contents)
        assert pdf.pages[0].resources.XObject["/I0"].ColorSpace == Name.DeviceRGB
        space = pdf.pages[0].resources.ColorSpace.DefaultRGB
        assert space[0] == Name.ICCBased
        assert space[1].N == 3


def test_rgb_beside_colours_for_a_press_means_what_the_document_said(archive, tmp_path):
    def with_both(pdf):
        _with_profile(pdf)
        pdf.pages[0].contents_add(b"1 0 0 0 k 9 9 9 9 re f")

    _, target = archive(picture_pdf(tmp_path / "a.pdf", with_both))
    with pikepdf.open(target) as pdf:
        assert pdf.pages[0].resources.ColorSpace.DefaultRGB[1].read_bytes() == _own_srgb()


def test_colours_of_a_known_press_keep_its_profile(archive, tmp_path):
    _, target = archive(picture_pdf(tmp_path / "a.pdf", _with_profile))
    with pikepdf.open(target) as pdf:
        (intent,) = pdf.Root.OutputIntents
        assert intent.S == Name.GTS_PDFA1
        assert intent.DestOutputProfile.read_bytes() == _own_srgb()


def _with_profile(pdf):
    profile = pdf.make_stream(_own_srgb())
    profile.N = 3
    intent = Dictionary(Type=Name.OutputIntent, S=Name.GTS_PDFX, OutputConditionIdentifier=String("Mine"))
    intent.DestOutputProfile = profile
    pdf.Root.OutputIntents = Array([pdf.make_indirect(intent)])


@cache  # the time of its making stands in it
def _own_srgb():
    """A profile that is not the one that pikepdf brings."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def test_many_pages_are_archived(archive, tmp_path):
    path = tmp_path / "long.pdf"
    with Pdf.new() as pdf:
        for _ in range(300):
            pdf.add_blank_page(page_size=(60, 60))
        pdf.save(path)
    assert archive(path)[0].page_count == 300


def test_the_reason_that_is_told_first_comes_with_the_number_of_the_others(tmp_path, archive):
    with pytest.raises(NotArchivable, match="Further reasons: 1"):
        archive(_symbols(tmp_path / "a.pdf", b"/Absent gs"))
