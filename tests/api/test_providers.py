"""What needs a provider is refused before a job is accepted; what there is, is told."""

import io

import pytest

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"


def submit(client, name, **options):
    data = {"file": (io.BytesIO(PDF), "a.pdf"), **options}
    return client.post(f"/v1/operations/{name}", data=data, content_type="multipart/form-data")


@pytest.mark.parametrize(
    ("name", "options", "setting"),
    [
        ("translate", {"target": "de"}, "PDFMILL_PROVIDER__TRANSLATION"),
        ("summarize", {"method": "model"}, "PDFMILL_PROVIDER__COMPLETION"),
        ("ask", {"method": "model"}, "PDFMILL_PROVIDER__COMPLETION"),
        ("classify", {"method": "model"}, "PDFMILL_PROVIDER__COMPLETION"),
        ("extract-invoice", {"method": "model"}, "PDFMILL_PROVIDER__COMPLETION"),
    ],
)
def test_without_a_provider_no_job_is_accepted(make_app, name, options, setting):
    client = make_app().test_client()
    response = submit(client, name, **options)
    assert response.status_code == 501
    assert response.json["code"] == "provider_not_configured"
    assert setting in response.json["detail"]
    assert client.get("/v1/jobs").json["items"] == []


@pytest.mark.parametrize("name", ["summarize", "ask", "classify"])
def test_what_works_without_one_is_accepted(make_app, name):
    assert submit(make_app().test_client(), name).status_code == 202


def test_the_operation_tells_who_may_be_asked_and_no_key(make_app):
    client = make_app(
        provider={
            "completion": "openai",
            "openai_model": "small",
            "openai_api_key": "sk-very-private",
            "translation": "libretranslate",
            "libretranslate_url": "http://127.0.0.1:5000",
        }
    ).test_client()
    shown = client.get("/v1/operations/translate").json["providers"]
    assert shown == [{"need": "translation", "provider": "libretranslate", "model": "", "languages": []}]
    answer = client.get("/v1/operations")
    assert b"very-private" not in answer.data
    assert submit(client, "translate", target="de").status_code == 202


def test_by_default_there_is_nobody(make_app):
    shown = make_app().test_client().get("/v1/operations/summarize").json["providers"]
    assert shown == [{"need": "completion", "provider": None, "model": "", "languages": []}]
