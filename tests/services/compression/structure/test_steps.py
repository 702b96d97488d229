"""The small steps: private data, resources, inline images, direct values, and how to save."""

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf

from builders.fonts import add_page, embed, form, truetype
from builders.pdf import encrypted_pdf
from pdfmill.engines.pikepdf import may_have_object_streams, save_pdf
from pdfmill.services.compression.structure import (
    drop_private_data,
    drop_unused_resources,
    externalize_inline_images,
    share_direct_values,
)


@pytest.fixture
def pdf():
    with Pdf.new() as pdf:
        yield pdf


def test_thumbnails_and_private_data_go_and_nothing_else(pdf):
    stamp = form(pdf, b"")
    page = add_page(pdf, b"/X Do", XObject={"/X": stamp})
    for holder in (pdf.Root, page.obj, stamp):
        holder.PieceInfo = Dictionary(Illustrator=Dictionary(Private=1))
    page.obj.Thumb = pdf.make_stream(b"picture")
    stamp["/PTEX.FileName"] = b"figure.pdf"
    keys = set(page.obj.keys())
    assert drop_private_data(pdf) == 5
    assert set(page.obj.keys()) == keys - {"/PieceInfo", "/Thumb"}
    assert "/PTEX.FileName" not in stamp
    assert drop_private_data(pdf) == 0


def test_resources_that_nothing_names_go(pdf, ctx):
    font, inner = embed(pdf, truetype(), "/FontFile2"), embed(pdf, truetype(), "/FontFile2")
    stamp = form(pdf, b"BT /Inner 9 Tf (A) Tj ET")  # which looks its font up in the page
    page = add_page(pdf, b"/X Do", Font={"/F": font, "/Inner": inner}, XObject={"/X": stamp, "/Y": form(pdf, b"")})
    drop_unused_resources(pdf, ctx)
    assert set(page.obj.Resources.Font.keys()) == {"/Inner"}
    assert set(page.obj.Resources.XObject.keys()) == {"/X"}


def test_resources_of_an_ancestor_are_inherited_and_looked_at(pdf, ctx):
    page = add_page(pdf, b"/X Do")
    del page.obj["/Resources"]
    pdf.Root.Pages.Resources = Dictionary(XObject=Dictionary(X=form(pdf, b""), Y=form(pdf, b"")))
    drop_unused_resources(pdf, ctx)
    assert set(page.resources.XObject.keys()) == {"/X"}


def _type3(pdf, page, font):
    glyphs = Dictionary(g=pdf.make_stream(b"/F 9 Tf (A) Tj"))
    page.obj.Resources.Font.T = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type3, CharProcs=glyphs))


def _pattern(pdf, page, font):
    page.obj.Resources.Pattern = Dictionary(P=pdf.make_stream(b"/F 9 Tf (A) Tj", PatternType=1))


def _appearance(pdf, page, font):
    page.obj.Annots = Array([Dictionary(Subtype=Name.Stamp, AP=Dictionary(N=form(pdf, b"/F 9 Tf (A) Tj")))])


def _shared(pdf, page, font):
    page.obj.Resources = pdf.make_indirect(page.obj.Resources)
    add_page(pdf, b"").obj.Resources = page.obj.Resources


@pytest.mark.parametrize("scene", [_type3, _pattern, _appearance, _shared])
def test_resources_that_others_may_borrow_stay(pdf, ctx, scene):
    font = embed(pdf, truetype(), "/FontFile2")
    page = add_page(pdf, b"", Font={"/F": font})
    scene(pdf, page, font)
    drop_unused_resources(pdf, ctx)
    assert "/F" in page.obj.Resources.Font


def test_a_large_inline_image_becomes_an_xobject(pdf, ctx):
    samples = bytes(range(256)) * 16
    content = b"q 64 0 0 64 0 0 cm BI /W 64 /H 64 /BPC 8 /CS /Grey ID " + samples + b" EI Q"
    page = add_page(pdf, content, ColorSpace={"/Grey": Array([Name.CalGray, Dictionary(WhitePoint=Array([1, 1, 1]))])})
    externalize_inline_images(pdf, ctx)
    (image,) = page.obj.Resources.XObject.values()
    assert (image.Width, image.Height, image.BitsPerComponent) == (64, 64, 8)
    assert image.read_raw_bytes()[: 64 * 64] == samples
    assert image.ColorSpace[0] == Name.CalGray
    operators = [str(instruction.operator) for instruction in pikepdf.parse_content_stream(page)]
    assert operators == ["q", "cm", "Do", "Q"]


def test_a_small_inline_image_and_damaged_content_stay(pdf, ctx):
    small = add_page(pdf, b"BI /W 1 /H 1 /BPC 8 /CS /G ID x EI")
    damaged = add_page(pdf, b"")
    damaged.obj.Contents.write(b"no flate", filter=Name.FlateDecode)
    externalize_inline_images(pdf, ctx)
    assert b"BI" in small.obj.Contents.read_bytes()
    assert damaged.obj.Contents.read_raw_bytes() == b"no flate"


def test_long_direct_values_of_streams_are_shared(pdf, ctx):
    stamps = [
        form(pdf, name, XObject={f"/Name{number}": form(pdf, b"") for number in range(9)}) for name in (b"a", b"b")
    ]
    stamps[1].Resources = Dictionary(dict(stamps[0].Resources.items()))
    add_page(pdf, b"", XObject={"/A": stamps[0], "/B": stamps[1]})
    assert share_direct_values(pdf, ctx) == 2
    assert stamps[0].Resources.objgen == stamps[1].Resources.objgen != (0, 0)
    assert len(stamps[0].Resources.XObject.keys()) == 9
    assert share_direct_values(pdf, ctx) == 0


def test_object_streams_are_used_where_the_standard_allows_them(pdf, tmp_path):
    add_page(pdf, b"")
    assert may_have_object_streams(pdf)
    pdf.docinfo["/GTS_PDFXVersion"] = "PDF/X-3:2002"
    assert not may_have_object_streams(pdf)
    pdf.docinfo["/GTS_PDFXVersion"] = "PDF/X-4"
    assert may_have_object_streams(pdf)
    with pdf.open_metadata() as metadata:
        metadata["pdfaid:part"], metadata["pdfaid:conformance"] = "1", "B"
    save_pdf(pdf, tmp_path / "out.pdf")
    assert b"/ObjStm" not in (tmp_path / "out.pdf").read_bytes()


def test_encryption_stays(tmp_path):
    with Pdf.open(encrypted_pdf(tmp_path / "in.pdf", user=""), password="") as pdf:
        save_pdf(pdf, tmp_path / "out.pdf")
    with Pdf.open(tmp_path / "out.pdf") as pdf:
        assert pdf.is_encrypted
