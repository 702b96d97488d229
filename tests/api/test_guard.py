"""An open server and its browser, refusals and their headers, what is written down, signed links."""

import io
import json
from datetime import timedelta

import pytest

from callers import COMPRESS, EACH, PDF, Callers, JobMaker, bearer
from pdfmill.access.audit import AuditLog
from pdfmill.access.keys import Keys
from pdfmill.access.links import DownloadLinks

#: Kombu's broker inside the process; requests are then counted there as well.
IN_MEMORY = {"url": "memory://"}

OPEN_SERVER = "http://127.0.0.1:8000"


def submit(client, **request):
    return client.post(COMPRESS, data={"file": (io.BytesIO(PDF), "a.pdf")}, **request)


@pytest.fixture
def deeds(parts):
    def deeds():
        audit = AuditLog(parts.settings.audit_log)
        audit.verify()
        return [json.loads(line) for line in parts.settings.audit_log.read_text().splitlines()]

    return deeds


# --- open to its own machine -------------------------------------------------------------------------------------


def test_without_keys_the_server_is_open_to_its_own_machine(client):
    assert submit(client).status_code == 202
    assert client.get("/v1/jobs").json["items"]


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1:8000", "127.1.2.3", "[::1]:8000", "LOCALHOST"])
def test_an_open_server_answers_to_the_names_of_its_machine(client, name):
    assert client.get("/v1/jobs", headers={"Host": name}).status_code == 200


@pytest.mark.parametrize(
    "name", ["evil.example", "127.0.0.1.evil.example", "10.0.0.1", "localhost.evil.example", "[::2]", "[", "2130706433"]
)
def test_a_name_that_was_made_to_point_here_gets_nothing(client, name):
    for response in (client.get("/v1/jobs", headers={"Host": name}), submit(client, headers={"Host": name})):
        assert (response.status_code, response.json["code"]) == (403, "cross_site_request")


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:3000"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:3000"},
    ],
)
def test_another_site_s_page_changes_nothing_on_an_open_server(client, parts, headers):
    headers = {"Host": "127.0.0.1:8000", **headers}
    assert submit(client, headers=headers).json["code"] == "cross_site_request"
    job = submit(client).json["id"]
    for method, path in (("POST", "/cancel"), ("POST", "/retry"), ("POST", "/link"), ("DELETE", "")):
        assert client.open(f"/v1/jobs/{job}{path}", method=method, headers=headers).status_code == 403
    assert len(parts.jobs.list_jobs().jobs) == 1


@pytest.mark.parametrize(
    "headers", [{"Origin": OPEN_SERVER}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {}]
)
def test_its_own_page_and_programs_are_let_in(client, headers):
    assert submit(client, headers={"Host": "127.0.0.1:8000", **headers}).status_code == 202


def test_an_address_that_others_reach_is_not_open_even_when_it_was_started(make_app):
    client = make_app(server={"host": "0.0.0.0"}).test_client()
    assert client.get("/v1/jobs").status_code == 401
    assert client.get("/livez").status_code == 200


def test_it_is_open_to_everybody_if_that_was_said_by_name(make_app):
    server = {"host": "0.0.0.0", "allow_open": True}
    app = make_app(server=server, storage={"min_free_mib": 0}, broker=IN_MEMORY)
    response = submit(app.test_client(), headers={"Host": "pdf.example"})
    assert response.status_code == 202
    assert "RateLimit" in response.headers


def test_the_first_key_closes_it(client, parts):
    assert client.get("/v1/jobs").status_code == 200
    _, key = parts.keys.create("acme", EACH)
    assert client.get("/v1/jobs").status_code == 401
    assert client.get("/v1/jobs", headers=bearer(key)).status_code == 200


# --- keys, rates -------------------------------------------------------------------------------------------------


def test_a_key_comes_in_either_header(client, parts):
    _, key = parts.keys.create("acme", EACH)
    assert client.get("/v1/jobs", headers={"X-API-Key": key}).status_code == 200
    assert client.get("/v1/jobs", headers={"Authorization": f"bearer   {key} "}).status_code == 200
    basic = client.get("/v1/jobs", headers={"Authorization": "Basic eDp5"})
    assert basic.json["code"] == "key_required"
    assert client.get(f"/v1/jobs?api_key={key}").status_code == 401


def test_a_refusal_says_how_to_come_back(client, parts):
    parts.keys.create("acme", EACH)
    assert client.get("/v1/jobs").headers["WWW-Authenticate"] == 'Bearer realm="pdfmill"'
    wrong = client.get("/v1/jobs", headers=bearer("nonsense"))
    assert wrong.headers["WWW-Authenticate"] == 'Bearer realm="pdfmill", error="invalid_token"'


def test_a_wrong_key_is_refused_on_an_open_server_too(client):
    assert client.get("/v1/jobs", headers=bearer("nonsense")).status_code == 401


