"""Smaller, never larger, and still the same document."""

import io
import shutil
import subprocess

import numpy as np
import pikepdf
import pytest
from pikepdf import Array, Name, Pdf
from PIL import Image

from builders.pdf import add_image, add_text_page, encrypted_pdf, jpeg, photo, photo_pdf, rich_pdf, signed_pdf, text_pdf
from missing import not_run
from pdfmill.core.context import Context
from pdfmill.core.errors import TooManyPixels
from pdfmill.core.limits import Limits
from pdfmill.engines.pdfium import open_drawn
from pdfmill.engines.pikepdf import claims_pdfa1
from pdfmill.services.compression.inventory import inventory
from pdfmill.services.compression.levels import Level, plan_for
from pdfmill.services.compression.service import CompressionService
from pdfmill.services.compression.similarity import EXACT_BLOCK, structural_similarity
from pdfmill.services.compression.unchanged import Unchanged


@pytest.fixture
def compress(ctx, tmp_path):
    """Compresses a file; returns the report and the output's path."""

    def compress(source, level=Level.MEDIUM, quality=None):
        target = tmp_path / "out.pdf"
        return CompressionService().compress(source, target, plan_for(level, quality), ctx), target

    return compress


def _image(path):
    with pikepdf.open(path) as pdf:
        image = next(
            each for each in pdf.objects if isinstance(each, pikepdf.Stream) and each.get("/Subtype") == "/Image"
        )
        return {str(key): str(value) for key, value in image.items()}, bytes(image.read_raw_bytes())


def test_a_photo_is_brought_to_the_resolution_at_which_it_is_painted(compress, tmp_path):
    source = photo_pdf(tmp_path / "in.pdf", pixels=1600, inches=4)
    report, target = compress(source)
    entries, _ = _image(target)
    assert entries["/Width"] == entries["/Height"] == "600"
    assert (report.images, report.images_by_form, report.images_downsampled) == (1, {"jpeg": 1}, 1)
    assert target.stat().st_size < source.stat().st_size / 4


def test_higher_levels_make_smaller_files(compress, tmp_path):
    source = photo_pdf(tmp_path / "in.pdf")
    sizes = [compress(source, level)[1].stat().st_size for level in Level]
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) == len(sizes)


def test_image_quality_replaces_the_level_s_own(compress, tmp_path):
    source = photo_pdf(tmp_path / "in.pdf", pixels=600, inches=4)
    sizes = [compress(source, quality=quality)[1].stat().st_size for quality in (20, 60)]
    assert sizes[0] < sizes[1]


def test_an_image_painted_twice_keeps_what_the_larger_place_needs(compress, tmp_path):
    source = tmp_path / "in.pdf"
    with Pdf.new() as pdf:
        page = add_text_page(pdf)
        picture = photo(1500, 1500)
        add_image(pdf, page, picture, inches=(1, 1), encoded=jpeg(picture))
        page.contents_add(b"q 360 0 0 360 100 100 cm /Im0 Do Q\n")
        pdf.save(source)
    _, target = compress(source)
    assert _image(target)[0]["/Width"] == "750"  # 5 inches at 150 dpi


def test_nothing_around_the_pictures_is_lost(compress, tmp_path):
    source = rich_pdf(tmp_path / "in.pdf")
    report, target = compress(source)
    assert report.unchanged is None
    with pikepdf.open(source) as before, pikepdf.open(target) as after:
        assert inventory(before) == inventory(after)
        assert inventory(after)["annotations"] == {"/Link": 1, "/Widget": 1}
        assert after.Root.Metadata.read_bytes() == before.Root.Metadata.read_bytes()


def test_a_signed_file_comes_back_byte_for_byte(compress, tmp_path):
    source = signed_pdf(tmp_path / "in.pdf")
    report, target = compress(source)
    assert report.unchanged is Unchanged.SIGNED
    assert target.read_bytes() == source.read_bytes()


