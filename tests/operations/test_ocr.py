"""Scans, from the file to the searchable one."""

import importlib.util
import io
import json
import re
import shutil
import subprocess
import sys

import lxml.etree
import numpy as np
import pikepdf
import pytest
from pikepdf import Name, Pdf
from PIL import ExifTags, Image

from builders.pdf import add_text_page, signed_pdf, text_pdf
from builders.scans import DPI, ENGLISH, found_part, garbled_pdf, png, scan, scan_pdf
from missing import not_run
from pdfmill.core import language_data as language_data_of_machine
from pdfmill.core.context import Context
from pdfmill.core.documents import InputFile, MediaType
from pdfmill.core.errors import (
    DamagedInput,
    DynamicForm,
    InvalidOptions,
    InvalidPageRange,
    MissingDependency,
    NothingToRecognise,
    TooManyPages,
    TooManyPixels,
    UnknownLanguage,
)
from pdfmill.core.language_data import can_orient, installed_languages
from pdfmill.core.limits import Limits
from pdfmill.core.operation import Inputs
from pdfmill.engines import pillow, rapidocr
from pdfmill.engines.pdfium import open_drawn
from pdfmill.engines.pikepdf import count_pages
from pdfmill.operations.convert import convert
from pdfmill.operations.extract_text import extract_text
from pdfmill.operations.ocr import ocr
from pdfmill.operations.ocr_preview import ocr_preview
from pdfmill.services import Services
from pdfmill.services.ocr.checkpoint import Checkpoint
from pdfmill.services.ocr.model import PageOutcome, ReadPage
from pdfmill.services.ocr.plan import EngineChoice, OcrPlan
from pdfmill.services.ocr.service import Readings


@pytest.fixture(autouse=True)
def language_data():
    if "eng" not in installed_languages() or not can_orient():
        not_run("the language data of Tesseract are not installed")


def run(path, ctx, operation=ocr, **options):
    """Run the operation with Tesseract alone, unless the options say otherwise."""
    values = {"languages": ["eng"], "engine": "tesseract"} | options
    return operation.run(_inputs(path), operation.parse_options(values), ctx)


def _inputs(path):
    return Inputs((InputFile.at(path),))


def text_of(path, page_index=0):
    with open_drawn(path, [1.0] * count_pages(path)) as document:
        return document.text(page_index)


def images_of(path):
    with Pdf.open(path) as pdf:
        painted = [each for page in pdf.pages for each in page.Resources.XObject.values()]
        return [each.read_raw_bytes() for each in painted if each.Subtype == Name.Image]


def test_a_scan_becomes_searchable_and_its_picture_stays_bit_for_bit(ctx, tmp_path):
    source = scan_pdf(tmp_path / "in.pdf", scan())
    outcome = run(source, ctx)
    (output,) = outcome.outputs
    assert output.name == "in-ocr.pdf"
    assert found_part(text_of(output.path)) > 0.97
    assert images_of(output.path) == images_of(source)
    assert outcome.result.recognised == 1
    assert outcome.warnings == ()


def test_words_stand_where_they_are_printed(ctx, tmp_path):
    if shutil.which("pdftotext") is None:
        not_run("pdftotext is not installed")
    output = run(scan_pdf(tmp_path / "in.pdf", scan()), ctx, to=["pdf", "json"]).outputs
    done = subprocess.run(["pdftotext", "-bbox", output[0].path, "-"], capture_output=True, text=True, check=True)
    printed = lxml.etree.HTML(done.stdout.encode()).iter("{*}word", "word")
    boxes = {word.text: [float(word.get(edge)) for edge in ("xmin", "ymin", "xmax", "ymax")] for word in printed}
    page = json.loads(output[1].path.read_text())["pages"][0]
    words = [word for block in page["blocks"] for line in block["lines"] for word in line["words"]]
    assert len(words) > 80
    for word in words:
        if [each["text"] for each in words].count(word["text"]) == 1 and word["text"] in boxes:
            left, _, right, bottom = word["box"]
            found = boxes[word["text"]]
            assert found[0] == pytest.approx(left, abs=0.2)
            assert found[2] == pytest.approx(right, abs=0.2)
            assert abs(found[3] - bottom) < 6


