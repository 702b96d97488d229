"""What is published holds everything, and runs from a clean virtual environment."""

import json
import os
import signal
import subprocess
import tarfile
import zipfile
from contextlib import contextmanager

import pikepdf
import pytest

import pdfmill
from builders.pdf import photo_pdf
from clean_environment import ROOT, build, make_environment, run
from pdfmill.client import Client
from stacks.processes import free_port, wait_for

START_S = 60


@pytest.fixture(scope="module")
def distributions(tmp_path_factory):
    return build(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module", params=["wheel", "sdist"])
def installed(request, distributions, tmp_path_factory):
    """An environment into which the wheel, or the sdist, was installed."""
    environment = make_environment(tmp_path_factory.mktemp("installed") / "venv")
    environment.install(distributions[request.param])
    return environment


@pytest.fixture
def surroundings(tmp_path):
    """Variables without any trace of this checkout."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PDFMILL_", "PYTHON"))}
    return {**kept, "PDFMILL_DATA_DIR": str(tmp_path / "data"), "PDFMILL_STORAGE__MIN_FREE_MIB": "0"}


@pytest.fixture
def pdfmill_program(installed, surroundings, tmp_path):
    """Runs the installed program in an empty folder; gives what it prints."""
    (tmp_path / "here").mkdir()
    return lambda *words: run([installed.program, *words], env=surroundings, cwd=tmp_path / "here")


def test_every_file_of_the_package_is_in_the_wheel(distributions):
    with zipfile.ZipFile(distributions["wheel"]) as wheel:
        inside = set(wheel.namelist())
    assert _package_files() <= inside
    assert {"pdfmill/migrations/script.py.mako", "pdfmill/api/static/docs.html"} <= inside
    assert not [name for name in inside if name.startswith(("tests", "benchmarks"))]


def test_the_sdist_holds_what_it_takes_to_build_test_and_deploy(distributions):
    with tarfile.open(distributions["sdist"]) as sdist:
        inside = {name.partition("/")[2] for name in sdist.getnames()}
    assert {f"src/{name}" for name in _package_files()} <= inside
    assert {"pyproject.toml", "requirements.lock", "scripts/setup", "docs/deploy.md", "tests/conftest.py"} <= inside
    assert not [name for name in inside if name.endswith((".whl", ".pyc"))]


def test_the_installed_program_tells_its_version_and_finds_everything(installed, pdfmill_program, surroundings):
    assert pdfmill_program("--version") == f"pdfmill {pdfmill.__version__}\n"
    shown = run([installed.folder / "bin" / "python", "-c", "import pdfmill; print(pdfmill.__file__)"], cwd="/")
    assert shown.startswith(str(installed.folder))
    findings = _findings(installed, surroundings)
    # What pip should have brought; programs of the system are the machine's.
    assert [each for each in findings if each["state"] == "missing" and "requirements.lock" in each["hint"]] == []
    assert {"ok"} == {each["state"] for each in findings if each["subject"] == "operation compress"}


def test_the_installed_program_compresses_and_serves(installed, pdfmill_program, surroundings, tmp_path):
    source = photo_pdf(tmp_path / "report.pdf", pixels=800)
    pdfmill_program("compress", source, "-o", tmp_path / "small.pdf")
    with pikepdf.open(tmp_path / "small.pdf") as pdf:
        assert len(pdf.pages) == 1
    with _served(installed, surroundings, tmp_path) as client:
        ended = list(client.watch(client.submit("compress", source, {}).id))[-1]
        assert ended.status == "COMPLETED", ended
        small = client.download(ended, tmp_path / "served.pdf")
    assert small.stat().st_size < source.stat().st_size


@contextmanager
def _served(installed, surroundings, folder):
    port = free_port()
    log = folder / "serve.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [installed.program, "serve", "--port", str(port)],
            env=surroundings,
            cwd=folder,
            stdout=output,
            stderr=output,
        )
    try:
        wait_for(lambda: b"pdfmill is ready" in log.read_bytes(), START_S, log.read_text)
        with Client(f"http://127.0.0.1:{port}") as client:
            yield client
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0, log.read_text()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def _package_files():
    source = ROOT / "src"
    files = [path for path in source.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    return {str(path.relative_to(source)) for path in files}


def _findings(installed, surroundings):
    words = [installed.program, "doctor", "--json"]
    done = subprocess.run(words, env=surroundings, stdout=subprocess.PIPE, check=False)  # it may well find something
    return json.loads(done.stdout)["findings"]
