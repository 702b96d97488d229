"""A disk that is really full, at twenty levels: uploads are refused whole, and all is well when there is room again."""

import hashlib
import os
import subprocess
from datetime import timedelta

import pytest

from applications import applications
from callers import COMPRESS
from faulty_io import stored
from pdfmill.jobs.orphans import sweep_orphans

DISK_MIB, LEVELS, JOBS_EACH = 24, 20, 10
SIZE = 100_000


@pytest.fixture
def small_disk(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("not run: only root can mount a small disk")
    folder = tmp_path / "disk"
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m", "tmpfs", str(folder)]
    mounted = subprocess.run(words, capture_output=True, text=True, check=False)
    if mounted.returncode != 0:
        pytest.skip(f"not run: no small disk can be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def fill(path, leave_bytes):
    """Take all of the disk but this much, to within a page of memory."""
    status = os.statvfs(path.parent)
    with path.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(1, status.f_bavail * status.f_frsize - leave_bytes))


def content(number):
    return b"%PDF-1.7\n" + hashlib.sha256(str(number).encode()).digest() * (SIZE // 32)


def submit(client, number):
    return client.post(COMPRESS, data=content(number), content_type="application/pdf")


@pytest.mark.timeout(600)
def test_two_hundred_submissions_on_a_disk_that_fills(small_disk):
    with applications(small_disk) as make_app:
        app = make_app(storage={"min_free_mib": 0}, upload={"max_upload_mib": 1})
        client, storage = app.test_client(), app.extensions["pdfmill"].storage
        assert submit(client, -1).status_code == 202  # the database has its first pages
        seen = set()
        for level in range(LEVELS):
            filler = small_disk / "filler"
            fill(filler, leave_bytes=level * level * 3_000)
            answers = [submit(client, level * JOBS_EACH + number) for number in range(JOBS_EACH)]
            filler.unlink()
            for number, answer in enumerate(answers):
                seen.add(answer.status_code)
                if answer.status_code == 202:
                    (stored_input,) = app.extensions["pdfmill"].jobs.get(answer.json["id"]).inputs
                    with storage.open(stored_input.storage_key) as file:
                        assert file.read() == content(level * JOBS_EACH + number)
                else:
                    told = (answer.status_code, answer.json["code"])
                    assert told in [(507, "storage_full"), (503, "database_unavailable")], answer.text
                    assert int(answer.headers["Retry-After"]) > 0
            assert list((storage.root / "incoming").glob("*")) == []
            again = submit(client, 10_000 + level)
            assert again.status_code == 202, again.text
            _delete_all(client)
        assert seen >= {202, 507}
        # Files of submissions whose row could not be written: whether it was, only the sweep finds out.
        sweep_orphans(app.extensions["pdfmill"].database, storage, timedelta(seconds=-1))
        assert stored(storage.root) == []


def _delete_all(client):
    while jobs := client.get("/v1/jobs?limit=200").json["items"]:
        for job in jobs:
            if job["status"] == "PENDING":
                assert client.post(f"/v1/jobs/{job['id']}/cancel").status_code == 202
            assert client.delete(f"/v1/jobs/{job['id']}").status_code == 204
