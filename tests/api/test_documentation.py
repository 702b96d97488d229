"""Operations, OpenAPI and its page; health."""

import re

from openapi_spec_validator import validate

from pdfmill.core.language_data import installed_languages


def test_the_document_is_valid_openapi_3_1(client):
    document = client.get("/openapi.json").json
    assert document["openapi"] == "3.1.0"
    validate(document)


def test_every_route_is_documented(app, client):
    documented = {
        (re.sub(r"{\w+}", "<>", path), method.upper())
        for path, methods in client.get("/openapi.json").json["paths"].items()
        for method in methods
    }
    undocumented = {"/openapi.json", "/docs", "/docs/<>"}
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<[^>]+>", "<>", rule.rule)
        if path in undocumented or rule.endpoint == "operations.unknown_operation":
            continue
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            assert (path, method) in documented


def test_an_operation_shows_its_options_and_whether_it_can_run(client, registry):
    operations = client.get("/v1/operations").json["items"]
    assert [operation["name"] for operation in operations] == [operation.name for operation in registry]
    compress = client.get("/v1/operations/compress").json
    assert compress == operations[0]
    assert compress["options_schema"]["properties"]["image_quality"]["anyOf"][0]["minimum"] == 10
    assert (compress["available"], compress["missing"], compress["inventories"]) == (True, [], [])


def test_an_operation_shows_which_languages_are_installed_and_how_to_add_one(client):
    (languages,) = client.get("/v1/operations/ocr").json["inventories"]
    assert (languages["option"], languages["values"]) == ("languages", list(installed_languages()))
    assert languages["hint"].startswith("apt-get install")


def test_the_page_loads_nothing_from_elsewhere(client):
    page = client.get("/docs")
    assert page.status_code == 200
    assert "http://" not in page.text
    assert "https://" not in page.text
    assert "script-src 'self';" in page.headers["Content-Security-Policy"]
    for asset in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        assert client.get(asset).status_code == 200, asset


def test_the_page_s_files_stay_in_their_folder(client):
    assert client.get("/docs/../__init__.py").status_code == 404
    assert client.get("/docs/%2e%2e/__init__.py").status_code == 404


def test_the_process_is_alive_whatever_else_is_not(client):
    assert client.get("/livez").json["alive"] is True


def test_readiness_names_each_part_and_the_broken_one(client):
    response = client.get("/readyz")
    checks = {check["name"]: check for check in response.json["checks"]}
    assert response.status_code == 503
    assert set(checks) == {"database", "storage", "broker", "sandbox"}
    assert checks["database"]["ok"]
    assert checks["storage"]["ok"]
    assert checks["sandbox"]["ok"], checks["sandbox"]
    assert not checks["broker"]["ok"]
    assert "PDFMILL_BROKER__URL" in checks["broker"]["detail"]


def test_a_request_id_is_echoed_if_it_is_harmless(client):
    assert client.get("/livez", headers={"X-Request-Id": "abc-1"}).headers["X-Request-Id"] == "abc-1"
    assert client.get("/livez", headers={"X-Request-Id": "a b<script>"}).headers["X-Request-Id"] != "a b<script>"
