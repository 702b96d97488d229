"""A form in which an image can be stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


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

    @property
    def stored_bytes(self) -> int:
        return len(self.data) + len(self.palette)
