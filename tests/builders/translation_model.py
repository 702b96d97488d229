"""A tiny real CTranslate2 model, its weights set by hand: a transformer of one layer that translates word by word.

The decoder attends to the source position that it is about to write (positions are one-hot), and the attention's values
are the dictionary. What is in no dictionary comes through as it is.
"""

import io

import numpy as np
import sentencepiece
from ctranslate2.specs import transformer_spec

WORDS = {
    "Der": "The",
    "der": "the",
    "Hund": "dog",
    "Die": "The",
    "die": "the",
    "Katze": "cat",
    "schläft.": "sleeps.",
    "schläft": "sleeps",
    "jagt": "chases",
    "und": "and",
    "Rechnung": "invoice",
    "vom": "of",
    "ist": "is",
    "bezahlt.": "paid.",
    "Euro": "euros",
    "beträgt": "amounts",
    "zu": "to",
}

_POSITIONS = 256
_SHARP = 200.0


def build_model(folder, pair="de-en"):
    """A folder as `ct2-opus-mt-converter` leaves it; returns the folder of all models."""
    own = folder / pair
    own.mkdir(parents=True)
    source = _sentencepiece(own / "source.spm", WORDS)
    target = _sentencepiece(own / "target.spm", set(WORDS.values()))
    spec = transformer_spec.TransformerSpec.from_config((1, 1), 1, pre_norm=True)
    spec.encoder.scale_embeddings = spec.decoder.scale_embeddings = False
    _fill(spec, source, target)
    spec.register_source_vocabulary(source)
    spec.register_target_vocabulary(target)
    spec.config.add_source_eos = spec.config.add_source_bos = False
    spec.config.decoder_start_token = "<s>"
    spec.validate()
    spec.optimize()
    spec.save(str(own))
    return folder


def _sentencepiece(path, words):
    """A model whose pieces are whole words; returns its pieces, the special ones first."""
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([" ".join(sorted(words))] * 3),
        model_writer=model,
        model_type="word",
        vocab_size=len(words) + 3,
        hard_vocab_limit=False,
        minloglevel=9,
    )
    path.write_bytes(model.getvalue())
    loaded = sentencepiece.SentencePieceProcessor(model_file=str(path))
    return [loaded.id_to_piece(index) for index in range(loaded.get_piece_size())]


def _fill(spec, source, target):
    dictionary = {f"▁{word}": f"▁{translation}" for word, translation in WORDS.items()} | {"</s>": "</s>"}
    first_source, first_target = _POSITIONS, _POSITIONS + len(source)
    depth = first_target + len(target)
    positions = np.zeros((_POSITIONS, depth), np.float32)
    positions[:, :_POSITIONS] = np.eye(_POSITIONS)
    seen = np.zeros((len(source), depth), np.float32)
    seen[:, first_source:first_target] = np.eye(len(source))
    place = np.zeros((depth, depth), np.float32)
    place[:_POSITIONS, :_POSITIONS] = np.eye(_POSITIONS)
    meaning = np.zeros((depth, depth), np.float32)
    for index, piece in enumerate(source):
        translation = dictionary.get(piece, "<unk>")
        meaning[first_target + target.index(translation), first_source + index] = 1
    logits = np.zeros((len(target), depth), np.float32)
    logits[:, first_target:] = np.eye(len(target)) * 20

    encoder, decoder = spec.encoder, spec.decoder
    encoder.embeddings[0].weight = seen
    decoder.embeddings.weight = np.zeros((len(target), depth), np.float32)
    encoder.position_encodings.encodings = decoder.position_encodings.encodings = positions
    decoder.projection.weight = logits
    for layer in (encoder.layer[0], decoder.layer[0]):
        _silence(layer.self_attention, depth)
        _even(layer.ffn.layer_norm, depth)
        _linear(layer.ffn.linear_0, np.zeros((depth, depth), np.float32))
        _linear(layer.ffn.linear_1, np.zeros((depth, depth), np.float32))
    attention = decoder.layer[0].attention
    _even(attention.layer_norm, depth)
    _linear(attention.linear[0], place * _SHARP)
    _linear(attention.linear[1], np.concatenate((place, meaning)))
    _linear(attention.linear[2], np.eye(depth, dtype=np.float32))
    for norm in (encoder.layer_norm, decoder.layer_norm):
        _even(norm, depth)


def _silence(attention, depth):
    _even(attention.layer_norm, depth)
    _linear(attention.linear[0], np.zeros((3 * depth, depth), np.float32))
    _linear(attention.linear[1], np.zeros((depth, depth), np.float32))


def _even(norm, depth):
    norm.gamma, norm.beta = np.ones(depth, np.float32), np.zeros(depth, np.float32)


def _linear(linear, weight):
    linear.weight, linear.bias = weight, np.zeros(len(weight), np.float32)
