"""The client against pdfmill's own server, with documents that are really worked on."""

import pikepdf
import pytest

from builders.pdf import encrypted_pdf, photo_pdf
from live_server import live_server
from pdfmill.client import Client, OutputOf
from pdfmill.core.errors import (
    EncryptedInput,
    InvalidOptions,
    InvalidTransition,
    JobNotFinished,
    ResultUnavailable,
    UnknownJob,
    UnknownOperation,
    UnsupportedMediaType,
)


@pytest.fixture
def live(tmp_path):
    with live_server(tmp_path / "data") as live:
        yield live


@pytest.fixture
def client(live):
    with Client(live.url) as client:
        yield client


@pytest.fixture
def photo(tmp_path):
    return photo_pdf(tmp_path / "photo.pdf")


def test_a_document_goes_there_and_comes_back_smaller(live, client, photo, tmp_path):
    submitted = client.submit("compress", photo, {"level": "high"})
    assert (submitted.status, submitted.options["level"]) == ("PENDING", "high")
    live.work()
    last = list(client.watch(submitted.id))[-1]
    assert last.is_completed
    assert last.result["output_bytes"] == last.outputs[0].size_bytes < photo.stat().st_size
    target = client.download(last, tmp_path / "small.pdf")
    assert target.stat().st_size == last.outputs[0].size_bytes
    with pikepdf.open(target) as pdf:
        assert len(pdf.pages) == 1


def test_the_operations_of_the_registry_are_offered(client, registry):
    assert [each.name for each in client.operations()] == [operation.name for operation in registry]
    assert "level" in client.operations()[0].options_schema["properties"]


def test_a_failed_job_tells_the_error_it_failed_with(live, client, tmp_path):
    job = client.submit("compress", encrypted_pdf(tmp_path / "locked.pdf"))
    live.work()
    with pytest.raises(InvalidTransition):
        client.cancel(job.id)
    failed = client.job(job.id)
    assert failed.status == "FAILED"
    assert isinstance(failed.error.to_error(), EncryptedInput)
    with pytest.raises(ResultUnavailable):
        client.download(failed, tmp_path / "small.pdf")


def test_a_second_submission_with_the_same_key_makes_no_second_job(client, photo):
    first = client.submit("compress", photo, idempotency_key="once")
    assert client.submit("compress", photo, idempotency_key="once").id == first.id
    assert len(client.jobs().items) == 1


def test_jobs_are_listed_newest_first_page_by_page(client, photo):
    ids = [client.submit("compress", photo).id for _ in range(3)]
    page = client.jobs(limit=2, status="PENDING", operation="compress")
    rest = client.jobs(limit=2, cursor=page.next_cursor)
    assert [job.id for job in (*page.items, *rest.items)] == ids[::-1]
    assert rest.next_cursor is None


def test_a_job_can_be_cancelled_and_forgotten(client, photo):
    job = client.submit("compress", photo)
    assert client.cancel(job.id).status == "CANCELLED"
    client.delete(job.id)
    with pytest.raises(UnknownJob):
        client.job(job.id)


def test_the_server_s_refusals_arrive_as_the_errors_they_are(client, photo, tmp_path):
    with pytest.raises(UnknownOperation, match="did you mean 'compress'"):
        client.submit("compres", photo)
    with pytest.raises(InvalidOptions) as raised:
        client.submit("compress", photo, {"levle": "high"})
    assert raised.value.extras["errors"][0]["field"] == "levle"
    with pytest.raises(UnsupportedMediaType):
        client.submit("compress", b"plain words")
    with pytest.raises(JobNotFinished):
        client.download(client.submit("compress", photo), tmp_path / "small.pdf")


def test_what_one_job_made_is_the_input_of_the_next(live, client, photo):
    first = client.submit("compress", photo)
    live.work()
    earlier = client.job(first.id)
    for given in (earlier, OutputOf(first.id), OutputOf(first.id, 0)):
        job = client.submit("compress", given, {"level": "low"})
        live.work()
        done = client.job(job.id)
        assert (done.status, done.inputs[0].sha256) == ("COMPLETED", earlier.outputs[0].sha256)
    client.delete(first.id)
    with pytest.raises(UnknownJob):
        client.submit("compress", earlier)
