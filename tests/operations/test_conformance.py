"""What every operation must do; a new one gets these tests for free."""

import shutil
import subprocess

import pikepdf
import pytest

from builders.pdf import damaged_pdf, encrypted_pdf, pdf_without_pages, text_pdf
from pdfmill.core.documents import InputFile, sniff
from pdfmill.core.errors import Cancelled, DamagedInput, EmptyInput, EncryptedInput, NoPages, TooManyPages
from pdfmill.core.limits import Limits
from pdfmill.core.operation import Inputs
from pdfmill.engines.probe import PROBES
from pdfmill.operations import load_registry

OPERATIONS = list(load_registry())
every_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)


def _inputs(path):
    return Inputs((InputFile.at(path),))


@every_operation
def test_its_defaults_are_valid_and_survive_json(operation):
    options = operation.parse_options({})
    assert operation.parse_options(options.model_dump(mode="json")) == options


@every_operation
def test_it_explains_itself(operation):
    assert operation.summary.endswith(".")
    assert all(field.description.endswith(".") for field in operation.fields)
    assert set(operation.requires) <= set(PROBES)


@every_operation
def test_it_works_on_a_minimal_document_and_leaves_the_input_alone(operation, ctx, reporter, tmp_path):
    path = text_pdf(tmp_path / "in.pdf")
    before = path.read_bytes()
    outcome = operation.run(_inputs(path), operation.parse_options({}), ctx)
    assert path.read_bytes() == before
    assert isinstance(outcome.result, operation.result)
    for output in outcome.outputs:
        assert output.path.resolve().is_relative_to(ctx.work_dir.resolve())
        assert output.path.stat().st_size > 0
        if output.media_type == "application/pdf":
            _assert_sound_pdf(output)
    percents = [progress.percent for progress in reporter.seen]
    assert percents == sorted(percents)
    assert percents[-1] == 100


def _assert_sound_pdf(output):
    assert sniff(output.path.read_bytes()) == "application/pdf"
    with pikepdf.open(output.path) as pdf:
        assert output.page_count in (None, len(pdf.pages))
    if qpdf := shutil.which("qpdf"):
        done = subprocess.run([qpdf, "--check", output.path], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


@every_operation
def test_two_runs_give_equal_results(operation, ctx, tmp_path):
    path = text_pdf(tmp_path / "in.pdf")
    results = [operation.run(_inputs(path), operation.parse_options({}), ctx).result for _ in range(2)]
    assert results[0] == results[1]


@every_operation
def test_cancelling_stops_it_at_its_next_report(operation, ctx, reporter, tmp_path):
    reporter.cancel_at = 1
    with pytest.raises(Cancelled):
        operation.run(_inputs(text_pdf(tmp_path / "in.pdf")), operation.parse_options({}), ctx)
    assert len(reporter.seen) == 1


@every_operation
@pytest.mark.parametrize(
    ("build", "error"),
    [
        (encrypted_pdf, EncryptedInput),
        (damaged_pdf, DamagedInput),
        (pdf_without_pages, NoPages),
        (lambda path: path.touch() or path, EmptyInput),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(operation, ctx, tmp_path, build, error):
    path = build(tmp_path / "in.pdf")
    inputs = Inputs((InputFile(path, "in.pdf", sniff(b"%PDF-")),))
    with pytest.raises(error):
        operation.run(inputs, operation.parse_options({}), ctx)


@every_operation
def test_a_document_of_too_many_pages_is_refused(operation, ctx, tmp_path):
    ctx.limits = Limits(max_pages=2)
    with pytest.raises(TooManyPages, match="PDFMILL_LIMITS__MAX_PAGES"):
        operation.run(_inputs(text_pdf(tmp_path / "in.pdf", pages=3)), operation.parse_options({}), ctx)
