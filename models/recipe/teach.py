"""Second lesson: the distilled student learns which messages mean the same.

    teach.py SOURCE_FOLDER CORPUS_TSV WORK_FOLDER MINUTES

Lines with an intent are pulled together and away from other intents' (softmax over cosines to one prototype an intent,
and to several for out of scope, which is no meaning but many);
lines of one group of templates find one another among those of the groups beside it (softmax over cosines within the
step), which teaches to tell fine differences apart in worlds that no shop has told of; reviews lie on two sides of a
plane. All are held to the teacher's vectors a little, and lines of neither kind wholly. Near the end it computes with
8-bit integers as the product does. Checkpointed like the first lesson. What ships is half way between the distilled
student and the taught one (`student.pt`): it keeps nearly all of both. `MEASURED` groups teach nothing: how well a head
learns them from ten lines each tells how good the vectors are (`proxy.py`).
"""

import hashlib
import os
import random
import sys
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

import distil
import student
import talk

RATE, LOWEST_RATE, WARM_UP = 2e-4, 5e-6, 100
INTENTS, GROUPS, GENERAL, REVIEWS = 96, 48, 48, 16  # lines with an intent, pairs of lines of a group, others, reviews in a step
REVIEW_TOKENS = 64  # of a review at most: long texts cost most
PARTS = 4  # groups of nearly one length that a step is computed in
TEMPERATURE, SMOOTHING = 0.05, 0.05
APART, ALIKE, MOOD = 1.0, 1.0, 0.5  # weights of the three tasks
HOLD = 3.0  # weight of 1 − cosine to the teacher's vector for what has a task
KEEP = 6.0  # weight of the first lesson's loss on the others
ROUNDED_FROM = 0.7  # share of the time after which products are those of 8 bits
NOISY = 0.35
SHARES = {"zh": 0.6, "en": 0.2}  # of lines with an intent; the other languages share the rest
MEASURED = 8  # every so many groups
OUT_OF_SCOPE, SIDES = "oos", 16  # prototypes of what is out of scope


def measured(group):
    """Whether a group of templates only measures."""
    return hashlib.sha256(group.encode()).digest()[0] % MEASURED == 0


def draws(corpus, rows, shares):
    """The probability of each line: languages by their shares, intents alike within a language."""
    weights = np.zeros(len(rows))
    languages = {corpus[i][1] for i in rows}
    rest = (1 - sum(shares.values())) / max(1, len(languages - set(shares)))
    for language in languages:
        of = [n for n, i in enumerate(rows) if corpus[i][1] == language]
        intents = [corpus[rows[n]][3] for n in of]
        counts = {intent: intents.count(intent) for intent in set(intents)}
        for n, intent in zip(of, intents):
            weights[n] = 1 / counts[intent] ** 0.7
        weights[of] *= shares.get(language, rest) / weights[of].sum()
    return weights / weights.sum()


