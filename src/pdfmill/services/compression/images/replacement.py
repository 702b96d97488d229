"""Putting an encoding in an image's place. The object stays the same, so that what refers to it need not change."""

from __future__ import annotations

from collections.abc import Mapping

from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream, String

from pdfmill.services.compression.images.encoding import Encoding, SpaceChange
from pdfmill.services.compression.images.mixed_raster import MixedRaster

#: Entries of an image dictionary that a form XObject may have as well (ISO 32000-1, tables 89 and 95).
_ENTRIES_OF_BOTH = {"/StructParent", "/OC", "/Metadata", "/Name", "/AF"}

#: The unit square, in which images are painted.
_UNIT_SQUARE = (0, 0, 1, 1)


def put(encoding: Encoding | MixedRaster, image: Stream, pdf: Pdf) -> None:
    """Let the image be what the encoding says."""
    if isinstance(encoding, MixedRaster):
        _put_layers(encoding, image, pdf)
    else:
        _put_encoding(encoding, image)


def _put_encoding(encoding: Encoding, image: Stream) -> None:
    _write(image, encoding)
    if Name.ImageMask not in image:
        image.ColorSpace = _colour_space(encoding, image)
    if encoding.space in (SpaceChange.BASE, SpaceChange.PALETTE) and Name.Decode in image:
        del image.Decode  # the default one, which would no longer fit


def _colour_space(encoding: Encoding, image: Stream) -> Object:
    space = image.get(Name.ColorSpace)
    if space is None:  # a JPEG 2000 image may leave it to its own header, other images must name it
        return {1: Name.DeviceGray, 3: Name.DeviceRGB, 4: Name.DeviceCMYK}[encoding.components]
    if encoding.space is SpaceChange.GREY:
        return Name.DeviceGray
    if encoding.space is SpaceChange.BASE:
        return _base(space)
    if encoding.space is SpaceChange.PALETTE:
        highest = len(encoding.palette) // encoding.components - 1
        return Array([Name.Indexed, _base(space), highest, String(encoding.palette)])
    return space


def _base(space: Object) -> Object:
    is_indexed = isinstance(space, Array) and space[0] in (Name.Indexed, Name.I)
    return space[1] if is_indexed else space


def _write(stream: Stream, encoding: Encoding) -> None:
    parameters = _dictionary(encoding.parameters) if encoding.parameters else None
    stream.write(encoding.data, filter=Name(encoding.filter), decode_parms=parameters)
    if parameters is None and Name.DecodeParms in stream:
        del stream.DecodeParms
    stream.Width, stream.Height, stream.BitsPerComponent = encoding.width, encoding.height, encoding.bits


def _put_layers(layers: MixedRaster, image: Stream, pdf: Pdf) -> None:
    """The image becomes a form that paints the paper, then the ink through a stencil."""
    space = _base(image.ColorSpace)
    background = _layer(pdf, layers.background, ColorSpace=space)
    mask = _layer(pdf, layers.mask, ImageMask=True)
    foreground = _layer(pdf, layers.foreground, ColorSpace=space, Mask=mask)
    for key in set(image.keys()) - _ENTRIES_OF_BOTH - {"/Length"}:
        del image[key]
    image.write(b"/Paper Do /Ink Do")
    image.Type, image.Subtype, image.BBox = Name.XObject, Name.Form, Array(_UNIT_SQUARE)
    image.Resources = Dictionary(XObject=Dictionary(Paper=background, Ink=foreground))


def _layer(pdf: Pdf, encoding: Encoding, **entries: object) -> Stream:
    layer = Stream(pdf, b"", Type=Name.XObject, Subtype=Name.Image, **entries)
    _write(layer, encoding)
    made = pdf.make_indirect(layer)
    assert isinstance(made, Stream)
    return made


def _dictionary(parameters: Mapping[str, int | bool]) -> Dictionary:
    return Dictionary(dict(parameters))