def test_all_forms_come_from_one_recognition(ctx, tmp_path):
    outcome = run(scan_pdf(tmp_path / "in.pdf", scan()), ctx, to=["txt", "json", "hocr", "alto", "pdfa"])
    files = {output.name: output.path for output in outcome.outputs}
    assert list(files) == ["in.txt", "in.json", "in.hocr", "in.alto.xml", "in-pdfa.pdf"]
    assert found_part(files["in.txt"].read_text()) > 0.97
    hocr = lxml.etree.parse(files["in.hocr"])
    words = hocr.findall(".//{*}span[@class='ocrx_word']")
    assert found_part(" ".join(word.text for word in words)) > 0.97
    alto = lxml.etree.parse(files["in.alto.xml"])
    assert [each.get("CONTENT") for each in alto.findall(".//{*}String")] == [word.text for word in words]
    with Pdf.open(files["in-pdfa.pdf"]) as pdf:
        assert pdf.open_metadata().pdfa_status == "2B"


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_page_on_its_side_is_turned_and_its_content_stays(ctx, tmp_path, turn):
    source = scan_pdf(tmp_path / "in.pdf", scan(turn=turn))
    (output,) = run(source, ctx).outputs
    with Pdf.open(output.path) as pdf:
        assert pdf.pages[0].Rotate == 360 - turn
    assert images_of(output.path) == images_of(source)
    assert found_part(text_of(output.path)) > 0.97
    (kept,) = run(source, ctx, rotate=False).outputs
    with Pdf.open(kept.path) as pdf:
        assert Name.Rotate not in pdf.pages[0].obj or pdf.pages[0].Rotate == 0
    assert found_part(text_of(kept.path)) > 0.97


def test_deskew_levels_the_page_and_keeps_its_picture(ctx, tmp_path):
    source = scan_pdf(tmp_path / "in.pdf", scan(skew=3.0))
    (output,) = run(source, ctx, deskew=True).outputs
    assert images_of(output.path) == images_of(source)
    assert found_part(text_of(output.path)) > 0.97
    again = run(shutil.copy(output.path, tmp_path / "level.pdf"), ctx, mode="redo")
    assert abs(again.result.pages[0].skew) < 0.2


def test_clean_evens_the_light(ctx, tmp_path):
    source = scan_pdf(tmp_path / "in.pdf", scan(uneven=True))
    (output,) = run(source, ctx, clean=True).outputs
    with open_drawn(output.path, [1.0]) as document:
        pixels = document.draw(0, dpi=50, max_pixels=10**6)
    assert (pixels > 240).mean() > 0.9
    assert found_part(text_of(output.path)) > 0.95


def test_pages_with_text_stay_as_they_are(ctx, tmp_path):
    source = text_pdf(tmp_path / "in.pdf")
    outcome = run(source, ctx, to=["pdf", "txt"])
    assert outcome.outputs[0].path.read_bytes() == source.read_bytes()
    assert outcome.outputs[1].path.read_text().strip() == "Hello 1"
    assert outcome.result.pages[0].outcome == "has_text"


def test_a_second_run_changes_nothing_and_redo_replaces_the_text(ctx, tmp_path):
    (first,) = run(scan_pdf(tmp_path / "in.pdf", scan()), ctx).outputs
    once = shutil.copy(first.path, tmp_path / "once.pdf")
    (second,) = run(once, ctx).outputs
    assert second.path.read_bytes() == once.read_bytes()
    (redone,) = run(once, ctx, mode="redo").outputs
    assert text_of(redone.path).count("quick brown") == 1


def test_force_makes_a_picture_of_a_page_with_text(ctx, tmp_path):
    with Pdf.new() as pdf:
        add_text_page(pdf, "Forced to be a picture")
        pdf.save(tmp_path / "in.pdf")
    (output,) = run(tmp_path / "in.pdf", ctx, mode="force").outputs
    with Pdf.open(output.path) as pdf:
        assert [each.Subtype for each in pdf.pages[0].Resources.XObject.values()].count(Name.Image) == 1
    assert "picture" in text_of(output.path)


def test_a_signed_document_comes_back_as_it_was(ctx, tmp_path):
    source = signed_pdf(tmp_path / "in.pdf")
    outcome = run(source, ctx, mode="force")
    assert outcome.outputs[0].path.read_bytes() == source.read_bytes()
    assert "signed" in outcome.warnings[0]


