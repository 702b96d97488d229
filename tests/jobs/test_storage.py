"""Files are published whole or not at all."""

import hashlib
import os
import time

import pytest

from pdfmill.core.errors import FileMissing, InputTooLarge, StorageFull
from pdfmill.jobs.storage import Label, LocalStorage
from pdfmill.jobs.storage.incoming import ABANDONED_AFTER_S

LABEL = Label("a.pdf", "application/pdf")


def test_an_upload_is_invisible_until_it_is_published(storage, stored_files):
    incoming = storage.incoming(100)
    incoming.write(b"%PDF-")
    incoming.write(b"1.7")
    assert all(name.startswith("incoming/") for name in stored_files())
    stored = storage.publish(incoming, "inputs/ab/x", LABEL)
    assert stored_files() == ["inputs/ab/x"]
    with storage.open("inputs/ab/x") as file:
        assert file.read() == b"%PDF-1.7"
    assert stored.size_bytes == 8
    assert stored.sha256 == hashlib.sha256(b"%PDF-1.7").hexdigest()


def test_an_upload_over_the_limit_is_refused_while_it_is_read(storage, stored_files):
    incoming = storage.incoming(4)
    incoming.write(b"1234")
    with pytest.raises(InputTooLarge):
        incoming.write(b"5")
    incoming.discard()
    assert stored_files() == []


def test_a_full_disk_is_refused_before_anything_is_read(tmp_path):
    with pytest.raises(StorageFull, match="PDFMILL_STORAGE__MIN_FREE_MIB"):
        LocalStorage(tmp_path, min_free_bytes=1 << 60).require_space(1)


def test_discarding_a_published_upload_keeps_it(storage, stored_files):
    incoming = storage.incoming(10)
    storage.publish(incoming, "k", LABEL)
    incoming.discard()
    assert stored_files() == ["k"]


def test_a_missing_file_is_told(storage):
    with pytest.raises(FileMissing, match="Submit the job again"):
        storage.open("nothing")


def test_only_abandoned_uploads_are_swept(storage, stored_files):
    old, young = storage.incoming(10), storage.incoming(10)
    then = time.time() - ABANDONED_AFTER_S - 1
    os.utime(old.path, (then, then))
    assert storage.sweep_incoming() == 1
    assert stored_files() == [f"incoming/{young.path.name}"]
    young.discard()
    old.discard()


def test_the_check_leaves_nothing_behind(storage, stored_files):
    assert "MiB free" in storage.check()
    assert stored_files() == []
