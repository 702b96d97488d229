"""How an image looks where it is painted."""

from __future__ import annotations

from pdfmill.engines.vips import Pixels, downsample, enlarge
from pdfmill.services.compression.images.description import ImageDescription
from pdfmill.services.compression.similarity import luma, structural_similarity

#: Resolution at which people look at a page on a screen; what is lost beyond it they do not see.
_VIEWED_DPI = 100


class View:
    """An image where it is painted largest: in as many pixels as a screen gives it, or those it has.

    Args:
        pixels: The image's samples, height × width × components.
        is_inverted: Whether CMYK samples are 0 for full ink, as Adobe's programs store them.
    """

    def __init__(self, image: ImageDescription, pixels: Pixels, *, is_inverted: bool = False) -> None:
        self._is_inverted = is_inverted
        scale = 1.0 if image.dpi is None else min(1.0, _VIEWED_DPI / image.dpi)
        self._size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
        self._seen = self._look(pixels)

    def similarity(self, pixels: Pixels) -> float:
        """SSIM of other pixels, fewer, more or as many, in the image's place."""
        return structural_similarity(self._seen, self._look(pixels))

    def _look(self, pixels: Pixels) -> Pixels:
        brightness = luma(255 - pixels if self._is_inverted else pixels)[:, :, None]
        if brightness.shape[1::-1] == self._size:
            return brightness
        resize = downsample if brightness.shape[0] >= self._size[1] else enlarge
        return resize(brightness, *self._size)
