"""How alike two pictures look."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]

#: The mean over blocks of 8 pixels a side is quick to compute; over those of 6 it comes nearest to that of the
#: reference's Gaussian windows, on grain above all, where 8 flatter by up to 0.026 and 6 by 0.004.
_QUICK_BLOCK, EXACT_BLOCK = 8, 6

#: Constants of Wang et al., "Image Quality Assessment: From Error Visibility to Structural Similarity" (2004), 8 bit.
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2

#: Luma weights of ITU-R BT.601, in 256ths.
_LUMA_WEIGHTS = (77, 150, 29)

#: Rows of blocks compared at once, so that memory does not grow with the picture.
_BLOCK_ROWS_AT_ONCE = 64


def structural_similarity(one: Pixels, other: Pixels, *, least_contrast: float = 0, block: int = _QUICK_BLOCK) -> float:
    """Mean SSIM of two pictures of one size, over blocks of pixels; 1.0 for equal ones.

    Args:
        one: Height × width (grey) or height × width × 1, 3 or 4 components; 4 are the inks, 255 for full.
        other: The same shape.
        least_contrast: Standard deviation that a block of ``one`` must have to count: white paper is always similar,
            and hides what became of the letters on it. 1.0 if no block has it.
        block: Width and height of a block.
    """
    total, blocks = 0.0, 0
    step = block * _BLOCK_ROWS_AT_ONCE
    for start in range(0, one.shape[0], step):
        x, y = (_blocks(luma(picture[start : start + step]), block) for picture in (one, other))
        counted = x.std(axis=1) >= least_contrast if least_contrast else slice(None)
        likeness = _likeness(x, y)[counted]
        total += float(likeness.sum())
        blocks += likeness.size
    return total / blocks if blocks else 1.0


def luma(picture: Pixels) -> Pixels:
    """The brightness of each pixel, height × width; of CMYK what is left of white by the inks and by black."""
    if picture.ndim == 2 or picture.shape[2] == 1:
        return picture.reshape(picture.shape[:2])
    weighted = np.full(picture.shape[:2], 128, dtype=np.uint16)
    for component, weight in enumerate(_LUMA_WEIGHTS):
        weighted += picture[:, :, component].astype(np.uint16) * np.uint16(weight)
    brightness = (weighted >> 8).astype(np.uint8)
    if picture.shape[2] == 3:
        return brightness
    return ((255 - brightness).astype(np.uint16) * (255 - picture[:, :, 3]) // 255).astype(np.uint8)


def _likeness(x: npt.NDArray[np.float32], y: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    mean_x, mean_y = x.mean(1), y.mean(1)
    x -= mean_x[:, None]
    y -= mean_y[:, None]
    variance_x, variance_y = (x * x).mean(1), (y * y).mean(1)
    covariance = (x * y).mean(1)
    likeness: npt.NDArray[np.float32] = ((2 * mean_x * mean_y + _C1) * (2 * covariance + _C2)) / (
        (mean_x**2 + mean_y**2 + _C1) * (variance_x + variance_y + _C2)
    )
    return likeness


def _blocks(picture: Pixels, side: int) -> npt.NDArray[np.float32]:
    """The pixels of each block as a row; the edge is repeated to fill the last blocks."""
    height, width = picture.shape
    padded = np.pad(picture, ((0, -height % side), (0, -width % side)), mode="edge").astype(np.float32)
    rows, columns = padded.shape[0] // side, padded.shape[1] // side
    blocks = padded.reshape(rows, side, columns, side).swapaxes(1, 2)
    return blocks.reshape(rows * columns, side * side)
