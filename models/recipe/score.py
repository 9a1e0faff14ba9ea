"""Scores what `xiaoer understand` makes of the hand-labelled real messages, in aggregate.

    score.py XIAOER UTTERANCES_TXT a|b [--errors]

Half A may be looked at (`--errors` lists what went wrong); half B is for results: it is scored at most three times,
and every run is written down in `labels/runs.tsv`. Right is the first label; what the annotators also admit counts
in the second figure of each pair.
"""

import collections
import datetime
import json
import os
import subprocess
import sys

LABELS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "labels")
MOST_RUNS = 3
BINS = 15


def rows(half, utterances):
    """(text, label, all admissible labels)."""
    with open(utterances, encoding="utf-8") as file:
        texts = file.read().split("\n")
    with open(os.path.join(LABELS, f"jddc_{half}.tsv"), encoding="utf-8") as file:
        for line in file:
            number, label, *also = line.rstrip("\n").split("\t")
            yield texts[int(number) - 1], label, {label, *filter(None, ",".join(also).split(","))}


def understand(xiaoer, texts):
    found = subprocess.run([xiaoer, "understand", "--no-cache"], input="".join(text + "\n" for text in texts), capture_output=True,
                           text=True, check=True).stdout.splitlines()
    assert len(found) == len(texts)
    return [json.loads(line) for line in found]


def calibration_error(outcomes):
    bins = collections.defaultdict(list)
    for confidence, right in outcomes:
        bins[min(BINS - 1, int(confidence * BINS))].append((confidence, right))
    gaps = [abs(sum(c for c, _ in b) - sum(r for _, r in b)) for b in bins.values()]
    return sum(gaps) / max(1, len(outcomes))


def figures(labelled, found):
    inside = [(label, also, answer) for (_, label, also), answer in zip(labelled, found) if label != "oos"]
    outside = [answer for (_, label, _), answer in zip(labelled, found) if label == "oos"]
    share = lambda of, test: round(sum(map(bool, map(test, of))) / max(1, len(of)), 4)
    ids = lambda answer: [intent["id"] for intent in answer["intents"]]
    confidence = lambda answer: answer["intents"][0]["confidence"]
    return {
        "in_scope": len(inside),
        "first": [share(inside, lambda r: ids(r[2])[0] == r[0]), share(inside, lambda r: ids(r[2])[0] in r[1])],
        "first_three": [share(inside, lambda r: r[0] in ids(r[2])[:3]), share(inside, lambda r: r[1] & set(ids(r[2])[:3]))],
        "oos": len(outside),
        "oos_caught": share(outside, lambda answer: answer["oos"]),
        "false_alarms": share(inside, lambda r: r[2]["oos"]),
        "ece": [round(calibration_error([(confidence(a), ids(a)[0] == l) for l, _, a in inside]), 4),
                round(calibration_error([(confidence(a), ids(a)[0] in also) for _, also, a in inside]), 4)],
        "tiers": dict(collections.Counter(answer["why"]["tier"] for answer in found)),
        "bands": dict(collections.Counter(answer["band"] for answer in found)),
    }


def main(xiaoer, utterances, half, *options):
    log = os.path.join(LABELS, "runs.tsv")
    if half == "b" and os.path.exists(log):
        with open(log, encoding="utf-8") as file:
            assert sum(1 for _ in file) < MOST_RUNS, "half B has been scored three times"
    labelled = list(rows(half, utterances))
    found = understand(xiaoer, [text for text, _, _ in labelled])
    result = json.dumps(figures(labelled, found), ensure_ascii=False)
    print(result)
    if half == "b":
        with open(log, "a", encoding="utf-8") as file:
            file.write(f"{datetime.date.today()}\t{result}\n")
    elif "--errors" in options:
        for (text, label, also), answer in zip(labelled, found):
            said = ["oos"] if answer["oos"] else [intent["id"] for intent in answer["intents"][:3]]
            if said[0] not in also:
                print(text, label, sorted(also - {label}), said, round(answer["intents"][0]["confidence"], 2), sep="\t")


if __name__ == "__main__":
    main(*sys.argv[1:])
