"""The box holds, and each way to end has its verdict."""

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from pdfmill.core.limits import Limits
from pdfmill.core.progress import Progress
from pdfmill.worker.box.process_tree import descendants
from pdfmill.worker.sandbox import Ended, Sandbox, SandboxRequest, Verdict

HERE = Path(__file__).parent
#: A third of the memory is more than a job holds that does nothing: the libraries that it shares with all others.
LIMITS = Limits(wall_s=20, cpu_s=20, memory_mib=384, output_mib=8, processes=40)


@pytest.fixture(scope="module")
def spool(tmp_path_factory):
    folder = tmp_path_factory.mktemp("spool")
    folder.chmod(0o711)
    return folder


@pytest.fixture(scope="module")
def sandbox(spool):
    os.environ["SECRET"] = "of the server"
    if not shutil.which("bwrap") and os.environ.get("CI") == "true":
        pytest.fail("CI needs bubblewrap")
    with Sandbox.start(spool, registry="misbehaving:load_registry", extra_readable=(HERE,)) as sandbox:
        yield sandbox
    del os.environ["SECRET"]


@pytest.fixture
def run(sandbox, spool, request):
    """Runs an operation to its end; returns the end and the events before it."""

    def run(operation, target="", limits=LIMITS, before_end=lambda process: None):
        directory = spool / f"{operation}-{time.monotonic_ns()}"
        directory.mkdir(mode=0o755)
        asked = SandboxRequest(operation=operation, options={"target": str(target)}, inputs=(), limits=limits)
        events = []
        with sandbox.launch(directory, asked) as process:
            before_end(process)
            while not isinstance(event := process.next_event(5), Ended):
                events.append(event)
        return event, events

    return run


def test_a_good_job_ends_well_and_reports_progress(run):
    ended, events = run("behave")
    assert ended.verdict is Verdict.OK, ended
    assert ended.outcome.outputs[0].file == "work/out.txt"
    assert any(isinstance(event, Progress) for event in events)


def test_our_own_error_crosses_the_pipe_whole(run):
    ended, _ = run("refuse")
    assert (ended.verdict, ended.failure.code) == (Verdict.FAILED, "password_required")
    assert ended.failure.extras == {"hint": "x"}


def test_a_foreign_exception_is_told_in_the_log_only(run):
    ended, _ = run("fail")
    assert (ended.verdict, ended.failure.code) == (Verdict.FAILED, "internal_error")
    assert "secret" not in ended.failure.model_dump_json()
    assert "a secret path" in ended.cause


@pytest.mark.parametrize(
    ("operation", "limits", "verdict", "code"),
    [
        ("abort", {}, Verdict.CRASH, "sandbox_crashed"),
        ("dereference-null", {}, Verdict.CRASH, "sandbox_crashed"),
        ("segfault-by-signal", {}, Verdict.CRASH, "sandbox_crashed"),
        ("leave-silently", {}, Verdict.CRASH, "sandbox_crashed"),
        ("hang", {"wall_s": 1}, Verdict.DEADLINE, "deadline_exceeded"),
        ("spin", {"cpu_s": 1}, Verdict.CPU, "deadline_exceeded"),
        ("eat-memory", {}, Verdict.MEMORY, "memory_exceeded"),
        ("eat-memory-in-children", {}, Verdict.MEMORY, "memory_exceeded"),
        ("write-without-end", {}, Verdict.OUTPUT, "output_too_large"),
        ("forge-the-end", {"wall_s": 1}, Verdict.DEADLINE, "deadline_exceeded"),
        ("name-a-foreign-file", {}, Verdict.FAILED, "output_rejected"),
        ("promise-more-pages", {}, Verdict.FAILED, "output_rejected"),
    ],
)
def test_each_way_to_end_has_its_verdict_and_the_next_job_works(run, operation, limits, verdict, code):
    ended, _ = run(operation, limits=LIMITS.model_copy(update=limits))
    assert (ended.verdict, ended.failure.code) == (verdict, code), ended
    assert run("behave")[0].verdict is Verdict.OK


def test_a_fork_bomb_stays_within_its_limit(run, sandbox):
    ended, _ = run("fork-without-end")
    if ended.outcome is None:  # the kernel exempts root from its limit, so there the keeper counts
        assert ended.failure.code == "too_many_processes"
    else:
        assert int(ended.outcome.result["found"]["forks"]) <= LIMITS.processes


