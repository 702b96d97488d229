"""A box with operations that misbehave in it, and a folder that every user can reach."""

import tempfile
import time
from pathlib import Path

import pytest

from pdfmill.core.limits import Limits
from pdfmill.worker.sandbox import Sandbox, SandboxRequest

MISBEHAVING = Path(__file__).parents[1] / "worker" / "sandbox"


@pytest.fixture(scope="module")
def spool():
    with tempfile.TemporaryDirectory(prefix="pdfmill-test-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        yield folder


@pytest.fixture(scope="module")
def misbehaving(spool):
    with Sandbox.start(spool, registry="misbehaving:load_registry", extra_readable=(MISBEHAVING,)) as sandbox:
        yield sandbox


@pytest.fixture
def run(misbehaving, spool):
    """Runs a misbehaving operation to its end, with a document as input where one is given."""

    def run(operation, target="", *, document=None, limits=None):
        directory = spool / f"{operation}-{time.monotonic_ns()}"
        (directory / "input").mkdir(mode=0o755, parents=True)
        if document is not None:
            (directory / "input" / "0").write_bytes(document)
        limits = limits or Limits(wall_s=60, cpu_s=60)
        request = SandboxRequest(operation=operation, options={"target": target}, inputs=(), limits=limits)
        with misbehaving.launch(directory, request) as process:
            return process.wait()

    return run
