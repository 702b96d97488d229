"""The characters of a page, as arrays: one row for each."""

from __future__ import annotations

import ctypes
import math
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pypdfium2.raw as raw

from pdfmill.engines.pdfium import calls
from pdfmill.engines.pdfium.geometry import Boxes, PageGeometry

#: Font descriptor flags, ISO 32000-1, table 123.
_FIXED_PITCH, _SERIF, _ITALIC, _FORCE_BOLD = 1 << 0, 1 << 1, 1 << 6, 1 << 18

#: What foundries put into the names of their heavier and slanted faces; Computer Modern has codes of its own.
_BOLD = re.compile(r"bold|black|heavy|demi|[-,]bd|cmbx|cmb\d|cmssbx|sfbx|ectt?bx|[-.]b$", re.IGNORECASE)
_ITALICS = re.compile(r"ital|obli|slant|kursiv|cmti|cmsl|cmmi|sfti|[-,.]it$|[-.]i$", re.IGNORECASE)
_MONOSPACED = re.compile(r"cour|mono|typewriter|consol|menlo|cmtt|sftt", re.IGNORECASE)
_SUBSET_TAG = re.compile(r"^[A-Z]{6}\+")

_NAME_BYTES = 256

#: Characters of a page on which it does not matter how many of them are spaces.
_MANY = 300


@dataclass(frozen=True)
class Font:
    """A font program's face; ``name`` is the base font without its subset tag."""

    name: str
    bold: bool
    italic: bool
    monospaced: bool
    serif: bool = False


@dataclass(frozen=True)
class TextRun:
    """A text object: characters of one font, size and colour.

    Attributes:
        size: Height of the em in points, as shown.
        angle: Degrees clockwise in which its baseline runs on the page as shown, 0 to 359.
        colour: Fill colour as ``#rrggbb``; None where it is a pattern.
        invisible: Whether nothing is painted, as in the text that OCR lays under a scan (render mode 3).
        marked_content_id: Its place in the structure tree; None if it has none.
    """

    font: Font
    size: float
    angle: int
    colour: str | None
    invisible: bool
    marked_content_id: int | None


@dataclass(frozen=True)
class Characters:
    """The characters of a page in the order of its content stream, right-to-left text in logical order.

    Attributes:
        codepoints: n Unicode scalar values; a character that PDFium added itself is a space or a line end.
        boxes: n × 4 left, top, right, bottom in points as shown: the advance wide, ascent to descent high.
        run_indices: n indices into ``runs``; -1 for characters that PDFium added.
        unmapped: n flags: the font does not tell which Unicode character this is.
    """

    codepoints: npt.NDArray[np.uint32]
    boxes: Boxes
    run_indices: npt.NDArray[np.int32]
    unmapped: npt.NDArray[np.bool_]
    runs: tuple[TextRun, ...]

    @cached_property
    def text(self) -> str:
        """One character for each row; what is no Unicode scalar value becomes U+FFFD."""
        points = self.codepoints
        invalid = (points > 0x10FFFF) | ((points >= 0xD800) & (points < 0xE000)) | (points == 0)
        return np.where(invalid, 0xFFFD, points).astype("<u4").tobytes().decode("utf-32-le")


def read_characters(page: Any, geometry: PageGeometry) -> Characters:
    """All characters of a page of pypdfium2; takes about 3 µs for each."""
    text_page = page.get_textpage()
    try:
        handle = calls.address_of(text_page.raw)
        count = max(raw.FPDFText_CountChars(text_page.raw), 0)
        codepoints = np.fromiter((calls.get_unicode(handle, i) for i in range(count)), np.uint32, count)
        unmapped = np.fromiter((calls.has_unicode_map_error(handle, i) == 1 for i in range(count)), np.bool_, count)
        boxes = np.zeros((count, 4), np.float32)
        place = boxes.ctypes.data
        for i in range(count):
            calls.get_loose_char_box(handle, i, place + i * calls.RECTANGLE_BYTES)
        run_indices, runs = _runs(handle, count, geometry)
    finally:
        text_page.close()
    boxes = np.where(np.isfinite(boxes), boxes, 0).astype(np.float32)
    _restore_ligatures(codepoints, boxes)
    return Characters(codepoints, geometry.shown(boxes), run_indices, unmapped, runs)


def count_characters(page: Any) -> int:
    """Characters of a page of pypdfium2; spaces are left out where they could change what the page is taken for."""
    text_page = page.get_textpage()
    try:
        count = max(raw.FPDFText_CountChars(text_page.raw), 0)
        return count if count > _MANY else len("".join(text_page.get_text_range().split()))
    finally:
        text_page.close()


