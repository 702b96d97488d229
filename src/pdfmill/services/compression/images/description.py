"""What an image XObject is (ISO 32000-1, 8.9.5): everything that is needed to encode it anew, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
from pikepdf import Array, Dictionary, Name, Pdf, PdfError, Stream

from pdfmill.core.errors import EngineFailed
from pdfmill.engines.pillow import jpeg2000_components
from pdfmill.engines.vips import Pixels

ObjectId = tuple[int, int]


class Family(Enum):
    """Colour spaces by what encoding needs to know of them; ICC profiles and calibrations stay with the image."""

    GREY = 1
    RGB = 3
    CMYK = 4
    INDEXED = "Indexed"
    OTHER = "Separation, DeviceN, Lab, Pattern or unknown"


class Codec(Enum):
    """What the last filter of the stream is."""

    RAW = "samples, packed without loss or not at all"
    JPEG = "DCTDecode"
    JPEG_2000 = "JPXDecode"
    FAX = "CCITTFaxDecode"
    JBIG2 = "JBIG2Decode"


class Use(Enum):
    """What the samples stand for."""

    PICTURE = "colours"
    SOFT_MASK = "opacity"
    STENCIL = "painted or not"


@dataclass(frozen=True)
class ColourSpace:
    """A colour space.

    Attributes:
        components: Samples of a pixel; 0 if unknown.
        palette: Colours of an INDEXED space in its base space, number × components; None for every other one.
        base: Family of an INDEXED space's base.
        is_device: Whether it is one of the Device spaces and not calibrated.
    """

    family: Family
    components: int
    palette: Pixels | None = None
    base: Family | None = None
    is_device: bool = False


@dataclass(frozen=True)
class ImageDescription:
    """An image as it stands in the document.

    Attributes:
        bits: Bits of a sample: 1, 2, 4, 8 or 16.
        stored_bytes: Length of the stream.
        painted_inches: Largest width and height at which it is painted; None if unknown.
        covered: Part of a page that this image and others cover together, where they cover most of it.
        has_decode: Whether /Decode maps samples in another way than by default.
        is_stretched: Whether /Decode does more than turn the samples over, so that small errors may become large.
        is_keyed: Whether some sample values mean "transparent" (/Mask is an array).
        is_matted: Whether its colours and its soft mask depend on each other (/Matte).
        has_alternative: Whether other entries depend on the samples as they are (/SMaskInData, /ColorTransform).
        fax: /K, /BlackIs1 of a fax image; None if it cannot be decoded here.
        is_opaque: Whether it has neither mask nor soft mask.
    """

    object_id: ObjectId
    width: int
    height: int
    bits: int
    space: ColourSpace
    codec: Codec
    use: Use
    stored_bytes: int
    painted_inches: tuple[float, float] | None
    covered: float
    has_decode: bool
    is_stretched: bool
    is_keyed: bool
    is_matted: bool
    has_alternative: bool
    is_opaque: bool
    fax: tuple[int, bool] | None

    @property
    def is_bilevel(self) -> bool:
        return self.bits == 1 and self.space.components == 1 and self.codec not in (Codec.JPEG, Codec.JPEG_2000)

    @property
    def dpi(self) -> float | None:
        """Resolution at the largest size at which it is painted, the lower of both directions; None if unknown."""
        if self.painted_inches is None or min(self.painted_inches) <= 0:
            return None
        return min(self.width / self.painted_inches[0], self.height / self.painted_inches[1])


_CODECS = {
    "/DCTDecode": Codec.JPEG,
    "/DCT": Codec.JPEG,
    "/JPXDecode": Codec.JPEG_2000,
    "/CCITTFaxDecode": Codec.FAX,
    "/CCF": Codec.FAX,
    "/JBIG2Decode": Codec.JBIG2,
}

_FAMILIES = {
    Name.DeviceGray: Family.GREY,
    Name.CalGray: Family.GREY,
    Name.G: Family.GREY,
    Name.DeviceRGB: Family.RGB,
    Name.CalRGB: Family.RGB,
    Name.RGB: Family.RGB,
    Name.DeviceCMYK: Family.CMYK,
    Name.CMYK: Family.CMYK,
}

_UNKNOWN_SPACE = ColourSpace(Family.OTHER, 0)
_GREY = ColourSpace(Family.GREY, 1, is_device=True)


def describe(
    image: Stream, use: Use, painted_inches: tuple[float, float] | None, *, covered: float, is_matte: bool
) -> ImageDescription:
    """Read the entries of an image XObject.

    Args:
        covered: Part of a page that it covers together with others.
        is_matte: Whether it is a soft mask with a matte, on which the image it belongs to depends.

    Raises:
        ValueError: Its width or height is no number.
    """
    soft_mask, mask = image.get(Name.SMask), image.get(Name.Mask)
    filters, parameters = filters_of(image)
    codec = _CODECS.get(filters[-1], Codec.RAW) if filters else Codec.RAW
    is_stencil = bool(image.get(Name.ImageMask, False))
    space = _GREY if is_stencil or use is Use.SOFT_MASK else colour_space(image.get(Name.ColorSpace))
    if codec is Codec.JPEG_2000 and Name.ColorSpace not in image:
        space = _space_of_jpeg2000(image)
    bits = 1 if is_stencil else int(image.get(Name.BitsPerComponent, 1 if codec in (Codec.FAX, Codec.JBIG2) else 8))
    last = parameters[-1] if parameters else Dictionary()
    return ImageDescription(
        object_id=image.objgen,
        width=int(image.Width),
        height=int(image.Height),
        bits=bits,
        space=space,
        codec=codec,
        use=Use.STENCIL if is_stencil else use,
        stored_bytes=len(image.read_raw_bytes()),
        painted_inches=painted_inches,
        covered=covered,
        has_decode=not _is_decode(image, space, bits, 0, 1),
        is_stretched=not (_is_decode(image, space, bits, 0, 1) or _is_decode(image, space, bits, 1, 0)),
        is_keyed=isinstance(mask, Array),
        is_matted=is_matte or (isinstance(soft_mask, Stream) and Name.Matte in soft_mask),
        has_alternative=bool(image.get(Name.SMaskInData, 0)) or Name.ColorTransform in last,
        is_opaque=soft_mask is None and mask is None,
        fax=_fax_parameters(last, int(image.Width)) if codec is Codec.FAX else None,
    )


def content_of(image: Stream, pdf: Pdf, codec: Codec) -> bytes | None:
    """The bytes that the image's codec takes, all filters before it undone; None if they are damaged."""
    filters, parameters = filters_of(image)
    try:
        if codec is Codec.RAW:
            return image.read_bytes()
        if len(filters) == 1:
            return image.read_raw_bytes()
        wrapped = Stream(pdf, image.read_raw_bytes(), Filter=Array([Name(each) for each in filters[:-1]]))
        if parameters:
            wrapped.DecodeParms = Array(parameters[:-1])
        return wrapped.read_bytes()
    except PdfError:
        return None


