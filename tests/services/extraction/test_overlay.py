"""The review picture: boxes where the values are, whichever way a page is turned or cropped."""

import numpy as np
import pikepdf
import pypdfium2
import pytest

from builders.pdf import rich_pdf, text_pdf
from pdfmill.services.extraction.overlay import Mark, OverlayService

GREEN, RED = (13, 140, 51), (204, 26, 26)


def inked(path, colour, scale=2):
    """The box in which pixels have a colour, in points from the top left of the first page as shown."""
    with pypdfium2.PdfDocument(path) as document:
        pixels = document[0].render(scale=scale).to_numpy()[:, :, ::-1].astype(int)
    rows, columns = np.nonzero((np.abs(pixels - np.array(colour)) < 12).all(axis=2))
    return columns.min() / scale, rows.min() / scale, columns.max() / scale, rows.max() / scale


def without_legend(pdf):
    annotations = pdf.pages[0].obj.Annots
    pdf.pages[0].obj.Annots = pikepdf.Array([each for each in annotations if "colours" not in str(each.Contents)])


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("crop", [None, (50, 100, 500, 700)])
def test_a_box_is_drawn_where_the_value_shows(ctx, tmp_path, rotation, crop):
    path, target = text_pdf(tmp_path / "in.pdf"), tmp_path / "out.pdf"
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.pages[0].Rotate = rotation
        if crop:
            pdf.pages[0].CropBox = pikepdf.Array(crop)
        pdf.save(path)
    assert OverlayService().draw(path, target, [Mark(1, (100, 200, 180, 220), "total", 0.95)], ctx) == 1
    with pikepdf.open(target, allow_overwriting_input=True) as pdf:
        without_legend(pdf)
        pdf.save(target)
    left, top, right, bottom = inked(target, GREEN)
    assert (left, right, bottom) == pytest.approx((99, 181, 221), abs=1.5)
    assert top == pytest.approx(194, abs=1.5)  # its label stands above


def test_colours_tell_how_sure_a_value_is(ctx, tmp_path):
    path, target = text_pdf(tmp_path / "in.pdf"), tmp_path / "out.pdf"
    OverlayService().draw(path, target, [Mark(1, (100, 400, 180, 420), "total", 0.3, "12.00")], ctx)
    with pikepdf.open(target) as pdf:
        mark, legend = pdf.pages[0].obj.Annots
        assert str(mark.Contents) == "total: 12.00 (30%)"
        assert str(legend.Contents) == "What the colours mean"
        without_legend(pdf)
        pdf.save(tmp_path / "bare.pdf")
    assert inked(tmp_path / "bare.pdf", RED)[3] == pytest.approx(421, abs=1.5)


def test_the_page_beneath_stays_as_it_is(ctx, tmp_path):
    path, target = rich_pdf(tmp_path / "in.pdf"), tmp_path / "out.pdf"
    OverlayService().draw(path, target, [Mark(1, (10, 10, 20, 20), "x", 0.9)], ctx)
    with pikepdf.open(path) as before, pikepdf.open(target) as after:
        contents = [[each.read_bytes() for each in pdf.pages[0].Contents] for pdf in (before, after)]
        assert contents[0] == contents[1]
        assert len(after.pages[0].obj.Annots) == len(before.pages[0].obj.Annots) + 2
