"""What the README promises, done with the whole stack."""

import json
import subprocess
import sys
import zipfile

import httpx
import pikepdf
import pytest

from builders.pdf import damaged_pdf, encrypted_pdf, photo_pdf, signed_pdf, text_pdf
from pdfmill.core.errors import AlreadyServing, PdfMillError
from stacks.processes import is_alive, wait_for
from stacks.stack import STOP_S


def test_a_pdf_goes_in_and_a_smaller_one_comes_out(stack, tmp_path):
    source = photo_pdf(tmp_path / "report.pdf")
    with stack.client() as client:
        job = client.submit("compress", source, {"level": "medium"})
        assert job.status == "PENDING"
        seen = list(client.watch(job.id))
        assert seen[-1].status == "COMPLETED", seen[-1]
        result = seen[-1].result
        assert result["input_bytes"] == source.stat().st_size
        assert result["output_bytes"] < result["input_bytes"]
        target = client.download(seen[-1], tmp_path / "small.pdf")
    assert target.stat().st_size == result["output_bytes"]
    with pikepdf.open(target) as pdf:
        assert len(pdf.pages) == 1


def test_curl_as_in_the_readme(stack, tmp_path):
    source = text_pdf(tmp_path / "report.pdf")
    done = subprocess.run(
        ["curl", "-sS", "-F", f"file=@{source}", "-F", "level=medium", f"{stack.address}/v1/operations/compress"],
        capture_output=True,
        check=True,
    )
    job = json.loads(done.stdout)
    assert httpx.get(f"{stack.address}/v1/jobs/{job['id']}?wait=20").json()["status"] == "COMPLETED"


def test_prefer_wait_answers_with_the_finished_job(stack, tmp_path):
    source = text_pdf(tmp_path / "report.pdf")
    response = httpx.post(
        f"{stack.address}/v1/operations/compress",
        content=source.read_bytes(),
        headers={"Content-Type": "application/pdf", "Prefer": "wait=20"},
    )
    assert (response.status_code, response.json()["status"]) == (200, "COMPLETED")
    assert response.headers["Preference-Applied"] == "wait=20"


@pytest.mark.parametrize(
    ("build", "code"),
    [(encrypted_pdf, "password_required"), (damaged_pdf, "damaged_input")],
    ids=["encrypted", "damaged"],
)
def test_a_bad_document_fails_its_own_job_and_the_next_one_works(stack, tmp_path, build, code):
    with stack.client() as client:
        bad = client.submit("compress", build(tmp_path / "bad.pdf"), {})
        good = client.submit("compress", signed_pdf(tmp_path / "good.pdf"), {})
        failed = list(client.watch(bad.id))[-1]
        assert (failed.status, failed.error.code) == ("FAILED", code)
        assert list(client.watch(good.id))[-1].result["reason"] == "signed"


def test_many_files_are_one_job_and_a_bad_one_stops_no_other(stack, tmp_path):
    good, photo = text_pdf(tmp_path / "good.pdf"), photo_pdf(tmp_path / "photo.pdf")
    bad = damaged_pdf(tmp_path / "bad.pdf")
    with stack.client() as client:
        batch = client.submit("bulk-compress", [good, bad, photo], {})
        ended = list(client.watch(batch.id))[-1]
        assert ended.status == "COMPLETED", ended
        assert [each["status"] for each in ended.result["files"]] == ["COMPLETED", "FAILED", "COMPLETED"]
        target = client.download(ended, tmp_path / "files.zip")
        assert client.jobs().items[0].id == batch.id
    with zipfile.ZipFile(target) as archive:
        assert archive.namelist() == ["good-compressed.pdf", "photo-compressed.pdf"]
    assert ended.warnings[0].startswith("bad.pdf: ")


def test_the_server_is_ready_in_every_part(stack):
    response = httpx.get(f"{stack.address}/readyz", timeout=20)
    assert response.json()["ready"], response.text


def test_the_command_line_works_through_the_server(stack, tmp_path):
    source = photo_pdf(tmp_path / "report.pdf")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pdfmill",
            "compress",
            source,
            "-o",
            tmp_path / "s.pdf",
            "--json",
            "--server",
            stack.address,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["result"]["outcome"] == "smaller"
    assert (tmp_path / "s.pdf").stat().st_size < source.stat().st_size


def test_a_second_server_on_the_same_data_is_refused(stack):
    done = subprocess.run(
        [sys.executable, "-m", "pdfmill", "serve", "--port", "1", "--data-dir", str(stack.folder / "data")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == AlreadyServing.kind.exit_code
    assert f"process {stack.process.pid}" in done.stderr


def test_ctrl_c_stops_everything_in_time(start, tmp_path):
    stack = start()
    with stack.client() as client:
        client.submit("compress", photo_pdf(tmp_path / "in.pdf"), {})
    assert stack.stop(within_s=STOP_S) == []
    assert stack.process.returncode == 0


def test_the_death_of_the_launcher_leaves_nothing_behind(start):
    stack = start()
    pids = stack.pids()
    stack.kill()
    wait_for(lambda: not [pid for pid in pids if is_alive(pid)], seconds=15)


def test_a_job_survives_a_restart_of_everything(start, tmp_path):
    stack = start()
    with stack.client() as client:
        jobs = [client.submit("compress", photo_pdf(tmp_path / f"{n}.pdf", pixels=800), {}).id for n in range(6)]
    stack.kill()
    wait_for(lambda: not stack.pids_of("pdfmill")[1:])
    stack = start()
    with stack.client() as client:
        for job_id in jobs:
            assert list(client.watch(job_id))[-1].status == "COMPLETED"


def test_our_errors_reach_a_client_as_themselves(stack, tmp_path):
    (tmp_path / "x.pdf").write_text("hello")
    with stack.client() as client, pytest.raises(PdfMillError) as caught:
        client.submit("compress", tmp_path / "x.pdf", {})
    assert caught.value.code == "unsupported_media_type"
