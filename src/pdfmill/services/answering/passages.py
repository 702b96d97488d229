"""The passages of a document that answer a question: found by the words of the question, whatever their endings.

Ranked by BM25 (Robertson and Zaragoza, "The probabilistic relevance framework: BM25 and beyond", 2009). A sentence
counts with its heading and its neighbours, whose words have smaller weights, as the fields of BM25F have.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Prefix

from pdfmill.engines.snowball import stemmer_of
from pdfmill.services.answering.questions import Wanted, asked_by, words_in
from pdfmill.services.language.facts import facts_of, names_of
from pdfmill.services.language.source import Sentence, SourceText
from pdfmill.services.language.statements import Point

#: Passages that answer, and the part of the best one's score that others must have.
_PASSAGES = 5
_GOOD = 0.5
#: Part of what the question asks for, by weight of its words, that a passage must have: it does not answer otherwise.
_COVERED = 0.4
#: BM25: how soon more of the same word counts no more, and how much long sentences are held back.
_SATURATION, _LENGTH = 1.2, 0.4
#: What a word counts in the heading above, and in the sentence before and behind.
_IN_HEADING, _BESIDE = 0.6, 0.3
#: How much more the first sentence below a heading counts, and how soon that fades, in sentences.
_FIRST, _FADES = 0.3, 3.0
#: What a sentence gains by having a figure, a date or a name where one is asked for; how many are looked at for it.
_FITTING, _LOOKED_AT = 0.5, 40
#: What a word counts that is a part of the other one: "Frist" of "Kündigungsfrist".
_PART = 0.7
#: What words count that begin alike, by the common part of their letters.
_ALIKE, _BEGINS_ALIKE = 0.7, 0.5
#: Letters that words have in common at least to be alike; parts of words have more.
_LETTERS = 4
#: Characters below which the sentence that follows is shown as well: "No."
_SHORTEST = 60

Vector = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float64]


class PassageSearch:
    """A question over a document.

    Attributes:
        asked: What the question asks for.
        nearness: How near each sentence is to it; 0 for those that have nothing in common with it.
        absent: Words of the question that stand nowhere in the document, in no form.
    """

    def __init__(self, source: SourceText, question: str) -> None:
        self.asked = asked_by(question, source.language)
        self._sentences = source.sentences
        matcher = _Matcher(self.asked.words, source.language)
        own, lengths = matcher.count([each.text for each in source.sentences])
        headings, _ = matcher.count(source.sections)
        found = own.sum(axis=1) + headings.sum(axis=1)
        self.absent = tuple(word for word, count in zip(self.asked.words, found, strict=True) if not count)
        counts = own + _IN_HEADING * headings[:, [each.section for each in source.sentences]]
        counts += _BESIDE * _beside(own, source.sentences)
        weights = _weights(own)
        self._covered = weights @ np.minimum(counts, 1) / max(float(weights.sum()), 1e-9)
        self.nearness = self._preferred(_bm25(counts, weights, lengths))

    def passages(self) -> list[Point]:
        """The passages that answer, the best one first; none if the document does not tell.

        Each is a sentence, or a few where these are short, word for word.
        """
        order = [int(index) for index in np.argsort(-self.nearness, kind="stable")]
        order = [index for index in order if self._covered[index] >= _COVERED]
        chosen: list[Point] = []
        shown: set[int] = set()
        for index in order:
            if len(chosen) == _PASSAGES or self.nearness[index] < _GOOD * self.nearness[order[0]]:
                break
            sentences = self._passage(index)
            if not shown & {each.number for each in sentences}:
                shown |= {each.number for each in sentences}
                chosen.append(Point(" ".join(each.text for each in sentences), tuple(sentences)))
        return chosen

    def _preferred(self, scores: Vector) -> Vector:
        """Scores that prefer what stands first below its heading, and what has a figure, a date or a name if asked."""
        scores = scores * (1 + _FIRST * np.exp(-_places(self._sentences) / _FADES))
        for index in np.argsort(-scores, kind="stable")[:_LOOKED_AT]:
            if scores[index] > 0 and _fits(self._sentences[int(index)].text, self.asked.wanted):
                scores[index] *= 1 + _FITTING
        return scores

    def _passage(self, index: int) -> list[Sentence]:
        """A sentence, with those that follow below the same heading as long as all of it is short."""
        found = [self._sentences[index]]
        for following in self._sentences[index + 1 : index + 3]:
            if sum(len(each.text) for each in found) >= _SHORTEST or following.section != found[0].section:
                break
            found.append(following)
        return found


def _beside(own: Matrix, sentences: Sequence[Sentence]) -> Matrix:
    """The counts of the sentence before or behind, whichever are higher, below the same heading."""
    is_same = np.array([before.section == behind.section for before, behind in pairwise(sentences)], float)
    beside = np.zeros_like(own)
    beside[:, 1:] = own[:, :-1] * is_same
    beside[:, :-1] = np.maximum(beside[:, :-1], own[:, 1:] * is_same)
    return beside


def _weights(own: Matrix) -> Vector:
    """The weight of each word, the higher the fewer sentences have it; of one that none has, as if one did."""
    having = np.maximum((own > 0).sum(axis=1), 1)
    weights: Vector = np.log1p((own.shape[1] - having + 0.5) / (having + 0.5))
    return weights


def _bm25(counts: Matrix, weights: Vector, lengths: Vector) -> Vector:
    relative = lengths / max(float(lengths.mean()), 1.0)
    held_back = _SATURATION * (1 - _LENGTH + _LENGTH * relative)
    scores: Vector = weights @ (counts * (_SATURATION + 1) / (counts + held_back))
    return scores


def _places(sentences: Sequence[Sentence]) -> Vector:
    """How many sentences stand between each one and its heading."""
    first: dict[int, int] = {}
    return np.array([index - first.setdefault(each.section, index) for index, each in enumerate(sentences)], float)


def _fits(text: str, wanted: Wanted) -> bool:
    match wanted:
        case Wanted.FIGURE:
            return bool(facts_of(text).numbers)
        case Wanted.DATE:
            facts = facts_of(text)
            return bool(facts.dates or facts.numbers)
        case Wanted.NAME:
            return bool(names_of(text))
        case Wanted.ANYTHING:
            return False


class _Matcher:
    """Finds the words of a question in texts."""

    def __init__(self, words: Sequence[str], language: str | None) -> None:
        self._stem = stemmer_of(language)
        self._wanted = [_plain(self._stem(word)) for word in words]
        self._known: dict[str, list[float]] = {}

    def count(self, texts: Sequence[str]) -> tuple[Matrix, Vector]:
        """How often each word stands in each text (words × texts; less if only alike), and the texts' lengths."""
        table = np.zeros((len(self._wanted), len(texts)))
        lengths = np.zeros(len(texts))
        for column, text in enumerate(texts):
            words = words_in(text)
            lengths[column] = len(words)
            for word in words:
                found = self._known.get(word)
                if found is None:
                    found = self._known[word] = self._likeness(word)
                if found:
                    table[:, column] += found
        return table, lengths

    def _likeness(self, word: str) -> list[float]:
        """What a word counts for each that is asked for; empty if nothing."""
        plain = _plain(word)
        found = [self._alike(wanted, word, plain) for wanted in self._wanted]
        return found if any(found) else []

    def _alike(self, wanted: str, word: str, plain: str) -> float:
        if wanted[:2] == plain[:2]:
            stem = _plain(self._stem(word))
            if wanted == stem:
                return 1.0
            common = Prefix.similarity(wanted, stem)
            if wanted.isalpha() and common >= _LETTERS and common >= _ALIKE * max(len(wanted), len(stem)):
                return _BEGINS_ALIKE
        shorter, longer = sorted((wanted, plain), key=len)
        return _PART if len(shorter) > _LETTERS and shorter.isalpha() and shorter in longer else 0.0


def _plain(word: str) -> str:
    """A word without accents: people leave them out."""
    return "".join(each for each in unicodedata.normalize("NFKD", word) if not unicodedata.combining(each))
