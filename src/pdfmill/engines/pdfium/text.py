"""The characters of a page, as arrays: one row for each."""

from __future__ import annotations

import ctypes
import math
import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from typing import Any

import numpy as np
import numpy.typing as npt
import pypdfium2.raw as raw

from pdfmill.engines.pdfium import calls
from pdfmill.engines.pdfium.geometry import Boxes, PageGeometry

#: Font descriptor flags, ISO 32000-1, table 123.
_FIXED_PITCH, _SERIF, _ITALIC, _FORCE_BOLD = 1 << 0, 1 << 1, 1 << 6, 1 << 18

#: What foundries put into the names of their heavier and slanted faces; Computer Modern has codes of its own, and URW's
#: "Medi" is the bold face of a family. Neither StemV nor the weight that PDFium makes of it tells faces apart: in real
#: files plain ones have 40 to 190, bold ones 40 to 180.
_BOLD = re.compile(
    r"bold|black|heavy|demi|-medi(?!um)|[-,]bd|cmbx|cmb\d|cmbsy|cmmib|cmssbx|sfb[ilx]|sfrb|ectt?bx|[-.]b$",
    re.IGNORECASE,
)
_ITALICS = re.compile(r"ital|obli|slant|kursiv|cmti|cmsl|cmmi|sfti|[-,.]it$|[-.]i$", re.IGNORECASE)
_MONOSPACED = re.compile(r"cour|mono|typewriter|consol|menlo|cmtt|sftt", re.IGNORECASE)
_SUBSET_TAG = re.compile(r"^[A-Z]{6}\+")

_NAME_BYTES = 256

#: Characters of a page that are asked about first.
_SAMPLE = 200
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
    """

    codepoints: npt.NDArray[np.uint32]
    boxes: Boxes
    run_indices: npt.NDArray[np.int32]
    runs: tuple[TextRun, ...]

    @cached_property
    def text(self) -> str:
        """One character for each row; what is no Unicode scalar value becomes U+FFFD."""
        return text_of(self.codepoints)


def read_characters(
    text_page: Any, codepoints: npt.NDArray[np.uint32], geometry: PageGeometry, *, faces_only: bool = False
) -> Characters:
    """All characters of a text page of pypdfium2.

    Args:
        codepoints: See `read_codepoints`.
        faces_only: See `RunReader`.
    """
    handle = calls.address_of(text_page.raw)
    codepoints = codepoints.copy()
    boxes = read_boxes(handle, range(len(codepoints)))
    reader = RunReader(handle, geometry, faces_only=faces_only)
    run_indices = reader.of_all_characters(codepoints)
    _restore_ligatures(codepoints, boxes)
    return Characters(codepoints, geometry.shown(boxes), run_indices, tuple(reader.runs))


def read_unmapped(text_page: Any) -> str:
    """The characters of a text page of pypdfium2 whose fonts do not tell which Unicode characters they are.

    There are none if a sample of them, spread over the page, has none.
    """
    handle, count = calls.address_of(text_page.raw), count_of(text_page)
    sample = range(0, count, max(count // _SAMPLE, 1))
    if not any(error == 1 for error in map(calls.has_unicode_map_error, repeat(handle), sample)):
        return ""
    errors = np.fromiter(map(calls.has_unicode_map_error, repeat(handle), range(count)), np.int32, count)
    return text_of(read_codepoints(text_page)[errors == 1])


def text_of(codepoints: npt.NDArray[np.uint32]) -> str:
    """One character for each codepoint; what is no Unicode scalar value becomes U+FFFD."""
    invalid = (codepoints > 0x10FFFF) | ((codepoints >= 0xD800) & (codepoints < 0xE000)) | (codepoints == 0)
    return np.where(invalid, 0xFFFD, codepoints).astype("<u4").tobytes().decode("utf-32-le")


def is_text_space(codepoints: npt.NDArray[np.uint32]) -> npt.NDArray[np.bool_]:
    """Whether characters are the spaces and line ends by which PDFium's own text parts words."""
    return np.asarray((codepoints == 0x20) | (codepoints == 0xA0) | (codepoints == 0x0D) | (codepoints == 0x0A))


def count_of(text_page: Any) -> int:
    """How many characters a text page of pypdfium2 has."""
    return max(int(raw.FPDFText_CountChars(text_page.raw)), 0)


def read_codepoints(text_page: Any) -> npt.NDArray[np.uint32]:
    """Of all characters of a text page of pypdfium2."""
    count = count_of(text_page)
    text = str(text_page.get_text_range()) if count else ""
    points = np.frombuffer(text.encode("utf-32-le", errors="replace"), "<u4")
    if len(points) == count:
        return points.astype(np.uint32)
    # Characters that stand for nothing are not in PDFium's text, and such beyond U+FFFF come in two halves.
    handle = calls.address_of(text_page.raw)
    return np.fromiter(map(calls.get_unicode, repeat(handle), range(count)), np.uint32, count)


