"""Secrets among the settings: from files, and never somebody else's example."""

import pytest

from pdfmill.config.settings import load_settings, settings_in_force
from pdfmill.core.errors import InvalidSettings


@pytest.mark.parametrize(
    ("variable", "read"),
    [
        ("PDFMILL_DATABASE__URL", lambda settings: settings.database.url),
        ("PDFMILL_BROKER__URL", lambda settings: settings.broker.url),
        ("PDFMILL_STORAGE__SECRET_ACCESS_KEY", lambda settings: settings.storage.secret_access_key),
        ("PDFMILL_ACCESS__PEPPER", lambda settings: settings.access.pepper),
    ],
)
def test_each_secret_can_stand_in_a_file(monkeypatch, tmp_path, variable, read):
    secret = "redis://u:correct-horse-battery-staple@h/0"
    (tmp_path / "secret").write_text(f"{secret}\n\n")
    monkeypatch.setenv(f"{variable}_FILE", str(tmp_path / "secret"))
    settings = load_settings()
    assert read(settings).get_secret_value() == secret
    assert secret not in str(settings_in_force(settings))


def test_a_file_beside_other_settings_of_its_group(monkeypatch, tmp_path):
    (tmp_path / "secret").write_text("s3cr3t-of-our-own")
    monkeypatch.setenv("PDFMILL_STORAGE__SECRET_ACCESS_KEY_FILE", str(tmp_path / "secret"))
    monkeypatch.setenv("PDFMILL_STORAGE__REGION", "eu-1")
    storage = load_settings().storage
    assert (storage.region, storage.secret_access_key.get_secret_value()) == ("eu-1", "s3cr3t-of-our-own")


def test_a_file_that_cannot_be_read_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("PDFMILL_BROKER__URL_FILE", str(tmp_path / "absent"))
    with pytest.raises(InvalidSettings, match="absent, which PDFMILL_BROKER__URL_FILE names: No such file"):
        load_settings()


def test_two_sources_of_one_secret_are_one_too_many(monkeypatch, tmp_path):
    (tmp_path / "secret").write_text("redis://a")
    monkeypatch.setenv("PDFMILL_BROKER__URL_FILE", str(tmp_path / "secret"))
    monkeypatch.setenv("PDFMILL_BROKER__URL", "redis://b")
    with pytest.raises(InvalidSettings, match="both set"):
        load_settings()


def test_what_is_no_secret_has_no_file(monkeypatch):
    monkeypatch.setenv("PDFMILL_SERVER__HOST_FILE", "x")
    with pytest.raises(InvalidSettings, match="There is no setting PDFMILL_SERVER__HOST_FILE"):
        load_settings()


@pytest.mark.parametrize(
    "example", ["changeme" * 4, "CHANGE-ME-please-32-characters-long", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"]
)
def test_an_example_is_refused_and_not_repeated(example):
    with pytest.raises(InvalidSettings, match="example from a manual") as refused:
        load_settings(access={"pepper": example})
    assert example not in str(refused.value)


def test_a_short_pepper_is_refused_and_not_repeated():
    with pytest.raises(InvalidSettings, match="PDFMILL_ACCESS__PEPPER") as refused:
        load_settings(access={"pepper": "tooshort"})
    assert "tooshort" not in str(refused.value) + str(refused.value.__cause__)


def test_the_client_s_key_is_no_setting(monkeypatch):
    monkeypatch.setenv("PDFMILL_API_KEY", "x")
    load_settings()
