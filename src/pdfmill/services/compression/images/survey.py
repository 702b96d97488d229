"""All images of a document, described, with the places where they are painted."""

from __future__ import annotations

from dataclasses import dataclass

from pikepdf import Name, Pdf, Stream

from pdfmill.services.compression.images.description import ImageDescription, ObjectId, Use, describe
from pdfmill.services.compression.placements import Placements


@dataclass(frozen=True)
class SurveyedImage:
    """An image XObject and what is known of it."""

    stream: Stream
    description: ImageDescription


@dataclass(frozen=True)
class _Masks:
    """Which images are masks of others, and how large they are painted with them."""

    soft: dict[ObjectId, list[Stream]]
    stencils: dict[ObjectId, list[Stream]]


def survey_images(pdf: Pdf, placements: Placements) -> list[SurveyedImage]:
    """The images that pages paint, themselves or as another image's mask, largest first."""
    images = [each for each in pdf.objects if isinstance(each, Stream) and each.get(Name.Subtype) == Name.Image]
    masks = _masks(images)
    surveyed = []
    for image in images:
        owners = masks.soft.get(image.objgen, []) + masks.stencils.get(image.objgen, [])
        painted = [placements.inches[each.objgen] for each in (image, *owners) if each.objgen in placements.inches]
        if not painted:
            continue
        inches = (max(width for width, _ in painted), max(height for _, height in painted))
        pages = set[int]().union(*(placements.page_indices[each.objgen] for each in (image, *owners)))
        try:
            description = describe(
                image,
                Use.SOFT_MASK if image.objgen in masks.soft else Use.PICTURE,
                inches if placements.complete else None,
                covered=max((placements.covered[page] for page in pages), default=1.0),
                is_matte=Name.Matte in image,
            )
        except (ValueError, TypeError, AttributeError, KeyError):
            continue  # a dictionary that no reader can take either; the image stays as it is
        surveyed.append(SurveyedImage(image, description))
    return sorted(surveyed, key=lambda each: -each.description.stored_bytes)


def _masks(images: list[Stream]) -> _Masks:
    masks = _Masks({}, {})
    for image in images:
        for key, found in ((Name.SMask, masks.soft), (Name.Mask, masks.stencils)):
            mask = image.get(key)
            if isinstance(mask, Stream):
                found.setdefault(mask.objgen, []).append(image)
    return masks