def test_each_key_has_its_requests_a_minute(make_app):
    app = make_app(access={"requests_per_minute": 3}, broker=IN_MEMORY)
    client, keys = app.test_client(), app.extensions["pdfmill"].keys
    first, second = (bearer(keys.create("acme", EACH)[1]) for _ in range(2))
    answers = [client.get("/v1/jobs", headers=first) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[0].headers["RateLimit-Policy"] == '"requests";q=3;w=60'
    assert answers[0].headers["RateLimit"].startswith('"requests";r=2;t=')
    assert answers[3].json["code"] == "too_many_requests"
    assert 1 <= int(answers[3].headers["Retry-After"]) <= 60
    assert client.get("/v1/jobs", headers=second).status_code == 200


def test_whoever_guesses_is_slowed_down_and_nobody_else(make_app):
    app = make_app(access={"failures_per_minute": 3}, broker=IN_MEMORY)
    client, keys = app.test_client(), app.extensions["pdfmill"].keys
    _, key = keys.create("acme", EACH)
    statuses = [client.get("/v1/jobs", headers=bearer(f"guess{number}")).status_code for number in range(5)]
    assert statuses == [401, 401, 401, 429, 429]
    assert client.get("/v1/jobs", headers=bearer(key)).status_code == 200
    elsewhere = client.get("/v1/jobs", headers=bearer("x"), environ_base={"REMOTE_ADDR": "10.0.0.9"})
    assert elsewhere.status_code == 401


@pytest.mark.parametrize(("trusted", "told_apart"), [(0, False), (1, True)])
def test_those_behind_a_proxy_are_told_apart_if_the_proxy_is_trusted(make_app, trusted, told_apart):
    app = make_app(access={"failures_per_minute": 1}, server={"trusted_proxies": trusted}, broker=IN_MEMORY)
    client = app.test_client()
    # What a client says of itself stands before what the proxy adds, and is not believed.
    forwarded = ["203.0.113.1", "203.0.113.9, 203.0.113.1", "203.0.113.2"]
    statuses = [
        client.get("/v1/jobs", headers=bearer("guess") | {"X-Forwarded-For": address}).status_code
        for address in forwarded
    ]
    assert statuses == [401, 429, 401 if told_apart else 429]


def test_a_trusted_proxy_does_not_say_which_host_was_asked_for(make_app):
    client = make_app(server={"trusted_proxies": 1}).test_client()
    headers = {"Host": "pdf.example", "X-Forwarded-Host": "127.0.0.1", "X-Forwarded-For": "127.0.0.1"}
    assert client.get("/v1/jobs", headers=headers).status_code == 403


# --- owners ------------------------------------------------------------------------------------------------------


def test_each_owner_has_idempotency_keys_of_its_own(client, parts):
    alice, bob = (bearer(parts.keys.create(owner, EACH)[1]) for owner in ("alice", "bob"))
    once = {"Idempotency-Key": "once"}
    first = submit(client, headers=alice | once).json["id"]
    assert submit(client, headers=bob | once).json["id"] != first
    assert submit(client, headers=alice | once).json["id"] == first


def test_keys_of_one_owner_share_its_jobs_and_its_turn(client, parts):
    first, second = (bearer(parts.keys.create("alice", EACH)[1]) for _ in range(2))
    job = submit(client, headers=first).json["id"]
    assert client.get(f"/v1/jobs/{job}", headers=second).status_code == 200
    assert parts.jobs.get(job).client == parts.jobs.get(job).owner == "alice"


def test_what_was_made_while_the_server_was_open_is_the_administrators(client, parts):
    job = submit(client).json["id"]
    callers = Callers(parts.keys)
    assert client.get(f"/v1/jobs/{job}", headers=callers.headers("owner")).status_code == 404
    assert client.get(f"/v1/jobs/{job}", headers=callers.headers("admin")).status_code == 200


def test_jobs_a_day_are_counted_for_each_owner_and_deleting_gives_none_back(make_app):
    app = make_app(quota={"jobs_per_day": 2}, storage={"min_free_mib": 0})
    client, keys = app.test_client(), app.extensions["pdfmill"].keys
    alice, bob = (bearer(keys.create(owner, EACH)[1]) for owner in ("alice", "bob"))
    for _ in range(2):
        job = submit(client, headers=alice).json["id"]
        client.post(f"/v1/jobs/{job}/cancel", headers=alice)
        assert client.delete(f"/v1/jobs/{job}", headers=alice).status_code == 204
    refused = submit(client, headers=alice)
    assert (refused.status_code, refused.json["code"]) == (429, "quota_exceeded")
    assert 0 < int(refused.headers["Retry-After"]) <= 24 * 3600
    assert submit(client, headers=bob).status_code == 202


def test_stored_bytes_are_counted_and_deleting_gives_them_back(make_app):
    app = make_app(quota={"stored_mib": 1}, storage={"min_free_mib": 0})
    client, keys = app.test_client(), app.extensions["pdfmill"].keys
    alice = bearer(keys.create("alice", EACH)[1])
    large = {"data": PDF + b"x" * 700_000, "content_type": "application/pdf", "headers": alice}
    job = client.post(COMPRESS, **large).json["id"]
    assert client.post(COMPRESS, **large).json["code"] == "quota_exceeded"
    client.post(f"/v1/jobs/{job}/cancel", headers=alice)
    client.delete(f"/v1/jobs/{job}", headers=alice)
    assert client.post(COMPRESS, **large).status_code == 202


# --- signed links ------------------------------------------------------------------------------------------------


@pytest.fixture
def linked(app, client, parts):
    """A link to a completed job, the job's id, and what its owner sends."""
    row, key = parts.keys.create("alice", EACH)
    headers = bearer(key)
    job = JobMaker(app, headers).completed()
    answer = client.post(f"/v1/jobs/{job}/link", headers=headers)
    assert answer.status_code == 201
    return answer.json["url"], job, headers, row.id


def test_whoever_has_the_link_can_download_as_an_attachment(client, linked):
    response = client.get(linked[0])
    assert response.data == PDF
    assert response.headers["Content-Disposition"].startswith("attachment;")
    assert "sandbox" in response.headers["Content-Security-Policy"]
    part = client.get(linked[0], headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.data) == (206, PDF[:4])


def test_a_changed_link_is_good_for_nothing(client, linked):
    url = linked[0]
    for position in range(len("/v1/downloads/"), len(url), 7):
        changed = url[:position] + ("A" if url[position] != "A" else "B") + url[position + 1 :]
        assert client.get(changed).status_code == 404, changed


def test_a_link_ends_with_its_job(client, linked):
    client.delete(f"/v1/jobs/{linked[1]}", headers=linked[2])
    assert client.get(linked[0]).status_code == 404


def test_a_link_ends_with_its_key(client, parts, linked):
    parts.keys.revoke(linked[3])
    assert client.get(linked[0]).json["code"] == "invalid_link"


def test_a_link_ends_with_its_time(parts, linked, monkeypatch):
    links = DownloadLinks(parts.pepper, Keys(parts.database, parts.pepper), good_for_s=900)
    token = linked[0].rpartition("/")[2]
    assert links.open(token).job_id == linked[1]
    from itsdangerous import TimestampSigner

    later = TimestampSigner.get_timestamp
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda self: later(self) + 901)
    from pdfmill.core.errors import InvalidLink

    with pytest.raises(InvalidLink):
        links.open(token)


