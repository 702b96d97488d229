"""Operations for rehearsals: known work that takes a known time, and work that kills its sandbox.

Whole servers get them by ``PDFMILL_TEST_REGISTRY``, see `pdfmill.core.named_registry`.
"""

import os
import time
from pathlib import Path

from pydantic import Field

from pdfmill.core.documents import MediaType, OutputFile
from pdfmill.core.named_registry import VARIABLE
from pdfmill.core.operation import Accepts, Operation, Options, Outcome, Registry, Result
from pdfmill.operations import BUILTIN

#: What a process needs in its environment to have these operations.
ENVIRONMENT = {
    VARIABLE: "rehearsal:load_registry",
    "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]),
    "PDFMILL_WORKER__CRASH_DELAY_S": "0.1",
    "PDFMILL_QUEUE__MAX_RUNNING": '{"conversion": 1}',
}

_STEP_S = 0.05


class EchoOptions(Options):
    seconds: float = Field(0, ge=0, description="How long to work.")


def echo(inputs, options, ctx):
    """The input backwards, after some time."""
    until = time.monotonic() + options.seconds
    while (left := until - time.monotonic()) > 0:
        ctx.advance(int((options.seconds - left) * 100), int(options.seconds * 100), unit="steps")
        time.sleep(min(left, _STEP_S))
    target = ctx.path("echo.bin")
    target.write_bytes(echoed(inputs.single.path.read_bytes()))
    return Outcome(Result(), outputs=(OutputFile(target, "echo.bin", MediaType.UNKNOWN),))


def echoed(data):
    """What `echo` makes of a file."""
    return data[::-1]


def poison(inputs, options, ctx):
    """Bring the sandbox down, as a document does that breaks a library."""
    os.abort()


def _operation(name, run, options, queue):
    return Operation(
        name=name,
        title=name,
        summary=run.__doc__,
        queue=queue,
        accepts=Accepts((MediaType.PDF,)),
        options=options,
        result=Result,
        run=run,
    )


OPERATIONS = (
    _operation("echo", echo, EchoOptions, "extraction"),
    _operation("poison", poison, Options, "extraction"),
    _operation("one-by-one", echo, EchoOptions, "conversion"),
)


def load_registry():
    return Registry((*BUILTIN, *OPERATIONS))