def test_a_file_that_cannot_shrink_comes_back_byte_for_byte(compress, tmp_path):
    once = compress(photo_pdf(tmp_path / "in.pdf"), Level.MAXIMUM)[1].rename(tmp_path / "once.pdf")
    report, target = compress(once, Level.LOW)
    assert report.unchanged is Unchanged.ALREADY_SMALL
    assert target.read_bytes() == once.read_bytes()


def test_the_owner_s_restrictions_stay(compress, tmp_path):
    source = encrypted_pdf(tmp_path / "in.pdf", user="")
    report, target = compress(source)
    assert report.unchanged is None
    with pikepdf.open(target) as pdf:
        assert pdf.is_encrypted
        assert pdf.encryption.R == 6


@pytest.mark.parametrize(
    "entries",
    [
        {"Mask": Array([0, 5, 0, 5, 0, 5])},
        {"ColorSpace": Array([Name.Lab, pikepdf.Dictionary(WhitePoint=Array([0.95, 1, 1.09]))])},
        {"DecodeParms": pikepdf.Dictionary(ColorTransform=0)},
    ],
    ids=["colour key", "Lab", "colour transform"],
)
def test_an_image_whose_samples_mean_something_else_keeps_them(compress, tmp_path, entries):
    source = tmp_path / "in.pdf"
    with Pdf.new() as pdf:
        picture = photo(1200, 1200)
        add_image(pdf, add_text_page(pdf), picture, inches=(2, 2), encoded=jpeg(picture), **entries)
        pdf.save(source)
    report, target = compress(source)
    assert set(report.images_by_form) <= {"jpeg repacked"}
    samples = [np.asarray(Image.open(io.BytesIO(_image(path)[1]))) for path in (source, target)]
    assert np.array_equal(*samples)


def test_inverted_samples_stay_inverted(compress, tmp_path):
    source = tmp_path / "in.pdf"
    with Pdf.new() as pdf:
        picture = photo(1200, 1200)
        decode = Array([1, 0, 1, 0, 1, 0])
        add_image(pdf, add_text_page(pdf), picture, inches=(2, 2), encoded=jpeg(picture), Decode=decode)
        pdf.save(source)
    report, target = compress(source)
    assert _image(target)[0]["/Decode"] == _image(source)[0]["/Decode"]
    assert report.images_downsampled == 1
    assert report.worst_page_similarity > 0.98


def test_a_target_size_is_kept_with_the_best_pictures_it_allows(compress, ctx, tmp_path):
    source, target = photo_pdf(tmp_path / "in.pdf", pixels=1200, inches=6), tmp_path / "sized.pdf"
    smallest = compress(source, Level.MAXIMUM)[1].stat().st_size
    for most in (smallest * 2, smallest * 4):
        report = CompressionService().compress_to_size(source, target, most, ctx)
        assert most * 0.7 < target.stat().st_size <= most
        assert report.warnings == []


def test_a_target_size_out_of_reach_is_told_with_the_smallest(ctx, tmp_path):
    source, target = photo_pdf(tmp_path / "in.pdf"), tmp_path / "sized.pdf"
    report = CompressionService().compress_to_size(source, target, 500, ctx)
    assert str(target.stat().st_size) in report.warnings[-1]
    assert "500 bytes" in report.warnings[-1]


def test_an_estimate_comes_close_and_leaves_no_file(compress, ctx, tmp_path):
    source = photo_pdf(tmp_path / "in.pdf")
    expected, report = CompressionService().estimate(source, plan_for(Level.MEDIUM), ctx)
    assert list(ctx.work_dir.iterdir()) == []
    assert report.images_sampled == report.images == 1
    assert expected == pytest.approx(compress(source)[1].stat().st_size, rel=0.02)


