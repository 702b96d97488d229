"""LibreOffice works in the box, and fetches nothing."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest

from builders.office import docx
from pdfmill.core.limits import Limits
from pdfmill.engines.libreoffice import LIMITS, command, write_profile
from pdfmill.worker.sandbox import Verdict

pytestmark = [
    pytest.mark.skipif(
        shutil.which("soffice") is None and os.environ.get("CI") != "true", reason="not run: LibreOffice is missing"
    ),
    pytest.mark.skipif(
        Path(sys.prefix).is_relative_to("/tmp"),
        reason="not run: where Python lies below /tmp, a box has no /tmp of its own, which LibreOffice needs",
    ),
]


@pytest.fixture
def canary():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.1)
        yield listener


def heard(canary):
    try:
        canary.accept()[0].close()
    except TimeoutError:
        return False
    return True


def url_of(canary):
    return f"http://127.0.0.1:{canary.getsockname()[1]}/x.png"


def test_it_converts_a_document_in_the_box_and_fetches_nothing(run, spool, tmp_path, canary):
    document = docx(tmp_path / "a.docx", text="Converted", external_picture=url_of(canary)).read_bytes()
    ended = run(
        "convert-with-libreoffice", "input/0", document=document, limits=Limits(wall_s=100).for_operation(LIMITS)
    )
    assert ended.verdict is Verdict.OK, ended
    made = max(spool.glob("convert-with-libreoffice-*"), key=lambda path: path.name) / ended.outcome.outputs[0].file
    with pikepdf.open(made) as pdf:
        assert len(pdf.pages) == 1
    assert not heard(canary)


def test_without_the_box_the_profile_alone_keeps_it_from_the_network(tmp_path, canary):
    document = docx(tmp_path / "a.docx", external_picture=url_of(canary))
    profile, made = tmp_path / "profile", tmp_path / "made"
    profile.mkdir()
    write_profile(profile)
    words = command(shutil.which("soffice"), document, profile, made, "MS Word 2007 XML", "pdf")
    subprocess.run(words, check=True, capture_output=True, timeout=100)
    assert (made / "a.pdf").stat().st_size > 0
    assert not heard(canary)


def test_a_document_it_cannot_convert_is_an_error_though_it_returns_0(run):
    ended = run(
        "convert-with-libreoffice", "input/0", document=b"PK\x03\x04 rubbish", limits=Limits().for_operation(LIMITS)
    )
    assert (ended.verdict, ended.failure.code) == (Verdict.FAILED, "damaged_input"), ended
