"""What one attempt at a job may use."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from pdfmill.core.errors import TooManyPixels

MIB = 1024 * 1024
MEGAPIXEL = 1_000_000


class LimitOverrides(BaseModel):
    """What an operation needs other than the defaults of `Limits`; None where the default is right."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    wall_s: float | None = None
    cpu_s: int | None = None
    memory_mib: int | None = None
    output_mib: int | None = None
    processes: int | None = None
    open_files: int | None = None


NO_OVERRIDES = LimitOverrides()


class Limits(BaseModel):
    """Limits of one attempt. The sandbox enforces the resources, the engines the sizes of documents."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    wall_s: float = Field(900, gt=0, description="Seconds an attempt may take.")
    cpu_s: int = Field(900, gt=0, description="Processor seconds an attempt may use.")
    memory_mib: int = Field(1536, ge=64, description="MiB of memory the processes of an attempt may hold together.")
    output_mib: int = Field(1024, ge=1, description="Largest file in MiB that an attempt may write.")
    work_mib: int = Field(4096, ge=1, description="MiB that all files of an attempt may have together.")
    processes: int = Field(64, ge=1, description="Processes and threads an attempt may have at once.")
    open_files: int = Field(256, ge=16, description="Files an attempt may have open at once.")
    max_pages: int = Field(5000, ge=1, description="Pages a document may have.")
    max_image_megapixels: int = Field(100, ge=1, description="Megapixels an image may have to be decoded.")
    max_page_megapixels: int = Field(
        40, ge=1, description="Megapixels with which a page is drawn at most; a larger one is drawn coarser."
    )
    max_job_megapixels: int = Field(
        50_000, ge=1, description="Megapixels all pages that a job draws may have together."
    )
    max_archive_members: int = Field(
        10_000, ge=1, description="Files an archive, such as an Office document, may hold."
    )
    max_archive_mib: int = Field(500, ge=1, description="MiB the files of an archive may have together when unpacked.")
    max_archive_ratio: int = Field(
        100, ge=1, description="How many times its size a large archive may have when unpacked."
    )

    def for_operation(self, wanted: LimitOverrides) -> Limits:
        """The limits of an operation: what the operator set wins over ``wanted``, and that over the defaults."""
        update = {name: value for name, value in wanted if value is not None and name not in self.model_fields_set}
        return self.model_copy(update=update)


class PixelBudget:
    """What an attempt may still draw. One budget for all documents that it opens."""

    def __init__(self, limits: Limits) -> None:
        self.page_pixels = limits.max_page_megapixels * MEGAPIXEL
        self._allowed = limits.max_job_megapixels * MEGAPIXEL
        self._drawn = 0

    @property
    def drawn(self) -> int:
        """Pixels that were drawn so far."""
        return self._drawn

    def take(self, pixels: int) -> None:
        """Before so many pixels are drawn.

        Raises:
            TooManyPixels: They are more than is left.
        """
        self._drawn += pixels
        if self._drawn > self._allowed:
            allowed = self._allowed // MEGAPIXEL
            raise TooManyPixels(
                f"The pages of the document have more than {allowed} megapixels together. Split it, or raise "
                "PDFMILL_LIMITS__MAX_JOB_MEGAPIXELS.",
                limit_megapixels=allowed,
            )
