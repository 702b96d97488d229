"""Operations that misbehave, for the sandbox to stop: its registry is a parameter, so they come in as real ones."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from pydantic import Field

from pdfmill.core.documents import MediaType, OutputFile
from pdfmill.core.errors import EncryptedInput
from pdfmill.core.language_data import installed_languages
from pdfmill.core.operation import Accepts, Operation, Options, Outcome, Registry, Result


class AttackOptions(Options):
    target: str = Field("", description="What to attack.")


class AttackResult(Result):
    found: dict[str, str] = Field({}, description="What was found.")


OPERATIONS = []


def operation(function):
    """Register a function of (options, ctx) that returns an outcome or a dictionary of findings."""

    def run(inputs, options, ctx):
        answer = function(options, ctx)
        return answer if isinstance(answer, Outcome) else Outcome(AttackResult(found=answer or {}))

    OPERATIONS.append(
        Operation(
            name=function.__name__.replace("_", "-"),
            title=function.__name__,
            summary=function.__name__,
            queue="compression",
            accepts=Accepts((MediaType.PDF,), minimum=0),
            options=AttackOptions,
            result=AttackResult,
            run=run,
        )
    )
    return function


@operation
def name_languages(options, ctx):
    return {"languages": ",".join(installed_languages())}


@operation
def count_attempts(options, ctx):
    """Leaves a mark in the checkpoint and dies, until three are there."""
    ctx.checkpoint.mkdir(exist_ok=True)
    marks = len(list(ctx.checkpoint.iterdir()))
    (ctx.checkpoint / f"mark-{marks}").write_text("was here")
    ctx.path("rest.bin").write_bytes(b"x")
    if marks < 2:
        os.kill(os.getpid(), signal.SIGSEGV)
    return {"marks": str(marks)}


@operation
def link_as_checkpoint(options, ctx):
    """Leaves a link where the checkpoint should be, and dies; the next attempt tells what it found."""
    if ctx.checkpoint.is_symlink():
        return {"found": "the link"}
    ctx.checkpoint.symlink_to("/usr")
    os.kill(os.getpid(), signal.SIGSEGV)
    return {}


@operation
def behave(options, ctx):
    path = ctx.path("out.txt")
    path.write_text("fine")
    for done in range(3):
        ctx.advance(done + 1, 3, unit="pages")
    return Outcome(AttackResult(), outputs=(OutputFile(path, "out.txt", "text/plain"),))


@operation
def refuse(options, ctx):
    raise EncryptedInput("Remove the password.", hint="x")


@operation
def fail(options, ctx):
    raise ValueError("a secret path")


@operation
def abort(options, ctx):
    os.abort()


@operation
def dereference_null(options, ctx):
    ctypes.string_at(0)


@operation
def segfault_by_signal(options, ctx):
    os.kill(os.getpid(), signal.SIGSEGV)
    time.sleep(5)


@operation
def leave_silently(options, ctx):
    os._exit(0)


@operation
def hang(options, ctx):
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    time.sleep(600)


@operation
def spin(options, ctx):
    signal.signal(signal.SIGXCPU, signal.SIG_IGN)
    while True:
        pass


@operation
def eat_memory(options, ctx):
    held = []
    while True:
        held.append(bytearray(os.urandom(1 << 20)) * 20)
        time.sleep(0.01)


@operation
def eat_memory_in_children(options, ctx):
    for _ in range(12):
        if os.fork() == 0:
            held = bytearray(os.urandom(1 << 20)) * 50
            time.sleep(60)
            os._exit(len(held) % 2)
    time.sleep(60)


@operation
def write_without_end(options, ctx):
    with ctx.path("big").open("wb") as file:
        while True:
            file.write(b"x" * (1 << 20))


@operation
def fork_without_end(options, ctx):
    made = 0
    try:
        while made < 300:
            if os.fork() == 0:
                time.sleep(60)
                os._exit(0)
            made += 1
        time.sleep(60)
    except OSError:
        pass
    return {"forks": str(made)}


@operation
def leave_children(options, ctx):
    """Children in sessions of their own, whose parents are gone."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.setsid()
            ctypes.CDLL(None).prctl(1, 0, 0, 0, 0)
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            subprocess.Popen(["sleep", options.target])
            time.sleep(600)
        os._exit(0)
    time.sleep(0.3)
    if options.target.endswith("9"):
        time.sleep(600)


@operation
def forge_the_end(options, ctx):
    """Say on every open descriptor that all went well, and hang."""
    for descriptor in range(3, 64):
        try:
            os.write(
                descriptor, b'{"ended": {"verdict": "ok", "outcome": {"result": {}, "outputs": [], "warnings": []}}}\n'
            )
            os.write(descriptor, b'{"progress": {"percent": 1e9}}\n[1]\nnonsense\n')
        except OSError:
            pass
    time.sleep(600)


@operation
def babble(options, ctx):
    for done in range(20000):
        ctx.stage(f"stage {done}", share=0)


@operation
def name_a_foreign_file(options, ctx):
    path = ctx.path("link")
    path.symlink_to("/usr/bin/env")
    return Outcome(AttackResult(), outputs=(OutputFile(path, "x", "text/plain"),))


