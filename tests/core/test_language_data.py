"""Where the data of Tesseract are looked for."""

import pytest

from pdfmill.core.language_data import PREFIX, data_environment, data_folder, installed_languages


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "tessdata"
    folder.mkdir()
    for code in ("fra", "osd", "snum"):
        (folder / f"{code}.traineddata").touch()
    return folder


@pytest.mark.parametrize("above", [False, True])
def test_a_folder_that_is_named_comes_first(data, monkeypatch, above):
    monkeypatch.setenv(PREFIX, str(data.parent if above else data))
    assert data_folder() == data
    assert installed_languages() == ("fra",)
    assert data_environment() == {PREFIX: str(data)}


@pytest.mark.parametrize("named", ["", "/nowhere/at/all"])
def test_a_folder_without_data_is_passed_over(monkeypatch, named):
    monkeypatch.delenv(PREFIX, raising=False)
    usual = data_folder()
    monkeypatch.setenv(PREFIX, named)
    assert data_folder() == usual
    assert data_environment() == {}