class Groups:
    """Groups of templates by file, to draw pairs of lines from."""

    def __init__(self, corpus):
        by_group = {}
        for i, row in enumerate(corpus):
            file, _, number = row[2].partition(" ")
            if number.isdigit() and not measured(row[2]):
                by_group.setdefault((file, int(number)), []).append(i)
        self.files = {}
        for (file, number), lines in sorted(by_group.items()):
            if len(lines) >= 4:
                self.files.setdefault(file, []).append(lines)
        self.names = list(self.files)
        sizes = np.array([len(self.files[name]) for name in self.names], float) ** 0.7
        self.shares = sizes / sizes.sum()

    def draw(self, count, rng):
        """Two lines [count, 2] of each of so many groups of one file; half of them neighbours."""
        groups = self.files[self.names[rng.choice(len(self.names), p=self.shares)]]
        count = min(count, len(groups))
        at = rng.integers(len(groups))
        near = [(at + n) % len(groups) for n in range(count // 2)]
        far = rng.choice([n for n in range(len(groups)) if n not in set(near)], count - len(near), replace=False)
        return np.array([rng.choice(groups[n], 2, replace=False) for n in [*near, *far]])


class Lesson:
    """The student, the prototypes of the intents and the plane between moods; saved and taken up again."""

    def __init__(self, work, published, tokenizer, corpus, taught, intents):
        self.path = os.path.join(work, "taught.pt")
        self.model = student.Encoder(published, distil.LAYERS)
        self.model.load_state_dict(torch.load(os.path.join(work, "distilled.pt"))["model"])
        self.prototypes = nn.Parameter(torch.zeros(len(intents) - 1 + SIDES, published.hidden))
        self.mood = nn.Linear(published.hidden, 1)
        self.optimizer = torch.optim.AdamW([*self.model.parameters(), self.prototypes, *self.mood.parameters()], lr=RATE,
                                           weight_decay=0.01, fused=True)
        self.spent, self.step = 0.0, 0
        if os.path.exists(self.path):
            saved = torch.load(self.path)
            self.model.load_state_dict(saved["model"])
            self.mood.load_state_dict(saved["mood"])
            self.optimizer.load_state_dict(saved["optimizer"])
            self.prototypes.data.copy_(saved["prototypes"])
            self.spent, self.step = saved["spent"], saved["step"]
        else:
            self.prototypes.data.copy_(first_prototypes(self.model, tokenizer, corpus, taught, intents))

    def save(self):
        state = {"model": self.model.state_dict(), "mood": self.mood.state_dict(), "optimizer": self.optimizer.state_dict(),
                 "prototypes": self.prototypes.data, "spent": self.spent, "step": self.step}
        torch.save(state, self.path + ".new")
        os.replace(self.path + ".new", self.path)

    def logits(self, vectors):
        """By intent; out of scope, the last, counts by all its prototypes together."""
        near = vectors @ F.normalize(self.prototypes, dim=-1).T / TEMPERATURE
        return torch.cat([near[:, :-SIDES], near[:, -SIDES:].logsumexp(1, keepdim=True)], 1)

    def learn(self, ids, wanted, labels, pairs, moods, budget):
        """One step: lines with an intent, pairs of a group, reviews, others, in this order."""
        begun = time.time()
        student.Dense.rounded = self.spent > ROUNDED_FROM * budget
        share = min(1.0, self.spent / budget)
        for group in self.optimizer.param_groups:
            group["lr"] = (LOWEST_RATE + (RATE - LOWEST_RATE) * (1 - share)) * min(1.0, (self.step + 1) / WARM_UP)
        made = forward(self.model, ids)
        intents, one, other, reviews, others = made.split([len(labels), pairs, pairs, len(moods), len(made) - len(labels) - 2 * pairs - len(moods)])
        logits = self.logits(intents)
        apart = F.cross_entropy(logits, labels, label_smoothing=SMOOTHING)
        near = one @ other.T / TEMPERATURE
        own = torch.arange(pairs)
        alike = (F.cross_entropy(near, own, label_smoothing=SMOOTHING) + F.cross_entropy(near.T, own, label_smoothing=SMOOTHING)) / 2
        mood = F.binary_cross_entropy_with_logits(self.mood(reviews * 20)[:, 0], moods)
        tasks = len(made) - len(others)
        held = (1 - (made[:tasks] * wanted[:tasks]).sum(-1)).mean()
        kept, cosine = distil.loss_of(others, wanted[tasks:])
        self.optimizer.zero_grad(set_to_none=True)
        (APART * apart + ALIKE * alike + MOOD * mood + HOLD * held + KEEP * kept).backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.spent, self.step = self.spent + time.time() - begun, self.step + 1
        right = (logits.argmax(1) == labels).float().mean().item()
        return apart.item(), right, alike.item(), (near.argmax(1) == own).float().mean().item(), mood.item(), held.item(), cosine


def main(source_folder, corpus_path, work, minutes):
    torch.set_num_threads(2)
    budget = float(minutes) * 60
    published, tokenizer = student.published(source_folder)
    corpus = distil.read_corpus(corpus_path)
    teachings = distil.Teachings(work, published.hidden)
    teachings.make([row[0] for row in corpus], None)
    taught = [i for i, row in enumerate(corpus) if row[3] and not (row[2] and measured(row[2]))]
    others = [i for i, row in enumerate(corpus) if not row[3]]
    reviews = [i for i, row in enumerate(corpus) if row[2].endswith((" positive", " negative"))]
    intents = sorted({corpus[i][3] for i in taught}, key=lambda intent: (intent == OUT_OF_SCOPE, intent))
    lesson = Lesson(work, published, tokenizer, corpus, taught, intents)
    weights, groups = draws(corpus, taught, SHARES), Groups(corpus)
    noise, rng, random_ = talk.Noise(), np.random.default_rng(lesson.step), random.Random(lesson.step)
    saved_at, sums = time.time(), []
    while lesson.spent < budget:
        chosen = np.array(taught)[rng.choice(len(taught), INTENTS, p=weights)]
        pairs = groups.draw(GROUPS, rng)
        judged = rng.choice(reviews, REVIEWS)
        drawn = np.concatenate([chosen, pairs[:, 0], pairs[:, 1], judged, rng.choice(others, GENERAL)])
        texts = [noise(corpus[i][0], corpus[i][1], random_) if random_.random() < NOISY else corpus[i][0] for i in drawn]
        labels = torch.tensor([intents.index(corpus[i][3]) for i in chosen])
        moods = torch.tensor([float(corpus[i][2].endswith(" positive")) for i in judged])
        ids = student.tokenize(tokenizer, texts)
        for n in range(INTENTS + 2 * len(pairs), INTENTS + 2 * len(pairs) + REVIEWS):
            ids[n] = ids[n] if len(ids[n]) <= REVIEW_TOKENS else ids[n][: REVIEW_TOKENS - 1] + ids[n][-1:]
        sums.append(lesson.learn(ids, teachings.vectors[drawn].float(), labels, len(pairs), moods, budget))
        if time.time() - saved_at > distil.SAVE_EVERY / 4 or lesson.spent >= budget:
            print(f"{lesson.spent / 60:6.1f} min, step {lesson.step}: apart %.3f right %.3f, alike %.3f right %.3f, mood %.3f, held %.3f, "
                  "others' cosine %.4f" % tuple(np.mean(sums, axis=0)), flush=True)
            saved_at, sums = time.time(), []
            lesson.save()
    half_way(os.path.join(work, "distilled.pt"), lesson.path, os.path.join(work, "student.pt"))


def half_way(one, other, out):
    """The mean of two students' weights."""
    one, other = torch.load(one)["model"], torch.load(other)["model"]
    torch.save({"model": {name: (one[name] + other[name]) / 2 for name in one}}, out)


def forward(model, ids):
    """Vectors of texts of several lengths, in a few groups of nearly one length."""
    order = np.argsort([len(i) for i in ids], kind="stable")
    # One context for all: within it, weights are converted once.
    with torch.autocast("cpu", torch.bfloat16):
        made = [model(*student.padded([ids[i] for i in part])) for part in np.array_split(order, PARTS)]
    return torch.cat(made)[torch.tensor(np.argsort(order))]


def first_prototypes(model, tokenizer, corpus, taught, intents):
    """The mean vector of each intent's lines before they are pulled together; of out of scope, some lines as they are."""
    vectors = torch.from_numpy(student.encode(model, tokenizer, [corpus[i][0] for i in taught]))
    labels = torch.tensor([intents.index(corpus[i][3]) for i in taught])
    sums = torch.zeros(len(intents), vectors.shape[1]).index_add_(0, labels, vectors)
    strays = vectors[torch.from_numpy(np.random.default_rng(3).choice(np.flatnonzero(labels == len(intents) - 1), SIDES, replace=False))]
    return F.normalize(torch.cat([sums[:-1], strays]), dim=-1)


if __name__ == "__main__":
    main(*sys.argv[1:])
