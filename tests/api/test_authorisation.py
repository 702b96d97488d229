"""Who may call what: eight callers before every route. A new route without a line in the table fails."""

import io
from dataclasses import dataclass

import pytest

from callers import COMPRESS, PDF, Callers, JobMaker
from pdfmill.api.guard import access_of
from pdfmill.core.caller import Scope

READ, WRITE = Scope.JOBS_READ, Scope.JOBS_WRITE

CALLERS = (
    "nobody",
    "wrong key",
    "revoked key",
    "expired key",
    "without scope",
    "other owner",
    "owner",
    "admin",
)


@dataclass(frozen=True)
class Route:
    """What a route is called with, and what comes of it.

    Attributes:
        scope: None for a public one.
        job: The state that the job in its path must be in; None for a path without one.
        status: What a caller gets who may.
    """

    path: str
    scope: Scope | None
    status: int
    job: str | None = None
    has_file: bool = False


ROUTES = {
    ("operations.list_operations", "GET"): Route("/v1/operations", READ, 200),
    ("operations.show_operation", "GET"): Route("/v1/operations/compress", READ, 200),
    ("operations.submit_compress", "POST"): Route(COMPRESS, WRITE, 202, has_file=True),
    ("operations.unknown_operation", "POST"): Route("/v1/operations/compres", WRITE, 404),
    ("jobs.list_jobs", "GET"): Route("/v1/jobs", READ, 200),
    ("jobs.show_job", "GET"): Route("/v1/jobs/{job}", READ, 200, "pending"),
    ("events.follow_job", "GET"): Route("/v1/jobs/{job}/events", READ, 200, "completed"),
    ("jobs.download", "GET"): Route("/v1/jobs/{job}/result", READ, 200, "completed"),
    ("jobs.cancel", "POST"): Route("/v1/jobs/{job}/cancel", WRITE, 202, "pending"),
    ("jobs.retry", "POST"): Route("/v1/jobs/{job}/retry", WRITE, 202, "failed"),
    ("jobs.delete", "DELETE"): Route("/v1/jobs/{job}", WRITE, 204, "completed"),
    ("downloads.make_link", "POST"): Route("/v1/jobs/{job}/link", READ, 201, "completed"),
    ("downloads.follow_link", "GET"): Route("{link}", None, 200, "completed"),
    ("health.live", "GET"): Route("/livez", None, 200),
    ("health.ready", "GET"): Route("/readyz", None, 503),  # there is no broker here
    ("metrics.metrics", "GET"): Route("/metrics", Scope.METRICS_READ, 200),
    ("documentation.openapi", "GET"): Route("/openapi.json", None, 200),
    ("documentation.page", "GET"): Route("/docs", None, 200),
    ("documentation.asset", "GET"): Route("/docs/swagger-ui.css", None, 200),
}


@pytest.fixture(scope="module")
def world(make_world):
    app = make_world(access={"failures_per_minute": 10_000})
    return app, Callers(app.extensions["pdfmill"].keys)


def routes_of(app):
    return {
        (rule.endpoint, method) for rule in app.url_map.iter_rules() for method in rule.methods - {"HEAD", "OPTIONS"}
    }


def test_every_route_is_in_the_table(world, registry):
    submissions = {(f"operations.submit_{operation.name}", "POST") for operation in registry}
    assert routes_of(world[0]) - submissions == set(ROUTES) - submissions


def test_every_submission_asks_for_the_same_scope(world, registry):
    for operation in registry:
        assert access_of(world[0], f"operations.submit_{operation.name}").scope is WRITE


def expected(route, caller):
    if route.scope is None:
        return route.status
    match caller:
        case "nobody" | "wrong key" | "revoked key" | "expired key":
            return 401
        case "without scope":
            return 403
        case "other owner":
            return 404 if route.job else route.status
    return route.status


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("name", sorted(ROUTES), ids=lambda name: " ".join(name[::-1]))
def test_each_caller_gets_exactly_what_it_may(world, name, caller):
    app, callers = world
    route, method = ROUTES[name], name[1]
    client = app.test_client()
    path = _path(app, callers, route)
    body = {"data": {"file": (io.BytesIO(PDF), "a.pdf")}} if route.has_file else {}
    response = client.open(path, method=method, headers=callers.headers(caller, route.scope), **body)
    assert response.status_code == expected(route, caller), response.text[:300]
    if response.status_code == 401:
        assert response.headers["WWW-Authenticate"].startswith("Bearer ")
    if response.status_code in (401, 403):
        assert "alice" not in response.text


def _path(app, callers, route):
    owner = callers.headers("owner")
    job = getattr(JobMaker(app, owner), route.job)() if route.job else ""
    link = app.test_client().post(f"/v1/jobs/{job}/link", headers=owner).json["url"] if "{link}" in route.path else ""
    return route.path.format(job=job, link=link)


def test_a_foreign_job_looks_like_one_that_never_was(world):
    app, callers = world
    job = JobMaker(app, callers.headers("owner")).completed()
    client, bob = app.test_client(), callers.headers("other owner")
    foreign = client.get(f"/v1/jobs/{job}", headers=bob)
    absent = client.get("/v1/jobs/" + "0" * 32, headers=bob)
    assert foreign.json | {"instance": ""} == absent.json | {"instance": ""}
    assert {name for name, _ in foreign.headers} == {name for name, _ in absent.headers}


def test_lists_hold_one_s_own_jobs_only_and_an_administrator_s_all(world):
    app, callers = world
    own = JobMaker(app, callers.headers("owner")).pending()
    foreign = JobMaker(app, callers.headers("other owner")).pending()

    def listed(caller):
        response = app.test_client().get("/v1/jobs?limit=200", headers=callers.headers(caller))
        return {job["id"] for job in response.json["items"]}

    assert own in listed("owner")
    assert foreign not in listed("owner")
    assert listed("other owner") & {own, foreign} == {foreign}
    assert listed("admin") >= {own, foreign}


def test_a_route_that_declares_nothing_keeps_the_server_from_starting(make_app, monkeypatch):
    from pdfmill.api import health

    monkeypatch.setattr(health, "public", lambda: lambda view: view)
    with pytest.raises(TypeError, match=r"health\.live does not declare"):
        make_app()
