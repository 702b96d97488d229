"""pdfmill keys and pdfmill audit: on the data directory itself, without a server."""

import json

import pytest

from pdfmill.core.caller import KEY_PATTERN


@pytest.fixture
def data(tmp_path):
    return tmp_path / "data"


def test_a_key_is_shown_once_on_standard_output_alone(pdfmill, data):
    made = pdfmill("keys", "create", "--owner", "acme")
    assert made.exit_code == 0, made.output
    key = made.stdout.strip()
    assert KEY_PATTERN.fullmatch(key)
    assert key not in made.stderr
    prefix, _, secret = key.partition(".")
    listed = pdfmill("keys", "list").stdout
    assert prefix in listed
    assert "acme" in listed
    for path in data.rglob("*"):
        assert not path.is_file() or secret.encode() not in path.read_bytes(), path


def test_lists_tell_programs_everything_but_the_key(pdfmill):
    pdfmill("keys", "create", "--owner", "a", "--scope", "jobs:read", "--days", "3")
    made = json.loads(pdfmill("keys", "create", "--owner", "b", "--scope", "admin", "--json").stdout)
    pdfmill("keys", "create", "--owner", "c", "--expires", "2020-01-01")
    assert pdfmill("keys", "revoke", made["prefix"]).exit_code == 0
    items = json.loads(pdfmill("keys", "list", "--json").stdout)["items"]
    assert [(item["owner"], item["scopes"], item["state"]) for item in items] == [
        ("a", ["jobs:read"], "good"),
        ("b", ["admin"], "revoked"),
        ("c", ["jobs:read", "jobs:write"], "expired"),
    ]
    assert all("key" not in item and "digest" not in item for item in items)


def test_without_keys_the_list_says_what_that_means(pdfmill):
    assert "open to this machine" in pdfmill("keys", "list").stdout


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("keys", "create"), 2),
        (("keys", "create", "--owner", "a b"), 2),
        (("keys", "create", "--owner", "a", "--scope", "all"), 2),
        (("keys", "create", "--owner", "a", "--days", "1", "--expires", "2030-01-01"), 2),
        (("keys", "revoke", "pdfmill_000000000000"), 7),
    ],
)
def test_what_cannot_be_done_ends_with_its_exit_code(pdfmill, words, code):
    assert pdfmill(*words).exit_code == code


def test_the_log_of_deeds_is_checked(pdfmill, data):
    assert json.loads(pdfmill("audit", "verify", "--json").stdout)["lines"] == 0
    key = pdfmill("keys", "create", "--owner", "a").stdout
    pdfmill("keys", "revoke", key.partition(".")[0])
    assert "2 lines" in pdfmill("audit", "verify").stdout
    log = data / "audit.log"
    assert key.strip() not in log.read_text()
    log.write_text(log.read_text().replace("key.create", "key.forge"))
    broken = pdfmill("audit", "verify")
    assert broken.exit_code == 8
    assert "audit_broken" in broken.stderr


def test_a_key_made_first_leaves_the_folder_open_for_the_sandbox_and_nothing_in_it_to_read(pdfmill, data):
    pdfmill("keys", "create", "--owner", "a")
    assert data.stat().st_mode & 0o777 == 0o711
    assert [path.name for path in data.iterdir() if path.stat().st_mode & 0o077 and path.stat().st_size] == []


@pytest.mark.parametrize(
    ("command", "host"),
    [("serve", "0.0.0.0"), ("serve", "::"), ("web", "::"), ("web", "10.1.2.3"), ("web", "a.example")],
)
def test_a_server_that_others_reach_does_not_start_without_keys(pdfmill, command, host):
    surroundings = {"PDFMILL_SERVER__HOST": host, "PDFMILL_SERVER__PORT": "18391"}
    refused = pdfmill(command, PDFMILL_BROKER__URL="redis://127.0.0.1:1", **surroundings)
    assert refused.exit_code == 8
    assert "open_server" in refused.stderr
    assert "PDFMILL_SERVER__ALLOW_OPEN" in refused.stderr
