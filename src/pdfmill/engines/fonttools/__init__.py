"""Reading, subsetting and converting font programs, by fontTools.

`sfnt` handles TrueType and OpenType, `cff` bare CFF, `type1` and `charstrings` Type 1 and its conversion to CFF;
`outlines` compares what two programs draw, `names` knows glyph names.
"""

import logging

# fontTools remarks on every oddity of a font; what matters arrives as an error.
logging.getLogger("fontTools").setLevel(logging.CRITICAL)
