"""The process that opens the document: from a fresh fork to the end of the operation."""

from __future__ import annotations

import errno
import json
import os
import resource
import signal
import time
import traceback
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from pdfmill.core import named_registry
from pdfmill.core.context import Context
from pdfmill.core.documents import InputFile, MediaType, OutputFile
from pdfmill.core.errors import OutputRejected, PdfMillError
from pdfmill.core.failure import Failure
from pdfmill.core.language_data import data_environment
from pdfmill.core.limits import MIB, Limits
from pdfmill.core.operation import AnyOperation, BatchItem, Inputs, Outcome
from pdfmill.core.progress import Progress
from pdfmill.services import Services
from pdfmill.worker.box import libc
from pdfmill.worker.box.asking import PipeProvider
from pdfmill.worker.box.escapes import probe_escapes
from pdfmill.worker.box.landlock import restrict_files
from pdfmill.worker.box.messages import SandboxInput, SandboxItem, SandboxOutcome, SandboxOutput, SandboxRequest
from pdfmill.worker.box.setup import Setup
from pdfmill.worker.outputs import check_outputs

#: Exit statuses by which the keeper knows what a job cannot say any more.
EXIT_FAILED, EXIT_SETUP, EXIT_MEMORY, EXIT_OUTPUT = 65, 71, 73, 74

#: Address space that libraries map without touching, on top of the memory a job may hold.
_UNTOUCHED_MIB = 1024

#: Of the memory a job may hold, this much is for the pages of programs and libraries, which the kernel does not limit.
_LIBRARIES_MIB = 64

_REPORT_EVERY_S = 0.1
_CAUSE_CAP = 16_000

_ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    # Jobs run beside each other, so a library must not start a thread for every processor.
    "OMP_THREAD_LIMIT": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "VIPS_CONCURRENCY": "1",
    "MALLOC_ARENA_MAX": "2",
}

#: What the supervisor may ask for beside the registry's operations.
_OWN: dict[str, AnyOperation] = {operation.name: operation for operation in (probe_escapes, check_outputs)}

_DEVICES = tuple(Path("/dev") / name for name in ("null", "zero", "urandom", "random"))


@dataclass(frozen=True)
class Pipes:
    """What a job talks with its keeper over: one JSON object a line, either way."""

    to_keeper: int
    from_keeper: int


def run_job(setup: Setup, seccomp_filter: bytes | None, directory: Path, request: SandboxRequest, pipes: Pipes) -> None:
    """Shut the box, run the operation, tell the keeper what came out. Never returns."""
    status = EXIT_SETUP
    pipe = pipes.to_keeper
    try:
        _shut_the_box(setup, seccomp_filter, directory, request.limits, pipes)
        status = EXIT_FAILED
        _tell(pipe, outcome=_run_operation(setup.registry, directory, request, pipes).model_dump(mode="json"))
        status = 0
    except MemoryError:
        status = EXIT_MEMORY
    except PdfMillError as error:
        _tell(pipe, failure=Failure.of(error).model_dump(mode="json"), cause=_cause(error) if error.__cause__ else "")
    except OSError as error:
        if error.errno == errno.EFBIG:
            status = EXIT_OUTPUT
        _tell(pipe, failure=Failure.of(error).model_dump(mode="json"), cause=_cause(error))
    except BaseException as error:  # noqa: BLE001 - told to the keeper, cause included; this process ends here
        _tell(pipe, failure=Failure.of(error).model_dump(mode="json"), cause=_cause(error))
    finally:
        os._exit(status)


def make_private_view(setup: Setup, directory: Path) -> None:
    """In a fresh mount namespace: hide the other attempts, give the job a /tmp, /dev/shm and /proc of its own.

    Of its own directory the job may write in ``work`` only: the inputs stay as they are.
    """
    libc.mount(None, "/", None, libc.MS_REC | libc.MS_PRIVATE)
    own, work = (os.open(path, os.O_PATH) for path in (directory, directory / "work"))
    private = libc.MS_NOSUID | libc.MS_NODEV
    # The spool comes after /tmp, because it may lie there.
    if setup.has_private_tmp:
        libc.mount("tmpfs", "/tmp", "tmpfs", private, "size=512m,mode=1777")  # noqa: S108 - the job's own
    Path(setup.spool).mkdir(parents=True, exist_ok=True)
    libc.mount("tmpfs", setup.spool, "tmpfs", private, "size=64k,mode=755")
    directory.mkdir()
    libc.mount(f"/proc/self/fd/{own}", str(directory), None, libc.MS_BIND)
    libc.mount(None, str(directory), None, libc.MS_REMOUNT | libc.MS_BIND | libc.MS_RDONLY | private)
    libc.mount(f"/proc/self/fd/{work}", str(directory / "work"), None, libc.MS_BIND)
    os.close(own)
    os.close(work)
    libc.mount("tmpfs", "/dev/shm", "tmpfs", private, "size=64m,mode=1777")  # noqa: S108 - the job's own
    libc.mount("proc", "/proc", "proc", private | libc.MS_NOEXEC)