def test_there_is_no_link_to_what_is_not_finished(app, client, parts):
    headers = bearer(parts.keys.create("alice", EACH)[1])
    job = JobMaker(app, headers).pending()
    assert client.post(f"/v1/jobs/{job}/link", headers=headers).json["code"] == "job_not_finished"


# --- the log of deeds --------------------------------------------------------------------------------------------


def test_deeds_and_refusals_are_written_down_and_looking_is_not(app, client, parts, deeds):
    row, key = parts.keys.create("alice", EACH)
    headers = bearer(key)
    job = JobMaker(app, headers).completed()
    client.get(f"/v1/jobs/{job}", headers=headers)
    client.get("/v1/jobs", headers=headers)
    client.get(f"/v1/jobs/{job}/result", headers=headers)
    client.post(f"/v1/jobs/{job}/cancel", headers=headers)
    client.delete(f"/v1/jobs/{job}", headers=headers)
    client.delete(f"/v1/jobs/{job}", headers=headers)
    client.get("/v1/jobs", headers=bearer("nonsense"))
    told = [(deed["deed"], deed["key"], deed["subject"], deed["outcome"]) for deed in deeds()]
    assert told == [
        ("job.submit", row.id, job, "done"),
        ("result.download", row.id, job, "done"),
        ("job.cancel", row.id, job, "invalid_transition"),
        ("job.delete", row.id, job, "done"),
        ("job.delete", row.id, job, "unknown_job"),
        ("access.refuse", None, None, "invalid_key"),
    ]


def test_the_log_of_deeds_holds_nothing_that_a_caller_wrote(client, parts, deeds):
    _, key = parts.keys.create("alice", EACH)
    canary = "CANARY-6f1b"
    headers = bearer(key) | {"X-Request-Id": canary, "Idempotency-Key": canary}
    client.post(COMPRESS, data={"file": (io.BytesIO(PDF), f"{canary}.pdf"), "level": canary}, headers=headers)
    client.post(COMPRESS, data={"file": (io.BytesIO(PDF), f"{canary}.pdf")}, headers=headers)
    client.delete(f"/v1/jobs/{canary}", headers=headers)
    client.get(f"/v1/jobs/{canary}/result?file={canary}", headers=headers)
    client.get("/v1/jobs", headers=bearer(canary))
    assert len(deeds()) == 5
    assert canary not in parts.settings.audit_log.read_text()


def test_a_key_s_last_use_is_known_within_minutes(client, parts):
    row, key = parts.keys.create("alice", EACH)
    client.get("/v1/jobs", headers=bearer(key))
    (listed,) = parts.keys.all()
    assert listed.last_used_at - row.created_at < timedelta(minutes=1)
