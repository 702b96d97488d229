"""Drawing pages and reading what stands on them, by PDFium (through pypdfium2).

PDFium is not thread-safe: one document, one process.
"""

from pdfmill.engines.pdfium.drawing import Drawing, DrawnDocument, GreyImage, Ink, Pixels, open_drawn
from pdfmill.engines.pdfium.graphics import Graphics, Painted, picture_share
from pdfmill.engines.pdfium.metrics import StandardFont, standard_font
from pdfmill.engines.pdfium.opening import finds_pages
from pdfmill.engines.pdfium.reading import ReadDocument, ReadPage, open_read
from pdfmill.engines.pdfium.structure import Link, OutlineItem
from pdfmill.engines.pdfium.text import Characters, Font, TextRun, is_of_leftward_script, text_of
from pdfmill.engines.pdfium.text_words import SplitText, TextWords

__all__ = [
    "Characters",
    "Drawing",
    "DrawnDocument",
    "Font",
    "Graphics",
    "GreyImage",
    "Ink",
    "Link",
    "OutlineItem",
    "Painted",
    "Pixels",
    "ReadDocument",
    "ReadPage",
    "SplitText",
    "StandardFont",
    "TextRun",
    "TextWords",
    "finds_pages",
    "is_of_leftward_script",
    "open_drawn",
    "open_read",
    "picture_share",
    "standard_font",
    "text_of",
]
