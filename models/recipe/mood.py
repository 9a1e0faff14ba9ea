"""The mood of a message: logits of negative and positive against neutral, from words and from the student's vector.

    mood.py SOURCE_FOLDER CORPUS_TSV STUDENT_PT MODELS_FOLDER [LABELLED_TSV]

Learns from reviews, from lines written for their mood, and from shop talk, which is neutral but for praise, thanks, insults
and complaints.
Two models come out in `mood.safetensors`: of words alone, and of words and vector together; `recipe/mood.json` has a few
logits of the first for the tests. With a labelled file (category, 1 good or 0 bad, text) it prints how many of its
reviews are told rightly and keeps nothing of it.
"""

import json
import os
import re
import struct
import sys
import tomllib
import unicodedata

import numpy as np
import opencc
import torch
from torch.nn import functional as F

import distil
import student

BUCKETS = 1 << 15
EPOCHS, BATCH, RATE = 6, 256, 0.02
SHRINK = 3e-6  # on weights of words
NEGATIVE, NEUTRAL, POSITIVE = 0, 1, 2
SAID = {"negative": NEGATIVE, "neutral": NEUTRAL, "positive": POSITIVE}
MOODS = {"chat.praise": POSITIVE, "chat.thanks": POSITIVE, "chat.insult": NEGATIVE, "complaint": NEGATIVE}
# Their mood is open: a shopper with a broken cup may be calm or not.
LEFT_OUT = {"item.defective", "item.wrong_or_missing", "compensation.request", "shipping.urge", "shipping.delay", "shipping.lost", "oos",
            "review.ask", "price.bargain", "human.request", "payment.problem"}
WRITTEN = 4  # times that a line written for its mood counts
TALK = 12_000  # lines of shop talk that are neutral
MASK = (1 << 64) - 1
SIMPLIFIED = opencc.OpenCC("t2s")
LETTER = r"[^\W\d_\u2e80-\uabff\ud7b0-\U0010ffff]"
UNIT = re.compile(rf"\[[^\]]{{0,5}}\]|[0-9]+|{LETTER}(?:{LETTER}|')*|\S")
PLACEHOLDERS = ("[数字x]", "[订单x]")
REFERENCE_TEXTS = ["质量太差了,再也不买了", "很喜欢,下次还来", "什么时候发货", "not good at all", "[订单x]到哪了", "100块 don't", ""]


def fold(text):
    """About what the product's folding does."""
    text = SIMPLIFIED.convert(unicodedata.normalize("NFKC", text).lower())
    return re.sub(r"(\S)\1{2,}", r"\1\1", " ".join(text.split()))


def _hash(unit):
    value = 0xCBF29CE484222325
    for byte in unit.encode():
        value = ((value ^ byte) * 0x100000001B3) & MASK
    return value


def _combine(left, right):
    def turn(value, by):
        return ((value << by) | (value >> (64 - by))) & MASK

    return turn(((turn(left, 23) ^ right) * 0x9E3779B97F4A7C15) & MASK, 17) ^ left


def features(text, known={}):
    """Buckets of a folded text's units, pairs with both ends, and triples: as `src/nlu/words.rs` has them."""
    units = []
    for unit in UNIT.findall(text):
        unit = "#" if unit[0] in "0123456789" or unit in PLACEHOLDERS else unit
        if unit not in known:
            known[unit] = _hash(unit)
        units.append(known[unit])
    edge = known.setdefault("\x02", _hash("\x02"))
    found = list(units)
    found += [_combine(a, b) for a, b in zip([edge, *units], [*units, edge])]
    found += [_combine(_combine(a, b), c) for a, b, c in zip(units, units[1:], units[2:])]
    return sorted({((f * 0x9E3779B97F4A7C15) & MASK) >> 49 for f in found})


def lines(corpus):
    """(text, class) of every line that teaches."""
    found = []
    for text, language, group, intent in corpus:
        kind, _, said = group.partition(" ")
        if kind in ("review", "mood"):
            found += [(text, SAID[said])] * (WRITTEN if kind == "mood" else 1)
        elif intent in MOODS:
            found.append((text, MOODS[intent]))
        elif intent and intent not in LEFT_OUT and language in ("zh", "en"):
            found.append((text, NEUTRAL))
    neutral = [line for line in found if line[1] == NEUTRAL]
    keep = set(np.random.default_rng(1).permutation(len(neutral))[:TALK].tolist())
    neutral = [line for n, line in enumerate(neutral) if n in keep]
    return neutral + [line for line in found if line[1] != NEUTRAL]


def bags(texts):
    """Each text's buckets, and one over the root of their number."""
    rows = [features(fold(text)) for text in texts]
    return rows, torch.tensor([max(1, len(row)) ** -0.5 for row in rows], dtype=torch.float32)


