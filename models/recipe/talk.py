"""Shop talk from templates, and the noise that real messages have.

A template file has slots and groups. A group is one meaning; each of its lines says it in another way, with
`[a|b|]` for alternatives and `{slot}` for a slot's value:

    ## slot city
    Leeds
    ## group shipping.when
    when does [it|my order] ship to {city}[?|]

The group's name is an intent's id, or `general` for what is none of a shop's. All lines of one instance of a
group get the same slot values, so that what differs is the way of saying it.
"""

import random
import re

import opencc
from pypinyin import lazy_pinyin

PARTS = re.compile(r"\[([^\[\]]*\|[^\[\]]*)\]|\{(\w+)\}")
HAN = re.compile(r"[\u4e00-\u9fff]")
PARTICLES = ["啊", "呀", "呢", "哈", "吧", "哦", "～", "。。", "!!", "？？", "?", "。", " ", "😂", "🙏", "😭", "谢谢"]
OPENERS = ["你好 ", "亲 ", "在吗 ", "请问", "那个", "就是", "麻烦问一下", "您好，", "hello ", "诶 ", "客服 ", "嗯 "]
# Pieces that a voice keyboard or a hasty thumb mixes up although they sound alike or nearly so.
SOUNDS_ALIKE = ["的得地", "在再", "他她它", "做作坐座", "帐账", "像象", "货或获", "退腿", "宝保包", "件见建间", "买卖麦", "单但", "券劵卷圈",
                "还换", "几己机", "什甚", "么吗嘛", "那哪", "到道", "发法", "款宽", "号好", "尺吃", "码马", "定订", "快块", "递弟地", "修休",
                "收首手", "拍派", "付富", "邮油", "票飘", "价加", "钱前", "运云", "改该", "色涩", "质至治", "量亮", "坏怀", "损孙", "破坡"]


def parse(path):
    """(slots, groups) of a template file; groups are (name, lines). Says the line that is wrong."""
    slots, groups, lines = {}, [], None
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            line = line.strip()
            if line.startswith("## "):
                kind, _, name = line[3:].partition(" ")
                assert kind in ("slot", "group") and name, f"{path}:{number}: {line}"
                lines = []
                if kind == "slot":
                    slots[name] = lines
                else:
                    groups.append((name, lines))
            elif line and not line.startswith("# "):
                assert lines is not None, f"{path}:{number}: a line before any head"
                lines.append(line)
    for name, lines in groups:
        for line in lines:
            for _, slot in PARTS.findall(line):
                assert not slot or slots.get(slot), f"{path}: group {name} uses the slot {slot!r}, which has no values"
    return slots, groups


def instances(path, count, seed):
    """About `count` texts as (text, group number, group name), every group alike often."""
    slots, groups = parse(path)
    rng = random.Random(f"{seed} {path.rsplit('/', 1)[-1]}")
    groups = [(n, name, lines) for n, (name, lines) in enumerate(groups) if lines]
    per_group = max(1, count // max(1, len(groups)))
    for number, name, lines in groups:
        seen, tries = set(), 0
        while len(seen) < per_group and tries < 3 * per_group:
            values = {}
            for line in lines:
                text = " ".join(_fill(line, slots, values, rng).split())
                tries += 1
                if text and text not in seen:
                    seen.add(text)
                    yield text, number, name


def _fill(line, slots, values, rng):
    def one(match):
        choice, slot = match.groups()
        if slot:
            return values.setdefault(slot, rng.choice(slots[slot]))
        return rng.choice(choice.split("|"))

    line = PARTS.sub(one, line)
    return PARTS.sub(one, line) if PARTS.search(line) else line


class Noise:
    """Ways in which the same message is typed otherwise; each keeps what is meant."""

    def __init__(self):
        self.traditional = opencc.OpenCC("s2tw")
        self.alike = {c: [o for o in group if o != c] for group in SOUNDS_ALIKE for c in group}

    def __call__(self, text, language, rng):
        if language == "zh" and HAN.search(text):
            ways = [self.to_traditional, self.homophone, self.homophone, self.pinyin, self.particle, self.opener,
                    self.punctuation, self.drop, self.double, self.full_width, self.swap]
        else:
            ways = [self.typo, self.typo, self.case, self.punctuation, self.double]
        for _ in range(rng.choice((1, 1, 1, 2))):
            text = rng.choice(ways)(text, rng)
        return text

    def to_traditional(self, text, rng):
        return self.traditional.convert(text)

    def homophone(self, text, rng):
        at = [i for i, c in enumerate(text) if c in self.alike]
        if not at:
            return text
        i = rng.choice(at)
        return text[:i] + rng.choice(self.alike[text[i]]) + text[i + 1 :]

    def pinyin(self, text, rng):
        """One or two words, or a short message whole, in letters without tones."""
        at = [i for i, c in enumerate(text) if HAN.match(c)]
        if not at:
            return text
        if len(at) <= 6 and rng.random() < 0.5:
            return rng.choice(["", " "]).join(lazy_pinyin(text))
        i = rng.choice(at)
        j = min(len(text), i + rng.choice((1, 2, 2)))
        return text[:i] + "".join(lazy_pinyin(text[i:j])) + text[j:]

    def particle(self, text, rng):
        return text.rstrip("。？?！!") + rng.choice(PARTICLES)

    def opener(self, text, rng):
        return rng.choice(OPENERS) + text

    def punctuation(self, text, rng):
        bare = re.sub(r"[，。？！、,.?!]+", rng.choice(["", " "]), text).strip()
        return bare or text

    def drop(self, text, rng):
        """Without one of its lighter characters."""
        at = [i for i, c in enumerate(text) if c in "的了呢吗啊呀我你请是就也都还"]
        if not at or len(text) < 5:
            return text
        i = rng.choice(at)
        return text[:i] + text[i + 1 :]

    def double(self, text, rng):
        i = rng.randrange(len(text))
        return text[: i + 1] + text[i] * rng.choice((1, 1, 2)) + text[i + 1 :]

    def full_width(self, text, rng):
        return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)

    def swap(self, text, rng):
        """Two clauses the other way round."""
        clauses = re.split(r"[，,。 ]", text, maxsplit=1)
        return clauses[1].rstrip("。？?！!") + rng.choice("， ") + clauses[0] if len(clauses) == 2 and all(clauses) else text

    def typo(self, text, rng):
        at = [i for i in range(len(text) - 1) if text[i].isalpha() and text[i + 1].isalpha()]
        if not at:
            return text
        i = rng.choice(at)
        pair = rng.choice([text[i + 1] + text[i], text[i + 1], text[i] * 2 + text[i + 1]])
        return text[:i] + pair + text[i + 2 :]

    def case(self, text, rng):
        return rng.choice([text.lower(), text.upper(), text.capitalize()])
