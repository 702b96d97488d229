"""A job through each proxy, with the configuration in deploy/proxies but for addresses and certificates."""

import contextlib
import os
import shutil
import ssl
import subprocess
import time
from http.client import HTTPSConnection
from pathlib import Path

import httpx
import pytest

from builders.pdf import photo_pdf
from missing import not_run
from stacks.processes import accepts_connections, free_port, wait_for
from stacks.stack import running_stack

PROXIES = Path(__file__).parents[2] / "deploy" / "proxies"


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    with running_stack(tmp_path_factory.mktemp("stack"), {"PDFMILL_SERVER__ALLOW_OPEN": "true"}) as stack:
        yield stack


@contextlib.contextmanager
def running(words, port, folder, environment=None):
    log = folder / "proxy.log"
    with log.open("wb") as output:
        process = subprocess.Popen(words, stdout=output, stderr=output, env={**os.environ, **(environment or {})})
    try:
        wait_for(lambda: process.poll() is None and accepts_connections(port), 20, log.read_text)
        yield
    finally:
        process.terminate()
        process.wait(20)


def program(name, package):
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    if found is None:
        not_run(f"{name} is missing: apt-get install {package}")
    return found


def make_certificate(folder):
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    words += ["-days", "2", "-subj", "/CN=pdf.example", "-keyout", folder / "key", "-out", folder / "crt"]
    subprocess.run(words, check=True, capture_output=True)


@pytest.fixture
def nginx(stack, tmp_path):
    """The address of nginx before the stack."""
    nginx = program("nginx", "nginx-light")
    make_certificate(tmp_path)
    port, plain = free_port(), free_port()
    text = (PROXIES / "nginx.conf").read_text()
    for ours, theirs in {
        "127.0.0.1:8000": stack.address.removeprefix("http://"),
        "listen 443": f"listen 127.0.0.1:{port}",
        "listen 80": f"listen 127.0.0.1:{plain}",
        "/etc/nginx/tls/pdf.example.crt": str(tmp_path / "crt"),
        "/etc/nginx/tls/pdf.example.key": str(tmp_path / "key"),
    }.items():
        assert ours in text
        text = text.replace(ours, theirs)
    for name in ("body", "proxy", "fastcgi", "uwsgi", "scgi"):
        text = f"{'client_body' if name == 'body' else name}_temp_path {tmp_path}/{name};\n{text}"
    main = f"daemon off;\npid {tmp_path}/pid;\nerror_log stderr;\n{'user root;' if os.geteuid() == 0 else ''}\n"
    configuration = tmp_path / "nginx.conf"
    configuration.write_text(f"{main}events {{}}\nhttp {{\naccess_log off;\n{text}\n}}\n")
    subprocess.run([nginx, "-t", "-c", configuration], check=True, capture_output=True)
    with running([nginx, "-c", configuration], port, tmp_path):
        yield f"https://127.0.0.1:{port}"


@pytest.fixture
def caddy(stack, tmp_path):
    """The address of Caddy before the stack."""
    caddy = program("caddy", "caddy")
    subprocess.run([caddy, "validate", "--config", PROXIES / "Caddyfile", "--adapter", "caddyfile"], check=True)
    port = free_port()
    text = (PROXIES / "Caddyfile").read_text()
    text = text.replace("127.0.0.1:8000", stack.address.removeprefix("http://"))
    text = text.replace("\npdf.example {", f"\nhttp://127.0.0.1:{port} {{")
    configuration = tmp_path / "Caddyfile"
    configuration.write_text(f"{{\n\tadmin off\n}}\n{text}")
    words = [caddy, "run", "--config", str(configuration), "--adapter", "caddyfile"]
    homes = {name: str(tmp_path) for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")}
    with running(words, port, tmp_path, homes):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(params=["nginx", "caddy"])
def http(request):
    with httpx.Client(base_url=request.getfixturevalue(request.param), verify=False, timeout=40) as client:
        yield client


def test_a_job_goes_through_a_proxy(http, tmp_path):
    source = photo_pdf(tmp_path / "report.pdf", pixels=400)
    with source.open("rb") as file:
        job = http.post("/v1/operations/compress", files={"file": file}, headers={"Prefer": "wait=20"}).json()
    assert job["status"] == "COMPLETED", job
    result = http.get(f"/v1/jobs/{job['id']}/result")
    assert result.content.startswith(b"%PDF")
    assert len(result.content) < source.stat().st_size
    part = http.get(f"/v1/jobs/{job['id']}/result", headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, b"%PDF")


def test_events_come_through_a_proxy_while_the_job_is_worked_on(http, tmp_path):
    with photo_pdf(tmp_path / "report.pdf", pixels=1600).open("rb") as file:
        job = http.post("/v1/operations/compress", files={"file": file}).json()
    arrived = []
    with http.stream("GET", f"/v1/jobs/{job['id']}/events") as answer:
        for line in answer.iter_lines():
            if line.startswith("event: "):
                arrived.append((line.removeprefix("event: "), time.monotonic()))
    names = [name for name, _ in arrived]
    assert (names[0], names[-1], names.count("status")) == ("job", "job", 3)
    assert arrived[-1][1] - arrived[0][1] > 0.2  # the first was not kept back until the end


def test_nginx_refuses_what_is_larger_than_pdfmill_takes_by_its_announced_size(nginx):
    port = int(nginx.rpartition(":")[2])
    connection = HTTPSConnection("127.0.0.1", port, context=ssl._create_unverified_context(), timeout=20)
    with contextlib.closing(connection):
        connection.putrequest("POST", "/v1/operations/compress")
        connection.putheader("Content-Type", "application/pdf")
        connection.putheader("Content-Length", str(600 << 20))
        connection.endheaders()
        assert connection.getresponse().status == 413


def test_browsers_of_other_sites_are_refused_behind_a_proxy_as_well(http):
    own = http.post("/v1/operations/compress", headers={"Origin": str(http.base_url).rstrip("/")})
    other = http.post("/v1/operations/compress", headers={"Origin": "https://elsewhere.example"})
    assert other.json()["code"] == "cross_site_request"
    assert own.json()["code"] != "cross_site_request"
