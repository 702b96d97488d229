"""Images of one bit: always lossless, so that a fax stays the fax it was."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from pdfmill.engines import jbig2
from pdfmill.engines.libdeflate import pack_quickly
from pdfmill.engines.pillow import encode_group4
from pdfmill.services.compression.images.encoding import Encoding

Bits = npt.NDArray[np.bool_]

#: JBIG2 costs a turn of the interpreter for each decision; halftones of more would take many seconds.
_MOST_DECISIONS = 12_000_000

#: Flate is the smallest for tiny or regular images only.
_MOST_PIXELS_AS_FLATE = 3_000_000


def bilevel_encodings(black: Bits) -> Iterator[Encoding]:
    """Every form of an image whose samples are 0 where ``black`` is True, and 1 elsewhere."""
    height, width = black.shape
    parameters = {"/K": -1, "/Columns": width, "/Rows": height}
    yield Encoding("group4", encode_group4(black), "/CCITTFaxDecode", width, height, 1, 1, parameters)
    if jbig2.count_decisions(black) <= _MOST_DECISIONS:
        yield Encoding("jbig2", jbig2.encode_generic_region(black), "/JBIG2Decode", width, height, 1, 1)
    if height * width <= _MOST_PIXELS_AS_FLATE:
        packed = pack_quickly(np.packbits(~black, axis=1).tobytes())
        yield Encoding("flate", packed, "/FlateDecode", width, height, 1, 1, is_trial=True)
