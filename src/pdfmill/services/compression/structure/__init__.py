"""Lossless savings in the structure of a document: each step is a function of its own, and none depends on another.

A good order: `externalize_inline_images`, `drop_private_data`, `drop_unused_resources`, `merge_duplicates` (before fonts
are subset, so that equal ones share a subset, and again afterwards), `repack_streams`; `save_options` when saving.
"""

from pdfmill.services.compression.structure.duplicates import merge_duplicates
from pdfmill.services.compression.structure.private_data import drop_private_data
from pdfmill.services.compression.structure.streams import repack_streams

__all__ = [
    "drop_private_data",
    "merge_duplicates",
    "repack_streams",
]
