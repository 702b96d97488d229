"""What conversions cost on a server is what a preview expects, through queue, sandbox and table."""

import pytest

from builders.pdf import text_pdf
from pdfmill.core.limits import Limits
from pdfmill.jobs.history import Kind, recall
from pdfmill.jobs.status import JobStatus
from pdfmill.operations import load_registry
from pdfmill.services.preview.forecast import LEAST_RUNS
from pdfmill.worker.preparation import Preparer
from pdfmill.worker.runner import AttemptRunner
from pdfmill.worker.spool import Spool


@pytest.fixture
def perform(database, storage, dispatcher, policy, sealer, jobs, upload, tmp_path):
    """Runs a job on a document to its end."""
    spool = Spool(tmp_path / "spool")
    registry = load_registry()
    runner = AttemptRunner(
        database=database,
        storage=storage,
        dispatcher=dispatcher,
        policy=policy,
        registry=registry,
        preparer=Preparer(storage, registry, sealer, Limits()),
        spool=spool,
    )
    runner.prepare()

    def perform(name, path, **options):
        job = jobs.submit(registry.get(name), options, [upload(path.read_bytes())])[0]
        assert runner.run(job.id, "conversion", lambda progress: None)
        return jobs.get(job.id)

    yield perform
    runner.close()


def test_a_preview_expects_what_conversions_took(perform, database, tmp_path):
    path = text_pdf(tmp_path / "a.pdf", text="H")
    for _ in range(LEAST_RUNS):
        assert perform("convert", path, to="txt").status is JobStatus.COMPLETED
    runs = recall(database, Kind("convert", "txt"))
    assert [(run.work.pages, run.work.characters) for run in runs] == [(1, 3)] * LEAST_RUNS
    assert all(run.input_bytes == path.stat().st_size and run.output_bytes == 4 for run in runs)
    expected = perform("convert-preview", path, to="txt", thumbnails=0).result["expected"]
    assert (expected["jobs_seen"], expected["output_bytes"]) == (LEAST_RUNS, 4)
    assert 0 < expected["seconds"] < 60
    assert perform("convert-preview", path, to="md", thumbnails=0).result["expected"] is None
    assert perform("convert-preview", path, thumbnails=0).result["expected"] is None


def test_pictures_are_counted_by_what_is_drawn(perform, database, tmp_path):
    perform("convert", text_pdf(tmp_path / "a.pdf"), to="png", dpi=72)
    (run,) = recall(database, Kind("convert", "png"))
    assert (run.work.pages, run.work.megapixels) == (1, pytest.approx(612 * 792 / 1e6, abs=0.001))


def test_a_job_that_fails_leaves_no_cost(perform, database, tmp_path):
    assert perform("convert", text_pdf(tmp_path / "a.pdf"), to="csv").status is JobStatus.FAILED
    assert recall(database, Kind("convert", "csv")) == ()
