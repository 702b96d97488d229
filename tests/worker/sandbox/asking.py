"""Operations that ask a provider, well and badly."""

import json
import os
from pathlib import Path

from pydantic import Field

from pdfmill.core.documents import MediaType
from pdfmill.core.operation import Accepts, Operation, Options, Outcome, Registry, Result
from pdfmill.core.provider import CompletionRequest, Need, ProviderUse


class AskOptions(Options):
    times: int = Field(1, description="How often it asks.")


class AskResult(Result):
    said: list[str] = Field([], description="What was answered.")
    providers: list[ProviderUse] = Field([], description="Who saw what.")


def _request(document="text"):
    return CompletionRequest(instructions="Do it.", document=document)


def ask(inputs, options, ctx):
    ctx.advance(0, options.times)
    said = [ctx.provider.complete(_request(f"part {index} " + "ü" * 20_000)).text for index in range(options.times)]
    return Outcome(AskResult(said=said))


def lie(inputs, options, ctx):
    """Asks, and says that nobody saw anything."""
    ctx.provider.complete(_request())
    return Outcome(AskResult(providers=[]))


def _pipe(ctx):
    return ctx.provider._tell


def ask_twice_at_once(inputs, options, ctx):
    for _ in range(2):
        _pipe(ctx)(ask=_request().model_dump(mode="json"))
    ctx.provider.complete(_request())
    return Outcome(AskResult())


def ask_too_much(inputs, options, ctx):
    _pipe(ctx)(ask={"kind": "completion", "instructions": "x" * 2_000_000})
    os.read(ctx.provider._answers, 10)
    return Outcome(AskResult())


def never_read(inputs, options, ctx):
    """Asks and ends without reading the answer."""
    _pipe(ctx)(ask=_request().model_dump(mode="json"))
    return Outcome(AskResult())


def choose_another_model(inputs, options, ctx):
    _pipe(ctx)(ask=_request().model_dump(mode="json") | {"model": "dear", "base_url": "http://elsewhere"})
    return Outcome(AskResult(said=[json.dumps(json.loads(os.read(ctx.provider._answers, 10_000)))]))


def look_for_keys(inputs, options, ctx):
    """What of the supervisor's environment and memory map it can see, and which descriptors are open."""
    return Outcome(
        AskResult(said=[json.dumps(dict(os.environ)), str(sorted(map(str, Path("/proc/self/fd").iterdir())))])
    )


FUNCTIONS = (ask, lie, ask_twice_at_once, ask_too_much, never_read, choose_another_model, look_for_keys)


def load_registry():
    return Registry(
        [
            Operation(
                name=function.__name__.replace("_", "-"),
                title=function.__name__,
                summary=function.__name__,
                queue="ai",
                accepts=Accepts((MediaType.PDF,), minimum=0),
                options=AskOptions,
                result=AskResult,
                run=function,
                asks=(Need.COMPLETION,),
            )
            for function in FUNCTIONS
        ]
    )
