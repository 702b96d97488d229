"""`Delete now`: nothing that a client sent can be found afterwards, and the log never held any of it."""

import httpx
import pytest

from builders.pdf import text_pdf
from pdfmill.client import Client
from pdfmill.core.errors import PdfMillError
from stacks.processes import wait_for

CANARY = "CANARY-6f1b0d2a"


@pytest.fixture
def document(tmp_path):
    """A canary in its name and, past what the format reads, in its bytes."""
    path = text_pdf(tmp_path / f"{CANARY}.pdf")
    path.write_bytes(path.read_bytes() + f"\n% {CANARY}\n".encode())
    return path


def files_with_canary(folder):
    found = []
    for path in folder.rglob("*"):
        if path.is_file() and (CANARY in path.name or CANARY.encode() in path.read_bytes()):
            found.append(path.relative_to(folder).as_posix())
    return found


def test_a_deleted_job_leaves_nothing_behind(start, document, tmp_path):
    stack = start()
    with stack.client() as client:
        done = client.submit("compress", document, idempotency_key=CANARY)
        failed = client.submit("compress", [b"%PDF-1.7\n" + CANARY.encode()], names=[f"{CANARY}.pdf"])
        cancelled = client.submit("compress", document)
        with pytest.raises(PdfMillError):
            client.submit("compress", document, {"level": CANARY, CANARY: CANARY})
        with pytest.raises(PdfMillError):
            client.submit(CANARY, document)
        with pytest.raises(PdfMillError):
            client.job(CANARY)
        with Client(stack.address, api_key=f"pdfmill_{CANARY}.x") as stranger, pytest.raises(PdfMillError):
            stranger.jobs()
        httpx.get(f"{stack.address}/v1/downloads/{CANARY}.x.y", headers={"User-Agent": CANARY, "Referer": CANARY})
        ended = [list(client.watch(job.id))[-1].status for job in (done, failed, cancelled)]
        assert ended == ["COMPLETED", "FAILED", "COMPLETED"]
        data = stack.folder / "data"
        assert any(path.startswith("pdfmill.db") for path in files_with_canary(data))
        assert any(path.startswith("files/") for path in files_with_canary(data))
        for job in (done, failed, cancelled):
            client.delete(job.id)
    # Whoever read the database at that very moment may have kept the log from being emptied.
    wait_for(lambda: files_with_canary(data) == [] or _delete_another(stack, document.parent))
    assert CANARY not in stack.log.read_text()
    stack.stop()
    assert files_with_canary(data) == []
    assert CANARY not in stack.log.read_text()


def _delete_another(stack, folder):
    """Deleting a job empties the write-ahead log, so the next one makes up for what was missed."""
    with stack.client() as client:
        job = client.submit("compress", text_pdf(folder / "plain.pdf"))
        list(client.watch(job.id))
        client.delete(job.id)
