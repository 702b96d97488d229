"""Where in a document a value stands, and how sure it is."""

from __future__ import annotations

from typing import Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

T = TypeVar("T")

#: Left, top, right, bottom in points from the top left of the page as shown, see `services.layout.model.Box`.
Corners = tuple[float, float, float, float]


class Evidence(BaseModel):
    """A place in the document."""

    model_config = ConfigDict(frozen=True)

    page: int = Field(description="Page number, from 1.")
    box: Corners = Field(
        description="Left, top, right, bottom in PDF points from the top left of the page as shown, rotation applied."
    )


class Found(BaseModel, Generic[T]):
    """A value with its evidence."""

    model_config = ConfigDict(frozen=True)

    value: T = Field(description="The value in its normal form.")
    raw: str = Field(description="How it stands in the document.")
    source: Literal["text", "ocr", "derived", "xml", "model"] = Field(
        description="text is the document's own text, ocr was recognised, derived was concluded from other values, xml "
        "is a file that the document carries, model is what a language model read and the pages show."
    )
    confidence: float = Field(
        ge=0,
        le=1,
        description="How sure it is. Of what is read from the pages of an invoice: how often at least, with 95 % "
        "certainty, values with as much to speak for them were right.",
    )
    rule: str = Field(description="Name of the rule that found it.")
    evidence: list[Evidence] = Field(
        description="Where it stands; empty for derived values, and where the pages do not show one of xml."
    )
