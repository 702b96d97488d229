"""Recognising text by RapidOCR (PP-OCR models on ONNX Runtime), whose weights come in its wheel.

It reads receipts and tables that Tesseract reads badly, in Latin script, Chinese and Japanese; it takes ten times the
processor time and 1.2 GB, and loses some spaces between words.
"""

from __future__ import annotations

import importlib.util
import logging
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

GreyImage = npt.NDArray[np.uint8]
Box = tuple[float, float, float, float]

#: Scripts (ISO 15924) that its models know.
SCRIPTS = frozenset({"Latn", "Hans", "Hant", "Jpan"})


@dataclass(frozen=True)
class FoundPiece:
    """A piece of a line.

    Attributes:
        words: Text and box of each word.
        box: Left, top, right, bottom in pixels.
        confidence: 0 to 100.
    """

    words: tuple[tuple[str, Box], ...]
    box: Box
    confidence: float


def is_installed() -> bool:
    return all(importlib.util.find_spec(name) for name in ("rapidocr", "onnxruntime"))


def read_pieces(pixels: GreyImage) -> tuple[FoundPiece, ...]:
    """The pieces of text on a page of height × width, in no certain order."""
    found = _recogniser()(np.repeat(pixels[:, :, None], 3, axis=2), return_word_box=True)
    if found.boxes is None:
        return ()
    pieces = []
    for corners, words, score in zip(found.boxes, found.word_results, found.scores, strict=True):
        read = tuple((str(text), _around(box)) for text, _, box in words if str(text).strip())
        if read:
            pieces.append(FoundPiece(read, _around(corners), 100 * float(score)))
    return tuple(pieces)


def _around(corners: Any) -> Box:
    xs, ys = [float(x) for x, _ in corners], [float(y) for _, y in corners]
    return min(xs), min(ys), max(xs), max(ys)


@cache
def _recogniser() -> Any:
    from rapidocr import RapidOCR

    logging.getLogger("RapidOCR").setLevel(logging.ERROR)
    threads = {f"EngineConfig.onnxruntime.{name}_op_num_threads": 1 for name in ("intra", "inter")}
    return RapidOCR(params={**threads, "Global.log_level": "error"})
