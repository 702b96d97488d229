"""Options and parts of results that several operations have: each with one name, one description, one default.

``ocr: OcrOption = "auto"`` in an options model is such an option; what is written behind it is the default.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from pdfmill.core.context import Context
from pdfmill.core.operation import Result
from pdfmill.core.pages import PageRanges
from pdfmill.core.provider import Need, ProviderUse

PagesOption = Annotated[PageRanges | None, Field(description="Pages to read, such as 1-3,7,end; all if not given.")]
OcrOption = Annotated[
    Literal["auto", "off"],
    Field(description="auto recognises the words of pages that are only a picture, or whose text is garbled."),
]
MethodOption = Annotated[
    Literal["auto", "local", "model"],
    Field(
        description="local takes the document's own sentences and sends nothing anywhere; model asks the configured "
        "language model; auto is model where one is configured."
    ),
]
#: ISO 639-1, or 639-3 where there is no shorter code.
_LANGUAGE_CODE = Field(pattern=r"^[a-z]{2,3}$")
LanguageCode = Annotated[str, _LANGUAGE_CODE]
OptionalLanguageCode = Annotated[str | None, _LANGUAGE_CODE]

MethodUsed = Annotated[
    Literal["local", "model"], Field(description="Who wrote it: local are the document's own sentences.")
]
NeedsOcr = Annotated[str | None, Field(description="Pages that could not be read, such as 2,5-7; null if none.")]
Providers = Annotated[tuple[ProviderUse, ...], Field(description="Who saw text of the document; nobody if empty.")]


class StruckStatement(Result):
    """A statement of a language model that was taken out."""

    text: str = Field(description="What it said.")
    values: list[str] = Field(description="What of it does not stand in the cited text; empty if nothing was cited.")


def asks_model(method: Literal["auto", "local", "model"], ctx: Context) -> bool:
    """Whether a language model is asked."""
    return method == "model" or (method == "auto" and ctx.provider.offer.completion is not None)


def need_of(method: str) -> Need | None:
    """Whom a request cannot do without."""
    return Need.COMPLETION if method == "model" else None


def page_list(numbers: Iterable[int]) -> str | None:
    """Page numbers as a result names them: 2,5-7; None if there are none."""
    found = sorted(numbers)
    return str(PageRanges.of(found)) if found else None
