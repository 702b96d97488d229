"""Hostile file names on their way through every answer that holds one: they stay data."""

import io
import json
import re
import unicodedata
from urllib.parse import quote

import pytest
from werkzeug.http import parse_options_header

from builders.names import HOSTILE_NAMES
from callers import COMPRESS, PDF, JobMaker
from pdfmill.core.documents import safe_name

#: Control, format (bidirectional) and unassigned characters; line and paragraph separators.
UNPRINTABLE = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
STORED = re.compile(r"(inputs/[0-9a-f]{2}/[0-9a-f]{32}\.\d+|outputs/[0-9a-f]{32}\.\d+)")


@pytest.fixture(scope="module")
def world(make_world):
    return make_world()


def as_form(name):
    """The bytes of a browser's form; a quote and line breaks are written as browsers do (WHATWG HTML, 4.10.21.8)."""
    written = name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
    head = f'--B\r\nContent-Disposition: form-data; name="file"; filename="{written}"\r\n\r\n'
    return {"data": head.encode(errors="surrogatepass") + PDF + b"\r\n--B--\r\n"} | {
        "content_type": "multipart/form-data; boundary=B"
    }


def as_header(name):
    """Any character at all, by RFC 8187."""
    disposition = f"attachment; filename*=UTF-8''{quote(name.encode(errors='surrogatepass'), safe='')}"
    return {"data": PDF, "content_type": "application/pdf", "headers": {"Content-Disposition": disposition}}


def assert_harmless_name(name):
    assert name == unicodedata.normalize("NFC", name)
    assert 0 < len(name.encode()) <= 200
    assert not {unicodedata.category(character) for character in name} & UNPRINTABLE
    assert not set(name) & set("/\\")
    assert name.strip(" .")


def assert_harmless_headers(response):
    for header, value in response.headers:
        assert not re.search(r"[\x00-\x1f\x7f]", value), header
    assert "Set-Cookie" not in response.headers
    assert "X-Injected" not in response.headers
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]


def try_name(app, name):
    """Through submission, job, list, download, link and refusal; either way of sending it."""
    client = app.test_client()
    for send in (as_form, as_header):
        answer = client.post(COMPRESS, **send(name))
        assert answer.status_code == 202, (name, answer.text)
        job = JobMaker(app, {}).complete(answer.json["id"])
        shown = [answer, client.get(f"/v1/jobs/{job}"), client.get("/v1/jobs?limit=1")]
        for response in shown:
            assert response.content_type == "application/json"
            assert_harmless_headers(response)
            told = response.json.get("items", [response.json])[0]
            assert_harmless_name(told["inputs"][0]["name"])
        link = client.post(f"/v1/jobs/{job}/link").json["url"]
        for response in (client.get(f"/v1/jobs/{job}/result"), client.get(link)):
            assert response.data == PDF
            assert_harmless_headers(response)
            kind, parameters = parse_options_header(response.headers["Content-Disposition"])
            assert kind == "attachment"
            assert set(parameters) == {"filename"}
            assert_harmless_name(parameters["filename"])
        refused = client.post(COMPRESS, **{**send(name), "data": send(name)["data"].replace(PDF, b"")})
        assert refused.json["code"] == "empty_input"
        assert_harmless_headers(refused)
        assert client.delete(f"/v1/jobs/{job}").status_code == 204


@pytest.mark.parametrize("name", HOSTILE_NAMES, ids=range(len(HOSTILE_NAMES)))
def test_a_hostile_name_is_data_and_nothing_else(world, name):
    try_name(world, name)


def test_the_hostile_names_of_the_corpus_are_data_and_nothing_else(world, corpus):
    names = json.loads((corpus / "hostile" / "FILENAMES.json").read_text())
    assert len(names) >= 52
    for name in names:
        try_name(world, name)


def test_nothing_is_stored_under_a_name_that_somebody_chose(world):
    client = world.test_client()
    for name in HOSTILE_NAMES:
        client.post(COMPRESS, data={"file": (io.BytesIO(PDF), name or "x")})
    root = world.extensions["pdfmill"].storage.root
    stored = [str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()]
    assert stored
    assert all(STORED.fullmatch(path) for path in stored)


def test_two_names_may_be_the_same_when_made_safe():
    assert safe_name("a\u200b.pdf") == safe_name("a.pdf")
