"""The log of deeds: a chain that shows what was changed."""

import json
import multiprocessing

import pytest

from pdfmill.access.audit import AuditLog, Deed
from pdfmill.core.errors import AuditBroken


@pytest.fixture
def audit(tmp_path):
    return AuditLog(tmp_path / "data" / "audit.log")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "data" / "audit.log"


def write(path, number):
    log = AuditLog(path)
    for _ in range(number):
        log.write(Deed("job.submit", "pdfmill_0123456789ab", "0" * 32))


def test_nothing_was_done_yet(audit):
    assert audit.verify() == (0, "0" * 64)


def test_each_line_tells_who_what_and_how_it_ended(audit, path):
    audit.write(Deed("job.delete", "pdfmill_0123456789ab", "0" * 32, "unknown_job"))
    line = json.loads(path.read_text())
    assert set(line) == {"at", "key", "deed", "subject", "outcome", "before"}
    assert (line["deed"], line["outcome"], line["before"]) == ("job.delete", "unknown_job", "0" * 64)
    assert path.stat().st_mode & 0o777 == 0o600


def test_processes_that_write_at_once_make_one_chain(audit, path):
    path.parent.mkdir()
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=write, args=(path, 50)) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    assert audit.verify()[0] == 200


@pytest.mark.parametrize("number", range(5))
def test_a_changed_line_is_found(audit, path, number):
    write(path, 6)
    lines = path.read_text().splitlines(keepends=True)
    lines[number] = lines[number].replace("job.submit", "job.delete")
    path.write_text("".join(lines))
    with pytest.raises(AuditBroken, match=f"Line {number + 2} "):
        audit.verify()


@pytest.mark.parametrize("number", range(5))
def test_a_missing_line_is_found(audit, path, number):
    write(path, 6)
    lines = path.read_text().splitlines(keepends=True)
    del lines[number]
    path.write_text("".join(lines))
    with pytest.raises(AuditBroken):
        audit.verify()


def test_lines_missing_at_the_end_change_the_last_hash(audit, path):
    write(path, 6)
    count, last = audit.verify()
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    assert audit.verify()[0] == count - 1
    assert audit.verify()[1] != last


def test_a_line_that_a_crash_cut_short_is_told_and_the_log_goes_on(audit, path):
    write(path, 2)
    path.write_bytes(path.read_bytes()[:-20])
    write(path, 2)
    assert len(path.read_text().splitlines()) == 4
    with pytest.raises(AuditBroken, match=r"Line 2 .*cut short by a crash"):
        audit.verify()


def test_a_log_that_cannot_be_written_stops_nobody(tmp_path, logged):
    (tmp_path / "file").write_text("a file where a folder should be")
    AuditLog(tmp_path / "file" / "audit.log").write(Deed("job.submit"))
    assert "deed not written down" in logged()
