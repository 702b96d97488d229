"""Which sentences say most, and do not say the same.

TextRank (Mihalcea and Tarau, 2004), then maximal marginal relevance (Carbonell and Goldstein, 1998).
Sentences are vectors of weighted words, and two are as near as their cosine. The random walk over them needs no more
than the product of that matrix with a vector, which is two products with the sparse matrix of words: memory grows with
the text, not with its square.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_DAMPING = 0.85
#: The same where something is asked for: one starts again there more often.
_FOCUSED_DAMPING = 0.5
#: Part of the starts that are at sentences of the topic; the others are anywhere.
_TOPICAL = 0.6
_ROUNDS = 40
_CONVERGED = 1e-7
#: What a sentence that repeats chosen ones loses.
_REDUNDANCY = 0.6
#: So near are two sentences that say the same.
_SAME = 0.95
#: Words in more sentences than this part are function words, in any language.
_COMMON = 0.25

_WORD = re.compile(r"[^\W\d_]{3,}")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u0e00-\u0e7f]")

Vector = npt.NDArray[np.float64]


@dataclass(frozen=True)
class _Words:
    """Sentences as a sparse matrix of unit rows: ``values[k]`` stands at ``rows[k], columns[k]``."""

    rows: npt.NDArray[np.int64]
    columns: npt.NDArray[np.int64]
    values: Vector
    shape: tuple[int, int]

    def times(self, vector: Vector) -> Vector:
        return np.bincount(self.rows, self.values * vector[self.columns], self.shape[0]).astype(float)

    def transposed_times(self, vector: Vector) -> Vector:
        return np.bincount(self.columns, self.values * vector[self.rows], self.shape[1]).astype(float)

    def row(self, index: int) -> Vector:
        own = self.rows == index
        return np.bincount(self.columns[own], self.values[own], self.shape[1]).astype(float)


def words_of(text: str) -> list[str]:
    """The words that carry meaning; of scripts that put no spaces between words, pairs of characters."""
    if _UNSPACED.search(text):
        letters = "".join(filter(str.isalpha, text))
        return [letters[index : index + 2] for index in range(len(letters) - 1)]
    return _WORD.findall(text.lower())


def choose(
    texts: Sequence[str], count: int, *, focus: str = "", topic: str = "", weights: Vector | None = None
) -> list[int]:
    """The indices of the sentences that say most, in their order in the text.

    Args:
        focus: What is wanted most: the walk starts again at sentences that share its words (biased LexRank,
            Otterbacher et al., 2005), and neither topic nor weights matter.
        topic: What the text is about: the walk starts again there more often than elsewhere.
        weights: A factor for each sentence; None if all are worth the same.
    """
    if len(texts) <= count:
        return list(range(len(texts)))
    words, vocabulary = _matrix(texts, least=1 if focus else 2)  # what is asked for may stand in one sentence only
    anywhere = np.full(len(texts), 1 / len(texts))
    if focus:
        near = words.times(_vector(vocabulary, focus))
        rank = _walk(words, near / near.sum() if near.sum() else anywhere, _FOCUSED_DAMPING)
    else:
        near = words.times(_vector(vocabulary, topic))
        topical = near / near.sum() if near.sum() else anywhere
        rank = _walk(words, _TOPICAL * topical + (1 - _TOPICAL) * anywhere, _DAMPING)
        rank *= 1 if weights is None else weights
    return sorted(_diverse(words, rank, count))


def _matrix(texts: Sequence[str], *, least: int) -> tuple[_Words, dict[str, int]]:
    tokens = [words_of(text) for text in texts]
    frequency = Counter(word for each in tokens for word in set(each))
    most = max(2.0, _COMMON * len(texts))
    vocabulary = {
        word: index for index, word in enumerate(word for word, count in frequency.items() if least <= count <= most)
    }
    rows, columns, values = [], [], []
    for row, each in enumerate(tokens):
        for word, count in Counter(each).items():
            column = vocabulary.get(word)
            if column is not None:
                rows.append(row)
                columns.append(column)
                values.append(count * np.log1p(len(texts) / frequency[word]))
    matrix = _Words(
        np.array(rows, np.int64), np.array(columns, np.int64), np.array(values, float), (len(texts), len(vocabulary))
    )
    lengths = np.sqrt(np.bincount(matrix.rows, matrix.values**2, len(texts)))
    unit = matrix.values / np.maximum(lengths[matrix.rows], 1e-9)
    return _Words(matrix.rows, matrix.columns, unit, matrix.shape), vocabulary


def _vector(vocabulary: dict[str, int], text: str) -> Vector:
    vector = np.zeros(len(vocabulary))
    for word in words_of(text):
        if word in vocabulary:
            vector[vocabulary[word]] += 1
    length = float(np.linalg.norm(vector))
    return vector / length if length else vector


def _walk(words: _Words, restart: Vector, damping: float) -> Vector:
    """The probability to be at each sentence, if one goes from sentence to sentence by their nearness."""
    own = np.bincount(words.rows, words.values**2, words.shape[0])  # nobody goes from a sentence to itself
    reach = words.times(words.transposed_times(np.ones(words.shape[0]))) - own
    outward = 1 / np.maximum(reach, 1e-9)
    rank = restart.copy()
    for _ in range(_ROUNDS):
        leaving = rank * outward
        arrived = (1 - damping) * restart + damping * (words.times(words.transposed_times(leaving)) - own * leaving)
        arrived = np.maximum(arrived, 0)
        arrived /= max(float(arrived.sum()), 1e-12)
        if float(np.abs(arrived - rank).sum()) < _CONVERGED:
            return arrived
        rank = arrived
    return rank


def _diverse(words: _Words, rank: Vector, count: int) -> list[int]:
    """The best sentences, each next one chosen for what it adds to those before it."""
    score = rank / max(float(rank.max()), 1e-12)
    nearest = np.zeros(len(score))
    chosen: list[int] = []
    for _ in range(count):
        value = score - _REDUNDANCY * nearest
        value[nearest > _SAME] -= 10
        value[chosen] = -np.inf
        best = int(np.argmax(value))
        chosen.append(best)
        nearest = np.maximum(nearest, words.times(words.row(best)))
    return chosen
