"""Showing the settings."""

import json

from pdfmill.config.settings import setting_names


def test_every_setting_is_shown_with_its_value(pdfmill):
    done = pdfmill("config", "show", PDFMILL_LIMITS__WALL_S="33")
    assert done.exit_code == 0
    for name, description, _ in setting_names():
        assert f"{name}=" in done.stdout
        assert description in done.stdout
    assert "PDFMILL_LIMITS__WALL_S=33" in done.stdout


def test_secrets_are_masked(pdfmill):
    url = "postgresql://user:hunter2@host/db"
    for words in (["config", "show"], ["config", "show", "--json"]):
        done = pdfmill(*words, PDFMILL_DATABASE__URL=url)
        assert done.exit_code == 0
        assert "hunter2" not in done.stdout
    assert json.loads(done.stdout)["PDFMILL_DATABASE__URL"]["description"]


def test_a_misspelt_setting_is_an_error_with_a_hint(pdfmill):
    done = pdfmill("config", "show", PDFMILL_LIMTS__WALL_S="1")
    assert done.exit_code == 2
    assert "PDFMILL_LIMITS__WALL_S" in done.stderr


def test_the_address_of_a_server_is_no_setting(pdfmill):
    assert pdfmill("config", "show", PDFMILL_SERVER="http://127.0.0.1:8000").exit_code == 0
