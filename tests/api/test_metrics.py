"""What Prometheus reads."""

import io
import re
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from pdfmill.core.caller import Scope
from pdfmill.jobs.tally import COUNTS, DISTRIBUTIONS

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
REFERENCE = Path(__file__).parents[2] / "docs" / "metrics.md"
DASHBOARD = Path(__file__).parents[2] / "deploy" / "grafana-dashboard.json"


def scrape(client, **kwargs):
    response = client.get("/metrics", **kwargs)
    assert response.status_code == 200, response.text
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }


def submit(client, **fields):
    return client.post("/v1/operations/compress", data={"file": (io.BytesIO(PDF), "a.pdf"), **fields})


def test_a_waiting_job_is_seen_in_its_queue(client):
    before = scrape(client)
    assert before["pdfmill_queue_jobs", (("queue", "compression"), ("status", "pending"))] == 0
    assert submit(client).status_code == 202
    after = scrape(client)
    assert after["pdfmill_queue_jobs", (("queue", "compression"), ("status", "pending"))] == 1
    assert after["pdfmill_queue_oldest_seconds", (("queue", "compression"),)] >= 0
    assert after["pdfmill_jobs_submitted_total", (("operation", "compress"),)] == 1
    assert after["pdfmill_file_bytes_stored_total", (("role", "input"),)] == len(PDF)
    assert after["pdfmill_disk_bytes", (("state", "free"),)] > 0
    assert after["process_resident_memory_bytes", ()] > 0


def test_it_needs_a_key_that_may_read_metrics(client, parts):
    _, narrow = parts.keys.create("acme", {Scope.JOBS_READ})
    _, wide = parts.keys.create("prometheus", {Scope.METRICS_READ})
    assert client.get("/metrics", headers={"Authorization": f"Bearer {narrow}"}).status_code == 403
    assert scrape(client, headers={"Authorization": f"Bearer {wide}"})


def test_every_metric_has_its_entry_in_the_reference(client):
    written = set(re.findall(r"`(pdfmill_\w+)`", REFERENCE.read_text()))
    names = {f"pdfmill_{each.name}_total" for each in COUNTS} | {f"pdfmill_{each.name}" for each in DISTRIBUTIONS}
    scraped = set(re.findall(r"^# TYPE (pdfmill_\w+) gauge", client.get("/metrics").text, re.MULTILINE))
    assert written == names | scraped


def test_a_client_says_how_long_its_files_are_kept(client, parts):
    accepted = submit(client, ttl_seconds="90")
    assert accepted.status_code == 202
    assert parts.jobs.get(accepted.json["id"]).ttl_s == 90
    raw = client.post("/v1/operations/compress?ttl_seconds=3600", data=PDF, content_type="application/pdf")
    assert parts.jobs.get(raw.json["id"]).ttl_s == 3600
    for wrong in ("5", "-1", "1e9", "soon", "99999999999999"):
        refused = submit(client, ttl_seconds=wrong)
        assert (refused.status_code, refused.json["code"]) == (422, "invalid_request"), wrong


def test_the_dashboard_asks_for_every_metric_and_for_no_other(client):
    asked = set(re.findall(r"pdfmill_\w+", DASHBOARD.read_text()))
    written = set(re.findall(r"`(pdfmill_\w+)`", REFERENCE.read_text()))
    assert {name.removesuffix("_bucket") for name in asked} == written