def test_rotated_cropped_pages_with_a_unit_of_their_own_get_their_words_in_place(ctx, tmp_path):
    source = scan_pdf(tmp_path / "plain.pdf", scan())
    with Pdf.open(source) as pdf:
        page = pdf.pages[0]
        left, bottom, right, top = (float(edge) for edge in page.mediabox)
        page.mediabox = [left - 100, bottom - 50, right + 20, top + 30]
        page.cropbox = [left, bottom, right, top]
        page.obj.Rotate = 180
        page.obj.UserUnit = 2
        pdf.save(tmp_path / "in.pdf")
    outcome = run(tmp_path / "in.pdf", ctx)
    assert outcome.result.pages[0].turn == 180
    assert found_part(text_of(outcome.outputs[0].path)) > 0.97
    (json_file,) = run(tmp_path / "in.pdf", ctx, to=["json"]).outputs
    page = json.loads(json_file.path.read_text())["pages"][0]
    assert page["width"] == pytest.approx(2 * (right - left), abs=0.1)


def test_images_are_read_as_pages(ctx, tmp_path):
    frames = [Image.fromarray(scan()), Image.fromarray(scan(turn=180))]
    frames[0].save(tmp_path / "in.tiff", save_all=True, append_images=frames[1:], dpi=(DPI, DPI))
    outcome = run(tmp_path / "in.tiff", ctx)
    assert [page.turn for page in outcome.result.pages] == [0, 180]
    assert found_part(text_of(outcome.outputs[0].path, 1)) > 0.97
    transparent = Image.fromarray(scan()).convert("RGBA")
    transparent.save(tmp_path / "in.webp", lossless=True)
    assert found_part(run(tmp_path / "in.webp", ctx, to=["txt"]).outputs[0].path.read_text()) > 0.97


@pytest.mark.parametrize("orientation", [2, 6])
def test_a_photograph_is_read_as_its_orientation_says(ctx, tmp_path, orientation):
    stored = {2: Image.Transpose.FLIP_LEFT_RIGHT, 6: Image.Transpose.ROTATE_90}[orientation]
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    Image.fromarray(scan()).transpose(stored).save(tmp_path / "in.jpg", exif=exif, dpi=(DPI, DPI))
    outcome = run(tmp_path / "in.jpg", ctx, to=["txt"])
    assert found_part(outcome.outputs[0].path.read_text()) > 0.97
    assert [page.turn for page in outcome.result.pages] == [0]


def heic(path, pixels):
    import pillow_heif

    pillow_heif.register_heif_opener()
    Image.fromarray(pixels).convert("RGB").save(path, "HEIF", quality=90)
    return path


def test_a_photograph_of_a_telephone_is_read(ctx, tmp_path):
    if importlib.util.find_spec("pillow_heif") is None:
        not_run("pillow-heif is not installed")
    path = heic(tmp_path / "photo.heic", scan())
    assert InputFile.at(path).media_type is MediaType.HEIC
    outcome = run(path, ctx, to=["pdf", "txt"])
    assert found_part(outcome.outputs[1].path.read_text()) > 0.95
    (image,) = images_of(outcome.outputs[0].path)
    with Image.open(io.BytesIO(image)) as embedded:
        assert (embedded.format, embedded.size) == ("JPEG", scan().shape[::-1])
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(DamagedInput):
        run(path, ctx)


