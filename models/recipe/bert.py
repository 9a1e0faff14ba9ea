"""The encoder's forward pass in numpy: the plain reference that the product is compared with."""

import math

import numpy as np

PREFIX = "query: "
MAX_TOKENS = 128


def _norm(x, weight, bias, epsilon):
    centred = x - x.mean(-1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(-1, keepdims=True) + epsilon) * weight + bias


def _erf(x):
    """Abramowitz and Stegun 7.1.26, in f64: wrong by at most 1.5e-7."""
    t = 1.0 / (1.0 + 0.3275911 * np.abs(x))
    poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    return np.sign(x) * (1.0 - poly * np.exp(-x * x))


def _softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def forward(metadata, weights, tokens):
    """Unit vectors [batch, hidden] of token ids [batch, length] without padding."""
    epsilon, heads = metadata["bert.attention.layer_norm_epsilon"], metadata["bert.attention.head_count"]
    batch, length = tokens.shape
    w = weights.__getitem__

    def dense(x, name):
        return (x.reshape(-1, x.shape[-1]) @ w(name + ".weight").T + w(name + ".bias")).reshape(*x.shape[:-1], -1)

    def norm(x, name):
        return _norm(x, w(name + ".weight"), w(name + ".bias"), epsilon)

    x = norm(w("embeddings.word")[tokens] + w("embeddings.position")[:length], "embeddings.norm")
    for layer in range(metadata["bert.block_count"]):
        at = f"layers.{layer}."
        qkv = dense(x, at + "attention_in").reshape(batch, length, 3, heads, -1)
        q, k, v = qkv.transpose(2, 0, 3, 1, 4)
        scores = _softmax(q @ k.transpose(0, 1, 3, 2) / math.sqrt(q.shape[-1]))
        context = (scores @ v).transpose(0, 2, 1, 3).reshape(batch, length, -1)
        x = norm(x + dense(context, at + "attention_out"), at + "attention_norm")
        inner = dense(x, at + "expand")
        inner = (inner * 0.5 * (1.0 + _erf(inner / math.sqrt(2.0)))).astype(np.float32)
        x = norm(x + dense(inner, at + "contract"), at + "output_norm")
    pooled = x.mean(1)
    return (pooled / np.linalg.norm(pooled, axis=-1, keepdims=True)).astype(np.float32)


def encode(metadata, weights, tokenizer, texts, batch=64):
    """Unit vectors of texts, texts of one length together; `tokenizer` is of the package tokenizers."""
    ids = [tokenizer.encode(PREFIX + text).ids for text in texts]
    ids = [i if len(i) <= MAX_TOKENS else i[: MAX_TOKENS - 1] + i[-1:] for i in ids]
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    vectors = np.zeros((len(texts), metadata["bert.embedding_length"]), np.float32)
    while order:
        length = len(ids[order[0]])
        n = next((n for n in range(min(batch, len(order))) if len(ids[order[n]]) != length), min(batch, len(order)))
        group, order = order[:n], order[n:]
        vectors[group] = forward(metadata, weights, np.array([ids[i] for i in group]))
    return vectors
