"""What a sentence is worth for where it stands and how it speaks, whatever it is about.

Place, heading and cue phrases after Edmundson, "New methods in automatic extracting", 1969.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pdfmill.services.language.source import Sentence, SourceText

#: Words that the topic is told by, if the document has no title: those of its first headings.
_FIRST_HEADINGS = 2

#: How much more the beginning of a text counts than its end, and how soon that fades, in parts of the text.
_POSITION = 1.0
_FADES = 1 / 6
_OPENING, _CLOSING, _CUE = 1.5, 2.0, 2.0

_NUMBER = r"[\d.\sIVX]*"
#: Headings of what says beforehand, or once more, what all the rest says.
_OPENS = re.compile(
    _NUMBER + r"(introduction|motivation|overview|background|purpose|einleitung|einführung|überblick|zweck|"
    r"introducción|resumen|introduzione|introdução|inleiding|objet)",
    re.IGNORECASE,
)
_CLOSES = re.compile(
    _NUMBER + r"(conclu[sd]|summary|executive summary|discussion|key (findings|points)|fazit|zusammenfassung|schluss|"
    r"ergebnis|résumé|synthèse|conclusi[oó]n|conclusioni|conclusão|samenvatting|conclusie)",
    re.IGNORECASE,
)
#: With such words a text speaks of itself.
_SPEAKS_OF_ITSELF = re.compile(
    r"\b(?:(?:this|the present|our) (?:paper|article|work|study|report|document|approach|method|system|letter|guide)"
    r"|we (?:present|propose|introduce|describe|show|study|report|discuss|demonstrate|find|develop|conclude|recommend)"
    r"|in (?:summary|conclusion|short)|most important(?:ly)?"
    r"|(?:diese[rs]?|vorliegende[rs]?|unsere?) (?:arbeit|artikel|beitrag|bericht|studie|dokument|ansatz|verfahren)"
    r"|wir (?:stellen|zeigen|beschreiben|untersuchen|schlagen|empfehlen)|zusammenfassend|insgesamt"
    r"|(?:cet article|ce rapport|ce document|cette étude|notre approche)|nous (?:présentons|proposons|montrons)"
    r"|en (?:résumé|conclusion)"
    r"|(?:este artículo|este informe|este documento|este trabajo|este estudio)|en (?:resumen|conclusión)"
    r"|(?:questo articolo|questo rapporto|questo documento|questo lavoro|questo studio)|in (?:sintesi|conclusione))\b",
    re.IGNORECASE,
)


def topic_of(source: SourceText) -> str:
    """What a document says that it is about."""
    return source.title or " ".join(source.sections[1 : 1 + _FIRST_HEADINGS])


def weights_of(sentences: Sequence[Sentence], source: SourceText) -> npt.NDArray[np.float64]:
    """A factor for each sentence, of which there is at least one; 1 for one of no importance."""
    weights = 1 + _POSITION * np.exp(-np.arange(len(sentences)) / (len(sentences) * _FADES))
    for index, sentence in enumerate(sentences):
        heading = source.sections[sentence.section]
        if _OPENS.match(heading):
            weights[index] *= _OPENING
        elif _CLOSES.match(heading):
            weights[index] *= _CLOSING
        if _SPEAKS_OF_ITSELF.search(sentence.text):
            weights[index] *= _CUE
    return weights