class Model(torch.nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.words = torch.nn.EmbeddingBag(BUCKETS, 2, mode="sum")
        torch.nn.init.zeros_(self.words.weight)
        self.vector = torch.nn.Linear(hidden, 2) if hidden else None
        self.bias = torch.nn.Parameter(torch.zeros(2))

    def forward(self, rows, scale, vectors):
        flat = torch.tensor([b for row in rows for b in row])
        offsets = torch.tensor(np.cumsum([0] + [len(row) for row in rows[:-1]]))
        logits = self.words(flat, offsets) * scale[:, None] + self.bias
        if self.vector is not None:
            logits = logits + self.vector(vectors)
        return torch.stack([logits[:, 0], torch.zeros(len(rows)), logits[:, 1]], 1)


def fit(rows, scale, vectors, classes, hidden):
    torch.manual_seed(1)
    model = Model(hidden)
    groups = [{"params": model.words.parameters(), "lr": RATE}, {"params": [model.bias], "lr": RATE}]
    if hidden:
        groups.append({"params": model.vector.parameters(), "lr": RATE / 4})
    optimizer = torch.optim.Adam(groups)
    rng, steps, step = np.random.default_rng(2), EPOCHS * (len(rows) // BATCH), 0
    for _ in range(EPOCHS):
        for part in np.array_split(rng.permutation(len(rows)), len(rows) // BATCH):
            for group in optimizer.param_groups:
                group["lr"] = group.get("first", group["lr"])
                group.setdefault("first", group["lr"])
                group["lr"] = group["first"] * (1 - step / steps)
            logits = model([rows[i] for i in part], scale[part], vectors[part] if hidden else None)
            loss = F.cross_entropy(logits, classes[part]) + SHRINK * (model.words.weight**2).sum()
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            step += 1
    return model.eval()


def write(path, tensors, fingerprint):
    """A safetensors file of f16 tensors; its vector's weights belong to the encoder with this fingerprint."""
    head, data = {"__metadata__": {"encoder": fingerprint}}, b""
    for name, values in tensors.items():
        values = np.ascontiguousarray(values, dtype="<f2")
        head[name] = {"dtype": "F16", "shape": list(values.shape), "data_offsets": [len(data), len(data) + values.nbytes]}
        data += values.tobytes()
    text = json.dumps(head, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def reference(alone, path):
    rows, scale = bags(REFERENCE_TEXTS)
    with torch.no_grad():
        logits = alone(rows, scale, None)[:, [0, 2]].tolist()
    with open(path, "w", encoding="utf-8") as file:
        rows = [json.dumps({"text": t, "logits": [round(x, 4) for x in l]}, ensure_ascii=False) for t, l in zip(REFERENCE_TEXTS, logits)]
        file.write("[\n" + ",\n".join(rows) + "\n]\n")


def main(source_folder, corpus_path, student_path, models, labelled=None):
    torch.set_num_threads(2)
    published, tokenizer = student.published(source_folder)
    encoder = student.Encoder(published, distil.LAYERS)
    encoder.load_state_dict(torch.load(student_path)["model"])
    taught = lines(distil.read_corpus(corpus_path))
    classes = torch.tensor([c for _, c in taught])
    rows, scale = bags([text for text, _ in taught])
    vectors = torch.from_numpy(centred(student.encode(encoder, tokenizer, [text for text, _ in taught])))
    alone, both = fit(rows, scale, None, classes, 0), fit(rows, scale, vectors, classes, published.hidden)
    tensors = {"words_alone": alone.words.weight, "bias_alone": alone.bias, "words": both.words.weight,
               "vector": both.vector.weight * SPREAD, "bias": both.bias + both.vector.bias}
    with open(os.path.join(models, "manifest.toml"), "rb") as file:
        fingerprint = tomllib.load(file)["fingerprint"]
    write(os.path.join(models, "mood.safetensors"), {name: value.detach().numpy() for name, value in tensors.items()}, fingerprint)
    reference(alone, os.path.join(models, "recipe", "mood.json"))
    if labelled:
        with open(labelled, encoding="utf-8") as file:
            told = [line.rstrip("\n").split("\t") for line in file]
        good = np.array([line[1] == "1" for line in told])
        rows, scale = bags([line[2] for line in told])
        vectors = torch.from_numpy(centred(student.encode(encoder, tokenizer, [line[2] for line in told])))
        for name, model in [("words", alone), ("words and vector", both)]:
            with torch.no_grad():
                p = model(rows, scale, vectors).softmax(1).numpy()
            print(f"{name}: {((p[:, 2] > p[:, 0]) == good).mean():.4f} of {len(told)}, neutral {(p.argmax(1) == 1).mean():.3f}")


SPREAD = 20.0  # numbers of a unit vector are about a twentieth


def centred(vectors):
    return (vectors * SPREAD).astype(np.float32)


if __name__ == "__main__":
    main(*sys.argv[1:])
