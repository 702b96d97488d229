"""How much work an attempt was, and what such work cost before: what an estimate is made of."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field


class Work(BaseModel):
    """The amounts that decide how long an attempt takes. They hold nothing of what the document says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pages: int = Field(0, ge=0, le=10**9, description="Pages that were worked on.")
    characters: int = Field(0, ge=0, le=10**15, description="Characters that were read.")
    megapixels: float = Field(0, ge=0, le=10**9, allow_inf_nan=False, description="Megapixels that were drawn.")
    picture_megapixels: float = Field(
        0, ge=0, le=10**9, allow_inf_nan=False, description="Those of them on which pictures lie."
    )


class PastRun(BaseModel):
    """What became of a job that completed.

    Attributes:
        cpu_s: Processor seconds of its sandbox.
        wall_s: Seconds from the sandbox's start to its end, waiting not included.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    work: Work
    input_bytes: int
    output_bytes: int
    cpu_s: float
    wall_s: float


@dataclass
class Meter:
    """Counts an attempt's work while it is done; one for all stages of an attempt."""

    pages: int = 0
    characters: int = 0
    picture_pixels: int = 0
