"""kill -9 of each part while jobs run: nothing that was accepted is lost, and each gets its own result."""

import os
import signal
import threading
import time

import httpx
import pikepdf
import pytest
from pikepdf import Pdf

from acceptance.conftest import is_ready, wait_for
from builders.pdf import add_image, add_text_page, jpeg, photo
from pdfmill.core.errors import ServerUnreachable

CLIENTS, JOBS_EACH = 8, 10
TRIES = 40

#: What the command line of each part holds, and which of the processes that have it is meant.
VICTIMS = {
    "Celery child": ("celery", -1),
    "Celery parent": ("celery", 0),
    "web server": ("gunicorn", 0),
    "web worker": ("gunicorn", -1),
    "Valkey": ("valkey-server", 0),
    "reconciler": ("reconciler", 0),
    "sandbox": ("bwrap", 0),
}


@pytest.fixture(scope="module")
def documents(tmp_path_factory):
    """Documents that differ in their number of pages, so that a mixed-up result shows."""
    folder = tmp_path_factory.mktemp("documents")
    picture = photo(500, 500)
    paths = []
    for pages in range(1, CLIENTS * JOBS_EACH + 1):
        with Pdf.new() as pdf:
            for number in range(pages):
                page = add_text_page(pdf, f"{pages} {number}")
            add_image(pdf, page, picture, inches=(2, 2), encoded=jpeg(picture))
            pdf.save(folder / f"{pages}.pdf")
        paths.append(folder / f"{pages}.pdf")
    return paths


def test_nothing_is_lost_or_mixed_up_when_parts_are_killed(start, documents, tmp_path):
    stack = start()
    accepted = {}

    def submit_all(number):
        with stack.client() as client:
            for path in documents[number::CLIENTS]:
                accepted[path] = _submit(client, path)

    clients = [threading.Thread(target=submit_all, args=(number,)) for number in range(CLIENTS)]
    for client in clients:
        client.start()
    killed = []
    for name, (words, which) in VICTIMS.items():
        time.sleep(0.7)
        pids = stack.pids_of(words)
        if pids:
            os.kill(sorted(pids)[which], signal.SIGKILL)
            killed.append(name)
    for client in clients:
        client.join(120)
    assert killed == list(VICTIMS)
    assert len(accepted) == len(documents)
    wait_for(lambda: is_ready(stack.address))
    with stack.client() as client:
        for path, job_id in accepted.items():
            job = list(client.watch(job_id))[-1]
            assert job.status == "COMPLETED", (path.name, job, stack.log.read_text()[-5000:])
            target = client.download(job, tmp_path / "out.pdf")
            with pikepdf.open(target) as pdf:
                assert len(pdf.pages) == int(path.stem)
            target.unlink()
    jobs = httpx.get(f"{stack.address}/v1/jobs?limit=200").json()["items"]
    assert len(jobs) == len(documents), "an Idempotency-Key keeps a repeated request from making a second job"
    assert stack.stop()[1] == []


def _submit(client, path):
    """Submit as a careful client does: with a key, again and again, until there is an answer."""
    for _ in range(TRIES):
        try:
            return client.submit("compress", path, {}, idempotency_key=path.name).id
        except ServerUnreachable:
            time.sleep(0.25)
    raise AssertionError(f"{path.name} was never accepted")