def test_without_a_reader_of_heic_one_learns_what_to_install(ctx, tmp_path, monkeypatch):
    path = tmp_path / "photo.heic"
    path.write_bytes(b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic" + bytes(100))
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    pillow._learn_heic.cache_clear()
    with pytest.raises(MissingDependency, match=r"pdfmill\[heic\]"):
        run(path, ctx)


def test_what_an_earlier_attempt_has_read_is_not_read_again(ctx, tmp_path, monkeypatch):
    source = scan_pdf(tmp_path / "in.pdf", scan(), scan(turn=180))
    first = Context(ctx.work_dir, services=Services())
    first.limits = Limits(max_pages=2)
    with monkeypatch.context() as patch:
        patch.setattr("pdfmill.services.ocr.service.write_document", _fail)
        with pytest.raises(OSError, match="disk"):
            run(source, first)
    kept = sorted(ctx.checkpoint.glob("*.json"))
    assert len(kept) == 2
    page = json.loads(kept[0].read_text())
    page["blocks"][0]["lines"][0]["words"][0]["text"] = "REMEMBERED"
    kept[0].write_text(json.dumps(page))
    kept[1].write_text('{"number": 2, "blocks": "rubbish"}')
    (output,) = run(source, ctx).outputs
    assert "REMEMBERED" in text_of(output.path, 0)
    assert found_part(text_of(output.path, 1)) > 0.97
    assert not ctx.checkpoint.exists()


def _fail(*_):
    raise OSError("the disk is gone")


def test_pages_that_time_did_not_suffice_for_are_named(ctx, tmp_path):
    source = scan_pdf(tmp_path / "in.pdf", scan(), scan(), scan())
    plan = OcrPlan(languages=("eng",), engine=EngineChoice.TESSERACT, job_s=0.0)
    with Readings.open(source, plan, ctx) as readings:
        assert [page.outcome for page in readings.read(ctx)] == [PageOutcome.NOT_REACHED] * 3
    result = run(source, ctx, job_seconds=600, pages="1-2").result
    assert ([page.number for page in result.pages], result.unread) == ([1, 2], None)


def test_bad_requests_have_codes_of_their_own(ctx, tmp_path):
    source = scan_pdf(tmp_path / "in.pdf", scan())
    with pytest.raises(UnknownLanguage, match="apt-get install") as caught:
        run(source, ctx, languages=["tlh"])
    assert "eng" in caught.value.extras["installed"]
    with pytest.raises(InvalidPageRange):
        run(source, ctx, pages="7")
    with pytest.raises(InvalidOptions):
        run(source, ctx, pages="")
    with pytest.raises(InvalidOptions):
        run(source, ctx, to=[])
    with Pdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(tmp_path / "blank.pdf")
    with pytest.raises(NothingToRecognise):
        run(tmp_path / "blank.pdf", ctx)
    Image.fromarray(scan()[::300, ::200]).save(tmp_path / "tiny.png")
    with pytest.raises(NothingToRecognise):
        run(tmp_path / "tiny.png", ctx)
    with Pdf.open(source) as pdf:
        pdf.Root.NeedsRendering = True
        pdf.save(tmp_path / "form.pdf")
    with pytest.raises(DynamicForm):
        run(tmp_path / "form.pdf", ctx)


def test_small_images_of_noise_are_read_as_nothing(ctx, tmp_path, language_data):
    noise = np.random.default_rng(1).integers(0, 255, (24, 24), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "noise.png")
    assert run(tmp_path / "noise.png", ctx).result.pages[0].outcome == "no_text_found"


def test_images_that_are_too_large_damaged_or_without_end_are_refused(ctx, tmp_path):
    ctx.limits = Limits(max_image_megapixels=1, max_pages=2)
    (tmp_path / "large.png").write_bytes(png(scan(size=(8.27, 7))))
    with pytest.raises(TooManyPixels):
        run(tmp_path / "large.png", ctx)
    (tmp_path / "cut.png").write_bytes(png(scan())[:5000])
    with pytest.raises((DamagedInput, TooManyPixels)):
        run(tmp_path / "cut.png", ctx)
    frame = Image.new("L", (50, 50), 255)
    frame.save(tmp_path / "many.tiff", save_all=True, append_images=[frame, frame])
    with pytest.raises(TooManyPages):
        run(tmp_path / "many.tiff", ctx)


def test_the_preview_tells_what_each_page_needs_and_reads_some(ctx, tmp_path):
    with Pdf.open(scan_pdf(tmp_path / "scan.pdf", scan(turn=180), scan(skew=3.0))) as pdf:
        add_text_page(pdf, " ".join(ENGLISH))
        pdf.save(tmp_path / "in.pdf")
    result = run(tmp_path / "in.pdf", ctx, ocr_preview).result
    upside_down, slanting, text = result.pages
    assert (upside_down.why, upside_down.turn, upside_down.dpi) == ("image_only", 180, pytest.approx(DPI, abs=1))
    assert (slanting.needs_ocr, slanting.skew) == (True, pytest.approx(3.0, abs=0.2))
    assert (text.has_text, text.needs_ocr) == (True, False)
    assert (upside_down.language, slanting.language) == ("en", "en")
    assert (result.needs_ocr, result.recommendation) == ("1-2", "ocr")
    assert found_part(result.sample.text) > 0.95
    assert (result.expected_seconds, result.jobs_seen) == (None, 0)


def test_a_tagged_document_keeps_its_structure_and_the_text_is_an_artifact(ctx, tmp_path):
    with Pdf.open(scan_pdf(tmp_path / "scan.pdf", scan())) as pdf:
        pdf.Root.MarkInfo = pikepdf.Dictionary(Marked=True)
        pdf.Root.StructTreeRoot = pdf.make_indirect(pikepdf.Dictionary(Type=Name.StructTreeRoot))
        with pdf.open_outline() as outline:
            outline.root.append(pikepdf.OutlineItem("First page", 0))
        pdf.docinfo[Name.Title] = "A tagged scan"
        pdf.save(tmp_path / "in.pdf")
    (output,) = run(tmp_path / "in.pdf", ctx).outputs
    with Pdf.open(output.path) as pdf:
        assert Name.StructTreeRoot in pdf.Root
        assert pdf.docinfo.Title == "A tagged scan"
        with pdf.open_outline() as outline:
            assert outline.root[0].title == "First page"
        assert b"/Artifact BMC" in b"".join(stream.read_bytes() for stream in pdf.pages[0].Contents)


def test_text_is_read_from_pages_that_are_pictures_unless_that_is_off(ctx, tmp_path):
    with Pdf.open(scan_pdf(tmp_path / "scan.pdf", scan(turn=90))) as pdf:
        add_text_page(pdf, "A page of text")
        pdf.save(tmp_path / "in.pdf")

    def extract(**options):
        inputs = Inputs((InputFile.at(tmp_path / "in.pdf"),))
        outcome = extract_text.run(inputs, extract_text.parse_options(options), ctx)
        return outcome.result, outcome.outputs[0].path.read_text()

    result, text = extract()
    assert [page.quality for page in result.pages] == ["recognised", "good"]
    assert result.needs_ocr is None
    assert found_part(text) > 0.95
    assert "A page of text" in text
    result, text = extract(ocr="off")
    assert [page.quality for page in result.pages] == ["image_only", "good"]
    assert (result.needs_ocr, text.strip()) == ("1", "A page of text")


def test_text_that_is_garbled_is_read_from_what_one_sees(ctx, tmp_path):
    inputs = _inputs(garbled_pdf(tmp_path / "in.pdf"))
    for operation, options in ((extract_text, {}), (extract_text, {"mode": "raw"}), (convert, {"to": "md"})):
        outcome = operation.run(inputs, operation.parse_options(options), ctx)
        assert found_part(outcome.outputs[0].path.read_text()) > 0.95
        assert (outcome.result.needs_ocr, outcome.warnings) == (None, ())
    outcome = extract_text.run(inputs, extract_text.parse_options({"ocr": "off"}), ctx)
    assert outcome.result.needs_ocr == "1"
    assert "garbled" in outcome.warnings[0]


def test_without_language_data_pictures_are_read_by_rapidocr(ctx, tmp_path, monkeypatch):
    if not rapidocr.is_installed():
        not_run("RapidOCR is not installed")
    monkeypatch.setattr(language_data_of_machine, "_PLACES", ())
    outcome = convert.run(_inputs(scan_pdf(tmp_path / "in.pdf", scan())), convert.parse_options({"to": "txt"}), ctx)
    assert found_part(outcome.outputs[0].path.read_text()) > 0.8
    assert outcome.result.needs_ocr is None


def test_a_scan_becomes_a_document_of_paragraphs_without_its_picture(ctx, tmp_path):
    source = InputFile.at(scan_pdf(tmp_path / "in.pdf", scan()))
    outcome = convert.run(Inputs((source,)), convert.parse_options({"to": "html"}), ctx)
    html = outcome.outputs[0].path.read_text()
    assert found_part(re.sub("<[^>]+>", " ", html)) > 0.95
    assert "<img" not in html
    assert outcome.result.needs_ocr is None


def test_a_checkpoint_that_is_no_plain_file_is_passed_over(tmp_path):
    page = ReadPage(1, 100.0, 200.0, PageOutcome.RECOGNISED)
    checkpoint = Checkpoint.of(tmp_path / "kept", "eng")
    checkpoint.keep(page)
    assert checkpoint.find(1) == page
    assert Checkpoint.of(tmp_path / "kept", "deu").find(1) is None
    (path,) = (tmp_path / "kept").iterdir()
    other = path.with_name(path.name.replace("00001", "00002"))
    other.symlink_to(path)
    assert checkpoint.find(2) is None
    other.unlink()
    shutil.copy(path, other)
    assert checkpoint.find(2) is None
