"""A job asks through its pipe; the supervisor makes the call, and neither trusts the other."""

import time
from pathlib import Path

import pytest

import language_server as moods
from language_server import language_server
from pdfmill.config.provider import ProviderSettings
from pdfmill.core.limits import Limits
from pdfmill.providers.service import NO_PROVIDERS, open_providers
from pdfmill.worker.sandbox import Ended, Sandbox, SandboxRequest, Verdict

HERE = Path(__file__).parent
KEY = "sk-very-private-0123456789"
LIMITS = Limits(wall_s=20, cpu_s=20, memory_mib=384)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    spool = tmp_path_factory.mktemp("spool")
    spool.chmod(0o711)
    with Sandbox.start(spool, registry="asking:load_registry", extra_readable=(HERE,)) as sandbox:
        yield sandbox, spool


@pytest.fixture
def server():
    with language_server() as server:
        server.think = lambda system, document: document[-30:].strip() + "ä" * 30_000
        yield server


@pytest.fixture
def providers(server):
    return open_providers(
        ProviderSettings(
            completion="openai",
            openai_base_url=f"{server.url}/v1",
            openai_model="small",
            openai_api_key=KEY,
            timeout_s=30,
        )
    )


@pytest.fixture
def launch(sandbox, providers):
    def launch(operation, *, asks=providers, limits=LIMITS, **options):
        box, spool = sandbox
        directory = spool / f"{operation}-{time.monotonic_ns()}"
        directory.mkdir(mode=0o755)
        request = SandboxRequest(operation=operation, options=options, inputs=(), limits=limits)
        return box.launch(directory, request, asks.desk())

    return launch


@pytest.fixture
def run(launch):
    def run(operation, **kwargs):
        with launch(operation, **kwargs) as process:
            return process.wait()

    return run


def test_a_job_asks_again_and_again_and_gets_long_answers_whole(run, server):
    ended = run("ask", times=5)
    assert ended.verdict is Verdict.OK, ended
    assert [len(text) > 30_000 for text in ended.outcome.result["said"]] == [True] * 5
    assert len(server.asked) == 5
    assert [body["messages"][1]["content"].split("\n")[1][:6] for body in server.asked] == [
        f"part {index}" for index in range(5)
    ]


def test_the_result_says_which_provider_saw_what_whatever_the_job_says(run):
    (use,) = run("lie").outcome.result["providers"]
    assert (use["provider"], use["model"], use["calls"], use["tokens_sent"]) == ("openai", "small", 1, 111)
    assert use["characters_sent"] == len("Do it.") + len("text")


def test_a_failed_job_says_so_as_well(run, server):
    server.moods = [moods.status(400)]
    ended = run("ask")
    assert ended.failure.code == "provider_refused"
    (use,) = ended.failure.extras["providers"]
    assert use["characters_sent"] > 20_000
    assert KEY not in str(ended)


def test_where_nobody_is_configured_the_job_is_told(run):
    ended = run("ask", asks=NO_PROVIDERS)
    assert ended.failure.code == "provider_not_configured"


@pytest.mark.parametrize("operation", ["ask-twice-at-once", "ask-too-much"])
def test_a_job_that_talks_too_much_is_killed(run, operation, server):
    server.moods = [moods.slow(10)] * 3
    assert run(operation).verdict is Verdict.CRASH


def test_a_job_can_end_without_its_answer(run, server):
    server.moods = [moods.slow(60)]
    assert run("never-read").verdict is Verdict.OK
    assert server.asked == [] or server.gave_up.wait(2)


def test_a_job_cannot_choose_the_model_nor_the_address(run, server):
    ended = run("choose-another-model")
    assert "provider_refused" in ended.outcome.result["said"][0]
    assert server.asked == []


def test_the_box_holds_no_key_and_nothing_but_its_pipes(run):
    environment, descriptors = run("look-for-keys").outcome.result["said"]
    assert KEY not in environment
    assert len(descriptors.split(",")) <= 6  # three standard ones, two pipes, the folder that is listed


@pytest.mark.parametrize("how", ["cancelled", "left", "deadline"])
def test_the_call_ends_with_the_job_within_two_seconds(launch, server, how):
    server.moods = [moods.slow(60)]
    limits = LIMITS.model_copy(update={"wall_s": 1.0}) if how == "deadline" else LIMITS
    with launch("ask", limits=limits) as process:
        while not server.asked:
            process.next_event(0.05)
        if how == "cancelled":
            process.cancel()
        if how != "left":
            assert isinstance(process.wait(), Ended)
            assert server.gave_up.wait(2)
    assert server.gave_up.wait(2)


def test_the_supervisor_is_free_during_a_call(launch, server):
    server.moods = [moods.slow(1)]
    with launch("ask") as process:
        looks = 0
        while not isinstance(process.next_event(0.1), Ended):
            looks += 1
    assert looks >= 8
