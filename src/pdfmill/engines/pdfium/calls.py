"""PDFium functions that are called once for each character or object of a page.

pypdfium2's own bindings check and convert each argument and release the interpreter's lock around each call, which
costs several times what the function itself does. These are the same functions with plain addresses for pointers.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from ctypes import c_int, c_size_t, c_uint, c_ulong, c_void_p
from typing import Any

import pypdfium2.raw as raw

#: Bytes of one FS_RECTF: left, top, right, bottom as 32-bit floats.
RECTANGLE_BYTES = ctypes.sizeof(raw.FS_RECTF)


def address_of(handle: Any) -> int:
    """Where a handle of pypdfium2's raw bindings points to."""
    return ctypes.cast(handle, c_void_p).value or 0


def _function(name: str, result: Any, *arguments: Any) -> Callable[..., Any]:
    prototype = ctypes.PYFUNCTYPE(result, *arguments)
    return prototype(address_of(getattr(raw, name)))


get_unicode = _function("FPDFText_GetUnicode", c_uint, c_void_p, c_int)
has_unicode_map_error = _function("FPDFText_HasUnicodeMapError", c_int, c_void_p, c_int)
get_loose_char_box = _function("FPDFText_GetLooseCharBox", c_int, c_void_p, c_int, c_void_p)
#: The address of the text object, 0 for a character that PDFium added.
get_text_object = _function("FPDFText_GetTextObject", c_size_t, c_void_p, c_int)
get_matrix = _function("FPDFText_GetMatrix", c_int, c_void_p, c_int, c_void_p)
get_font_size = _function("FPDFTextObj_GetFontSize", c_int, c_void_p, c_void_p)
get_render_mode = _function("FPDFTextObj_GetTextRenderMode", c_int, c_void_p)
get_font = _function("FPDFTextObj_GetFont", c_void_p, c_void_p)
get_fill_color = _function("FPDFPageObj_GetFillColor", c_int, c_void_p, c_void_p, c_void_p, c_void_p, c_void_p)
get_marked_content_id = _function("FPDFPageObj_GetMarkedContentID", c_int, c_void_p)

get_base_font_name = _function("FPDFFont_GetBaseFontName", c_ulong, c_void_p, c_void_p, c_ulong)
get_font_flags = _function("FPDFFont_GetFlags", c_int, c_void_p)
get_font_weight = _function("FPDFFont_GetWeight", c_int, c_void_p)

count_page_objects = _function("FPDFPage_CountObjects", c_int, c_void_p)
get_page_object = _function("FPDFPage_GetObject", c_void_p, c_void_p, c_int)
count_form_objects = _function("FPDFFormObj_CountObjects", c_int, c_void_p)
get_form_object = _function("FPDFFormObj_GetObject", c_void_p, c_void_p, c_ulong)
get_object_type = _function("FPDFPageObj_GetType", c_int, c_void_p)
get_object_matrix = _function("FPDFPageObj_GetMatrix", c_int, c_void_p, c_void_p)
get_bounds = _function("FPDFPageObj_GetBounds", c_int, c_void_p, c_void_p, c_void_p, c_void_p, c_void_p)
set_is_active = _function("FPDFPageObj_SetIsActive", c_int, c_void_p, c_int)
get_draw_mode = _function("FPDFPath_GetDrawMode", c_int, c_void_p, c_void_p, c_void_p)
count_segments = _function("FPDFPath_CountSegments", c_int, c_void_p)
get_segment = _function("FPDFPath_GetPathSegment", c_void_p, c_void_p, c_int)
get_segment_type = _function("FPDFPathSegment_GetType", c_int, c_void_p)
get_segment_point = _function("FPDFPathSegment_GetPoint", c_int, c_void_p, c_void_p, c_void_p)
is_closing = _function("FPDFPathSegment_GetClose", c_int, c_void_p)
get_image_size = _function("FPDFImageObj_GetImagePixelSize", c_int, c_void_p, c_void_p, c_void_p)
get_stroke_width = _function("FPDFPageObj_GetStrokeWidth", c_int, c_void_p, c_void_p)

__all__ = [name for name in dir() if name.startswith(("get_", "set_", "count_", "has_", "is_"))]