def test_two_fork_bombs_do_not_take_each_others_processes(sandbox, spool):
    if sandbox.tier.variant.startswith("root"):
        pytest.skip("not run: the kernel does not count root's processes, the keeper does")
    with ExitStack() as stack:
        bombs = []
        for number in range(2):
            directory = spool / f"bomb-{number}-{time.monotonic_ns()}"
            directory.mkdir(mode=0o755)
            request = SandboxRequest(operation="fork-without-end", options={}, inputs=(), limits=LIMITS)
            bombs.append(stack.enter_context(sandbox.launch(directory, request)))
        ended = [bomb.wait() for bomb in bombs]
    forks = [int(each.outcome.result["found"]["forks"]) for each in ended]
    assert min(forks) >= LIMITS.processes - 5, ended


def test_cancelling_kills_at_once(run):
    started = time.monotonic()
    ended, _ = run("hang", before_end=lambda process: (time.sleep(0.3), process.cancel(), process.cancel()))
    assert (ended.verdict, ended.failure.code) == (Verdict.CANCELLED, "cancelled")
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("stays", ["8", "9"])
def test_children_that_fled_their_session_are_killed(run, stays):
    mark = f"{time.monotonic_ns() % 10**8}{stays}"
    run("leave-children", target=mark, before_end=lambda process: (time.sleep(1), process.cancel()))
    assert _processes_with("sleep", mark) == []


def test_a_job_that_talks_too_much_is_heard_a_little(run):
    ended, events = run("babble")
    assert ended.verdict is Verdict.OK
    assert len(events) < 500


def test_no_escape_is_open(run, spool, sandbox):
    other = spool / "other-1"
    (other / "work").mkdir(parents=True)
    (other / "secret").write_text("of another customer")
    ended, _ = run("look-around", target=other)
    assert ended.verdict is Verdict.OK, ended
    found = ended.outcome.result["found"]
    assert found.pop("standard error") == "/dev/null"
    if sandbox.tier.name != "A":
        found.pop("see other processes")
    assert [f"{name}: {what}" for name, what in found.items() if what.startswith("open")] == []


def test_a_dead_fork_server_is_started_again(run, sandbox):
    assert run("behave")[0].verdict is Verdict.OK
    os.killpg(sandbox._process.pid, signal.SIGKILL)
    sandbox._process.wait()
    time.sleep(0.3)  # the fork server dies a moment after bubblewrap
    assert run("behave")[0].verdict is Verdict.OK


def test_the_death_of_the_supervisor_is_the_death_of_the_job(tmp_path):
    mark = f"{time.monotonic_ns() % 10**8}9"
    script = f"""
import sys, time
from pathlib import Path
from pdfmill.worker.sandbox import Sandbox, SandboxRequest
from pdfmill.core.limits import Limits
spool = Path({str(tmp_path)!r})
sandbox = Sandbox.start(spool, registry="misbehaving:load_registry", extra_readable=(Path({str(HERE)!r}),))
(spool / "a-1").mkdir()
request = SandboxRequest(operation="leave-children", options={{"target": "{mark}"}}, inputs=(), limits=Limits())
process = sandbox.launch(spool / "a-1", request)
print("launched", flush=True)
time.sleep(60)
"""
    supervisor = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    while supervisor.stdout.readline() != b"launched\n":
        assert supervisor.poll() is None
    _wait_for(lambda: _processes_with("sleep", mark))
    below = descendants(supervisor.pid)
    supervisor.kill()
    supervisor.wait()
    supervisor.stdout.close()
    _wait_for(lambda: not _processes_with("sleep", mark))
    _wait_for(lambda: not [pid for pid in below if Path(f"/proc/{pid}/cmdline").exists() and _is_ours(pid)])


def _processes_with(program, argument):
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if words[:1] == [program.encode()] and argument.encode() in words:
            found.append(path.parent.name)
    return found


def _is_ours(pid):
    try:
        return b"forkserver" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False


def _wait_for(condition):
    until = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_language_data_that_the_operator_named_are_found_in_the_box(spool, tmp_path_factory, monkeypatch):
    folder = tmp_path_factory.mktemp("data")
    for each in (folder, *folder.parents[:-2]):
        each.chmod(each.stat().st_mode | 0o055)
    (folder / "fra.traineddata").touch()
    monkeypatch.setenv("TESSDATA_PREFIX", str(folder))
    with Sandbox.start(spool, registry="misbehaving:load_registry", extra_readable=(HERE,)) as sandbox:
        directory = spool / "languages"
        directory.mkdir(mode=0o755)
        asked = SandboxRequest(operation="name-languages", options={"target": ""}, inputs=(), limits=LIMITS)
        with sandbox.launch(directory, asked) as process:
            while not isinstance(event := process.next_event(5), Ended):
                pass
    assert event.outcome is not None, event
    assert event.outcome.result["found"] == {"languages": "fra"}
