"""No secret reaches the log, whoever writes the line."""

import json
import subprocess
import sys

import pytest

from pdfmill.config.redaction import redact

KEY = "pdfmill_0123456789ab." + "x" * 43

SECRETS = [
    ({"event": f"came with {KEY}"}, "x" * 43),
    ({"password": "hunter2"}, "hunter2"),
    ({"options": {"user_password": "hunter2", "level": "low"}}, "hunter2"),
    ({"headers": [("Authorization", f"Bearer {KEY}")]}, "x" * 43),
    ({"cause": "OperationalError: postgresql://user:hunter2@db/x"}, "hunter2"),
    ({"cause": "redis://:hunter2@h"}, "hunter2"),
    ({"event": "GET /v1/downloads/WyJhIl0.abc.def HTTP/1.1"}, "WyJhIl0"),
    ({"event": "authorization: bearer hunter2"}, "hunter2"),
    ({"api_key": "hunter2", "X-API-Key": "hunter2"}, "hunter2"),
]


@pytest.mark.parametrize(("event", "secret"), SECRETS)
def test_a_secret_is_masked_wherever_it_stands(event, secret):
    assert secret not in json.dumps(redact(None, "info", event))


def test_what_is_no_secret_stays():
    event = {"event": "attempt ended", "job_id": "0" * 32, "seconds": 1.5, "url": "http://127.0.0.1:8000/docs"}
    assert redact(None, "info", dict(event)) == event


def test_the_public_part_of_a_key_stays():
    assert redact(None, "info", {"event": KEY})["event"] == "pdfmill_0123456789ab.***"


SCRIPT = """
import logging, sys
from pdfmill.config.logging import configure_logging, get_logger
from pdfmill.config.settings import LogSettings
configure_logging(LogSettings(format=sys.argv[1]), part="web")
key = sys.argv[2]
get_logger("ours").warning("one", password="hunter2", cause=key)
logging.getLogger("theirs").warning("two %s", key)
try:
    raise ValueError(key)
except ValueError:
    get_logger("ours").exception("three")
    logging.getLogger("theirs").exception("four")
"""


@pytest.mark.parametrize("form", ["text", "json"])
def test_our_lines_and_those_of_libraries_and_tracebacks_are_masked(form):
    words = [sys.executable, "-c", SCRIPT, form, KEY]
    logged = subprocess.run(words, capture_output=True, text=True, check=True).stderr
    for word in ("one", "two", "three", "four", "ValueError"):
        assert word in logged
    assert "hunter2" not in logged
    assert "x" * 43 not in logged
