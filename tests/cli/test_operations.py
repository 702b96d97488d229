"""Operations as commands, run through the real sandbox."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pikepdf
import pytest

from builders.pdf import text_pdf


def pages(path):
    with pikepdf.open(path) as pdf:
        return len(pdf.pages)


def started(*words, **how):
    return subprocess.Popen([sys.executable, "-m", "pdfmill", *map(str, words)], **how)


def ended(*words, **how):
    return subprocess.run([sys.executable, "-m", "pdfmill", *map(str, words)], capture_output=True, check=False, **how)


def test_an_output_goes_beside_its_input_under_a_name_of_its_own(pdfmill, photo, temporary_files):
    done = pdfmill("compress", photo)
    assert done.exit_code == 0, done.stderr
    output = photo.with_name("photo-compressed.pdf")
    assert output.stat().st_size < photo.stat().st_size
    assert pages(output) == pages(photo)
    assert done.stdout.startswith("photo.pdf: ")
    assert str(output) in done.stdout
    assert temporary_files() == []


def test_json_tells_everything_and_nothing_else_is_printed(pdfmill, photo, tmp_path):
    target = tmp_path / "small.pdf"
    done = pdfmill("compress", photo, "-o", target, "--level", "high", "--json")
    told = json.loads(done.stdout)
    assert told["status"] == "COMPLETED"
    assert told["result"]["level"] == "high"
    assert told["inputs"][0]["size_bytes"] == photo.stat().st_size
    assert told["outputs"][0]["path"] == str(target)
    assert told["outputs"][0]["size_bytes"] == target.stat().st_size
    assert told["sandbox"]["name"] in "ABC"


def test_quiet_is_quiet(pdfmill, photo):
    done = pdfmill("compress", photo, "-q")
    assert (done.exit_code, done.stdout) == (0, "")


def test_a_document_flows_from_standard_input_to_standard_output(photo, tmp_path):
    done = ended("compress", "-", input=photo.read_bytes())
    assert done.returncode == 0, done.stderr
    (tmp_path / "out.pdf").write_bytes(done.stdout)
    assert pages(tmp_path / "out.pdf") == 1
    assert b"document.pdf: " in done.stderr


def test_a_folder_that_is_named_as_one_is_made(pdfmill, photo, tmp_path):
    assert pdfmill("compress", photo, "-o", f"{tmp_path}/new/").exit_code == 0
    assert len(list((tmp_path / "new").iterdir())) == 1
    assert pdfmill("compress", photo, "-o", f"{tmp_path}/none/new/").exit_code == 2


def test_long_lists_are_counted_for_people_and_told_to_programs(pdfmill, tmp_path):
    document = text_pdf(tmp_path / "in.pdf", pages=3)
    for_people = pdfmill("extract-text", document, "-o", tmp_path / "a.txt").stdout
    assert "3 (--json tells each)" in for_people
    for_programs = pdfmill("extract-text", document, "-o", tmp_path / "b.txt", "--json").stdout
    assert len(json.loads(for_programs)["result"]["pages"]) == 3


def test_a_folder_as_output_takes_the_suggested_name(pdfmill, photo, tmp_path):
    (tmp_path / "out").mkdir()
    assert pdfmill("compress", photo, "-o", tmp_path / "out").exit_code == 0
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["photo-compressed.pdf"]


def test_a_file_is_replaced_only_by_force(pdfmill, photo, tmp_path, temporary_files):
    target = tmp_path / "small.pdf"
    target.write_bytes(b"before")
    refused = pdfmill("compress", photo, "-o", target, "--json")
    assert (refused.exit_code, json.loads(refused.stderr)["code"]) == (8, "output_exists")
    assert target.read_bytes() == b"before"
    assert pdfmill("compress", photo, "-o", target, "--force").exit_code == 0
    assert pages(target) == 1
    assert temporary_files() == []


def test_a_default_output_that_exists_is_not_replaced_either(pdfmill, photo):
    photo.with_name("photo-compressed.pdf").write_bytes(b"before")
    assert pdfmill("compress", photo).exit_code == 8
    assert photo.with_name("photo-compressed.pdf").read_bytes() == b"before"


def test_a_document_may_replace_itself(pdfmill, photo):
    before = photo.stat().st_size
    photo.chmod(0o640)
    assert pdfmill("compress", photo, "-o", photo, "--force").exit_code == 0
    assert photo.stat().st_size < before
    assert stat.S_IMODE(photo.stat().st_mode) == 0o640


def test_a_symbolic_link_stays_one(pdfmill, photo, tmp_path):
    (tmp_path / "real.pdf").write_bytes(b"before")
    (tmp_path / "link.pdf").symlink_to("real.pdf")
    assert pdfmill("compress", photo, "-o", tmp_path / "link.pdf", "--force").exit_code == 0
    assert (tmp_path / "link.pdf").is_symlink()
    assert pages(tmp_path / "real.pdf") == 1


def test_a_new_output_has_the_mode_that_the_umask_leaves(pdfmill, photo, tmp_path):
    before = os.umask(0o027)
    try:
        assert pdfmill("compress", photo, "-o", tmp_path / "small.pdf").exit_code == 0
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "small.pdf").stat().st_mode) == 0o640


def test_a_device_is_written_to_and_not_replaced(pdfmill, photo):
    assert pdfmill("compress", photo, "-o", "/dev/null").exit_code == 0
    assert Path("/dev/null").is_char_device()


@pytest.fixture
def bad(tmp_path):
    """Files that cannot be worked on, by name."""
    (tmp_path / "empty.pdf").write_bytes(b"")
    (tmp_path / "text.pdf").write_text("plain words")
    (tmp_path / "damaged.pdf").write_bytes(b"%PDF-1.7\n" + b"\x00nonsense" * 50)
    (tmp_path / "folder").mkdir()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(tmp_path / "locked.pdf", encryption=pikepdf.Encryption(owner="o", user="u"))
    return tmp_path


@pytest.mark.parametrize(
    ("words", "exit_code", "code"),
    [
        (["absent.pdf"], 2, "unusable_path"),
        (["folder"], 2, "unusable_path"),
        (["empty.pdf"], 4, "empty_input"),
        (["text.pdf"], 3, "unsupported_media_type"),
        (["damaged.pdf"], 4, "damaged_input"),
        (["locked.pdf"], 4, "password_required"),
        (["damaged.pdf", "-o", "no-folder/x.pdf"], 2, "unusable_path"),
        (["damaged.pdf", "-o", "-"], 2, "invalid_request"),  # with --json, which wants standard output as well
        (["damaged.pdf", "--level", "enormous"], 2, "invalid_request"),
        (["damaged.pdf", "--image-quality", "5"], 2, "invalid_request"),
        (["damaged.pdf", "--levle", "high"], 2, "invalid_request"),
        (["damaged.pdf", "damaged.pdf"], 2, "invalid_request"),
        ([], 2, "invalid_request"),
    ],
)
def test_what_cannot_be_done_has_its_own_code_and_leaves_nothing(
    pdfmill, bad, monkeypatch, temporary_files, words, exit_code, code
):
    monkeypatch.chdir(bad)
    before = sorted(bad.iterdir())
    done = pdfmill("compress", *words, "--json")
    failure = json.loads(done.stderr)
    assert (done.exit_code, failure["code"], done.stdout) == (exit_code, code, "")
    assert failure["detail"]
    assert sorted(bad.iterdir()) == before
    assert temporary_files() == []


def test_a_misspelt_operation_gets_a_hint(pdfmill):
    done = pdfmill("compres", "x.pdf")
    assert done.exit_code == 2
    assert "did you mean 'compress'?" in done.stderr


def test_limits_come_from_the_settings(pdfmill, photo):
    done = pdfmill("compress", photo, PDFMILL_LIMITS__WALL_S="0.01")
    assert done.exit_code == 15
    assert "PDFMILL_LIMITS__WALL_S" in done.stderr


@pytest.mark.parametrize(("number", "exit_code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_an_interrupted_command_leaves_nothing_behind(long_work, tmp_path, temporary_files, number, exit_code):
    process = started("compress", long_work, stderr=subprocess.PIPE)
    until = time.monotonic() + 20
    while not list((tmp_path / "tmp").glob("*/job-1/work")) and time.monotonic() < until:
        time.sleep(0.01)
    process.send_signal(number)
    _, errors = process.communicate(timeout=10)
    assert process.returncode == exit_code, errors
    assert temporary_files() == []
    assert list(long_work.parent.iterdir()) == [long_work]


def test_a_reader_that_goes_away_ends_the_command_quietly(photo):
    process = started("compress", photo, "-o", "-", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    errors = process.stderr.read()
    assert process.wait(20) == 141
    assert b"Traceback" not in errors
    assert b"error:" not in errors
    process.stderr.close()


def test_help_and_compress_start_without_the_server_s_libraries(photo):
    program = (
        "import sys, pdfmill.__main__\n"
        "try: pdfmill.__main__.main()\n"
        "finally: print(*sorted({name.split('.')[0] for name in sys.modules}))"
    )
    for words in (["--help"], ["compress", photo, "-q"]):
        done = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True, check=True)
        loaded = set(done.stdout.splitlines()[-1].split())
        assert "click" in loaded
        assert not {"flask", "celery", "sqlalchemy", "httpx", "alembic", "redis"} & loaded


def test_many_files_go_into_one_archive_and_a_bad_one_stops_no_other(pdfmill, photo, tmp_path):
    (tmp_path / "empty.pdf").touch()
    (tmp_path / "broken.pdf").write_text("hello")
    archive = tmp_path / "more.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.write(photo, "folder/photo.pdf")
    target = tmp_path / "out.zip"
    files = [photo, tmp_path / "empty.pdf", tmp_path / "broken.pdf", archive]
    done = pdfmill("bulk-compress", *files, "-o", target, "--json")
    assert done.exit_code == 0, done.stderr
    result = json.loads(done.stdout)["result"]
    assert [each["status"] for each in result["files"]] == ["COMPLETED", "FAILED", "FAILED", "COMPLETED"]
    with zipfile.ZipFile(target) as made:
        assert made.namelist() == ["photo-compressed.pdf", "photo-compressed (2).pdf"]


def test_a_batch_of_bad_files_fails(pdfmill, tmp_path):
    (tmp_path / "broken.pdf").write_text("hello")
    done = pdfmill("bulk-compress", tmp_path / "broken.pdf", "-o", tmp_path / "out.zip")
    assert done.exit_code == 4
    assert "[all_items_failed]" in done.stderr
    assert not (tmp_path / "out.zip").exists()
