"""The documentation says what is: its made parts are fresh, its examples run, its links lead somewhere."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from builders.invoices import invoice_pdf
from builders.pdf import text_pdf
from builders.scans import scan, scan_pdf
from builders.statement import account
from builders.statement_layouts import LAYOUTS
from pdfmill.core.errors import EngineFailed
from stacks.stack import running_stack

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
TASKS = (DOCS / "tasks_module.md").read_text()
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]


def needs(program):
    """Skips a test where a program is missing; in CI it runs, and fails."""
    is_missing = shutil.which(program) is None and os.environ.get("CI") != "true"
    return pytest.mark.skipif(is_missing, reason=f"not run: {program} is missing")


def blocks(text, language):
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


USAGE = TASKS[TASKS.index("\n## Usage") : TASKS.index("\n## Adding a task")]

README = (ROOT / "README.md").read_text()
USE_IT = README[README.index("\n## Use it") : README.index("\n## Settings")]

#: What a reader is told to type.
EXAMPLES = [USAGE, *(path.read_text() for path in sorted((DOCS / "tutorials").glob("*.md")))]


def test_what_the_program_knows_best_is_written_anew():
    # A process of its own: click keeps what a command's help said first, and other tests ask for it in other ways.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PDFMILL_")}
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "reference.py", "--check"], env=environment, text=True, capture_output=True
    )
    assert (done.returncode, done.stdout) == (0, ""), f"run scripts/reference.py\n{done.stderr}"


def test_every_task_of_the_specification_has_its_name():
    import pdfmill.tasks

    specified = re.findall(r"^\| `(\w+_task|cleanup_expired_jobs|get_task_status)` \|", TASKS, re.MULTILINE)
    assert len(specified) == len(set(specified)) > 10
    assert all(hasattr(pdfmill.tasks, name) for name in specified)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)
    titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    headings = {re.sub(r"[^\w -]", "", title).strip().lower().replace(" ", "-") for title in titles}
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith(("http://", "https://")):
            continue
        path, _, anchor = target.partition("#")
        assert not path or (page.parent / path).exists(), target
        assert path or anchor in headings, target


def measured_rows():
    for page in (ROOT / "README.md", DOCS / "comparison.md"):
        for line in page.read_text().splitlines():
            table = re.search(r"benchmarks/results/(\w+\.md)", line)
            if line.startswith("|") and table:
                yield pytest.param(line, table[1], id=f"{page.name}: {line.split('|')[1].strip()[:30]}")


@pytest.mark.parametrize(("line", "table"), list(measured_rows()))
def test_every_figure_that_is_claimed_stands_in_its_table(line, table):
    measured = re.findall(r"\d+\.\d+", (ROOT / "benchmarks" / "results" / table).read_text())
    claimed = re.findall(r"\d+\.\d+", line)
    assert claimed
    assert set(claimed) <= set(measured)


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    with running_stack(tmp_path_factory.mktemp("docs")) as stack:
        yield stack


@pytest.fixture
def folder(tmp_path):
    """Where a reader sits: with a document, a broken one, and `pdfmill` on the path."""
    text_pdf(tmp_path / "report.pdf")
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing that can be read")
    return tmp_path


def run(words, folder, stack, **kwargs):
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    # Keys would close the server to the other examples.
    environment["PDFMILL_DATA_DIR"] = str(folder / "own" if "keys" in kwargs.get("input", "") else stack.data_dirs[0])
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, timeout=100, **kwargs)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("code", [code for text in EXAMPLES for code in blocks(text, "sh")])
@needs("curl")
def test_examples_for_the_shell_run(code, folder, stack):
    said = run(["sh", "-e"], folder, stack, input=code.replace("http://127.0.0.1:8000", stack.address))
    if "Prefer" in code:
        assert '"status":"COMPLETED"' in said
    if "exit code" in code:
        assert "exit code 3" in said


@pytest.fixture
def desk(folder):
    """A folder with every kind of document that the README names."""
    for name in ("a.pdf", "b.pdf"):
        shutil.copy(folder / "report.pdf", folder / name)
    with zipfile.ZipFile(folder / "scans.zip", "w") as archive:
        archive.write(folder / "report.pdf", "scans/report.pdf")
    scan_pdf(folder / "scan.pdf", scan())
    invoice_pdf(folder / "invoice.pdf")
    LAYOUTS["danish_points"](account(1)).save(folder / "may.pdf")
    return folder


@pytest.mark.parametrize("command", re.findall(r"^\.venv/bin/(pdfmill .*)$", USE_IT, re.MULTILINE))
def test_commands_of_the_readme_make_what_they_name(command, desk, stack, language_data):
    run(["sh", "-e"], desk, stack, input=command)
    made = desk / command.split(" -o ")[1].split()[0]
    assert list(made.iterdir()) if made.is_dir() else made.stat().st_size > 0


@needs("curl")
def test_the_first_request_of_the_readme_is_answered_with_a_smaller_file(folder, stack):
    submit, fetch = blocks(USE_IT, "sh")[0].replace("http://127.0.0.1:8000", stack.address).splitlines()
    job = json.loads(run(["sh", "-e"], folder, stack, input=submit))
    assert job["status"] == "COMPLETED"
    run(["sh", "-e"], folder, stack, input=fetch.replace("JOB_ID", job["id"]))
    assert (folder / "small.pdf").stat().st_size == job["outputs"][0]["size_bytes"]


@pytest.mark.parametrize("code", [code for text in [*EXAMPLES, USE_IT] for code in blocks(text, "python")])
def test_examples_in_python_run(code, folder, stack):
    said = run([sys.executable, "-c", code.replace("http://127.0.0.1:8000", stack.address)], folder, stack)
    assert said.strip()
    if "broken.pdf" in code:
        assert "damaged_input" in said


def test_the_worked_example_is_one_file_and_its_line(folder, tmp_path):
    (code,) = blocks(TASKS[TASKS.index("\n## Adding a task") :], "python")
    source = tmp_path / "source"
    for name in ("src", "tests"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", source)
    package = source / "src" / "pdfmill"
    (package / "operations" / "count_words.py").write_text(code)
    builtin = package / "operations" / "__init__.py"
    text = builtin.read_text().replace("    classify,\n)", "    classify,\n    count_words,\n)")
    builtin.write_text(text.replace("\n#: Every", "from pdfmill.operations.count_words import count_words\n\n#: Every"))
    python = {"env": {**os.environ, "PYTHONPATH": str(package.parent)}, "capture_output": True, "text": True}
    command = [sys.executable, "-m", "pdfmill", "count-words", "report.pdf", "--json"]
    done = subprocess.run(command, cwd=folder, timeout=100, **python)
    assert json.loads(done.stdout)["result"]["words"] > 0, done.stderr
    named = "import pdfmill.tasks; print(pdfmill.tasks.count_words_task.name)"
    assert subprocess.run([sys.executable, "-c", named], **python).stdout == "pdfmill.count_words\n"
    conformance = [sys.executable, "-m", "pytest", "-q", "tests/operations/test_conformance.py", "-k", "count-words"]
    done = subprocess.run(conformance, cwd=source, timeout=100, **python)
    assert done.returncode == 0, done.stdout


@needs("pdfinfo")
def test_the_engine_of_the_guide_reads_a_document(folder, ctx):
    (code,) = blocks((DOCS / "guides" / "add_an_engine.md").read_text(), "python")
    engine = {"__name__": "facts"}
    exec(compile(code, "facts.py", "exec"), engine)
    assert engine["read_facts"](folder / "report.pdf", ctx)["Pages"] == "1"
    with pytest.raises(EngineFailed):
        engine["read_facts"](folder / "broken.pdf", ctx)


def test_the_site_is_built_without_a_warning(tmp_path):
    words = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    tasks = (tmp_path / "site" / "tasks_module.html").read_text()
    assert "pdfmill.compress" in tasks
    if (ROOT / ".cache" / "site" / "mermaid.min.js").exists():  # npm is there, and has a network
        assert "javascripts/mermaid.min.js" in tasks
