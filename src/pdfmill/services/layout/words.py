"""From characters to words: what stands without a space between it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from pdfmill.engines.pdfium import Characters, Link, TextRun, is_of_leftward_script, text_of
from pdfmill.services.layout.directions import main_run, tokens_in_reading_order, visual_order
from pdfmill.services.layout.frames import Boxes, Frame
from pdfmill.services.layout.model import Box, Style, Word

#: Widths of a gap between words, in parts of the font size. PDFium adds a space where it believes in one; that and a
#: small gap are as good as a large gap alone, but its belief without any gap splits words at kerning.
_GAP = 0.22
_GAP_WITH_SPACE = 0.1
#: The same in text that runs from right to left, in which PDFium's belief is not asked; spaces are as wide as 0.25,
#: letters are hardly ever parted by a tenth of that. And a gap that such text does not go on over.
_GAP_LEFTWARDS, _APART_LEFTWARDS = 0.15, 1.5
#: Characters overlap in height by at least this part of the lower one, or are not on one line.
_LEVEL = 0.35

_SPACES = np.array([0x20, 0xA0, 0x09, 0x0A, 0x0D, 0x0C, 0x0B, 0x1680, 0x202F, 0x205F, 0x3000, *range(0x2000, 0x200C)])
_COMBINING_MARKS = np.array(
    [point for point in (*range(0x300, 0x370), *range(0x591, 0x700)) if unicodedata.combining(chr(point))]
)
#: What PDFium puts for a hyphen at the end of a line.
LINE_END_HYPHENS = "\x02\ufffe"

#: Symbol fonts put their glyphs at U+F000 plus their code; these are their bullets.
_SYMBOLS = {"\uf0b7": "•", "\uf0a7": "▪", "\uf0d8": "➢", "\uf0fc": "✓", "\uf076": "❖", "\uf0a8": "◻"}
_TO_SYMBOLS = str.maketrans(_SYMBOLS)
#: Those, and compatibility forms that are one character on paper and several in a text: Latin and Armenian ligatures,
#: Hebrew and Arabic presentation forms.
_FORMS = "".join(_SYMBOLS) + "\ufb00-\ufdff\ufe70-\ufefc"
_PRESENTATION_FORMS = re.compile(f"[{_FORMS}]+")

#: What `written` changes.
_UNUSUAL = re.compile(f"[{LINE_END_HYPHENS}\xad{_FORMS}]")


@dataclass(frozen=True)
class Layer:
    """The words of a page whose baselines run in one direction, in the order of the content stream.

    Attributes:
        words: Their boxes are level, see `Frame`.
        characters: How many characters they have together.
    """

    frame: Frame
    words: tuple[Word, ...] = field(repr=False)
    characters: int = 0


def read_layers(
    characters: Characters, size: tuple[float, float], links: tuple[Link, ...], types: dict[int, tuple[str, ...]]
) -> list[Layer]:
    """The words of a page by the direction of their lines, the layer with the most characters first.

    Args:
        size: Width and height of the page in points.
        types: Structure types by marked-content id, see `read_structure_types`.
    """
    if not characters.runs:
        return []
    angles = _angles(characters)
    spaces = _is_space(characters)
    shown = (characters.run_indices >= 0) & _is_on_page(characters.boxes, size) & _is_text(characters)
    painted = shown & ~spaces
    styles = [style_of(run, types) for run in characters.runs]
    layers = []
    for angle in np.unique(angles[painted]).tolist():
        rows = np.flatnonzero(painted & (angles == angle))
        frame = Frame(angle, *size)
        if is_of_leftward_script(characters.codepoints[rows]).any():
            words = _both_ways(characters, np.flatnonzero(shown & (angles == angle)), spaces, frame, styles)
        else:
            words = _words(characters, rows, spaces, frame, styles)
        layers.append(Layer(frame, tuple(_linked(words, links, frame) if links else words), len(rows)))
    return sorted(layers, key=lambda layer: (-layer.characters, layer.frame.angle))


def _angles(characters: Characters) -> npt.NDArray[np.int32]:
    """The direction of each character's line: that of its run, snapped to upright where it is nearly so.

    Vertical writing has upright characters below one another; its lines run down like those of text that is turned by
    90 degrees, and follow one another leftwards as those do.
    """
    runs = np.array([_snapped(run.angle) for run in characters.runs] or [0], np.int32)
    indices = characters.run_indices
    boxes = characters.boxes
    centres = np.stack((boxes[:, 0] + boxes[:, 2], boxes[:, 1] + boxes[:, 3]), axis=1) / 2
    same = (indices[1:] == indices[:-1]) & (indices[1:] >= 0)
    steps = np.abs(np.diff(centres, axis=0))[same]
    right, down = (np.bincount(indices[1:][same], steps[:, axis], len(runs)) for axis in (0, 1))
    vertical = (down > 2 * right) & (runs == 0)
    runs = np.where(vertical, 90, runs).astype(np.int32)
    return runs[indices]


def _snapped(angle: int) -> int:
    nearest = round(angle / 90) * 90
    return nearest % 360 if abs(angle - nearest) <= 2 else angle


def _is_space(characters: Characters) -> npt.NDArray[np.bool_]:
    return np.asarray(np.isin(characters.codepoints, _SPACES))


def _is_text(characters: Characters) -> npt.NDArray[np.bool_]:
    """Everything but control characters; a hyphen at a line's end comes as one."""
    points = characters.codepoints
    is_hyphen = (points == 0x02) | (points == 0xFFFE)
    return np.asarray(((points >= 0x20) & ~((points >= 0x7F) & (points < 0xA0))) | is_hyphen)


