"""Pages as pictures: the pixels that were drawn, in files that other programs open."""

import io
import zipfile

import numpy as np
import pikepdf
import pytest
from PIL import Image

from builders.pdf import photo, text_pdf
from builders.sheet import sheets
from pdfmill.core.context import Context
from pdfmill.core.errors import OutputTooLarge, TooManyPixels
from pdfmill.core.limits import Limits
from pdfmill.core.pages import PageRanges
from pdfmill.engines.pdfium import Ink, open_drawn
from pdfmill.services.conversion.png import PngEffort, encode_png
from pdfmill.services.conversion.service import ConversionService, PictureFormat, PictureManner


def manner(picture_format=PictureFormat.PNG, **changes):
    values = {"dpi": 72, "ink": Ink.COLOUR, "quality": 85, "effort": PngEffort.SPEED}
    return PictureManner(picture_format, **{**values, **changes})


@pytest.fixture
def draw(ctx):
    def draw(source, how, pages=None, context=ctx):
        wanted = None if pages is None else PageRanges.parse(pages)
        return ConversionService().draw(source, "doc", how, wanted, context)

    return draw


def colourful(sheet):
    sheet.text(72, 100, "Text").picture(100, 200, 200, 150, photo(60, 80))


@pytest.mark.parametrize("effort", PngEffort)
@pytest.mark.parametrize("samples", [1, 3, 4])
def test_a_png_holds_exactly_the_pixels(effort, samples):
    pixels = np.random.default_rng(1).integers(0, 256, (37, 53, samples), dtype=np.uint8)
    with Image.open(io.BytesIO(encode_png(pixels, dpi=150, effort=effort))) as image:
        assert np.array_equal(np.asarray(image).reshape(pixels.shape), pixels)
        assert image.info["dpi"] == pytest.approx((150, 150), abs=0.02)


def test_colour_that_is_grey_everywhere_is_stored_as_grey():
    grey = np.repeat(np.arange(256, dtype=np.uint8).reshape(16, 16, 1), 3, axis=2)
    with Image.open(io.BytesIO(encode_png(grey, dpi=72))) as image:
        assert image.mode == "L"
        assert np.array_equal(np.asarray(image), grey[:, :, 0])


@pytest.mark.parametrize(
    ("picture_format", "ink"),
    [
        (picture_format, ink)
        for picture_format in PictureFormat
        for ink in Ink
        if (picture_format, ink) != (PictureFormat.JPEG, Ink.TRANSPARENT)  # the operation refuses it
    ],
)
def test_a_page_looks_the_same_in_every_format(draw, tmp_path, picture_format, ink):
    source = sheets(tmp_path / "a.pdf", colourful)
    drawn = draw(source, manner(picture_format, ink=ink, quality=95))
    with open_drawn(source, [1.0]) as document:
        expected = document.draw_in(0, ink, dpi=72).pixels
    with Image.open(drawn.path, formats=[picture_format.value.upper()]) as image:
        # WebP has no grey of its own.
        found = np.asarray(image.convert("L") if ink is Ink.GREY else image).reshape(expected.shape)
    assert np.abs(found.astype(int) - expected).mean() < (0.01 if picture_format in ("png", "tiff") else 3)


def test_paper_is_left_out_of_a_transparent_picture(draw, tmp_path):
    drawn = draw(sheets(tmp_path / "a.pdf", colourful), manner(ink=Ink.TRANSPARENT))
    with Image.open(drawn.path) as image:
        alpha = np.asarray(image)[:, :, 3]
    assert alpha[10, 10] == 0
    assert alpha[250, 150] == 255


def test_several_pictures_come_in_an_archive_under_the_numbers_of_their_pages(draw, tmp_path):
    drawn = draw(text_pdf(tmp_path / "a.pdf", pages=12), manner(PictureFormat.JPEG), "11,2,2")
    with zipfile.ZipFile(drawn.path) as archive:
        assert archive.namelist() == ["doc-11.jpeg", "doc-02.jpeg", "doc-02 (2).jpeg"]
    assert drawn.page_numbers == [11, 2, 2]


def test_a_tiff_holds_all_pages(draw, tmp_path):
    drawn = draw(text_pdf(tmp_path / "a.pdf", pages=3), manner(PictureFormat.TIFF, dpi=36))
    with Image.open(drawn.path) as image:
        assert image.n_frames == 3
        assert image.info["dpi"] == (36, 36)


def test_the_size_follows_resolution_rotation_and_user_unit(draw, tmp_path):
    path = text_pdf(tmp_path / "a.pdf")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.pages[0].Rotate = 90
        pdf.pages[0].obj.UserUnit = 2
        pdf.save(path)
    with Image.open(draw(path, manner(dpi=36)).path) as image:
        assert image.size == (792, 612)


def test_a_page_of_many_metres_is_drawn_coarser_and_named(draw, tmp_path):
    context = Context(tmp_path, limits=Limits(max_page_megapixels=1))
    drawn = draw(text_pdf(tmp_path / "a.pdf"), manner(dpi=1200), context=context)
    assert drawn.coarser == [1]
    with Image.open(drawn.path) as image:
        assert 900_000 < image.width * image.height < 1_020_000


def test_what_the_job_may_draw_is_limited(draw, tmp_path):
    context = Context(tmp_path, limits=Limits(max_job_megapixels=1))
    with pytest.raises(TooManyPixels, match="PDFMILL_LIMITS__MAX_JOB_MEGAPIXELS"):
        draw(text_pdf(tmp_path / "a.pdf", pages=3), manner(), context=context)


def test_more_pictures_than_an_archive_may_hold_are_refused(draw, tmp_path):
    def noise(sheet):
        sheet.picture(0, 0, 595, 842, np.random.default_rng(1).integers(0, 256, (842, 595, 3), dtype=np.uint8))

    context = Context(tmp_path, limits=Limits(max_archive_mib=1))
    with pytest.raises(OutputTooLarge, match="PDFMILL_LIMITS__MAX_ARCHIVE_MIB"):
        draw(sheets(tmp_path / "a.pdf", noise, noise), manner(), context=context)


def test_a_webp_cannot_have_more_pixels_on_a_side_than_its_format_has_room_for(draw, tmp_path):
    path = tmp_path / "long.pdf"
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(14_000, 30))
        pdf.save(path)
    with pytest.raises(TooManyPixels, match="16383"):
        draw(path, manner(PictureFormat.WEBP, dpi=150))
