"""What every operation must do; a new one gets these tests for free."""

import shutil
import subprocess

import pikepdf
import pytest

from builders.pdf import damaged_pdf, encrypted_pdf, pdf_without_pages, text_pdf
from direct_provider import direct_provider
from pdfmill.core.context import Context
from pdfmill.core.documents import InputFile, MediaType, media_type_of, sniff
from pdfmill.core.errors import (
    AllItemsFailed,
    Cancelled,
    DamagedInput,
    EmptyInput,
    EncryptedInput,
    NoPages,
    PdfMillError,
    TooManyPages,
)
from pdfmill.core.failure import Failure
from pdfmill.core.limits import Limits
from pdfmill.core.operation import BatchItem, Inputs
from pdfmill.engines.probe import PROBES
from pdfmill.operations import load_registry
from pdfmill.services import Services

OPERATIONS = list(load_registry())
every_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)


#: What an operation cannot find out from a document of one word.
OPTIONS = {"translate": {"source": "de"}}


def run(operation, file, ctx):
    """Run an operation on one file with its default options; a batch with its item, whose error is the batch's."""
    options = operation.parse_options(OPTIONS.get(operation.name, {}))
    if operation.needs is not None and operation.needs(options) is not None:
        script = ctx.path("script.json")
        script.write_text('{"translation": "[{target}] {text}"}')
        with direct_provider(completion="scripted", translation="scripted", script=script) as ctx.provider:
            return operation.run(Inputs((file if isinstance(file, InputFile) else InputFile.at(file),)), options, ctx)
    inputs = Inputs((file if isinstance(file, InputFile) else InputFile.at(file),))
    if operation.batch is None:
        return operation.run(inputs, options, ctx)
    (piece,) = operation.batch.split(inputs, ctx)
    item, failure = _run_item(operation.batch, InputFile(piece.path, piece.name, media_type_of(piece.path)), ctx)
    if failure is None:
        return operation.run(Inputs((), (item,)), options, ctx)
    with pytest.raises(AllItemsFailed) as caught:
        operation.run(Inputs((), (item,)), options, ctx)
    assert [each["code"] for each in caught.value.extras["files"]] == [failure.code]
    raise failure


def _run_item(batch, file, ctx):
    work_dir = ctx.path("item")
    work_dir.mkdir(exist_ok=True)
    item_ctx = Context(work_dir, limits=ctx.limits, services=Services())
    operation = load_registry().get(batch.operation)
    try:
        outcome = operation.run(Inputs((file,)), operation.parse_options({}), item_ctx)
    except PdfMillError as error:
        return BatchItem(file.name, file.size_bytes, None, None, Failure.of(error)), error
    output = outcome.outputs[0]
    made = InputFile(output.path, output.name, output.media_type)
    return BatchItem(file.name, file.size_bytes, made, outcome.result.model_dump(mode="json"), None), None


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
    outcome = run(operation, path, ctx)
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
    results = [run(operation, path, ctx).result for _ in range(2)]
    assert results[0] == results[1]


@every_operation
def test_cancelling_stops_it_at_its_next_report(operation, ctx, reporter, tmp_path):
    reporter.cancel_at = 1
    with pytest.raises(Cancelled):
        run(operation, text_pdf(tmp_path / "in.pdf", pages=3), ctx)
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
    with pytest.raises(error):
        run(operation, InputFile(path, "in.pdf", MediaType.PDF), ctx)


@every_operation
def test_a_document_of_too_many_pages_is_refused(operation, ctx, tmp_path):
    ctx.limits = Limits(max_pages=2)
    with pytest.raises(TooManyPages, match="PDFMILL_LIMITS__MAX_PAGES"):
        run(operation, text_pdf(tmp_path / "in.pdf", pages=3), ctx)
