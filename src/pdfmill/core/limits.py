"""What one attempt at a job may use."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

MIB = 1024 * 1024


class Limits(BaseModel):
    """Limits of one attempt. The sandbox enforces the resources, the engines the sizes of documents."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    wall_s: float = Field(900, gt=0, description="Seconds an attempt may take.")
    cpu_s: int = Field(900, gt=0, description="Processor seconds an attempt may use.")
    memory_mib: int = Field(1536, ge=64, description="MiB of memory the processes of an attempt may hold together.")
    output_mib: int = Field(1024, ge=1, description="Largest file in MiB that an attempt may write.")
    processes: int = Field(64, ge=1, description="Processes and threads an attempt may have at once.")
    open_files: int = Field(256, ge=16, description="Files an attempt may have open at once.")
    max_pages: int = Field(5000, ge=1, description="Pages a document may have.")
    max_image_megapixels: int = Field(100, ge=1, description="Megapixels an image may have to be decoded.")
