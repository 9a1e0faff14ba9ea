"""How good a student's vectors are for meanings it was not taught: groups of templates that `teach.py` leaves out, as the
intents of a shop with ten examples each.

    proxy.py SOURCE_FOLDER CORPUS_TSV WORK_FOLDER STUDENT_PT…

Prints for the teacher and each student the share of the other lines that a logistic head puts into their group, by
language; mean of three draws. This decides between students; the public sets only measure.
"""

import sys

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

import distil
import student
import teach

EXAMPLES, DRAWS, MOST = 10, 3, 30  # of a group: learnt from, draws, lines used at most


def accuracy(vectors, labels):
    shares = []
    for seed in range(DRAWS):
        rng = np.random.default_rng(seed)
        learnt, judged = [], []
        for label in np.unique(labels):
            of = rng.permutation(np.flatnonzero(labels == label))
            learnt += of[:EXAMPLES].tolist()
            judged += of[EXAMPLES:MOST].tolist()
        scaler = StandardScaler().fit(vectors[learnt])
        head = LogisticRegression(C=0.1, max_iter=300).fit(scaler.transform(vectors[learnt]), labels[learnt])
        shares.append((head.predict(scaler.transform(vectors[judged])) == labels[judged]).mean())
    return np.mean(shares)


def main(source_folder, corpus_path, work, *students):
    torch.set_num_threads(2)
    published, tokenizer = student.published(source_folder)
    corpus = distil.read_corpus(corpus_path)
    rows = {}
    for i, row in enumerate(corpus):
        if row[2].partition(" ")[2].isdigit() and teach.measured(row[2]) and row[1] in ("zh", "en"):
            rows.setdefault((row[1], row[2]), []).append(i)
    rows = {group: lines for group, lines in rows.items() if len(lines) >= 2 * EXAMPLES}
    teachings = distil.Teachings(work, published.hidden)
    teachings.make([row[0] for row in corpus], None)
    encoders = {"teacher": None}
    for path in students:
        model = student.Encoder(published, distil.LAYERS)
        model.load_state_dict(torch.load(path)["model"])
        encoders[path] = model
    for name, model in encoders.items():
        for language in ("zh", "en"):
            groups = [group for group in rows if group[0] == language]
            lines = [(i, n) for n, group in enumerate(groups) for i in sorted(rows[group])[:60]]
            places, labels = np.array([i for i, _ in lines]), np.array([n for _, n in lines])
            texts = [corpus[i][0] for i in places]
            vectors = teachings.vectors[places].float().numpy() if model is None else student.encode(model, tokenizer, texts)
            print(f"{name} {language}: {accuracy(vectors, labels):.4f} of {len(groups)} groups", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
