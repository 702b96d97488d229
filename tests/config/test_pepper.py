"""The server's own secret."""

import multiprocessing

import pytest

from pdfmill.config.pepper import Pepper
from pdfmill.config.settings import load_settings
from pdfmill.core.errors import InvalidSettings


def read(path, results):
    results.put(Pepper.kept_at(path).key_for("x"))


def test_it_is_made_once_and_read_by_its_owner_only(tmp_path):
    path = tmp_path / "data" / "pepper"
    first = Pepper.kept_at(path).key_for("x")
    assert Pepper.kept_at(path).key_for("x") == first
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["pepper"]


def test_processes_that_start_at_once_agree(tmp_path):
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    readers = [context.Process(target=read, args=(tmp_path / "pepper", results)) for _ in range(8)]
    for reader in readers:
        reader.start()
    found = {results.get(timeout=20) for _ in readers}
    for reader in readers:
        reader.join()
    assert len(found) == 1


def test_a_file_that_others_can_read_is_refused(tmp_path):
    path = tmp_path / "pepper"
    Pepper.kept_at(path)
    path.chmod(0o640)
    with pytest.raises(InvalidSettings, match="chmod 600"):
        Pepper.kept_at(path)


def test_a_file_that_was_cut_is_refused(tmp_path):
    path = tmp_path / "pepper"
    path.touch(mode=0o600)
    with pytest.raises(InvalidSettings, match="backup"):
        Pepper.kept_at(path)


def test_each_use_has_a_key_of_its_own():
    pepper = Pepper(b"p" * 32)
    assert len({pepper.key_for("a"), pepper.key_for("b"), pepper.digest("a", ""), pepper.digest("a", "b")}) == 4


def test_a_setting_wins_over_the_file(tmp_path):
    settings = load_settings(data_dir=tmp_path, access={"pepper": "s" * 32})
    assert Pepper.of(settings).key_for("x") == Pepper(b"s" * 32).key_for("x")
    assert list(tmp_path.iterdir()) == []