def test_a_dry_run_for_a_target_size_tells_what_the_search_finds(compress, ctx, tmp_path):
    source = photo_pdf(tmp_path / "in.pdf", pixels=1200, inches=6)
    most = compress(source, Level.MAXIMUM)[1].stat().st_size * 3
    expected, report = CompressionService().estimate_to_size(source, most, ctx)
    CompressionService().compress_to_size(source, tmp_path / "sized.pdf", most, ctx)
    assert expected == pytest.approx((tmp_path / "sized.pdf").stat().st_size, rel=0.02)
    assert report.images_by_form == {"jpeg": 1}
    assert list(ctx.work_dir.iterdir()) == []


def test_a_dry_run_for_a_target_size_out_of_reach_says_so(ctx, tmp_path):
    expected, report = CompressionService().estimate_to_size(photo_pdf(tmp_path / "in.pdf"), 500, ctx)
    assert expected > 500
    assert "500 bytes" in report.warnings[-1]


def test_pages_are_compared_within_the_job_s_pixels(tmp_path):
    source = photo_pdf(tmp_path / "in.pdf")
    ctx = Context(tmp_path, limits=Limits(max_job_megapixels=1))
    with pytest.raises(TooManyPixels):
        CompressionService().compress(source, tmp_path / "out.pdf", plan_for(Level.HIGH), ctx)


def test_pictures_in_a_soft_mask_are_brought_to_its_resolution(compress, tmp_path):
    source = tmp_path / "in.pdf"
    with Pdf.new() as pdf:
        page = add_text_page(pdf)
        picture = photo(1200, 1200)
        add_image(pdf, page, picture, inches=(4, 4), encoded=jpeg(picture))
        group = pdf.make_stream(b"/Im0 Do")
        group.Type, group.Subtype, group.BBox = Name.XObject, Name.Form, Array([0, 0, 1, 1])
        group.Resources = page.Resources
        mask = pikepdf.Dictionary(Type=Name.Mask, S=Name.Luminosity, G=group)
        page.obj.Resources = pikepdf.Dictionary(ExtGState=pikepdf.Dictionary(G0=pikepdf.Dictionary(SMask=mask)))
        page.obj.Contents = pdf.make_stream(b"q 144 0 0 144 0 0 cm /G0 gs 0 0 1 1 re f Q")
        pdf.save(source)
    _, target = compress(source)
    assert _image(target)[0]["/Width"] == "300"  # 2 inches at 150 dpi


def test_the_savings_of_the_steps_add_up(compress, tmp_path):
    source = photo_pdf(tmp_path / "in.pdf")
    report, target = compress(source)
    assert report.saved_bytes.total() == source.stat().st_size - target.stat().st_size
    assert report.saved_bytes["images"] > 0


def test_sharp_graphics_are_not_smeared(compress, tmp_path):
    source = tmp_path / "in.pdf"
    with Pdf.new() as pdf:
        checks = (np.indices((512, 512)).sum(0) // 3 % 2 * 255).astype(np.uint8)
        add_image(pdf, add_text_page(pdf), np.stack([checks] * 3, axis=2), inches=(4, 4))
        pdf.save(source)
    _, target = compress(source, Level.MAXIMUM)
    assert "DCTDecode" not in _image(target)[0].get("/Filter", "")


def test_equal_streams_become_one(compress, tmp_path):
    source = tmp_path / "in.pdf"
    with Pdf.new() as pdf:
        picture = photo(300, 300)
        for _ in range(3):
            add_image(pdf, add_text_page(pdf), picture, inches=(3, 3), encoded=jpeg(picture, 60))
        pdf.save(source)
    report, target = compress(source)
    assert report.duplicates_merged >= 2
    assert target.stat().st_size < source.stat().st_size / 2


def test_pdfa1_keeps_its_old_form(compress, tmp_path):
    source = tmp_path / "in.pdf"
    with Pdf.new() as pdf:
        picture = photo(900, 900)
        add_image(pdf, add_text_page(pdf), picture, inches=(2, 2), encoded=jpeg(picture))
        with pdf.open_metadata() as metadata:
            metadata["pdfaid:part"] = "1"
            metadata["pdfaid:conformance"] = "B"
        pdf.save(source)
    _, target = compress(source)
    with pikepdf.open(target) as pdf:
        assert claims_pdfa1(pdf)
    assert b"/ObjStm" not in target.read_bytes()


def test_the_text_stays_as_a_second_reader_sees_it(compress, tmp_path):
    if not shutil.which("pdftotext"):
        not_run("pdftotext is missing: apt-get install poppler-utils")
    source = text_pdf(tmp_path / "in.pdf", pages=3, text="Page")
    _, target = compress(source)
    texts = [
        subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True).stdout
        for path in (source, target)
    ]
    assert texts[0] == texts[1]
    assert b"Page 3" in texts[0]


