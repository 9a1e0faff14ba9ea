"""First lesson: the student learns the teacher's vectors, how they lie to one another, and the teacher's view of each
token.

    distil.py SOURCE_FOLDER CORPUS_TSV WORK_FOLDER MINUTES

What the teacher makes of the texts is computed once and kept in the work folder; the student, its optimiser and the
number of steps are saved every few minutes. Run again, it goes on; with the minutes already spent, it says so and
ends. The corpus may have grown in between.
"""

import hashlib
import os
import random
import sys
import time

import numpy as np
import torch
from torch.nn import functional as F

import student
import talk

LAYERS = [0, 4, 8, 11]  # of the teacher, where the student begins
RATE, LOWEST_RATE, WARM_UP = 6e-4, 1e-5, 200  # peak and last learning rate, steps to the peak
BATCH = 192
NOISY = 0.25  # share of texts that the student sees as a hasty shopper types them; the teacher sees them clean
GEOMETRY = 20.0  # weight of the squared error of pairwise similarities
TOKENS = 1.0  # weight of 1 − cosine to the teacher's states, token by token
HELD = 1500  # lines that only tell how far the student is
SAVE_EVERY = 240.0  # seconds
# How often a line is seen relative to others: shop talk more than descriptions and reviews.
WEIGHT_WITH_INTENT, WEIGHT_WITH_GROUP, WEIGHT_PLAIN, WEIGHT_REVIEW = 1.5, 1.2, 0.8, 0.1


def read_corpus(path):
    with open(path, encoding="utf-8") as file:
        return [line.rstrip("\n").split("\t") for line in file]


class Teachings:
    """What the teacher makes of texts, on disk in the order in which it was made: keys, vectors and token states in f16."""

    def __init__(self, folder, hidden):
        self.hidden = hidden
        self.paths = {kind: os.path.join(folder, "teacher." + kind) for kind in ("keys", "lengths", "vectors", "states")}
        self.rows = {}
        if os.path.exists(self.paths["keys"]):
            keys = np.fromfile(self.paths["keys"], dtype="V16")
            self.rows = {key.tobytes(): n for n, key in enumerate(keys)}

    @staticmethod
    def key(text):
        return hashlib.sha256(text.encode()).digest()[:16]

    def make(self, texts, teach):
        """Has the teacher teach what is missing, and opens all of it for `texts`."""
        missing, begun = [t for t in texts if self.key(t) not in self.rows], time.time()
        for at in range(0, len(missing), 4096):
            chunk = missing[at : at + 4096]
            states, vectors = teach(chunk)
            self._append("states", np.concatenate(states))
            self._append("vectors", vectors.astype(np.float16))
            self._append("lengths", np.array([len(s) for s in states], np.int32))
            self._append("keys", np.frombuffer(b"".join(self.key(t) for t in chunk), np.uint8))
            for text in chunk:
                self.rows[self.key(text)] = len(self.rows)
            print(f"teacher {at + len(chunk)} of {len(missing)}, {(at + len(chunk)) / (time.time() - begun):.0f}/s", flush=True)
        self.lengths = np.fromfile(self.paths["lengths"], np.int32)
        self.starts = np.concatenate([[0], np.cumsum(self.lengths)])
        self.all_states = np.memmap(self.paths["states"], np.float16, "r").reshape(-1, self.hidden)
        self.order = np.array([self.rows[self.key(t)] for t in texts])
        vectors = np.memmap(self.paths["vectors"], np.float16, "r").reshape(-1, self.hidden)
        self.vectors = torch.from_numpy(vectors[self.order])

    def _append(self, kind, values):
        with open(self.paths[kind], "ab") as file:
            file.write(values.tobytes())

    def states(self, texts):
        """States [texts, tokens, hidden] of texts, by their places in what was asked for, all of one length."""
        rows = self.order[texts]
        parts = [self.all_states[self.starts[row] : self.starts[row] + self.lengths[row]] for row in rows]
        return torch.from_numpy(np.stack(parts)).float()


def weight(row):
    """How often a line of the corpus is seen. Reviews are long and cost most."""
    if row[2].startswith("review"):
        return WEIGHT_REVIEW
    return WEIGHT_WITH_INTENT if row[3] else WEIGHT_WITH_GROUP if row[2] else WEIGHT_PLAIN


def loss_of(made, wanted):
    """1 − cosine to the teacher's vector, and how far similarities within the batch are off."""
    cosine = (made * wanted).sum(-1)
    geometry = ((made @ made.T - wanted @ wanted.T) ** 2).mean()
    return (1 - cosine).mean() + GEOMETRY * geometry, cosine.mean().item()