def read_boxes(handle: int, indices: Sequence[int]) -> Boxes:
    """The loose boxes of some characters of a text page in user space, the advance wide, ascent to descent high."""
    boxes = np.zeros((len(indices), 4), np.float32)
    place, size = boxes.ctypes.data, calls.RECTANGLE_BYTES
    places = range(place, place + len(indices) * size, size)
    deque(map(calls.get_loose_char_box, repeat(handle), indices, places), maxlen=0)
    return np.where(np.isfinite(boxes), boxes, 0).astype(np.float32)


def count_characters(text_page: Any) -> int:
    """Characters of a page of pypdfium2; spaces are left out where they could change what the page is taken for."""
    count = count_of(text_page)
    return count if count > _MANY else len("".join(text_page.get_text_range().split()))


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


class RunReader:
    """Reads the text objects of a page; fonts are read once.

    Args:
        faces_only: Leave out colours and marks, so that what is set alike is one run.
    """

    def __init__(self, text_page: int, geometry: PageGeometry, *, faces_only: bool = False) -> None:
        self.runs: list[TextRun] = []
        self._text_page = text_page
        self._geometry = geometry
        self._fonts: dict[int, Font] = {}
        self._faces_only = faces_only
        self._faces: dict[tuple[int, float, int, int], int] = {}
        self._matrix = raw.FS_MATRIX()
        self._size = ctypes.c_float()
        self._channels = [ctypes.c_uint() for _ in range(4)]
        self._matrix_at = ctypes.addressof(self._matrix)
        self._size_at = ctypes.addressof(self._size)
        self._channels_at = [ctypes.addressof(channel) for channel in self._channels]

    def of_characters(self, indices: npt.NDArray[np.intp]) -> npt.NDArray[np.int32]:
        """For each of some characters the index of its run among ``runs``; -1 for those that PDFium added."""
        return self._runs_of(self._objects(indices), indices)

    def of_all_characters(self, codepoints: npt.NDArray[np.uint32]) -> npt.NDArray[np.int32]:
        """The same for all characters of the page.

        A text object is painted as a whole, so where the first and the last character of a word are of one, those
        between them are as well: PDFium is not asked about these.
        """
        count = len(codepoints)
        if not count:
            return np.zeros(0, np.int32)
        spaces = is_text_space(codepoints)
        is_edge = spaces.copy()
        is_edge[1:] |= spaces[:-1]
        is_edge[:-1] |= spaces[1:]
        is_edge[[0, -1]] = True
        edges = np.flatnonzero(is_edge)
        places = np.cumsum(is_edge) - 1
        at_edges = self._objects(edges)
        objects = at_edges[places]
        following = at_edges[np.minimum(places + 1, len(edges) - 1)]
        doubtful = np.flatnonzero(~is_edge & (objects != following))
        objects[doubtful] = self._objects(doubtful)
        return self._runs_of(objects, np.arange(count))

    def _objects(self, indices: npt.NDArray[np.intp]) -> npt.NDArray[np.uintp]:
        """The addresses of the text objects of some characters; 0 for those that PDFium added."""
        return np.fromiter(
            map(calls.get_text_object, repeat(self._text_page), indices.tolist()), np.uintp, len(indices)
        )

    def _runs_of(self, objects: npt.NDArray[np.uintp], indices: npt.NDArray[np.intp]) -> npt.NDArray[np.int32]:
        if not len(objects):
            return np.zeros(0, np.int32)
        stretches = np.flatnonzero(np.concatenate(([True], objects[1:] != objects[:-1])))
        known = {0: -1}
        for text_object, first in zip(objects[stretches].tolist(), indices[stretches].tolist(), strict=True):
            if text_object not in known:
                known[text_object] = self._read(text_object, first)
        runs = np.array([known[text_object] for text_object in objects[stretches].tolist()], np.int32)
        return np.repeat(runs, np.diff(np.append(stretches, len(objects))))

    def _read(self, text_object: int, first_character: int) -> int:
        matrix, mode = self._matrix, calls.get_render_mode(text_object)
        calls.get_matrix(self._text_page, first_character, self._matrix_at)
        calls.get_font_size(text_object, self._size_at)
        size = abs(self._size.value) * math.hypot(matrix.c, matrix.d) * self._geometry.user_unit
        # Counterclockwise in user space, as mathematics has it; a negative font size turns the text round.
        direction = math.degrees(math.atan2(matrix.b, matrix.a)) + (180 if self._size.value < 0 else 0)
        angle = round(self._geometry.rotation - direction) % 360 if math.isfinite(direction) else 0
        size = round(size, 2) if math.isfinite(size) else 0.0
        font = calls.get_font(text_object)
        if self._faces_only:
            face = (font, size, angle, mode)
            if face in self._faces:
                return self._faces[face]
            self._faces[face] = len(self.runs)
        mark = -1 if self._faces_only else calls.get_marked_content_id(text_object)
        self.runs.append(
            TextRun(
                font=self._font(font, stroked=mode == raw.FPDF_TEXTRENDERMODE_FILL_STROKE),
                size=size,
                angle=angle,
                colour=None if self._faces_only else self._colour(text_object),
                invisible=mode == raw.FPDF_TEXTRENDERMODE_INVISIBLE,
                marked_content_id=mark if mark >= 0 else None,
            )
        )
        return len(self.runs) - 1

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