def _restore_ligatures(codepoints: npt.NDArray[np.uint32], boxes: Boxes) -> None:
    """Put the letters of right-to-left ligatures into their logical order.

    PDFium turns such text round letter by letter, those of one glyph as well (lam and alef, for example). They share
    the glyph's box.
    """
    leftwards = is_of_leftward_script(codepoints)
    shared = leftwards[1:] & leftwards[:-1] & (boxes[1:] == boxes[:-1]).all(axis=1) & (boxes[1:, 2] > boxes[1:, 0])
    edges = np.flatnonzero(np.diff(np.concatenate(([False], shared, [False])).astype(np.int8)))
    for start, end in edges.reshape(-1, 2).tolist():
        codepoints[start : end + 1] = codepoints[start : end + 1][::-1]


def is_of_leftward_script(codepoints: npt.NDArray[np.uint32]) -> npt.NDArray[np.bool_]:
    """Whether characters are of a script that runs from right to left, such as Hebrew or Arabic."""
    in_blocks = (codepoints >= 0x590) & (codepoints < 0x900)
    is_presentation_form = ((codepoints >= 0xFB1D) & (codepoints < 0xFE00)) | (
        (codepoints >= 0xFE70) & (codepoints < 0xFEFD)
    )
    return np.asarray(in_blocks | is_presentation_form)


def _runs(handle: int, count: int, geometry: PageGeometry) -> tuple[npt.NDArray[np.int32], tuple[TextRun, ...]]:
    indices = np.full(count, -1, np.int32)
    reader = _RunReader(handle, geometry)
    known: dict[int, int] = {}
    last, index = None, -1
    for i in range(count):
        text_object = calls.get_text_object(handle, i)
        if text_object != last:
            last, index = text_object, known.get(text_object, -1)
            if text_object and index < 0:
                known[text_object] = index = len(reader.runs)
                reader.read(text_object, i)
        indices[i] = index
    return indices, tuple(reader.runs)


class _RunReader:
    """Reads text objects; fonts are read once."""

    def __init__(self, text_page: int, geometry: PageGeometry) -> None:
        self.runs: list[TextRun] = []
        self._text_page = text_page
        self._geometry = geometry
        self._fonts: dict[int, Font] = {}
        self._matrix = raw.FS_MATRIX()
        self._size = ctypes.c_float()
        self._channels = [ctypes.c_uint() for _ in range(4)]
        self._matrix_at = ctypes.addressof(self._matrix)
        self._size_at = ctypes.addressof(self._size)
        self._channels_at = [ctypes.addressof(channel) for channel in self._channels]

    def read(self, text_object: int, first_character: int) -> None:
        matrix, mode = self._matrix, calls.get_render_mode(text_object)
        calls.get_matrix(self._text_page, first_character, self._matrix_at)
        calls.get_font_size(text_object, self._size_at)
        size = abs(self._size.value) * math.hypot(matrix.c, matrix.d) * self._geometry.user_unit
        # Counterclockwise in user space, as mathematics has it; a negative font size turns the text round.
        direction = math.degrees(math.atan2(matrix.b, matrix.a)) + (180 if self._size.value < 0 else 0)
        angle = round(self._geometry.rotation - direction) % 360 if math.isfinite(direction) else 0
        mark = calls.get_marked_content_id(text_object)
        self.runs.append(
            TextRun(
                font=self._font(calls.get_font(text_object), stroked=mode == raw.FPDF_TEXTRENDERMODE_FILL_STROKE),
                size=round(size, 2) if math.isfinite(size) else 0.0,
                angle=angle,
                colour=self._colour(text_object),
                invisible=mode == raw.FPDF_TEXTRENDERMODE_INVISIBLE,
                marked_content_id=mark if mark >= 0 else None,
            )
        )

    def _colour(self, text_object: int) -> str | None:
        if not calls.get_fill_color(text_object, *self._channels_at):
            return None
        return "#" + "".join(f"{channel.value & 0xFF:02x}" for channel in self._channels[:3])

    def _font(self, font: int, *, stroked: bool) -> Font:
        key = font * 2 + stroked
        if key not in self._fonts:
            self._fonts[key] = _read_font(font, stroked=stroked)
        return self._fonts[key]


def _read_font(font: int, *, stroked: bool) -> Font:
    """The face of a font; text that is stroked as well as filled looks bold, whatever its font."""
    buffer = ctypes.create_string_buffer(_NAME_BYTES)
    calls.get_base_font_name(font, ctypes.addressof(buffer), _NAME_BYTES)
    name = _SUBSET_TAG.sub("", buffer.value.decode("utf-8", errors="replace"))
    flags = max(calls.get_font_flags(font), 0)
    return Font(
        name=name,
        bold=stroked or bool(flags & _FORCE_BOLD) or bool(_BOLD.search(name)),
        italic=bool(flags & _ITALIC) or bool(_ITALICS.search(name)),
        monospaced=bool(flags & _FIXED_PITCH) or bool(_MONOSPACED.search(name)),
        serif=bool(flags & _SERIF),
    )
