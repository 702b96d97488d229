"""JBIG2 (ITU-T T.88) with one generic region: the smallest lossless form of bilevel images.

There is no encoder among the Python packages, so here is one, for exactly this: template 0, arithmetic coding, typical
prediction. Never symbols: a coder that lets one shape stand for a similar one has changed digits in scans.

Contexts are computed by numpy for many rows at once; equal decisions in a row (white paper) are coded in one step, so
that only pixels near ink cost a turn of the interpreter.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

Bits = npt.NDArray[np.bool_]

_ROWS_AT_ONCE = 256

#: The context that tells whether a row equals the one above (6.2.5.7, figure 8).
_TYPICAL_ROW_CONTEXT = 0x9B25

_PAGE_INFORMATION, _IMMEDIATE_GENERIC_REGION = 48, 38
_TEMPLATE_0_WITH_TYPICAL_PREDICTION = 0b1000
#: Adaptive template pixels at their nominal places (figure 3).
_ADAPTIVE_PIXELS = struct.pack(">8b", 3, -1, -3, -1, 2, -2, -2, -2)

#: Table E.1: probability of the less probable symbol, next state after the more and the less probable one, switch.
_STATES = [
    (0x5601, 1, 1, 1), (0x3401, 2, 6, 0), (0x1801, 3, 9, 0), (0x0AC1, 4, 12, 0), (0x0521, 5, 29, 0),
    (0x0221, 38, 33, 0), (0x5601, 7, 6, 1), (0x5401, 8, 14, 0), (0x4801, 9, 14, 0), (0x3801, 10, 14, 0),
    (0x3001, 11, 17, 0), (0x2401, 12, 18, 0), (0x1C01, 13, 20, 0), (0x1601, 29, 21, 0), (0x5601, 15, 14, 1),
    (0x5401, 16, 14, 0), (0x5101, 17, 15, 0), (0x4801, 18, 16, 0), (0x3801, 19, 17, 0), (0x3401, 20, 18, 0),
    (0x3001, 21, 19, 0), (0x2801, 22, 19, 0), (0x2401, 23, 20, 0), (0x2201, 24, 21, 0), (0x1C01, 25, 22, 0),
    (0x1801, 26, 23, 0), (0x1601, 27, 24, 0), (0x1401, 28, 25, 0), (0x1201, 29, 26, 0), (0x1101, 30, 27, 0),
    (0x0AC1, 31, 28, 0), (0x09C1, 32, 29, 0), (0x08A1, 33, 30, 0), (0x0521, 34, 31, 0), (0x0441, 35, 32, 0),
    (0x02A1, 36, 33, 0), (0x0221, 37, 34, 0), (0x0141, 38, 35, 0), (0x0111, 39, 36, 0), (0x0085, 40, 37, 0),
    (0x0049, 41, 38, 0), (0x0025, 42, 39, 0), (0x0015, 43, 40, 0), (0x0009, 44, 41, 0), (0x0005, 45, 42, 0),
    (0x0001, 45, 43, 0), (0x5601, 46, 46, 0),
]  # fmt: skip

# The same with the more probable symbol as lowest bit of the state, so that one list lookup tells everything.
_PROBABILITY = [probability for probability, _, _, _ in _STATES for _ in (0, 1)]
_AFTER_MORE_PROBABLE = [more * 2 + symbol for _, more, _, _ in _STATES for symbol in (0, 1)]
_AFTER_LESS_PROBABLE = [less * 2 + (symbol ^ switch) for _, _, less, switch in _STATES for symbol in (0, 1)]

#: The interval has its highest bit set.
_LEAST_INTERVAL = 0x8000

#: More than any probability: added to one, it marks the less probable symbol.
_LESS_PROBABLE = 0x10000
_PROBABILITY_OF_LESS = [probability + _LESS_PROBABLE for probability in _PROBABILITY]


def encode_generic_region(black: Bits) -> bytes:
    """The embedded organisation that PDF's JBIG2Decode takes: page information and one generic region.

    Args:
        black: Height × width, True for black.
    """
    height, width = black.shape
    coder = _ArithmeticCoder()
    for contexts, counts in _decisions(black):
        coder.encode(contexts, counts)
    page = struct.pack(">IIIIBH", width, height, 0, 0, 0, 0)
    region = struct.pack(">IIIIB", width, height, 0, 0, 0) + bytes([_TEMPLATE_0_WITH_TYPICAL_PREDICTION])
    return _segment(0, _PAGE_INFORMATION, page) + _segment(
        1, _IMMEDIATE_GENERIC_REGION, region + _ADAPTIVE_PIXELS + coder.finish()
    )


def count_decisions(black: Bits) -> int:
    """How many turns of the interpreter `encode_generic_region` takes, roughly: changes along and between rows."""
    along = int(np.count_nonzero(black[:, 1:] != black[:, :-1]))
    between = int(np.count_nonzero(black[1:] != black[:-1]))
    return _DECISIONS_PER_CHANGE * (along + between) + len(black)


#: Around a change of colour so many pixels see a context of their own; measured on scans of text.
_DECISIONS_PER_CHANGE = 6


def _segment(number: int, kind: int, content: bytes) -> bytes:
    return struct.pack(">IBBBI", number, kind, 0, 1, len(content)) + content


def _decisions(black: Bits) -> Iterator[tuple[list[int], list[int]]]:
    """Runs of equal decisions: context × 2 + pixel, and how often it comes."""
    height, width = black.shape
    padded = np.zeros((height + 2, width + 8), dtype=np.uint16)
    padded[2:, 4:-4] = black
    typical = np.ones(height, dtype=bool)  # the row above the first one is white
    typical[0] = not black[0].any()
    typical[1:] = (black[1:] == black[:-1]).all(axis=1)
    # One decision a row tells whether "is typical" differs from the row before.
    toggles = np.diff(np.concatenate([[False], typical]).astype(np.int8)) != 0
    for start in range(0, height, _ROWS_AT_ONCE):
        stop = min(start + _ROWS_AT_ONCE, height)
        decisions = np.empty((stop - start, width + 1), dtype=np.uint32)
        decisions[:, 0] = _TYPICAL_ROW_CONTEXT * 2 + toggles[start:stop]
        decisions[:, 1:] = _contexts(padded[start : stop + 2], width)
        decisions[:, 1:] <<= 1
        decisions[:, 1:] |= black[start:stop]
        coded = np.ones(decisions.shape, dtype=bool)
        coded[typical[start:stop], 1:] = False
        sequence = decisions[coded]
        starts = np.flatnonzero(np.concatenate([[True], sequence[1:] != sequence[:-1]]))
        yield sequence[starts].tolist(), np.diff(np.append(starts, sequence.size)).tolist()


def _contexts(rows: npt.NDArray[np.uint16], width: int) -> npt.NDArray[np.integer[Any]]:
    """The 16 neighbours of every pixel but those of the first two rows, which are there to be looked at (figure 3)."""
    pairs = rows[:, :-1] << 1 | rows[:, 1:]
    fours = pairs[:, :-2] << 2 | pairs[:, 2:]  # each begins four to the left of its pixel
    of_five = fours[:-2, 2 : 2 + width] << 1 | rows[:-2, 6 : 6 + width]
    of_seven = fours[1:-1, 1 : 1 + width] << 3 | pairs[1:-1, 5 : 5 + width] << 1 | rows[1:-1, 7 : 7 + width]
    contexts: npt.NDArray[np.integer[Any]] = of_five << 11 | of_seven << 4 | fours[2:, :width]
    return contexts


class _ArithmeticCoder:
    """The MQ encoder of annex E, by its software conventions; register names are the standard's.

    While more probable symbols leave the interval large enough, only A shrinks and A + C stays what it is. So C is not
    kept but that sum, the top of the interval, and of A what it has above the least, the room.
    """

    def __init__(self) -> None:
        self._states = [0] * 65536
        # For each decision the probability of the less probable symbol; plus _LESS_PROBABLE, if that is what it is.
        self._probabilities = [_PROBABILITY[0], _PROBABILITY_OF_LESS[0]] * 65536
        self._room, self._top, self._ct = 0, _LEAST_INTERVAL, 12
        self._out = bytearray(1)  # the byte before the first one; a carry cannot reach it

    def encode(self, decisions: list[int], counts: list[int]) -> None:
        """Encode each decision as often as it comes (figures E.4 to E.7)."""
        states, probabilities = self._states, self._probabilities
        room, top, ct = self._room, self._top, self._ct
        for decision, count in zip(decisions, counts, strict=True):
            probability = probabilities[decision]
            while True:
                if probability <= room:
                    if count == 1:  # most are so
                        room -= probability
                        break
                    steps = min(count, room // probability)  # so many change no state
                    room -= steps * probability
                    count -= steps
                    if not count:
                        break
                state = states[decision >> 1]
                a, c = room + _LEAST_INTERVAL, top - room - _LEAST_INTERVAL
                is_less_probable = probability >= _LESS_PROBABLE
                if is_less_probable:
                    probability -= _LESS_PROBABLE
                a -= probability
                if (a < probability) == is_less_probable:
                    c += probability
                else:
                    a = probability
                state = (_AFTER_LESS_PROBABLE if is_less_probable else _AFTER_MORE_PROBABLE)[state]
                states[decision >> 1] = state
                more_probable = decision & ~1 | state & 1
                probabilities[more_probable] = _PROBABILITY[state]
                probabilities[more_probable ^ 1] = _PROBABILITY_OF_LESS[state]
                shift = 16 - a.bit_length()  # renormalise: the interval has its highest bit set again
                a <<= shift
                while shift >= ct:
                    shift -= ct
                    c, ct = self._byte_out(c << ct)
                c <<= shift
                ct -= shift
                room, top = a - _LEAST_INTERVAL, c + a
                count -= 1
                if not count:
                    break
                probability = probabilities[decision]
        self._room, self._top, self._ct = room, top, ct

    def finish(self) -> bytes:
        """All bytes, with the end marker (figure E.11)."""
        c, ct = (self._top - self._room - _LEAST_INTERVAL) | 0xFFFF, self._ct
        if c >= self._top:
            c -= 0x8000
        for _ in range(2):
            c, ct = self._byte_out(c << ct)
        return bytes(self._out[1:]) + (b"\xac" if self._out[-1] == 0xFF else b"\xff\xac")

    def _byte_out(self, c: int) -> tuple[int, int]:
        """Put out the top byte of the code register; returns its rest, and the bits to the next one (figure E.9)."""
        out = self._out
        if out[-1] != 0xFF and c >= 0x8000000:
            out[-1] += 1  # the carry
            c &= 0x7FFFFFF
        if out[-1] == 0xFF:  # a bit is stuffed after it
            out.append(c >> 20)
            return c & 0xFFFFF, 7
        out.append(c >> 19)
        return c & 0x7FFFF, 8