def test_every_real_document_comes_back_whole(compress, corpus):
    """One of each kind; the whole folder is a benchmark."""
    kinds = {}
    for path in sorted((corpus / "compress").glob("*.pdf")):
        kinds.setdefault(path.name.partition("__")[0], path)
    for path in kinds.values():
        report, target = compress(path)
        assert target.stat().st_size <= path.stat().st_size, path.name
        assert report.unchanged is not Unchanged.WOULD_CHANGE, path.name


def _grainy_scan(path, *, dpi=300, inches=(4, 3), strength=20):
    """A scan of text on grainy paper, stored as a coarse JPEG."""
    width, height = (round(side * dpi) for side in inches)
    random = np.random.default_rng(7)
    paper = random.normal(225, strength, (height, width))
    for top in range(dpi // 5, height - dpi // 5, dpi // 6):
        for left in range(dpi // 5, width - dpi // 5, dpi // 12):
            paper[top : top + dpi // 12, left : left + random.integers(3, dpi // 14)] -= 170
    pixels = paper.clip(0, 255).astype(np.uint8)[:, :, None].repeat(3, axis=2)
    with Pdf.new() as pdf:
        page = add_text_page(pdf, size=(inches[0] * 72 + 36, inches[1] * 72 + 36))
        add_image(pdf, page, pixels, inches=inches, encoded=jpeg(pixels, 60))
        pdf.save(path)
    return path


@pytest.mark.parametrize("level", Level)
def test_a_grainy_scan_keeps_what_its_level_promises_on_a_screen(compress, tmp_path, level):
    """At a lower resolution grain is gone, and with it what the quality of a JPEG made of it."""
    source = _grainy_scan(tmp_path / "in.pdf")
    report, target = compress(source, level)
    drawings = []
    for path in (source, target):
        with open_drawn(path, [1.0]) as document:
            drawings.append(document.draw(0, dpi=100, max_pixels=1_000_000))
    similarity = structural_similarity(*drawings, block=EXACT_BLOCK)
    assert similarity >= plan_for(level).least_page_similarity
    assert report.worst_page_similarity in (None, pytest.approx(similarity))
    if level is not Level.LOW:  # at 250 dpi it is all grain
        assert report.warnings == []
        assert target.stat().st_size < source.stat().st_size * 0.6


def test_a_noisy_picture_keeps_its_page_alike_instead_of_being_given_back(compress, tmp_path):
    """Noise is what JPEG keeps worst: at the level's highest quality its page would be another one."""
    source = tmp_path / "in.pdf"
    with Pdf.new() as pdf:
        noise = np.random.default_rng(1).normal(128, 18, (600, 450)).clip(0, 255).astype(np.uint8)
        add_image(pdf, add_text_page(pdf, size=(450, 600)), noise[:, :, None].repeat(3, axis=2), inches=(6.25, 8.33))
        pdf.save(source)
    report, target = compress(source)
    assert report.warnings == []
    assert report.images_by_form == {"jpeg": 1}
    assert target.stat().st_size < source.stat().st_size