def _shut_the_box(setup: Setup, seccomp_filter: bytes | None, directory: Path, limits: Limits, pipes: Pipes) -> None:
    os.setsid()
    libc.set_parent_death_signal(signal.SIGKILL)
    _keep_only(pipes)
    libc.drop_capabilities()
    os.nice(5)
    # Python ignores this signal; a C library that writes beyond the limit would go on with a truncated file.
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    _limit_resources(limits)
    work_dir = directory / "work"
    os.chdir(work_dir)
    environment = {**_ENVIRONMENT, **data_environment(), "HOME": str(work_dir), "TMPDIR": str(work_dir)}
    os.environ.clear()
    os.environ.update(environment)
    if setup.landlock:
        temporary = (Path("/tmp"),) if setup.has_private_tmp else ()  # noqa: S108 - the job's own
        readable = (*map(Path, setup.readable), directory)
        restrict_files(readable, (work_dir, *temporary), _DEVICES)
    if seccomp_filter is not None:
        libc.set_no_new_privileges()
        libc.load_seccomp_filter(seccomp_filter)


def _keep_only(pipes: Pipes) -> None:
    """Close everything inherited but the pipes; what a document makes a library print goes nowhere."""
    null = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(null, standard)
    first, second = sorted((pipes.to_keeper, pipes.from_keeper))
    os.closerange(3, first)
    os.closerange(first + 1, second)
    os.closerange(second + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])


def _limit_resources(limits: Limits) -> None:
    data_mib = max(limits.memory_mib - _LIBRARIES_MIB, limits.memory_mib // 2)
    for kind, soft, hard in (
        # The keeper looks at the memory of all processes now and then; this one stops a single process at once.
        (resource.RLIMIT_DATA, data_mib * MIB, None),
        (resource.RLIMIT_AS, (limits.memory_mib + _UNTOUCHED_MIB) * MIB, None),
        (resource.RLIMIT_CPU, limits.cpu_s, limits.cpu_s + 1),
        (resource.RLIMIT_FSIZE, limits.output_mib * MIB, None),
        (resource.RLIMIT_NOFILE, limits.open_files, None),
        (resource.RLIMIT_NPROC, limits.processes, None),
        (resource.RLIMIT_CORE, 0, None),
    ):
        resource.setrlimit(kind, (soft, soft if hard is None else hard))


def _run_operation(registry_path: str, directory: Path, request: SandboxRequest, pipes: Pipes) -> SandboxOutcome:
    operation = _OWN.get(request.operation) or named_registry.load(registry_path).get(request.operation)
    options = operation.parse_options(request.options)
    inputs = Inputs(
        files=tuple(_input(file, directory) for file in request.inputs),
        items=tuple(_item(item, directory) for item in request.items or ()),
    )
    # An item of a batch has not been looked at before; one without content is the operation's own affair.
    operation.check_media_types(file.media_type for file in inputs.files if file.size_bytes)
    ctx = Context(
        directory / "work",
        limits=request.limits,
        reporter=_PipeReporter(pipes.to_keeper),
        services=Services(),
        provider=PipeProvider(request.offer, partial(_tell, pipes.to_keeper), pipes.from_keeper),
        past_runs=request.past_runs,
    )
    if operation.batch is not None and request.items is None:
        items = operation.batch.split(inputs, ctx)
        return SandboxOutcome(result={}, outputs=tuple(_described(item, directory) for item in items), warnings=())
    outcome: Outcome[Any] = operation.run(inputs, options, ctx)
    return SandboxOutcome(
        result=outcome.result.model_dump(mode="json"),
        outputs=tuple(_described(output, directory) for output in outcome.outputs),
        warnings=outcome.warnings,
        work=ctx.work,
    )


def _input(file: SandboxInput, directory: Path) -> InputFile:
    return InputFile(directory / file.file, file.name, MediaType(file.media_type))


def _item(item: SandboxItem, directory: Path) -> BatchItem:
    output = None if item.output is None else _input(item.output, directory)
    return BatchItem(item.name, item.size_bytes, output, item.result, item.failure)


def _described(output: OutputFile, directory: Path) -> SandboxOutput:
    if not output.path.is_relative_to(directory / "work"):
        raise OutputRejected("An output lies outside of its place. Nothing was published; report this.")
    return SandboxOutput(
        file=str(output.path.relative_to(directory)),
        name=output.name,
        media_type=output.media_type,
        page_count=output.page_count,
    )


class _PipeReporter:
    """Progress to the keeper; a job that is cancelled is killed, so nothing is asked."""

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe
        self._last = 0.0
        self._stage = ""

    def report(self, progress: Progress) -> None:
        now = time.monotonic()
        if progress.stage == self._stage and now - self._last < _REPORT_EVERY_S:
            return
        self._stage, self._last = progress.stage, now
        _tell(self._pipe, progress=progress.model_dump())

    def is_cancelled(self) -> bool:
        return False


def _tell(pipe: int, **message: Any) -> None:
    line = json.dumps(message).encode() + b"\n"
    while line:
        line = line[os.write(pipe, line) :]


def _cause(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))[-_CAUSE_CAP:]
