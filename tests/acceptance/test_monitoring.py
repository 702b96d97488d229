"""Flower beside a running server, as an operator starts it."""

import os
import subprocess
import sys

import httpx
import pytest

from builders.pdf import text_pdf
from stacks.processes import free_port, wait_for


@pytest.fixture
def flower(stack, tmp_path):
    """The address of a Flower that listens to the stack's broker."""
    address = f"http://127.0.0.1:{(port := free_port())}"
    words = ["--app", "pdfmill.celery_app", "flower", "--address=127.0.0.1", f"--port={port}"]
    environment = {
        **os.environ,
        "PDFMILL_DATA_DIR": str(stack.data_dirs[0]),
        "FLOWER_UNAUTHENTICATED_API": "true",
        "FLOWER_PERSISTENT": "false",
    }
    with (tmp_path / "flower.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "celery", *words], env=environment, stdout=log, stderr=log, cwd=tmp_path
        )
    try:
        wait_for(lambda: _get(f"{address}/api/workers"), 30, (tmp_path / "flower.log").read_text)
        yield address
    finally:
        process.terminate()
        process.wait(20)


def _get(url):
    """The answer as JSON; nothing while there is none."""
    try:
        response = httpx.get(url, timeout=5)
    except httpx.TransportError:
        return None
    return response.json() if response.status_code == 200 else None


def test_flower_shows_the_worker_and_the_tasks_of_a_real_run(stack, flower, tmp_path):
    workers = wait_for(lambda: _get(f"{flower}/api/workers?refresh=1"), 30)
    assert [name.startswith("pdfmill-") for name in workers] == [True]
    with stack.client() as client:
        done = list(client.watch(client.submit("compress", text_pdf(tmp_path / "in.pdf"), {}).id))[-1]
    assert done.status == "COMPLETED"
    tasks = wait_for(lambda: _get(f"{flower}/api/tasks?state=SUCCESS"), 30)
    assert {task["name"] for task in tasks.values()} == {"pdfmill.compress"}
    wait_for(lambda: f'flower_worker_online{{worker="{next(iter(workers))}"}} 1.0' in _metrics(flower))
    assert 'task="pdfmill.compress",type="task-succeeded"' in _metrics(flower)


def _metrics(flower):
    return httpx.get(f"{flower}/metrics").text
