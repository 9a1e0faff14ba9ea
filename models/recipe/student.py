"""The encoder as a torch module: the teacher with its twelve layers, the student with fewer.

Parameters have the names and shapes of the product's GGUF file. A batch is of one length, or of two or three nearly
alike that are padded and masked.
"""

import json

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

import source

PREFIX = "query: "
MAX_TOKENS = 128
# Name in the product, then the published one.
NORMS = [("attention_norm", "aln"), ("output_norm", "oln")]
DENSE = [("attention_out", "ao"), ("expand", "fi"), ("contract", "fo")]


class Dense(nn.Linear):
    """A linear step; with `rounded` it sees its weights and inputs as the product's 8-bit integers, one scale for each
    output and each token. Gradients pass the rounding as if it were not there."""

    rounded = False

    def forward(self, x):
        if not Dense.rounded:
            return super().forward(x)
        return F.linear(_to_bytes(x.float()), _to_bytes(self.weight), self.bias)


def _to_bytes(x):
    scale = x.detach().abs().amax(-1, keepdim=True).clamp_min(1e-12) / 127
    return x + (torch.round(x.detach() / scale) * scale - x.detach())


class Layer(nn.Module):
    def __init__(self, hidden, inner, heads, epsilon):
        super().__init__()
        self.heads = heads
        self.attention_in = Dense(hidden, 3 * hidden)
        self.attention_out = Dense(hidden, hidden)
        self.attention_norm = nn.LayerNorm(hidden, eps=epsilon)
        self.expand = Dense(hidden, inner)
        self.contract = Dense(inner, hidden)
        self.output_norm = nn.LayerNorm(hidden, eps=epsilon)

    def forward(self, x, mask=None):
        batch, length, hidden = x.shape
        qkv = self.attention_in(x).view(batch, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        context = F.scaled_dot_product_attention(qkv[0], qkv[1], qkv[2], attn_mask=mask)
        x = self.attention_norm(x + self.attention_out(context.transpose(1, 2).reshape(batch, length, hidden)))
        return self.output_norm(x + self.contract(F.gelu(self.expand(x))))


class Encoder(nn.Module):
    """`words` are the full vocabulary's rows and are not taught; `forward` gives unit vectors [batch, hidden]."""

    def __init__(self, published, layers):
        super().__init__()
        hidden = published.hidden
        t = {name: torch.from_numpy(source.to_f32(tensor)) for name, tensor in published.tensors.items()}
        self.register_buffer("words", t["emb.word"].view(-1, hidden), persistent=False)
        self.positions = nn.Parameter(t["emb.pos"].view(-1, hidden) + t["emb.type"][:hidden])
        self.norm = nn.LayerNorm(hidden, eps=published.epsilon)
        self._load(self.norm, t["emb.ln.w"], t["emb.ln.b"])
        self.layers = nn.ModuleList()
        for number in layers:
            layer = Layer(hidden, published.feed_forward, published.heads, published.epsilon)
            at = f"l{number}."
            weight = torch.cat([t[at + part + ".w"].view(hidden, hidden) for part in "qkv"])
            self._load(layer.attention_in, weight, torch.cat([t[at + part + ".b"] for part in "qkv"]))
            for ours, theirs in DENSE + NORMS:
                self._load(getattr(layer, ours), t[at + theirs + ".w"], t[at + theirs + ".b"])
            self.layers.append(layer)

    @staticmethod
    def _load(module, weight, bias):
        module.weight.data.copy_(weight.view(module.weight.shape))
        module.bias.data.copy_(bias)

    def forward(self, ids, lengths=None):
        """Without `lengths`, every text has as many tokens as `ids` has columns."""
        x = self.norm(self.words[ids] + self.positions[: ids.shape[1]])
        if lengths is None:
            for layer in self.layers:
                x = layer(x)
            return F.normalize(x.float().mean(1), dim=-1)
        real = torch.arange(ids.shape[1]) < lengths[:, None]
        for layer in self.layers:
            x = layer(x, real[:, None, None, :])
        return F.normalize((x.float() * real[:, :, None]).sum(1), dim=-1)


def tokenize(tokenizer, texts):
    """Token ids of texts, as the product makes them: prefix, at most 128 tokens, the closing mark kept."""
    ids = [encoding.ids for encoding in tokenizer.encode_batch([PREFIX + text for text in texts])]
    return [i if len(i) <= MAX_TOKENS else i[: MAX_TOKENS - 1] + i[-1:] for i in ids]


def batches(ids, size, rng=None):
    """Lists of indexes of one token length each, at most `size`; in random order when `rng` is given."""
    lengths = np.array([len(i) for i in ids])
    order = rng.permutation(len(ids)) if rng is not None else np.arange(len(ids))
    order = order[np.argsort(lengths[order], kind="stable")]
    cuts = np.flatnonzero(np.diff(lengths[order])) + 1
    parts = [part[at : at + size] for part in np.split(order, cuts) for at in range(0, len(part), size)]
    if rng is not None:
        rng.shuffle(parts)
    return parts


def padded(ids):
    """(token ids with the padding mark at the ends, lengths) of texts."""
    lengths = torch.tensor([len(i) for i in ids])
    table = torch.ones(len(ids), int(lengths.max()), dtype=torch.long)
    for row, i in zip(table, ids):
        row[: len(i)] = torch.tensor(i)
    return table, lengths


@torch.no_grad()
def encode(model, tokenizer, texts, size=64):
    """Unit vectors [texts, hidden] in f32."""
    ids = tokenize(tokenizer, texts)
    vectors = np.zeros((len(texts), model.positions.shape[1]), np.float32)
    for part in batches(ids, size):
        with torch.autocast("cpu", torch.bfloat16):
            out = model(torch.tensor([ids[i] for i in part]))
        vectors[part] = out.numpy()
    return vectors


def full_tokenizer(path):
    """The published tokenizer. Its normaliser is as the product's; ids are the full vocabulary's."""
    from tokenizers import Tokenizer

    with open(path, encoding="utf-8") as file:
        full = json.load(file)
    return Tokenizer.from_str(json.dumps(full))
