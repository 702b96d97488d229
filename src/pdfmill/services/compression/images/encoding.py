"""A form in which an image can be stored."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from pdfmill.engines.libdeflate import pack
from pdfmill.engines.mozjpeg import repack_jpeg

#: What the best packing makes of the quick one's bytes, typically: of Deflate, and of the scans of a JPEG.
_TRIAL_TO_BEST = 0.95


class SpaceChange(Enum):
    """What becomes of the image's colour space."""

    KEPT = "kept"
    GREY = "DeviceGray instead of DeviceRGB with three equal components"
    BASE = "the base of its Indexed space"
    PALETTE = "Indexed, based on the space it had (or on its base)"


@dataclass(frozen=True)
class Encoding:
    """Bytes that can stand for an image.

    Attributes:
        kind: What it is called in reports: "jpeg", "jbig2", …
        filter: Name of the one filter, with slash.
        parameters: Its /DecodeParms.
        components: Of the colour space in which the palette or the samples are.
        palette: Colours, base component after base component; for PALETTE only.
        is_lossless: Whether it has the very samples of the image.
        similarity: SSIM to the pixels it was made of.
        is_trial: Whether its bytes were packed quickly, to see whether it can be the smallest; Flate or JPEG.
    """

    kind: str
    data: bytes
    filter: str
    width: int
    height: int
    components: int
    bits: int
    parameters: Mapping[str, int | bool] = field(default_factory=dict)
    space: SpaceChange = SpaceChange.KEPT
    palette: bytes = b""
    is_lossless: bool = True
    similarity: float = 1.0
    is_trial: bool = False

    @property
    def stored_bytes(self) -> int:
        """Bytes it takes; of a trial, those it will take about."""
        return round(len(self.data) * (_TRIAL_TO_BEST if self.is_trial else 1)) + len(self.palette)

    def finished(self) -> Encoding:
        """A trial packed as tightly as it goes; anything else as it is."""
        if not self.is_trial:
            return self
        if self.filter == "/DCTDecode":
            return replace(self, data=repack_jpeg(self.data), is_trial=False)
        return replace(self, data=pack(zlib.decompress(self.data)), is_trial=False)
