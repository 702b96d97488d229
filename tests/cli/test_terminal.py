"""What a person sees who sits at a terminal."""

import os
import pty
import select
import subprocess
import sys
import time


def at_a_terminal(*words, typing=b"", stdout_too=True):
    """Run a command on a pseudo-terminal; gives exit code and everything that appeared on it."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "pdfmill", *map(str, words)],
        stdin=theirs,
        stdout=theirs if stdout_too else subprocess.DEVNULL,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100"},
        start_new_session=True,
    )
    os.close(theirs)
    shown, until = b"", time.monotonic() + 30
    while time.monotonic() < until and select.select([ours], [], [], until - time.monotonic())[0]:
        try:
            data = os.read(ours, 1 << 16)
        except OSError:  # Linux tells so that nobody holds the other end any more
            break
        shown += data
        if typing and b"[y/N]" in shown:
            os.write(ours, typing)
            typing = b""
    os.close(ours)
    return process.wait(10), shown.decode()


def test_a_progress_bar_tells_stage_percent_and_count(long_work):
    status, shown = at_a_terminal("compress", long_work)
    assert status == 0
    assert "pictures" in shown
    assert "of 3 images" in shown
    assert " %" in shown
    assert "album.pdf" in shown
    assert "saved as" in shown


def test_quiet_draws_nothing(photo):
    status, shown = at_a_terminal("compress", photo, "-q")
    assert status == 0
    assert "pictures" not in shown
    assert "saved as" not in shown


def test_a_document_is_not_printed_on_a_terminal(photo):
    status, shown = at_a_terminal("compress", photo, "-o", "-")
    assert status == 2
    assert "Standard output is a terminal" in shown


def test_a_terminal_is_no_document(photo):
    status, shown = at_a_terminal("compress", "-", "-o", "x.pdf")
    assert status == 2
    assert "Standard input is a terminal" in shown


def test_a_person_is_asked_before_a_finished_output_replaces_a_file(photo):
    target = photo.with_name("photo-compressed.pdf")
    target.write_bytes(b"before")
    status, shown = at_a_terminal("compress", photo, typing=b"n\n")
    assert status == 8
    assert "Replace" in shown
    assert target.read_bytes() == b"before"
    status, _ = at_a_terminal("compress", photo, typing=b"y\n")
    assert status == 0
    assert target.read_bytes().startswith(b"%PDF")
