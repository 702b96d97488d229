"""Images are opened as what their first bytes show, and never when they are too large."""

import pytest
from PIL import Image

from pdfmill.core.documents import InputFile, MediaType
from pdfmill.core.errors import DamagedInput, TooManyPixels, UnsupportedMediaType
from pdfmill.core.limits import Limits
from pdfmill.engines.pillow import open_image


@pytest.mark.parametrize("suffix", ["png", "jpg", "tif", "webp"])
def test_an_image_is_opened_as_what_it_is(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    Image.new("RGB", (30, 20), "red").save(path)
    file = InputFile.at(path)
    with open_image(path, file.media_type, Limits()) as image:
        assert image.convert("RGB").size == (30, 20)


def test_postscript_with_the_name_of_a_jpeg_is_not_opened(tmp_path):
    path = tmp_path / "a.jpg"
    path.write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\nshowpage\n")
    with pytest.raises(UnsupportedMediaType):
        open_image(path, InputFile.at(path).media_type, Limits()).__enter__()
    with pytest.raises(DamagedInput):
        open_image(path, MediaType.JPEG, Limits()).__enter__()


def test_an_image_that_is_too_large_is_refused_before_it_is_decoded(tmp_path):
    path = tmp_path / "a.png"
    Image.new("1", (2000, 1000)).save(path)
    with pytest.raises(TooManyPixels, match="PDFMILL_LIMITS__MAX_IMAGE_MEGAPIXELS"):
        open_image(path, MediaType.PNG, Limits(max_image_megapixels=1)).__enter__()


def test_an_image_that_is_cut_short_is_damaged(tmp_path):
    path = tmp_path / "a.png"
    Image.effect_noise((200, 200), 50).save(path)
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(DamagedInput), open_image(path, MediaType.PNG, Limits()) as image:
        image.load()
