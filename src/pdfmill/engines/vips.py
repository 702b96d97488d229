"""Decoding, resampling and encoding pixels, by libvips with mozjpeg.

Nothing here runs when the module is imported: the sandbox imports it before it forks, and libvips starts threads with
its first operation. Every function releases the interpreter's lock while libvips works.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyvips

from pdfmill.core.errors import EngineFailed

Pixels = npt.NDArray[np.uint8]

#: From this quality on the colour of JPEGs is kept at full resolution.
_FULL_COLOUR_QUALITY = 90

#: Of mozjpeg's quantisation tables the one by N. Robidoux makes the smallest JPEGs of low quality, that of ISO/IEC
#: 10918-1, Annex K, those of higher quality, in which grain is kept: 5 per cent at equal similarity, both.
_ROBIDOUX_TABLE, _ANNEX_K_TABLE, _GRAIN_QUALITY = 3, 0, 50

_INTERPRETATIONS = {1: "b-w", 3: "srgb", 4: "cmyk"}

#: YCCK of ISO/IEC 10918-6, 6.5.3: the RGB complement of CMY as luma and chroma, by the full-range matrix of BT.601.
_YCC_FROM_RGB = np.array(
    [[0.299, 0.587, 0.114], [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]], dtype=np.float32
)
_YCC_OFFSET = np.array([0, 128, 128], dtype=np.float32)


def decode_jpeg(data: bytes, width: int, height: int) -> Pixels:
    """The samples of a JPEG as a PDF reader's DCTDecode filter gives them, height × width × 1, 3 or 4 components.

    Raises:
        EngineFailed: It cannot be decoded, or has another size.
    """
    try:
        image = pyvips.Image.jpegload_buffer(data, access="sequential")
        if (image.width, image.height) != (width, height):
            raise EngineFailed("A JPEG has another size than the document says.")
        pixels = _to_numpy(image)
    except pyvips.Error as error:
        raise EngineFailed("An image cannot be decoded.") from error
    # libvips turns the samples of an Adobe CMYK file over; in a PDF it is /Decode that does.
    return 255 - pixels if image.bands == 4 and _adobe_marker(data) is not None else pixels


def downsample(pixels: Pixels, width: int, height: int) -> Pixels:
    """Fewer pixels, by Lanczos."""
    rows, columns = pixels.shape[:2]
    image = _from_numpy(pixels).resize(width / columns, vscale=height / rows, kernel="lanczos3")
    return _to_numpy(image.embed(0, 0, width, height, extend="copy"))


def area_means(pixels: Pixels, width: int, height: int) -> Pixels:
    """Fewer pixels, each the mean of those it stands for: unlike Lanczos this never leaves the range of the values."""
    rows, columns = pixels.shape[:2]
    image = _from_numpy(pixels).resize(width / columns, vscale=height / rows, kernel="linear")
    return _to_numpy(image.embed(0, 0, width, height, extend="copy"))


def enlarge(pixels: Pixels, width: int, height: int) -> Pixels:
    """More pixels, by linear interpolation, as a reader stretches an image; exactly width × height."""
    rows, columns = pixels.shape[:2]
    image = _from_numpy(pixels).resize(width / columns, vscale=height / rows, kernel="linear")
    return _to_numpy(image.embed(0, 0, width, height, extend="copy"))


def encode_jpeg(pixels: Pixels, quality: int) -> bytes:
    """A JPEG of one scan without metadata, of grey, RGB or CMYK samples.

    `mozjpeg.repack_jpeg` splits it into the best scans afterwards, without another loss; until it is known that it will
    be kept, one scan is encoded and decoded faster.

    Args:
        pixels: Height × width × 1, 3 or 4.
        quality: 1 to 100, on the scale of libjpeg.
    """
    if pixels.shape[2] == 4:
        return _encode_ycck(pixels, quality)
    return _encode(pixels, quality)


def _encode(pixels: Pixels, quality: int) -> bytes:
    bands = pixels.shape[2]
    image = _from_numpy(pixels).copy(interpretation=_INTERPRETATIONS[bands])
    try:
        data = image.jpegsave_buffer(
            Q=quality,
            optimize_coding=True,
            trellis_quant=True,
            overshoot_deringing=True,
            quant_table=_ROBIDOUX_TABLE if quality < _GRAIN_QUALITY else _ANNEX_K_TABLE,
            subsample_mode="on" if bands == 3 and quality < _FULL_COLOUR_QUALITY else "off",
            keep="none",
        )
    except pyvips.Error as error:
        raise EngineFailed("An image cannot be encoded.") from error
    return bytes(data)


def _encode_ycck(cmyk: Pixels, quality: int) -> bytes:
    """Decorrelate CMYK, which libvips writes as it is, and say so in the Adobe marker."""
    colours = 255 - cmyk[:, :, :3].astype(np.float32)
    luma_chroma = colours @ _YCC_FROM_RGB.T + _YCC_OFFSET
    if quality < _FULL_COLOUR_QUALITY:
        luma_chroma[:, :, 1:] = _halved_and_doubled(luma_chroma[:, :, 1:])
    ycck = np.concatenate([np.clip(luma_chroma + 0.5, 0, 255).astype(np.uint8), cmyk[:, :, 3:]], axis=2)
    data = bytearray(_encode(255 - ycck, quality))  # libvips turns samples over when it writes, too
    marker = _adobe_marker(bytes(data))
    assert marker is not None
    data[marker + 11] = 2  # colour transform: YCCK
    return bytes(data)


def _halved_and_doubled(chroma: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Chroma at half resolution in full-resolution samples: its high frequencies, which cost bytes, are gone."""
    height, width = chroma.shape[:2]
    padded = np.pad(chroma, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    blocks = padded.reshape(padded.shape[0] // 2, 2, padded.shape[1] // 2, 2, 2).mean(axis=(1, 3))
    doubled: npt.NDArray[np.float32] = blocks.repeat(2, axis=0).repeat(2, axis=1)[:height, :width]
    return doubled


def _adobe_marker(data: bytes) -> int | None:
    """Where the content of the Adobe APP14 segment begins, before the first scan."""
    position = 2
    while position + 4 <= len(data) and data[position] == 0xFF and data[position + 1] != 0xDA:
        if data[position + 1] == 0xEE and data[position + 4 : position + 9] == b"Adobe":
            return position + 4
        position += 2 + int.from_bytes(data[position + 2 : position + 4])
    return None


def _from_numpy(pixels: Pixels) -> pyvips.Image:
    height, width, bands = pixels.shape
    return pyvips.Image.new_from_memory(np.ascontiguousarray(pixels).data, width, height, bands, "uchar")


def _to_numpy(image: pyvips.Image) -> Pixels:
    flat = np.frombuffer(image.write_to_memory(), dtype=np.uint8)
    return flat.reshape(image.height, image.width, image.bands)


def press_profile() -> bytes:
    """The ICC profile of a common press that libvips brings, "Chemical proof" by G. W. Gill, in the public domain."""
    profile: bytes = pyvips.Operation.call("profile_load", "cmyk")
    return profile
