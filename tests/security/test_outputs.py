"""An exit status of 0 proves nothing: what a program really made is looked at before it is published."""

import time

import pytest

from pdfmill.core.limits import Limits
from pdfmill.worker.sandbox import Verdict


@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("true", "output_rejected"),
        (": > out.pdf", "output_rejected"),
        ("head -c 400 2.pdf > out.pdf", "output_rejected"),
        ("head -c -20 2.pdf > out.pdf", "output_rejected"),
        ("cp 1.pdf out.pdf", "output_rejected"),
        ("echo hello > out.pdf", "output_rejected"),
        ("mkdir out.pdf", "output_rejected"),
        ("ln -s 2.pdf out.pdf", "output_rejected"),
        ("ln -s /etc/passwd out.pdf", "output_rejected"),
        ("cp ../../other-1/work/out.pdf out.pdf; true", "output_rejected"),
        ("yes; true", "engine_failed"),
        ("head -c 1073741824 /dev/zero >&2; cp 2.pdf out.pdf", "engine_failed"),
        ("head -c 1073741824 /dev/zero > out.pdf; true", "output_rejected"),
    ],
)
def test_a_program_that_returns_0_and_lies_is_never_believed(run, spool, program, code):
    ended = run("believe-a-program", program, limits=Limits(wall_s=60, cpu_s=60, output_mib=16))
    assert ended.outcome is None
    assert (ended.verdict, ended.failure.code) == (Verdict.FAILED, code), ended


def test_a_program_that_does_its_work_is_believed(run):
    ended = run("believe-a-program", "cp 2.pdf out.pdf; echo warning >&2")
    assert ended.verdict is Verdict.OK, ended


def test_what_is_left_running_cannot_exchange_an_output_after_the_check(run, spool):
    ended = run("believe-a-program", "cp 2.pdf out.pdf; setsid sh -c 'sleep 0.5; echo other > out.pdf' & true")
    assert ended.verdict is Verdict.OK, ended
    time.sleep(1)
    latest = max(spool.glob("believe-a-program-*"), key=lambda path: path.name)
    assert (latest / "work" / "out.pdf").read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize(
    "media_type",
    [
        "application/pdf",
        "image/png",
        "image/jpeg",
        "image/tiff",
        "image/webp",
        "application/json",
        "text/plain",
        "application/zip",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ],
)
def test_rubbish_passes_for_nothing(run, media_type):
    ended = run("claim-to-be", media_type)
    assert (ended.verdict, ended.failure.code) == (Verdict.FAILED, "output_rejected"), ended


def test_a_sound_output_of_each_kind_passes(run):
    ended = run("make-one-of-each")
    assert ended.verdict is Verdict.OK, ended
    assert len(ended.outcome.outputs) == 8


def test_many_files_fill_no_disk(run):
    ended = run("fill-the-disk", limits=Limits(wall_s=60, work_mib=32))
    assert (ended.verdict, ended.failure.code) == (Verdict.DISK, "output_too_large"), ended
    assert "PDFMILL_LIMITS__WORK_MIB" in ended.failure.detail
