"""Forms that keep every sample: Flate with the better predictor, a palette, one bit where there are two values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from pdfmill.engines.libdeflate import pack_quickly
from pdfmill.engines.vips import Pixels
from pdfmill.services.compression.images.bilevel import bilevel_encodings
from pdfmill.services.compression.images.description import Family, ImageDescription
from pdfmill.services.compression.images.encoding import Encoding, SpaceChange
from pdfmill.services.compression.images.predictor import predict
from pdfmill.services.compression.images.samples import Samples

#: Colours that an Indexed space can hold (ISO 32000-1, 8.6.6.3).
_MOST_COLOURS = 256

#: So many pixels tell whether an image has few colours before all are counted.
_SAMPLED_PIXELS = 20_000

_PALETTE_COMPONENTS = (1, 3)


def lossless_encodings(image: ImageDescription, samples: Samples) -> Iterator[Encoding]:
    """Every form of an image that was stored without loss, and has 8 bits or less.

    An image of three equal components is grey only where its space is DeviceRGB: an ICC profile may tint it.
    """
    pixels, change = samples.pixels, SpaceChange.KEPT
    if samples.indices is not None:
        yield flate(samples.indices[:, :, None], bits=image.bits)
        yield from _with_palette(pixels)
        return
    if image.space.family is Family.RGB and image.space.is_device and not image.has_decode and is_grey(pixels):
        pixels, change = pixels[:, :, :1], SpaceChange.GREY
    if pixels.shape[2] == 1 and not image.has_decode and _is_black_and_white(pixels):
        for encoding in bilevel_encodings(pixels[:, :, 0] == 0):
            yield replace(encoding, space=change)
    if change is SpaceChange.KEPT and not image.has_decode and image.space.components in _PALETTE_COMPONENTS:
        yield from _with_palette(pixels)
    yield replace(flate(pixels), space=change)


def flate(pixels: Pixels, bits: int = 8) -> Encoding:
    """Samples of up to 8 bits, packed by `flate_rows`.

    Args:
        pixels: Height × width × components; below 8 bits values from 0 to 2^bits - 1 of one component.
    """
    height, width, components = pixels.shape
    rows = pixels.reshape(height, -1) if bits == 8 else packed_rows(pixels[:, :, 0], bits)
    return flate_rows(rows, width, components, bits)


def flate_rows(rows: npt.NDArray[np.uint8], width: int, components: int, bits: int) -> Encoding:
    """Rows of bytes packed with the predictor that suits each one, or with none, whichever is smaller."""
    plain = Encoding(
        "flate", pack_quickly(rows.tobytes()), "/FlateDecode", width, len(rows), components, bits, is_trial=True
    )
    if bits < 8:
        return plain  # neighbours share a byte, so that differences of bytes mean little
    parameters = {"/Predictor": 15, "/Colors": components, "/BitsPerComponent": bits, "/Columns": width}
    predicted = replace(plain, data=pack_quickly(predict(rows, components * bits // 8)), parameters=parameters)
    return min(plain, predicted, key=lambda each: each.stored_bytes)


def packed_rows(values: npt.NDArray[np.uint8], bits: int) -> npt.NDArray[np.uint8]:
    """Values of 1, 2 or 4 bits, several to a byte; each row starts at a byte."""
    if bits == 1:
        return np.packbits(values, axis=1)
    values_a_byte = 8 // bits
    padded = np.pad(values, ((0, 0), (0, -values.shape[1] % values_a_byte)))
    groups = padded.reshape(len(values), -1, values_a_byte)
    packed = np.zeros(groups.shape[:2], dtype=np.uint8)
    for position in range(values_a_byte):
        packed |= groups[:, :, position] << (8 - bits * (position + 1))
    return packed


def is_grey(pixels: Pixels) -> bool:
    """Whether all three components are equal everywhere."""
    return bool((pixels[:, :, 0] == pixels[:, :, 1]).all() and (pixels[:, :, 1] == pixels[:, :, 2]).all())


def _with_palette(pixels: Pixels) -> Iterator[Encoding]:
    """Indexed, with as few bits as the colours need; nothing where there are too many colours."""
    if pixels.shape[2] not in _PALETTE_COMPONENTS:
        return
    keys = _colour_keys(pixels)
    sampled = keys.ravel()[:: max(1, keys.size // _SAMPLED_PIXELS)]
    if len(np.unique(sampled)) > _MOST_COLOURS:
        return
    colours = _distinct(keys)
    bits = next((bits for bits in (1, 2, 4, 8) if len(colours) <= 2**bits), None)
    if bits is None or (bits == 8 and pixels.shape[2] == 1):
        return
    indices = np.searchsorted(colours, keys).astype(np.uint8)
    palette = b"".join(int(colour).to_bytes(pixels.shape[2]) for colour in colours)
    packed = flate(indices[:, :, None], bits)
    yield replace(packed, kind="palette", components=pixels.shape[2], space=SpaceChange.PALETTE, palette=palette)


def _colour_keys(pixels: Pixels) -> npt.NDArray[np.uint32]:
    keys = pixels[:, :, 0].astype(np.uint32)
    for component in range(1, pixels.shape[2]):
        keys <<= 8
        keys |= pixels[:, :, component]
    return keys


def _distinct(keys: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """The distinct keys in ascending order; a table of all 2^24 is faster than sorting millions."""
    seen = np.zeros(1 << 24, dtype=bool)
    seen[keys] = True
    return np.flatnonzero(seen).astype(np.uint32)


def _is_black_and_white(pixels: Pixels) -> bool:
    return bool(((pixels == 0) | (pixels == 255)).all())
