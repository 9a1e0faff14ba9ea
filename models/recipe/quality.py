"""Measures the shipped files, once, on a public set that teaches and tunes nothing: BANKING77.

    quality.py TRAIN_TSV TEST_TSV [TOKENIZER_JSON TEXT_FILE...]

The TSV files have lines `text<TAB>label`. Prints the accuracy on the test lines of a logistic head on frozen
vectors and of the nearest example, with all training lines and with ten and five of each intent (mean of three
draws). With the full vocabulary's tokenizer and text files (first column of each line), also prints on how
many of 5,000 lines drawn at random the kept pieces give the same segmentation.
"""

import json
import os
import random
import sys

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from tokenizers import Tokenizer

import bert
import gguf
import vocabulary

MODELS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def rows(path):
    with open(path, encoding="utf-8") as file:
        lines = [line.rstrip("\n").split("\t") for line in file]
    return [line[0] for line in lines], np.array([line[-1] for line in lines])


def draw(labels, per_intent, seed):
    """Indexes of `per_intent` lines of each label."""
    rng = np.random.default_rng(seed)
    return np.concatenate([rng.permutation(np.flatnonzero(labels == l))[:per_intent] for l in np.unique(labels)])


def accuracies(train, labels, test, truth):
    head = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=300)).fit(train, labels)
    nearest = labels[(test @ train.T).argmax(1)]
    return (head.predict(test) == truth).mean(), (nearest == truth).mean()


def quality(train_path, test_path):
    metadata, weights = gguf.read(os.path.join(MODELS, "encoder.gguf"))
    tokenizer = Tokenizer.from_file(os.path.join(MODELS, "tokenizer.json"))
    (train_texts, labels), (test_texts, truth) = rows(train_path), rows(test_path)
    vectors = bert.encode(metadata, weights, tokenizer, train_texts + test_texts)
    train, test = vectors[: len(labels)], vectors[len(labels) :]
    print("all: head %.4f nearest %.4f" % accuracies(train, labels, test, truth), flush=True)
    for per_intent in (10, 5):
        draws = [draw(labels, per_intent, seed) for seed in range(3)]
        means = np.mean([accuracies(train[d], labels[d], test, truth) for d in draws], axis=0)
        print(f"{per_intent} an intent: head {means[0]:.4f} nearest {means[1]:.4f}", flush=True)


def segmentation(tokenizer_path, paths):
    with open(tokenizer_path, encoding="utf-8") as file:
        full = json.load(file)
    _, ids = vocabulary.prune(full)
    whole = Tokenizer.from_str(json.dumps(full))
    kept = Tokenizer.from_file(os.path.join(MODELS, "tokenizer.json"))
    texts = sorted({text for path in paths for text in rows(path)[0]})
    lines = random.Random(0).sample(texts, 5000)
    same = sum(whole.encode(line).ids == [ids[i] for i in kept.encode(line).ids] for line in lines)
    print(f"same segmentation: {same} of {len(lines)} lines")


if __name__ == "__main__":
    if len(sys.argv) > 3:
        segmentation(sys.argv[3], sys.argv[4:])
    quality(sys.argv[1], sys.argv[2])