def filters_of(image: Stream) -> tuple[list[str], list[Dictionary]]:
    """Names and parameters of the filters, in the order in which they are undone; both lists of one length or empty."""
    filters, parameters = image.get(Name.Filter), image.get(Name.DecodeParms)
    names = [str(each) for each in filters] if isinstance(filters, Array) else [] if filters is None else [str(filters)]
    given: list[Any] = list(parameters) if isinstance(parameters, Array) else [parameters]
    given += [None] * (len(names) - len(given))
    return names, [each if isinstance(each, Dictionary) else Dictionary() for each in given[: len(names)]]


def colour_space(space: Any) -> ColourSpace:
    """What ISO 32000-1, 8.6 calls a colour space, seen from an encoder."""
    if isinstance(space, Name):
        family = _FAMILIES.get(space)
        return _UNKNOWN_SPACE if family is None else ColourSpace(family, family.value, is_device="Device" in str(space))
    if not isinstance(space, Array) or not len(space):
        return _UNKNOWN_SPACE
    kind = space[0]
    if kind == Name.ICCBased and len(space) > 1 and isinstance(space[1], Stream):
        components = int(space[1].get(Name.N, 0))
        return ColourSpace(Family(components), components) if components in (1, 3, 4) else _UNKNOWN_SPACE
    if kind in (Name.Indexed, Name.I) and len(space) == 4:
        return _indexed(space)
    if kind == Name.Separation:
        return ColourSpace(Family.OTHER, 1)
    if kind == Name.DeviceN and len(space) > 1:
        return ColourSpace(Family.OTHER, len(space[1]))
    if kind == Name.Lab:
        return ColourSpace(Family.OTHER, 3)
    return colour_space(kind) if isinstance(kind, Name) else _UNKNOWN_SPACE


def _indexed(space: Array) -> ColourSpace:
    base, table = colour_space(space[1]), space[3]
    if base.family not in (Family.GREY, Family.RGB, Family.CMYK):
        return ColourSpace(Family.OTHER, 1)
    try:
        colours = table.read_bytes() if isinstance(table, Stream) else bytes(table)
    except PdfError:
        return ColourSpace(Family.OTHER, 1)
    number = min(int(space[2]) + 1, len(colours) // base.components)
    palette = np.frombuffer(colours[: number * base.components], dtype=np.uint8).reshape(number, base.components)
    return ColourSpace(Family.INDEXED, 1, palette, base.family)


def _space_of_jpeg2000(image: Stream) -> ColourSpace:
    """A JPEG 2000 image may leave its colour space to its own header (ISO 32000-1, 7.4.9)."""
    try:
        components = jpeg2000_components(image.read_raw_bytes())
    except EngineFailed:
        return _UNKNOWN_SPACE
    return ColourSpace(Family(components), components, is_device=True)


def _is_decode(image: Stream, space: ColourSpace, bits: int, low: int, high: int) -> bool:
    """Whether samples mean low to high, 0 to 1 being the default; of Indexed ones those parts of the highest index."""
    decode = image.get(Name.Decode)
    if not isinstance(decode, Array):
        return (low, high) == (0, 1)
    highest = 2**bits - 1 if space.family is Family.INDEXED else 1
    return [float(each) for each in decode] == [float(low * highest), float(high * highest)] * (len(decode) // 2)


def _fax_parameters(parameters: Dictionary, width: int) -> tuple[int, bool] | None:
    """/K and /BlackIs1, where everything else is as a TIFF reader takes it (ISO 32000-1, table 11)."""
    if int(parameters.get(Name.Columns, 1728)) != width or parameters.get(Name.EncodedByteAlign, False):
        return None
    return int(parameters.get(Name.K, 0)), bool(parameters.get(Name.BlackIs1, False))
