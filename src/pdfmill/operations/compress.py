"""Make a PDF smaller."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pdfmill.core.context import Context
from pdfmill.core.documents import MediaType, OutputFile
from pdfmill.core.operation import Accepts, Inputs, Operation, Options, Outcome, Result
from pdfmill.services.compression.levels import Level, plan_for
from pdfmill.services.compression.report import Unchanged


class CompressOptions(Options):
    """How much the document may lose."""

    level: Level = Field(
        Level.MEDIUM, description="How small: low is visually lossless, maximum is as small as can be read."
    )
    image_quality: int | None = Field(
        None, ge=10, le=100, description="JPEG quality of pictures, instead of the level's own."
    )


class CompressResult(Result):
    """What compressing did."""

    outcome: Literal["smaller", "unchanged"] = Field(description="Whether a smaller file was made.")
    reason: Unchanged | None = Field(description="Why the original came back; null if it did not.")
    input_bytes: int = Field(description="Size of the original.")
    output_bytes: int = Field(description="Size of the output; never larger.")
    ratio: float = Field(description="Output size divided by input size.")
    level: Level = Field(description="The level that was asked for.")
    pages: int = Field(description="Pages of the document.")
    images: int = Field(description="Pictures that its pages paint.")
    images_recompressed: int = Field(description="Pictures that were encoded anew.")
    images_downsampled: int = Field(description="Pictures that lost pixels nobody sees at their painted size.")
    duplicates_merged: int = Field(description="Copies of pictures, fonts and other streams that were merged.")


def run(inputs: Inputs, options: CompressOptions, ctx: Context) -> Outcome[CompressResult]:
    """Compress the one input."""
    # Here, because web server, worker and reconciler only describe operations: they must not load PDF libraries.
    from pdfmill.services.compression.service import CompressionService

    source = inputs.single
    target = ctx.path("compressed.pdf")
    plan = plan_for(options.level, options.image_quality)
    report = ctx.service(CompressionService).compress(source.path, target, plan, ctx)
    output_bytes = target.stat().st_size
    return Outcome(
        result=CompressResult(
            outcome="unchanged" if report.unchanged else "smaller",
            reason=report.unchanged,
            input_bytes=source.size_bytes,
            output_bytes=output_bytes,
            ratio=round(output_bytes / source.size_bytes, 4),
            level=options.level,
            pages=report.page_count,
            images=report.images,
            images_recompressed=report.images_recompressed,
            images_downsampled=report.images_downsampled,
            duplicates_merged=report.duplicates_merged,
        ),
        outputs=(OutputFile(target, source.renamed(marker="-compressed"), MediaType.PDF, report.page_count),),
        warnings=tuple(report.warnings),
    )


compress = Operation(
    name="compress",
    title="Compress",
    summary="Make a PDF smaller without changing what it says.",
    queue="compression",
    accepts=Accepts((MediaType.PDF,)),
    options=CompressOptions,
    result=CompressResult,
    run=run,
    requires=("pikepdf", "pdfium", "vips"),
)
