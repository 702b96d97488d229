"""One image at a time: make every form that may pay, and keep the smallest that is clearly smaller."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from pdfmill.core.errors import EngineFailed
from pdfmill.core.limits import Limits
from pdfmill.engines.mozjpeg import repack_jpeg
from pdfmill.services.compression.images import lossy
from pdfmill.services.compression.images.bilevel import bilevel_encodings
from pdfmill.services.compression.images.description import Codec, Family, ImageDescription
from pdfmill.services.compression.images.encoding import Encoding, SpaceChange
from pdfmill.services.compression.images.lossless import flate, flate_rows, is_grey, lossless_encodings
from pdfmill.services.compression.images.mixed_raster import MixedRaster, is_scanned_page, mixed_raster
from pdfmill.services.compression.images.samples import Samples, decode, decode_bilevel
from pdfmill.services.compression.images.view import View
from pdfmill.services.compression.levels import Plan

#: Images of fewer bytes are not worth a decoder's time.
_SMALLEST_BYTES = 1500

#: A lossy copy must save at least this part; less is not worth the loss. A lossless one costs nothing but time.
_LEAST_SAVING_LOSSY, _LEAST_SAVING_LOSSLESS = 0.10, 0.02

#: Flat graphics, and letters in layers, stay sharp unless a JPEG is smaller by this factor.
_SHARPNESS_BONUS = 1.12

#: Better Huffman tables take 5 to 15 % off a JPEG; where a coarser one saves more, they need not be tried.
_MOST_THAT_REPACKING_REACHES = 0.75

#: Fewer pixels than this are tried as Flate, too: shadows and logos often are smaller so.
_MOST_PIXELS_AS_FLATE = 2_000_000


@dataclass(frozen=True)
class Choice:
    """What became of an image: a new form, or the reason why it stays."""

    taken: Encoding | MixedRaster | None
    reason: str = ""

    def downsamples(self, image: ImageDescription) -> bool:
        """Whether the image lost pixels."""
        return isinstance(self.taken, Encoding) and self.taken.width < image.width


class Workpiece:
    """An image with its bytes. What is the same for every plan is made once: its samples, and its lossless forms.

    Args:
        content: What `description.content_of` gave.
    """

    def __init__(self, image: ImageDescription, content: bytes) -> None:
        self.image = image
        self.content = content

    @cached_property
    def samples(self) -> Samples:
        return decode(self.image, self.content)

    @cached_property
    def lossless(self) -> list[Encoding]:
        """The forms that keep every sample, but for a repacked JPEG, which is only made when it may win."""
        image = self.image
        if image.is_bilevel:
            return list(bilevel_encodings(decode_bilevel(image, self.content)))
        if image.codec is not Codec.RAW:
            return []
        if is_fixed(image) or image.bits == 16:
            return [_same_samples(image, self.content)]
        return list(lossless_encodings(image, self.samples))

    @cached_property
    def repacked(self) -> Encoding:
        image = self.image
        shape = (image.width, image.height, image.space.components, image.bits)
        return Encoding("jpeg repacked", repack_jpeg(self.content), "/DCTDecode", *shape)


def choose(workpiece: Workpiece, plan: Plan, needed: float | None = None) -> Choice:
    """The smallest form of an image that pays.

    Args:
        needed: SSIM that it has to keep whatever the plan allows; layers then are not tried.
    """
    image = workpiece.image
    try:
        encodings = list(_encodings(workpiece, plan, needed))
    except EngineFailed:
        return Choice(None, "cannot be decoded")
    for best in sorted(encodings, key=_cost):
        finished = best.finished()
        if finished.stored_bytes < image.stored_bytes * _most_part(finished):
            return Choice(finished)
    return Choice(None, "is as small as it gets")


def reason_to_leave(image: ImageDescription, limits: Limits) -> str | None:
    """Why an image must stay as it is, before its bytes are looked at; None if it need not."""
    if image.stored_bytes < _SMALLEST_BYTES:
        return "is tiny"
    if image.width * image.height > limits.max_image_megapixels * 1_000_000:
        return "has more pixels than are decoded"
    if image.has_alternative:
        return "has a colour transform or alpha of its own"
    if image.codec is Codec.JBIG2 or (image.codec is Codec.FAX and image.fax is None):
        return "is packed as well as it can be"
    if image.codec is not Codec.RAW and not image.is_bilevel and image.codec is not Codec.JPEG and is_fixed(image):
        return "has samples with a meaning of their own"
    return None


def is_fixed(image: ImageDescription) -> bool:
    """Whether the samples must stay, because something depends on their very values."""
    return image.is_keyed or image.is_matted or image.is_stretched or image.space.family is Family.OTHER


def _encodings(workpiece: Workpiece, plan: Plan, needed: float | None) -> Iterator[Encoding | MixedRaster]:
    image = workpiece.image
    yield from workpiece.lossless
    smallest = image.stored_bytes
    if not image.is_bilevel and not is_fixed(image):
        for encoding in _fewer_or_coarser(image, workpiece.samples, plan, needed):
            smallest = min(smallest, encoding.stored_bytes)
            yield encoding
    if image.codec is Codec.JPEG and smallest > image.stored_bytes * _MOST_THAT_REPACKING_REACHES:
        yield workpiece.repacked


def _fewer_or_coarser(
    image: ImageDescription, samples: Samples, plan: Plan, needed: float | None
) -> Iterator[Encoding | MixedRaster]:
    if samples.indices is not None and image.has_decode:
        return  # /Decode maps indices, and would map colours
    if plan.mixed_raster and needed is None and is_scanned_page(image):
        layers = mixed_raster(image, samples.pixels, plan)
        if layers is not None:
            yield layers
    size = lossy.needed_size(image, plan)
    if not lossy.pays(image, size, samples.quality, plan):
        return
    grey = _turns_grey(image, samples)
    pixels = samples.pixels[:, :, :1] if grey else samples.pixels
    change = SpaceChange.GREY if grey else SpaceChange.BASE if samples.indices is not None else SpaceChange.KEPT
    view = View(image, pixels, is_inverted=image.has_decode and pixels.shape[2] == 4)
    pixels = lossy.at_needed_size(pixels, size)
    yield replace(lossy.smallest_jpeg(image, pixels, view, samples.quality, plan, needed), space=change)
    if samples.is_lossless and size != (image.width, image.height) and size[0] * size[1] <= _MOST_PIXELS_AS_FLATE:
        yield replace(flate(pixels), space=change, is_lossless=False)


def _turns_grey(image: ImageDescription, samples: Samples) -> bool:
    may = image.space.family is Family.RGB and image.space.is_device and not image.has_decode
    return may and is_grey(samples.pixels)


def _same_samples(image: ImageDescription, content: bytes) -> Encoding:
    row_bytes = (image.width * image.space.components * image.bits + 7) // 8
    if not row_bytes or len(content) < row_bytes * image.height:
        raise EngineFailed("An image has fewer samples than the document says.")
    rows = np.frombuffer(content, dtype=np.uint8, count=row_bytes * image.height).reshape(image.height, row_bytes)
    return flate_rows(rows, image.width, image.space.components, image.bits)


def _most_part(encoding: Encoding | MixedRaster) -> float:
    return 1 - (_LEAST_SAVING_LOSSLESS if encoding.is_lossless else _LEAST_SAVING_LOSSY)


def _cost(encoding: Encoding | MixedRaster) -> float:
    is_sharp = encoding.is_lossless or isinstance(encoding, MixedRaster)
    return encoding.stored_bytes * (1 if is_sharp else _SHARPNESS_BONUS)
