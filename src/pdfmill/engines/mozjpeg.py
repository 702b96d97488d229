"""Repacking JPEG files without decoding them, by mozjpeg's jpegtran."""

from __future__ import annotations

import mozjpeg_lossless_optimization

from pdfmill.core.errors import EngineFailed


def repack_jpeg(data: bytes) -> bytes:
    """The same coefficients as a progressive JPEG with optimal Huffman tables and without metadata.

    Raises:
        EngineFailed: It is no JPEG that libjpeg can read.
    """
    try:
        packed: bytes = mozjpeg_lossless_optimization.optimize(data)
    except (ValueError, RuntimeError) as error:
        raise EngineFailed("An image cannot be repacked.") from error
    return packed
