"""Settings from the environment."""

import pytest

from pdfmill.config.settings import load_settings, setting_names, settings_in_force
from pdfmill.core.errors import InvalidSettings


def test_a_variable_sets_its_setting(monkeypatch):
    monkeypatch.setenv("PDFMILL_SERVER__PORT", "9001")
    assert load_settings().server.port == 9001


def test_an_argument_wins_over_the_environment(monkeypatch):
    monkeypatch.setenv("PDFMILL_SERVER__PORT", "9001")
    assert load_settings(server={"port": 9002}).server.port == 9002


@pytest.mark.parametrize(
    ("variable", "suggestion"),
    [
        ("PDFMILL_SERVER__PROT", "PDFMILL_SERVER__PORT"),
        ("PDFMILL_SEVER__PORT", "PDFMILL_SERVER__PORT"),
        ("PDFMILL_DATADIR", "PDFMILL_DATA_DIR"),
    ],
)
def test_a_misspelt_variable_is_an_error_with_a_suggestion(monkeypatch, variable, suggestion):
    monkeypatch.setenv(variable, "1")
    with pytest.raises(InvalidSettings, match=f"did you mean '{suggestion}'"):
        load_settings()


def test_a_value_out_of_range_names_its_variable(monkeypatch):
    monkeypatch.setenv("PDFMILL_SERVER__PORT", "70000")
    with pytest.raises(InvalidSettings, match="PDFMILL_SERVER__PORT"):
        load_settings()


def test_secrets_are_masked_when_shown():
    shown = settings_in_force(load_settings(database={"url": "postgresql://u:hunter2@db/x"}))
    assert "hunter2" not in str(shown)


def test_every_setting_says_what_it_does():
    assert all(description.endswith(".") for _, description, _ in setting_names())


def test_without_a_broker_the_message_says_what_to_do(tmp_path):
    with pytest.raises(InvalidSettings, match="pdfmill serve"):
        _ = load_settings(data_dir=tmp_path).broker_url
