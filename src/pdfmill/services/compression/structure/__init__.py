"""Lossless savings in the structure of a document: each step is a function of its own, and none depends on another.

A good order: `externalize_inline_images`, `drop_private_data`, `drop_unused_resources`, `merge_duplicates`; then images
and fonts, of which equal ones are now one; `share_direct_values`, `merge_duplicates` once more, and `repack_streams`.
"""

from pdfmill.services.compression.structure.direct_values import share_direct_values
from pdfmill.services.compression.structure.duplicates import merge_duplicates
from pdfmill.services.compression.structure.inline_images import externalize_inline_images
from pdfmill.services.compression.structure.private_data import drop_private_data
from pdfmill.services.compression.structure.resources import drop_unused_resources
from pdfmill.services.compression.structure.streams import repack_streams

__all__ = [
    "drop_private_data",
    "drop_unused_resources",
    "externalize_inline_images",
    "merge_duplicates",
    "repack_streams",
    "share_direct_values",
]
