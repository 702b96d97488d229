"""Hostile documents × every operation: whatever they do, they do it to their own box.

Run `scripts/test -m whole_corpus` for every file of the corpus instead of a choice of it.
"""

import re
import socket
import time
import zlib

import pytest

from builders.hostile import ATTACKS
from builders.pdf import text_pdf
from pdfmill.config.provider import ProviderSettings
from pdfmill.core.documents import InputFile
from pdfmill.core.errors import UnsupportedMediaType
from pdfmill.core.limits import MIB, Limits
from pdfmill.operations import load_registry
from pdfmill.providers.service import open_providers
from pdfmill.worker.sandbox import Sandbox, SandboxInput, SandboxRequest, Verdict

#: Tight, so that an operation that would be stopped is stopped soon: it is the stopping that is tried here.
LIMITS = Limits(wall_s=8, cpu_s=3, memory_mib=768, output_mib=128, work_mib=512)

#: What an operation cannot find out from a document of a few words.
OPTIONS = {"translate": {"source": "en", "target": "de"}}

#: The job is looked at ten times a second, and may grow a little in between.
MEMORY_TOLERANCE = 1.15

#: Seconds that stopping a job may take beyond its limit.
STOPPING_S = 5

#: The address that the corpus' documents name, and the beginning of /etc/passwd.
CANARY_PORT = 18999
FOREIGN_TEXT = re.compile(rb"root:[^:\n]*:0:0:")

OPERATIONS = tuple(load_registry())

#: One of each kind of attack in the corpus.
CHOICE = [
    "control_good.pdf",
    "cmap_range_huge.pdf",
    "embedded_bomb.pdf",
    "endstream_missing_1k.pdf",
    "enc_unknown_handler.pdf",
    "external_stream_F.pdf",
    "filters_1000.pdf",
    "flate_bomb_spaces_1GB.pdf",
    "form_laughs_1e11.pdf",
    "form_mutual.pdf",
    "image_dims_overflow.pdf",
    "launch_action.pdf",
    "mediabox_nan.pdf",
    "nested_unclosed_1M.pdf",
    "objstm_bomb_1GB.pdf",
    "page_same_kid_100k.pdf",
    "page_tree_laughs_1e10.pdf",
    "polyglot_html_pdf.pdf",
    "ps_named.pdf",
    "predictor_cols_huge.pdf",
    "shading_dense.pdf",
    "tounicode_bomb.pdf",
    "type3_self.pdf",
    "xmp_xxe.pdf",
    "docx_laughs.docx",
]


@pytest.fixture(scope="module")
def sandbox(spool):
    with Sandbox.start(spool) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def canary():
    with socket.create_server(("127.0.0.1", CANARY_PORT)) as listener:
        listener.setblocking(False)
        yield listener


@pytest.fixture(scope="module")
def providers(spool):
    """Whom an operation may ask: a script."""
    script = spool / "script.json"
    script.write_text('{"translation": "[{target}] {text}"}')
    return open_providers(ProviderSettings(translation="scripted", script=script))


@pytest.fixture
def run(sandbox, spool, providers):
    """Runs an operation on a file; its outputs are searched for what is none of the document's business."""

    def run(operation, path):
        directory = spool / f"{path.stem}-{time.monotonic_ns()}"
        (directory / "input").mkdir(parents=True)
        (directory / "input" / "0").write_bytes(path.read_bytes())
        file = SandboxInput(file="input/0", name=path.name, media_type=InputFile.at(path).media_type)
        options = OPTIONS.get(operation.name, {})
        limits = LIMITS.for_operation(operation.limits)
        request = SandboxRequest(operation=operation.name, options=options, inputs=(file,), limits=limits)
        with sandbox.launch(directory, request, providers.desk()) as process:
            fork_server = sandbox._process
            ended = process.wait()
        assert fork_server.poll() is None
        for output in ended.outcome.outputs if ended.outcome else ():
            assert_no_foreign_text(path.read_bytes(), (directory / output.file).read_bytes())
        return ended

    return run


@pytest.fixture
def attack(run, canary):
    """Runs an operation on a hostile file, and looks at everything that must hold."""

    def attack(operation, path):
        ended = run(operation, path)
        limits = LIMITS.for_operation(operation.limits)
        assert ended.verdict not in (Verdict.CRASH, Verdict.LOST), (operation.name, ended)
        assert ended.failure is None or ended.failure.code != "internal_error", (operation.name, ended)
        assert ended.peak_memory_bytes <= limits.memory_mib * MIB * MEMORY_TOLERANCE, (operation.name, ended)
        assert ended.wall_s <= limits.wall_s + STOPPING_S, (operation.name, ended)
        with pytest.raises(BlockingIOError):
            canary.accept()

    return attack


@pytest.fixture(scope="module")
def honest(spool):
    return text_pdf(spool / "honest.pdf", text="An honest word. " * 20)


@pytest.fixture
def survive(attack, run, honest):
    """What no operation takes is refused before anything opens it; the others are run, and an honest job after them."""

    def survive(path):
        media_type = InputFile.at(path).media_type
        for operation in OPERATIONS:
            if media_type in operation.accepts.media_types:
                attack(operation, path)
            else:
                with pytest.raises(UnsupportedMediaType):
                    operation.check_inputs([media_type] * operation.accepts.minimum)
        after = run(OPERATIONS[0], honest)
        assert after.verdict is Verdict.OK, after

    return survive


def assert_no_foreign_text(source, made):
    """Nothing of the host in the output that the document did not bring along."""
    for content in (made, *inflated(made)):
        found = FOREIGN_TEXT.search(content)
        assert found is None or found[0] in source


def inflated(data):
    """What the first MiB of each deflated stream says."""
    for match in re.finditer(rb"stream\r?\n", data):
        try:
            yield zlib.decompressobj().decompress(data[match.end() :], MIB)
        except zlib.error:
            continue


@pytest.mark.timeout(400)
@pytest.mark.parametrize("build", ATTACKS, ids=lambda build: build.__name__)
def test_an_attack_stays_in_its_box(survive, tmp_path, build):
    path = tmp_path / f"{build.__name__}.pdf"
    path.write_bytes(build())
    survive(path)


@pytest.mark.timeout(400)
@pytest.mark.parametrize("name", CHOICE)
def test_a_file_of_the_corpus_stays_in_its_box(survive, corpus, name):
    survive(corpus / "hostile" / name)


@pytest.mark.whole_corpus
@pytest.mark.timeout(7200)
def test_every_file_of_the_corpus_stays_in_its_box(survive, corpus, subtests):
    files = sorted(path for path in (corpus / "hostile").iterdir() if path.name not in ("WHAT.tsv", "FILENAMES.json"))
    assert len(files) > 100
    for path in files:
        with subtests.test(path.name):
            survive(path)