@operation
def promise_more_pages(options, ctx):
    import pikepdf

    path = ctx.path("out.pdf")
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(path)
    return Outcome(AttackResult(), outputs=(OutputFile(path, "x.pdf", MediaType.PDF, page_count=2),))


@operation
def look_around(options, ctx):
    """Every escape that is tried, with what came of it: 'blocked …' or 'open …'."""
    other = Path(options.target)
    libc = ctypes.CDLL(None, use_errno=True)

    def unshare_user():
        pid = os.fork()
        if pid == 0:
            os._exit(0 if libc.unshare(0x10000000) == 0 else 1)
        if os.waitpid(pid, 0)[1]:
            raise OSError("refused")

    def called(result):
        if result < 0:
            raise OSError(ctypes.get_errno(), "refused")
        return result

    attempts = {
        "read another attempt": lambda: (other / "secret").read_text(),
        "list the spool": lambda: next(str(each) for each in other.parent.iterdir() if each.name == other.name),
        "write to another attempt": lambda: (other / "x").write_text("x"),
        "read /etc/passwd": lambda: Path("/etc/passwd").read_text(),
        "read the home folder": lambda: next(str(each) for each in Path("/root").iterdir() if each.name != ".pyenv"),
        "write to the interpreter": lambda: Path(sys.prefix, "x").write_text("x"),
        "write beside the work directory": lambda: (ctx.work_dir.parent / "input").mkdir(),
        "connect by TCP": lambda: socket.create_connection(("127.0.0.1", 6379), 1),
        "send by UDP": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 9)),
        "make a user namespace": unshare_user,
        "mount": lambda: called(libc.mount(b"tmpfs", b"/usr", b"tmpfs", 0, None)),
        "trace the parent": lambda: called(libc.ptrace(16, os.getppid(), 0, 0)),
        "change root": lambda: called(libc.chroot(b"/usr")),
        "open io_uring": lambda: called(libc.syscall(425, 1, 0)),
        "read the environment": lambda: {name: value for name, value in os.environ.items() if "SECRET" in name}[
            "SECRET"
        ],
        "see other processes": lambda: next(
            p.name for p in Path("/proc").iterdir() if p.name.isdigit() and int(p.name) > 20
        ),
    }
    found = {}
    for name, attempt in attempts.items():
        try:
            found[name] = f"open {attempt()}"
        except (OSError, LookupError, StopIteration) as error:
            found[name] = f"blocked {error!r}"
    found["standard error"] = str(Path("/proc/self/fd/2").readlink())
    return found


@operation
def believe_a_program(options, ctx):
    """Run a shell command that returns 0, and promise what it should have made: a PDF of two pages."""
    import pikepdf

    for pages in (1, 2):
        with pikepdf.new() as pdf:
            for _ in range(pages):
                pdf.add_blank_page()
            pdf.save(ctx.path(f"{pages}.pdf"))
    path = ctx.path("out.pdf")
    ctx.run_tool(["sh", "-c", options.target])
    return Outcome(AttackResult(), outputs=(OutputFile(path, "out.pdf", MediaType.PDF, page_count=2),))


@operation
def claim_to_be(options, ctx):
    """An output of the media type that is asked for, and rubbish inside."""
    path = ctx.path("out")
    path.write_bytes(b"\xff\xfe\x00 rubbish")
    return Outcome(AttackResult(), outputs=(OutputFile(path, "out", options.target),))


@operation
def make_one_of_each(options, ctx):
    """A sound output of every kind that is checked."""
    import docx
    import pikepdf
    from PIL import Image

    outputs = []
    for suffix, media_type in (
        ("png", "image/png"),
        ("jpg", "image/jpeg"),
        ("tif", "image/tiff"),
        ("webp", "image/webp"),
    ):
        path = ctx.path(f"out.{suffix}")
        Image.new("RGB", (20, 10)).save(path)
        outputs.append(OutputFile(path, path.name, media_type))
    for name, media_type, text in (("out.json", "application/json", "{}"), ("out.csv", "text/csv", "a,é")):
        ctx.path(name).write_text(text)
        outputs.append(OutputFile(ctx.path(name), name, media_type))
    docx.Document().save(str(ctx.path("out.docx")))
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    outputs.append(OutputFile(ctx.path("out.docx"), "out.docx", word))
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(ctx.path("out.pdf"))
    outputs.append(OutputFile(ctx.path("out.pdf"), "out.pdf", MediaType.PDF, page_count=1))
    return Outcome(AttackResult(), outputs=tuple(outputs))


@operation
def fill_the_disk(options, ctx):
    """Many files, each within its limit."""
    for number in range(200):
        ctx.path(str(number)).write_bytes(bytes(1 << 20))
        time.sleep(0.005)
    time.sleep(60)


@operation
def convert_with_libreoffice(options, ctx):
    """The document at ``target`` as PDF, by the engine."""
    from pdfmill.engines.libreoffice import convert

    made = convert(ctx.work_dir.parent / options.target, input_filter="MS Word 2007 XML", output_format="pdf", ctx=ctx)
    return Outcome(AttackResult(), outputs=(OutputFile(made, "out.pdf", MediaType.PDF, page_count=1),))


def load_registry():
    return Registry(OPERATIONS)
