"""Make a PDF smaller."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from pdfmill.core.context import Context
from pdfmill.core.documents import InputFile, MediaType, OutputFile
from pdfmill.core.operation import Accepts, Inputs, Operation, Options, Outcome, Result
from pdfmill.services.compression.levels import Level, plan_for
from pdfmill.services.compression.unchanged import Unchanged

if TYPE_CHECKING:
    from pdfmill.services.compression.report import CompressionReport


class CompressOptions(Options):
    """How much the document may lose."""

    level: Level = Field(
        Level.MEDIUM, description="How small: low is visually lossless, maximum is as small as can be read."
    )
    image_quality: int | None = Field(
        None,
        ge=10,
        le=100,
        description="JPEG quality of pictures, and how alike they must stay, instead of the level's.",
    )
    target_size_bytes: int | None = Field(
        None, ge=1, description="Largest size of the output in bytes; the pictures stay as good as it allows."
    )
    dry_run: bool = Field(False, description="Only tell how small the document would become; no file is made.")


class CompressResult(Result):
    """What compressing did."""

    outcome: Literal["smaller", "unchanged", "estimated"] = Field(description="Whether a smaller file was made.")
    reason: Unchanged | None = Field(description="Why the original came back; null if it did not.")
    input_bytes: int = Field(description="Size of the original.")
    output_bytes: int = Field(description="Size of the output, never larger; of a dry run the expected one.")
    ratio: float = Field(description="Output size divided by input size.")
    level: Level = Field(description="The level that was asked for.")
    target_reached: bool | None = Field(description="Whether the wanted size was reached; null if none was named.")
    pages: int = Field(description="Pages of the document.")
    worst_page_similarity: float | None = Field(
        description="Structural similarity (SSIM) of the page that changed most to the original's, at most 1; null if "
        "no page was changed."
    )
    saved_bytes: dict[str, int] = Field(description="Bytes that were saved, by step: images, fonts, structure.")
    images: int = Field(description="Pictures that its pages paint, masks of pictures included.")
    images_recompressed: int = Field(description="Pictures that were encoded anew.")
    images_downsampled: int = Field(description="Pictures that lost pixels nobody sees at their painted size.")
    images_by_form: dict[str, int] = Field(description="Pictures that were encoded anew, by their new form.")
    images_left: dict[str, int] = Field(description="Pictures that stayed as they were, by reason.")
    images_sampled: int | None = Field(description="Pictures that a dry run tried; null if all were.")
    fonts: int = Field(description="Fonts that the document embeds.")
    fonts_subset: int = Field(description="Fonts that lost glyphs which the document does not show.")
    fonts_converted: int = Field(description="Type 1 fonts that were packed as CFF.")
    fonts_left: dict[str, int] = Field(description="Fonts that stayed as they were, by reason.")
    duplicates_merged: int = Field(description="Copies of pictures, fonts and other streams that were merged.")


def run(inputs: Inputs, options: CompressOptions, ctx: Context) -> Outcome[CompressResult]:
    """Compress the one input, or tell how small it would become."""
    # Here, because web server, worker and reconciler only describe operations: they must not load PDF libraries.
    from pdfmill.services.compression.service import CompressionService

    service, source = ctx.service(CompressionService), inputs.single
    plan = plan_for(options.level, options.image_quality)
    if options.dry_run:
        if options.target_size_bytes is None:
            expected, report = service.estimate(source.path, plan, ctx)
        else:
            expected, report = service.estimate_to_size(source.path, options.target_size_bytes, ctx)
        return Outcome(result=_result(options, source, expected, report), warnings=tuple(report.warnings))
    target = ctx.path("compressed.pdf")
    if options.target_size_bytes is None:
        report = service.compress(source.path, target, plan, ctx)
    else:
        report = service.compress_to_size(source.path, target, options.target_size_bytes, ctx)
    return Outcome(
        result=_result(options, source, target.stat().st_size, report),
        outputs=(OutputFile(target, source.renamed(marker="-compressed"), MediaType.PDF, report.page_count),),
        warnings=tuple(report.warnings),
    )


def _result(
    options: CompressOptions, source: InputFile, output_bytes: int, report: CompressionReport
) -> CompressResult:
    wanted, similarity = options.target_size_bytes, report.worst_page_similarity
    return CompressResult(
        outcome="estimated" if options.dry_run else "unchanged" if report.unchanged else "smaller",
        reason=report.unchanged,
        input_bytes=source.size_bytes,
        output_bytes=output_bytes,
        ratio=round(output_bytes / source.size_bytes, 4),
        level=options.level,
        target_reached=None if wanted is None else output_bytes <= wanted,
        pages=report.page_count,
        worst_page_similarity=None if similarity is None else round(similarity, 4),
        saved_bytes=dict(report.saved_bytes),
        images=report.images,
        images_recompressed=report.images_by_form.total(),
        images_downsampled=report.images_downsampled,
        images_by_form=dict(report.images_by_form),
        images_left=dict(report.images_left),
        images_sampled=report.images_sampled,
        fonts=report.fonts,
        fonts_subset=report.fonts_subset,
        fonts_converted=report.fonts_converted,
        fonts_left=dict(report.fonts_left),
        duplicates_merged=report.duplicates_merged,
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