def _is_on_page(boxes: Boxes, size: tuple[float, float]) -> npt.NDArray[np.bool_]:
    x, y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    return (x >= 0) & (x <= size[0]) & (y >= 0) & (y <= size[1])


def _words(
    characters: Characters,
    rows: npt.NDArray[np.intp],
    spaces: npt.NDArray[np.bool_],
    frame: Frame,
    styles: list[Style],
) -> list[Word]:
    runs = characters.run_indices[rows]
    sizes = np.array([run.size for run in characters.runs], np.float32)[runs]
    level = frame.level(characters.boxes[rows], sizes)
    starts = np.concatenate(([0], np.flatnonzero(_breaks(characters, rows, spaces, level, sizes)) + 1))
    ends = np.concatenate((starts[1:], [len(rows)]))
    boxes = np.concatenate(
        (np.minimum.reduceat(level[:, :2], starts), np.maximum.reduceat(level[:, 2:], starts)), axis=1
    )
    text = text_of(characters.codepoints[rows])
    found = zip(
        starts.tolist(),
        ends.tolist(),
        boxes.astype(float).round(2).tolist(),
        runs[(starts + ends - 1) // 2].tolist(),  # the middle character's: a footnote's mark may come first or last
        strict=True,
    )
    if not is_written(text):
        words = [Word(written(text[start:end]), Box._make(box), styles[run]) for start, end, box, run in found]
        return [word for word in words if word.text]
    return [Word(text[start:end], Box._make(box), styles[run]) for start, end, box, run in found]


def _both_ways(
    characters: Characters,
    rows: npt.NDArray[np.intp],
    spaces: npt.NDArray[np.bool_],
    frame: Frame,
    styles: list[Style],
) -> list[Word]:
    """Words of a layer in which text runs from right to left, from its characters with the spaces between them."""
    rows = _with_marks_behind_letters(characters, rows, frame)
    runs = characters.run_indices[rows]
    sizes = np.array([run.size for run in characters.runs], np.float32)[runs]
    level = frame.level(characters.boxes[rows], sizes)
    lines = np.concatenate(([0], np.cumsum(~_on_one_line(level))))
    points = characters.codepoints[rows]
    for mark in np.flatnonzero(np.isin(points, _COMBINING_MARKS))[1:].tolist():
        level[mark] = level[mark - 1]  # its own place is where its font puts it
    order = visual_order(level, is_of_leftward_script(points), lines)
    text = text_of(points[order])
    level, lines, sizes = level[order], lines[order], np.maximum(sizes[order], 1)
    gaps = (level[1:, 0] - np.maximum(level[:-1, 0], level[:-1, 2])) / np.maximum(sizes[:-1], sizes[1:])
    ends = np.flatnonzero((np.diff(lines) > 0) | (gaps > _APART_LEFTWARDS)) + 1
    is_gap = gaps > _GAP_LEFTWARDS
    words = []
    for start, end in zip([0, *ends.tolist()], [*ends.tolist(), len(order)], strict=True):
        for token, places in tokens_in_reading_order(text[start:end], is_gap[start : end - 1].tolist()):
            inside = [start + place for place in main_run(places)]
            box = level[inside]
            edges = (*box[:, :2].min(axis=0), *box[:, 2:].max(axis=0))
            middle = order[inside[(len(inside) - 1) // 2]]
            words.append(Word(written(token), Box(*(round(float(each), 2) for each in edges)), styles[runs[middle]]))
    return [word for word in words if word.text]


def _with_marks_behind_letters(
    characters: Characters, rows: npt.NDArray[np.intp], frame: Frame
) -> npt.NDArray[np.intp]:
    """The rows of characters with combining marks behind the letters that they stand on."""
    rows = rows.copy()
    boxes = characters.boxes[rows]
    level = frame.level(boxes, boxes[:, 3] - boxes[:, 1])
    middles = (level[:, 0] + level[:, 2]) / 2
    for mark in np.flatnonzero(np.isin(characters.codepoints[rows], _COMBINING_MARKS))[:-1].tolist():
        before, after = (
            mark > 0 and level[each, 0] <= middles[mark] <= level[each, 2] for each in (mark - 1, mark + 1)
        )
        if after and not before:
            rows[mark : mark + 2] = rows[mark : mark + 2][::-1]
    return rows


def _on_one_line(level: Boxes) -> npt.NDArray[np.bool_]:
    """For each character but the last, whether the next one stands beside it."""
    before, after = level[:-1], level[1:]
    overlap = np.minimum(before[:, 3], after[:, 3]) - np.maximum(before[:, 1], after[:, 1])
    height = np.minimum(before[:, 3] - before[:, 1], after[:, 3] - after[:, 1])
    return np.asarray(overlap >= _LEVEL * height)


def _breaks(
    characters: Characters,
    rows: npt.NDArray[np.intp],
    spaces: npt.NDArray[np.bool_],
    level: Boxes,
    sizes: npt.NDArray[np.float32],
) -> npt.NDArray[np.bool_]:
    """For each character but the last, whether a word ends after it."""
    before, after = level[:-1], level[1:]
    size = np.maximum(np.maximum(sizes[:-1], sizes[1:]), 1)
    # The distance is to the right, or to the left in a script that runs that way.
    gap = np.maximum(after[:, 0] - before[:, 2], before[:, 0] - after[:, 2])
    real = np.cumsum(spaces & (characters.run_indices >= 0))
    added = np.cumsum(spaces & (characters.run_indices < 0))
    has_space = np.diff(real[rows]) > 0
    has_added = np.diff(added[rows]) > 0
    points = characters.codepoints[rows]
    rightwards = ~is_of_leftward_script(points)
    back = (before[:, 0] - after[:, 0] > 0.5 * size) & rightwards[:-1] & rightwards[1:]
    parted = (gap > _GAP * size) | (has_added & (gap > _GAP_WITH_SPACE * size)) | back | ~_on_one_line(level)
    # A combining mark stands wherever its font puts it; it belongs to the letter before it.
    marks = np.isin(points, _COMBINING_MARKS)
    return np.asarray(has_space | (parted & ~marks[:-1] & ~marks[1:]))


def is_written(text: str) -> bool:
    """Whether `written` changes nothing in a text."""
    return not _UNUSUAL.search(text)


def written(text: str) -> str:
    """The characters of a word, or of lines of them, as one writes them."""
    if is_written(text):
        return text
    for hyphen in LINE_END_HYPHENS:
        text = text.replace(hyphen, "-")
    text = _PRESENTATION_FORMS.sub(lambda found: unicodedata.normalize("NFKC", found[0]).translate(_TO_SYMBOLS), text)
    # A soft hyphen shows only where a line ends; there it is the word's last character.
    return text[:-1].replace("\xad", "") + text[-1:].replace("\xad", "-")


def style_of(run: TextRun, types: dict[int, tuple[str, ...]]) -> Style:
    """How the words of a run are set; for ``types`` see `read_layers`."""
    parents = types.get(run.marked_content_id, ()) if run.marked_content_id is not None else ()
    role = next((each for each in reversed(parents) if each not in ("Span", "Link", "NonStruct", "Private")), "")
    heading = next((each for each in parents if re.fullmatch(r"H[1-6]?|Title", each)), role)
    font = run.font
    return Style(
        font.name, run.size, font.bold, font.italic, font.monospaced, run.colour, run.invisible, heading, font.serif
    )


def _linked(words: list[Word], links: tuple[Link, ...], frame: Frame) -> list[Word]:
    """The words with the addresses of the links that lie over them."""
    heights = np.array([link.box[3] - link.box[1] for link in links], np.float32)
    level = frame.level(np.array([link.box for link in links], np.float32), heights).tolist()
    boxes = [(Box(*box), link.uri) for box, link in zip(level, links, strict=True)]
    linked = []
    for word in words:
        uri = next((uri for box, uri in boxes if box.holds(word.box)), None)
        linked.append(word if uri is None else Word(word.text, word.box, word.style, uri))
    return linked
