"""Which vocabulary pieces Xiaoer keeps, and the tokenizer with those alone.

Text of the kept scripts is segmented as by the full vocabulary, because a piece can only be used where
its characters stand. What a shop's shoppers write is kept: Chinese, kana and Latin letters, digits, punctuation,
symbols, emoji, Thai and Cyrillic. Latin and Cyrillic pieces of several characters are kept when their letters are those of
the languages below, of Cyrillic ones the likeliest; other letters stay as single characters, so their words are still
spelled out.
"""

import json
import unicodedata

import numpy as np

SPECIAL = ["<s>", "<pad>", "</s>", "<unk>"]
WORD_START = "▁"
SCRIPTS = ("CJK", "IDEOGRAPHIC", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "BOPOMOFO", "LATIN", "MODIFIER", "COMBINING",
           "THAI", "CYRILLIC")
# Beyond a to z: the letters of German, French, Italian, Spanish, Portuguese, Dutch, the Nordic languages and Vietnamese.
LETTERS = set("àâäãåáæçéèêëíìîïñóòôöõøœúùûüÿß" "ăđĩũơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹý")

RUSSIAN = set("абвгдеёжзийклмнопрстуфхцчшщъыьэюя")
CYRILLIC_PIECES = 10_000


def kept(piece):
    """Whether a piece of the full vocabulary (specials apart) is one that Xiaoer keeps."""
    text = piece.replace(WORD_START, "")
    if not all(_kept_character(c) for c in text):
        return False
    return len(text) < 2 or all(_common_letter(c) for c in text)


def _kept_character(c):
    name, category = unicodedata.name(c, ""), unicodedata.category(c)
    if category[0] in "LM":
        word = name.replace("FULLWIDTH ", "").replace("HALFWIDTH ", "").split(" ")[0]
        return word.startswith(SCRIPTS) or (category[0] == "M" and "VARIATION SELECTOR" in name)
    if category == "Nd":
        return c.isascii() or name.startswith("FULLWIDTH")
    return category[0] in "NPSZ" or category in ("Cf", "Cc")


def _common_letter(c):
    script = unicodedata.name(c, "").split(" ")[0]
    if script == "CYRILLIC":
        return c.lower() in RUSSIAN
    return script != "LATIN" or c.isascii() or c.lower() in LETTERS


def _rare(pieces, ids):
    """Ids of Cyrillic pieces of several characters beyond the likeliest ones."""
    words = [i for i in ids if len(pieces[i][0]) > 2 and any("\u0400" <= c <= "\u04ff" for c in pieces[i][0])]
    return set(sorted(words, key=lambda i: -pieces[i][1])[CYRILLIC_PIECES:])


def prune(full):
    """(tokenizer, ids): the tokenizer of the kept pieces and, for each of its ids, the full vocabulary's."""
    pieces = full["model"]["vocab"]
    assert [p for p, _ in pieces[:4]] == SPECIAL and full["model"]["unk_id"] == 3
    ids = [0, 1, 2, 3] + [i for i, (p, _) in enumerate(pieces) if i > 3 and p != "<mask>" and kept(p)]
    rare = _rare(pieces, ids)
    ids = [i for i in ids if i not in rare]
    normalizers = full["normalizer"]["normalizers"]
    assert [n["type"] for n in normalizers] == ["Precompiled", "Replace"]
    return {
        "version": "1.0",
        "added_tokens": [token for token in full["added_tokens"] if token["id"] < 4],
        "normalizer": full["normalizer"],
        "pre_tokenizer": {"type": "Metaspace", "replacement": WORD_START, "prepend_scheme": "always"},
        "post_processor": full["post_processor"],
        "model": {"type": "Unigram", "unk_id": 3, "vocab": [[pieces[i][0], _score(pieces[i][1])] for i in ids]},
    }, ids


def _score(score):
    """The score as the shortest decimal of its f32: it was one before it was written out as f64."""
    return float(str(np.float32(score)))


def dumps(tokenizer):
    """Compact JSON, one line a piece, so that a change shows as one."""
    text = json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":"))
    return text.replace('],["', '],\n["') + "\n"