def rate(spent, budget, step):
    """Warm-up, then down with the cosine of the share of the budget that is spent."""
    share = min(1.0, spent / budget)
    return (LOWEST_RATE + (RATE - LOWEST_RATE) * 0.5 * (1 + np.cos(np.pi * share))) * min(1.0, (step + 1) / WARM_UP)


class Lesson:
    """The student with its optimiser, and where it stands; saved and taken up again."""

    def __init__(self, work, published):
        self.path = os.path.join(work, "distilled.pt")
        self.model = student.Encoder(published, LAYERS)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=RATE, weight_decay=0.01, fused=True)
        self.spent, self.step = 0.0, 0
        if os.path.exists(self.path):
            saved = torch.load(self.path)
            self.model.load_state_dict(saved["model"])
            self.optimizer.load_state_dict(saved["optimizer"])
            self.spent, self.step = saved["spent"], saved["step"]
            print(f"goes on after {self.step} steps and {self.spent / 60:.0f} minutes", flush=True)

    def save(self):
        state = {"model": self.model.state_dict(), "optimizer": self.optimizer.state_dict(), "spent": self.spent, "step": self.step}
        torch.save(state, self.path + ".new")
        os.replace(self.path + ".new", self.path)

    def learn(self, ids, wanted, states, clean, budget):
        """One step on texts of one length. `states` are the teacher's of those marked `clean`."""
        begun = time.time()
        for group in self.optimizer.param_groups:
            group["lr"] = float(rate(self.spent, budget, self.step))
        with torch.autocast("cpu", torch.bfloat16):
            made = self.model.states(torch.tensor(ids))
        loss, cosine = loss_of(student.pooled(made), wanted)
        tokens = torch.tensor(0.0)
        if len(states):
            tokens = (1 - F.cosine_similarity(made[clean], states, dim=-1)).mean()
        self.optimizer.zero_grad(set_to_none=True)
        (loss + TOKENS * tokens).backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.spent, self.step = self.spent + time.time() - begun, self.step + 1
        return np.array([loss.item(), cosine, tokens.item(), 1.0]) * len(ids)


def main(source_folder, corpus_path, work, minutes):
    torch.set_num_threads(2)
    budget = float(minutes) * 60
    published, tokenizer = student.published(source_folder)
    corpus = read_corpus(corpus_path)
    texts = [row[0] for row in corpus]
    teacher = student.Encoder(published, range(published.layers)).eval()
    teachings = Teachings(work, published.hidden)
    teachings.make(texts, lambda t: student.states(teacher, tokenizer, t))
    del teacher
    held = sorted(range(len(texts)), key=lambda i: Teachings.key(texts[i]))[:HELD]
    weights = np.array([weight(row) for row in corpus])
    weights[held] = 0.0
    lesson = Lesson(work, published)
    noise, rng, random_ = talk.Noise(), np.random.default_rng(lesson.step), random.Random(lesson.step)
    saved_at = time.time()
    while lesson.spent < budget:
        drawn = rng.choice(len(texts), size=BATCH * 64, p=weights / weights.sum())
        seen = [noise(texts[i], corpus[i][1], random_) if random_.random() < NOISY else texts[i] for i in drawn]
        ids = student.tokenize(tokenizer, seen)
        sums = []
        for part in student.batches(ids, BATCH, rng):
            clean = np.array([n for n, i in enumerate(part) if seen[i] == texts[drawn[i]]], int)
            states = teachings.states(drawn[part[clean]]) if len(clean) else []
            sums.append(lesson.learn([ids[i] for i in part], teachings.vectors[drawn[part]].float(), states, clean, budget))
        loss, cosine, tokens, count = np.sum(sums, axis=0)
        print(f"{lesson.spent / 60:6.1f} min, step {lesson.step}, {count:.0f} texts: loss {loss / count:.4f} cosine {cosine / count:.4f} "
              f"tokens {tokens / count:.4f}", flush=True)
        if time.time() - saved_at > SAVE_EVERY or lesson.spent >= budget:
            saved_at = time.time()
            unseen = student.encode(lesson.model, tokenizer, [texts[i] for i in held])
            print(f"       unseen: cosine {(unseen * teachings.vectors[held].float().numpy()).sum(-1).mean():.4f}", flush=True)
            lesson.save()


if __name__ == "__main__":
    main(*sys.argv[1:])
