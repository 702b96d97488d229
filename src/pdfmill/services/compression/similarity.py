"""How alike two pictures look."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_BLOCK = 8
#: Constants of Wang et al., "Image Quality Assessment: From Error Visibility to Structural Similarity" (2004), 8 bit.
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
#: Luma weights of ITU-R BT.601.
_LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)


def structural_similarity(one: npt.NDArray[np.uint8], other: npt.NDArray[np.uint8]) -> float:
    """Mean SSIM of two pictures of one size, over blocks of 8 × 8 pixels; 1.0 for equal ones.

    Args:
        one: Height × width (grey) or height × width × bands.
        other: The same shape.
    """
    x, y = _blocks(one), _blocks(other)
    mean_x, mean_y = x.mean(1), y.mean(1)
    x -= mean_x[:, None]
    y -= mean_y[:, None]
    variance_x, variance_y = (x * x).mean(1), (y * y).mean(1)
    covariance = (x * y).mean(1)
    likeness = ((2 * mean_x * mean_y + _C1) * (2 * covariance + _C2)) / (
        (mean_x**2 + mean_y**2 + _C1) * (variance_x + variance_y + _C2)
    )
    return float(likeness.mean())


def _blocks(picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """The luma as rows of 64 pixels, one row a block; the edge is repeated to fill the last blocks."""
    if picture.ndim == 3:
        picture = picture[:, :, 0] if picture.shape[2] == 1 else (picture[:, :, :3] @ _LUMA).astype(np.uint8)
    height, width = picture.shape
    padded = np.pad(picture, ((0, -height % _BLOCK), (0, -width % _BLOCK)), mode="edge").astype(np.float32)
    rows, columns = padded.shape[0] // _BLOCK, padded.shape[1] // _BLOCK
    blocks = padded.reshape(rows, _BLOCK, columns, _BLOCK).swapaxes(1, 2)
    return blocks.reshape(rows * columns, _BLOCK * _BLOCK)
