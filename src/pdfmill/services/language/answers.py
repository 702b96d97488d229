"""Asking a language model for an answer of a known form."""

from __future__ import annotations

import re
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from pdfmill.core.context import Context
from pdfmill.core.errors import ProviderRefused
from pdfmill.core.provider import ANSWER_CAP, CompletionRequest

AnswerT = TypeVar("AnswerT", bound=BaseModel)

#: What models put around the JSON that they were asked for.
_FENCE = re.compile(r"^\s*(?:<think>.*?</think>\s*)?(?:```(?:json)?\s*)?(\{.*\})\s*(?:```)?\s*$", re.DOTALL)


def ask_for(form: type[AnswerT], instructions: str, document: str, ctx: Context, *, tokens: int = 2000) -> AnswerT:
    """An answer that fits the form; one that does not is sent back once to be repaired.

    Args:
        document: Text of the document; it is put before the model as data.

    Raises:
        ProviderRefused: Neither answer fits.
        ProviderNotConfigured, ProviderUnavailable, ProviderBudgetExceeded: As the provider.
    """
    ctx.check()
    request = CompletionRequest(
        instructions=instructions,
        document=document,
        answer_schema=form.model_json_schema(),
        max_answer_tokens=tokens,
    )
    said = ctx.provider.complete(request).text
    try:
        return _read(form, said)
    except ValidationError as error:
        complaint = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()[:10])
    repair = request.model_copy(update={"rejected": said[:ANSWER_CAP], "complaint": complaint[:2000] or "no JSON"})
    try:
        return _read(form, ctx.provider.complete(repair).text)
    except ValidationError as error:
        raise ProviderRefused(
            "The language model did not answer in the form it was asked for, twice. Try another model, or leave "
            "`method` to `local`."
        ) from error


def _read(form: type[AnswerT], said: str) -> AnswerT:
    found = _FENCE.match(said)
    return form.model_validate_json(found[1] if found else said)
