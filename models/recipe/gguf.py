"""Writes a GGUF file (version 3) with Q4_0, Q8_0 and f32 tensors, and reads back what it wrote."""

import struct

import numpy as np

MAGIC = 0x46554747
ALIGNMENT = 32
F32, Q4_0, Q8_0 = 0, 2, 8
BYTE_BLOCK_BYTES = 34  # of Q8_0: an f16 scale and 32 values
U32_VALUE, F32_VALUE, STRING_VALUE = 4, 6, 8


def _string(text):
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def _value(value):
    if isinstance(value, str):
        return struct.pack("<I", STRING_VALUE) + _string(value)
    if isinstance(value, float):
        return struct.pack("<If", F32_VALUE, value)
    return struct.pack("<II", U32_VALUE, value)


def write(path, metadata, tensors):
    """`tensors`: (name, shape with the outermost dimension first, Q4_0, Q8_0 or F32, bytes), in file order."""
    head = struct.pack("<IIQQ", MAGIC, 3, len(tensors), len(metadata))
    for key, value in metadata.items():
        head += _string(key) + _value(value)
    offset = 0
    for name, shape, kind, data in tensors:
        head += _string(name) + struct.pack("<I", len(shape))
        head += b"".join(struct.pack("<Q", size) for size in reversed(shape))
        head += struct.pack("<IQ", kind, offset)
        offset += _padded(len(data))
    with open(path, "wb") as file:
        file.write(head.ljust(_padded(len(head)), b"\0"))
        for _, _, _, data in tensors:
            file.write(bytes(data).ljust(_padded(len(data)), b"\0"))


def bytes_of_rows(values):
    """Q8_0 blocks of a matrix [rows, columns] with one scale a row: its largest magnitude is 127."""
    rows, columns = values.shape
    scales = (np.abs(values).max(1, keepdims=True) / 127).astype("<f2")
    integers = np.clip(np.rint(values / np.maximum(scales.astype(np.float32), 1e-30)), -127, 127).astype(np.int8)
    blocks = np.zeros((rows, columns // 32, BYTE_BLOCK_BYTES), np.uint8)
    blocks[:, :, :2] = scales.view(np.uint8).reshape(rows, 1, 2)
    blocks[:, :, 2:] = integers.reshape(rows, -1, 32).view(np.uint8)
    return blocks.tobytes()


def _padded(size):
    return (size + ALIGNMENT - 1) // ALIGNMENT * ALIGNMENT


def read(path):
    """(metadata, {name: f32 array}) of a file written by `write`."""
    with open(path, "rb") as file:
        raw = memoryview(file.read())
    magic, version, n_tensors, n_values = struct.unpack_from("<IIQQ", raw, 0)
    assert (magic, version) == (MAGIC, 3), "not a GGUF file of version 3"
    at = 24

    def string():
        nonlocal at
        (size,) = struct.unpack_from("<Q", raw, at)
        at += 8 + size
        return bytes(raw[at - size : at]).decode()

    metadata = {}
    for _ in range(n_values):
        key = string()
        (kind,) = struct.unpack_from("<I", raw, at)
        at += 4
        if kind == STRING_VALUE:
            metadata[key] = string()
        else:
            (metadata[key],) = struct.unpack_from("<f" if kind == F32_VALUE else "<I", raw, at)
            at += 4
    directory = []
    for _ in range(n_tensors):
        name = string()
        (rank,) = struct.unpack_from("<I", raw, at)
        shape = struct.unpack_from(f"<{rank}Q", raw, at + 4)[::-1]
        kind, offset = struct.unpack_from("<IQ", raw, at + 4 + 8 * rank)
        at += 16 + 8 * rank
        directory.append((name, shape, kind, offset))
    base = _padded(at)
    return metadata, {n: _tensor(raw, base + o, s, k) for n, s, k, o in directory}


def _tensor(raw, at, shape, kind):
    from source import BLOCK, BLOCK_BYTES, Tensor, to_f32

    count = int(np.prod(shape))
    if kind == Q8_0:
        size = count // BLOCK * BYTE_BLOCK_BYTES
        blocks = np.frombuffer(raw[at : at + size], np.uint8).reshape(-1, BYTE_BLOCK_BYTES)
        scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
        return (blocks[:, 2:].view(np.int8).astype(np.float32) * scales).reshape(shape)
    size = count * 4 if kind == F32 else count // BLOCK * BLOCK_BYTES
    return to_f32(Tensor(kind == Q4_0, count, raw[at : at + size])).reshape(shape)
