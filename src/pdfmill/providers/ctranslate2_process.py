"""A translation model in a process of its own: ``python -m pdfmill.providers.ctranslate2_process FOLDER``.

Native code works here on text of documents, so the process gets no key, an environment of its own and a limit of
memory; it ends when its parent does. One JSON object a line comes in, one goes out.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
from pathlib import Path
from typing import Any

import ctranslate2
import sentencepiece

#: Tokens of a piece; models are trained on sentences, and what is longer they cut off or garble.
_LONGEST_PIECE = 200


class Model:
    """One pair of languages.

    A folder as `ct2-opus-mt-converter` leaves it, with ``source.spm`` and ``target.spm``, or one as Argos packs it,
    with ``model/`` and ``sentencepiece.model``.
    """

    def __init__(self, folder: Path) -> None:
        inner = folder / "model" if (folder / "model" / "model.bin").is_file() else folder
        self._translator = ctranslate2.Translator(str(inner), device="cpu", inter_threads=1, intra_threads=1)
        shared = folder / "sentencepiece.model"
        source, target = (shared, shared) if shared.is_file() else (folder / "source.spm", folder / "target.spm")
        self._source = sentencepiece.SentencePieceProcessor(model_file=str(source))
        self._target = sentencepiece.SentencePieceProcessor(model_file=str(target))
        # Marian's models want the end of a sentence to be said.
        self._end = ["</s>"] if not shared.is_file() else []

    def translate(self, texts: list[str]) -> list[str]:
        """The texts in the other language."""
        pieces, owners = [], []
        for index, text in enumerate(texts):
            tokens = self._source.encode(text, out_type=str)
            for start in range(0, len(tokens), _LONGEST_PIECE):
                pieces.append(tokens[start : start + _LONGEST_PIECE] + self._end)
                owners.append(index)
        translated: list[list[str]] = [[] for _ in texts]
        if pieces:
            results = self._translator.translate_batch(
                pieces,
                max_batch_size=16,
                beam_size=2,
                max_input_length=0,  # by default the rest would silently be cut off
                max_decoding_length=4 * _LONGEST_PIECE,
                replace_unknowns=True,
            )
            for owner, result in zip(owners, results, strict=True):
                tokens = [token for token in result.hypotheses[0] if token != "</s>"]  # noqa: S105 - a mark of models
                # A word that the model does not know comes through with the mark that pieces carry for a space.
                translated[owner].append(self._target.decode(tokens).replace("▁", " ").strip())
        return [" ".join(parts) for parts in translated]


def main(folder: Path) -> None:
    """Answer until the parent closes the pipe."""
    requests: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(requests,), daemon=True).start()
    models: dict[str, Model] = {}
    while True:
        request: dict[str, Any] = json.loads(requests.get())
        name = request["pair"]
        if name not in models:
            models[name] = Model(folder / name)
        print(json.dumps({"texts": models[name].translate(request["texts"])}), flush=True)  # noqa: T201 - its answer


def _read(requests: queue.SimpleQueue[str]) -> None:
    for line in sys.stdin:
        requests.put(line)
    os._exit(0)  # the parent is gone, even if a translation runs


if __name__ == "__main__":
    main(Path(sys.argv[1]))
