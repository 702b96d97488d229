"""Every kind of image comes out as it went in: the page looks the same to two renderers."""

import io
import shutil
import subprocess

import numpy as np
import pikepdf
import pytest
from pikepdf import Array, Name, Stream
from PIL import Image

from builders.images import grey_shapes, image_pdf, indexed, tint_space
from builders.pdf import photo
from pdfmill.engines.pdfium import open_drawn
from pdfmill.services.compression.levels import Level, plan_for
from pdfmill.services.compression.service import CompressionService
from pdfmill.services.compression.similarity import structural_similarity

SIZE = (900, 700)
_grey = grey_shapes(*SIZE)
_colour = photo(*SIZE)


def _soft_mask(pdf, **entries):
    mask = Stream(pdf, _grey.tobytes(), Type=Name.XObject, Subtype=Name.Image, Width=SIZE[0], Height=SIZE[1])
    mask.ColorSpace, mask.BitsPerComponent = Name.DeviceGray, 8
    for key, value in entries.items():
        mask[f"/{key}"] = value
    return pdf.make_indirect(mask)


def _packed_bits(values, bits):
    per_byte = 8 // bits
    groups = np.pad(values, ((0, 0), (0, -values.shape[1] % per_byte))).reshape(len(values), -1, per_byte)
    shifts = np.arange(8 - bits, -1, -bits, dtype=np.uint8)
    return np.bitwise_or.reduce(groups << shifts, axis=2).astype(np.uint8).tobytes()


def _cmyk_jpeg(inverted):
    samples = np.concatenate([_colour, _grey[:, :, None] // 3], axis=2)
    buffer = io.BytesIO()
    Image.fromarray(255 - samples if inverted else samples, "CMYK").save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


def _jpeg_2000():
    buffer = io.BytesIO()
    Image.fromarray(_colour).save(buffer, "JPEG2000", quality_mode="rates", quality_layers=[4])
    return buffer.getvalue()


KINDS = {
    "grey": (_grey.tobytes(), {"bits": 8, "space": Name.DeviceGray}),
    "RGB": (_colour.tobytes(), {"bits": 8, "space": Name.DeviceRGB}),
    "16 bits": (_grey.astype(">u2").tobytes(), {"bits": 16, "space": Name.DeviceGray, "Decode": Array([0, 200])}),
    "4 bits": (_packed_bits(_grey >> 4, 4), {"bits": 4, "space": Name.DeviceGray}),
    "2 bits inverted": (_packed_bits(_grey >> 6, 2), {"bits": 2, "space": Name.DeviceGray, "Decode": Array([1, 0])}),
    "bilevel": (_packed_bits(_grey >> 7, 1), {"bits": 1, "space": Name.DeviceGray}),
    "stretched by /Decode": (
        (_grey >> 7).tobytes(),
        {"bits": 8, "space": Name.DeviceGray, "Decode": Array([0, 255])},
    ),
    "black and white in 8 bits": (((_grey >> 7) * np.uint8(255)).tobytes(), {"bits": 8, "space": Name.DeviceGray}),
    "Indexed": ((_grey >> 5).tobytes(), {"bits": 8, "space": indexed(bytes(range(0, 240, 10)))}),
    "Indexed inverted": (
        (_grey >> 5).tobytes(),
        {"bits": 8, "space": indexed(bytes(range(0, 240, 10))), "Decode": Array([255, 0]), "Mask": Array([0, 0])},
    ),
    "Indexed CMYK": ((_grey >> 6).tobytes(), {"bits": 8, "space": indexed(bytes(range(0, 160, 10)), Name.DeviceCMYK)}),
    "colour key": (_grey.tobytes(), {"bits": 8, "space": Name.DeviceGray, "Mask": Array([100, 140])}),
    "soft mask": (_colour.tobytes(), {"bits": 8, "space": Name.DeviceRGB, "SMask": _soft_mask}),
    "soft mask with matte": (
        _colour.tobytes(),
        {"bits": 8, "space": Name.DeviceRGB, "SMask": lambda pdf: _soft_mask(pdf, Matte=Array([0, 0, 0]))},
    ),
    "Separation": (_grey.tobytes(), {"bits": 8, "space": lambda pdf: tint_space(pdf, ["Gold"])}),
    "DeviceN": (_colour[:, :, :2].tobytes(), {"bits": 8, "space": lambda pdf: tint_space(pdf, ["Gold", "Silver"])}),
    "CMYK JPEG": (_cmyk_jpeg(False), {"bits": 8, "space": Name.DeviceCMYK, "Filter": Name.DCTDecode}),
    "CMYK JPEG inverted": (
        _cmyk_jpeg(True),
        {"bits": 8, "space": Name.DeviceCMYK, "Filter": Name.DCTDecode, "Decode": Array([1, 0] * 4)},
    ),
    "JPEG 2000": (_jpeg_2000(), {"bits": 8, "space": Name.DeviceRGB, "Filter": Name.JPXDecode}),
}


@pytest.mark.parametrize("level", [Level.MEDIUM, Level.MAXIMUM])
@pytest.mark.parametrize("kind", KINDS)
def test_a_page_looks_as_before(kind, level, ctx, tmp_path):
    samples, entries = KINDS[kind]
    source, target = image_pdf(tmp_path / "in.pdf", samples, SIZE, **entries), tmp_path / "out.pdf"
    report = CompressionService().compress(source, target, plan_for(level), ctx)
    assert report.warnings == []
    assert target.stat().st_size < source.stat().st_size
    least = 0.97 if level is Level.MEDIUM else 0.9
    assert structural_similarity(_by_pdfium(source), _by_pdfium(target)) > least
    if shutil.which("pdftoppm"):
        assert structural_similarity(_by_poppler(source), _by_poppler(target)) > least


def test_a_jpeg_2000_image_without_a_colour_space_gets_one(ctx, tmp_path):
    source = image_pdf(tmp_path / "in.pdf", _jpeg_2000(), SIZE, bits=8, space=Name.DeviceRGB, Filter=Name.JPXDecode)
    with pikepdf.open(source, allow_overwriting_input=True) as pdf:
        image = pdf.pages[0].Resources.XObject.Im0
        del image.ColorSpace
        pdf.save(source)
    target = tmp_path / "out.pdf"
    report = CompressionService().compress(source, target, plan_for(Level.MEDIUM), ctx)
    assert report.images_by_form == {"jpeg": 1}
    assert structural_similarity(_by_pdfium(source), _by_pdfium(target)) > 0.97


def test_samples_that_must_stay_stay_bit_by_bit(ctx, tmp_path):
    for kind in ("colour key", "soft mask with matte", "Separation", "DeviceN", "bilevel"):
        samples, entries = KINDS[kind]
        source, target = image_pdf(tmp_path / "in.pdf", samples, SIZE, **entries), tmp_path / "out.pdf"
        CompressionService().compress(source, target, plan_for(Level.MAXIMUM), ctx)
        assert np.array_equal(_by_pdfium(source), _by_pdfium(target)), kind


def _by_pdfium(path):
    with open_drawn(path, [1.0]) as document:
        return document.draw(0, dpi=72, max_pixels=4_000_000)


def _by_poppler(path):
    done = subprocess.run(["pdftoppm", "-gray", "-r", "72", path], capture_output=True, check=True)
    return np.asarray(Image.open(io.BytesIO(done.stdout)))
