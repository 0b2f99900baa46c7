"""Finds known phrases in what was said; without it people would have to type exactly."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache, lru_cache

from chat.reading.numbers import arabic, normalise

HAN = r"\u3400-\u9fff"
PARTICLES = "啊呀了哦吧呢嘛啦哈呗哟喔"
"""Said at the end of a sentence; they change its tone, not its meaning. 吗 is not among them: it asks."""
AND = " :：,，、和"
"""What may stand between two names."""
OPENERS = "嗯哦啊噢唉"
ALIKE = 0.8
"""How like a name in Latin letters must be to be asked back about."""
SHORT = 8
"""Letters in which nobody says more than one thing."""
NOT = re.compile(
    r"(?:不|没|沒|未|别|无|非)(?:有|是|太|很|用|要|去|坐|算|再|怎么|到|曾){0,2}$"
    r"|(?<![a-z0-9])(?:no|not|never|without|nor|dont|didnt|isnt|havent|hasnt|wasnt|arent)"
    r"(?: (?:by|in|from|a|an|any|the|have|had|really|very))* ?$"
)
EITHER = re.compile(r"(.)[不没]\1")
"""有没有, 急不急: both are named, neither is meant."""
PARTS = re.compile(rf"[,.!;~，。！；、]+|(?<=[{HAN}])\s+")
"""What stands between two things that are said in one message."""
POSITION = re.compile(
    r"(?:我?选择?|我要)?第?(\d{1,3})(?:个|项|条|号|种)?|(?:option|number|no) ?(\d{1,3})|the (first|second|third)(?: one)?"
)
BECOMES = re.compile(r"^ ?(?:写错了|错了)?[ :,，、]*(?:改成|改为|应该是|是|is|to|=)? ?")
VALUED = re.compile(
    rf"(?:把)?第?(\d{{1,2}}) ?(?:项|条|个)?(?:[.:,，、 ]+|改成|改为|应该是|是|(?=[{HAN}]))(?![月日号点年度天])(.+)"
)
"""A number and what is to stand there; 2月3日 is no second answer."""
ORDER = ("first", "second", "third")


@dataclass(frozen=True)
class _Found:
    """Where a phrase of an option stands in what was said."""

    key: str
    start: int
    end: int
    negated: bool


def matches(text: str, phrases: Sequence[str]) -> bool:
    """Whether the text is one of the phrases, whatever its case, spaces, punctuation and closing particles."""
    wanted = _all_bare(tuple(phrases))
    return any(way in wanted for way in _ways(text))


def agreeing(text: str, phrases: Sequence[str], besides: Sequence[str]) -> bool:
    """Whether the text is one of the phrases, or nothing but such and what is said ``besides`` (妥了，谢谢)."""
    parts = clauses(text)
    meant = [matches(part, phrases) for part in parts]
    others = (matches(part, besides) for part, said in zip(parts, meant, strict=True) if not said)
    return matches(text, phrases) or (any(meant) and all(others))


def once(text: str) -> str:
    """收到了收到了 is 收到了."""
    bare = re.sub(r"[\s,.!，。！、]+$", "", normalise(text))
    half = len(bare) // 2
    return bare[:half] if half > 1 and bare[:half] == bare[half:] else text


def clauses(text: str) -> list[str]:
    """The parts of what was said, between commas and the like."""
    return [part.strip() for part in PARTS.split(normalise(text)) if part.strip()]


@cache
def _all_bare(phrases: tuple[str, ...]) -> frozenset[str]:
    """Made once: the phrases are those of the templates, few and always the same."""
    return frozenset(_bare(phrase) for phrase in phrases) - {""}


def best_option(text: str, options: Mapping[str, Sequence[str]]) -> str | None:
    """The key of the one option meant: by its words, by its number (2, 第二个), or by words among others; None when none
    or more than one is meant. What is negated (不发烧) is not meant."""
    for way in _ways(text):
        exact = [key for key, words in options.items() if any(_word(word) == way for word in words)]
        if exact:
            return exact[0] if len(exact) == 1 else None
    number = _position(_bare(text))
    if number is not None:
        keys = list(options)
        return keys[number - 1] if 1 <= number <= len(keys) else None
    return among(text, options)


def named_with_value(text: str, labels: Mapping[str, Sequence[str]]) -> tuple[str, str]:
    """改5 黄冈, 到家那天是前天: the answer that is named, by its number or label, and what it is to be; empty when none is."""
    said = normalise(text)
    numbered = VALUED.fullmatch(said)
    keys = list(labels)
    if numbered and 1 <= int(numbered[1]) <= len(keys):
        return keys[int(numbered[1]) - 1], BECOMES.sub("", numbered[2], count=1).strip()
    for label, key in sorted(
        ((name, key) for key, names in labels.items() for name in names), key=lambda x: -len(x[0])
    ):
        if said.lower().startswith(label.lower()):
            value = BECOMES.sub("", said[len(label) :], count=1).strip()
            return (key, value) if value else ("", "")
    return "", ""


def among(text: str, options: Mapping[str, Sequence[str]]) -> str | None:
    """The one option whose words are among others in the text; a longer phrase hides the shorter ones in it."""
    bare = _bare(text)
    found = _found(bare, options) if not EITHER.search(bare) else []
    meant = {f.key for f in found if not f.negated and not _leans(f, found)}
    return meant.pop() if len(meant) == 1 else None


def best_place(text: str, places: Mapping[str, Sequence[str]]) -> str | None:
    """The key of the one place named by its key or its names, with or without 村 at the end; never by its position."""
    options = {key: (key, *names, *_short(names)) for key, names in places.items()}
    exact = [key for key, names in options.items() if matches(text, names)]
    return (exact[0] if len(exact) == 1 else None) if exact else among(text, options)


def near_place(text: str, places: Mapping[str, Sequence[str]]) -> str | None:
    """The key of the one place whose name is one letter away (摇洼, yaowaa): asked back, never taken for it."""
    bare = _bare(text).removesuffix("村")
    near = {
        key for key, names in places.items() for name in map(_word, (key, *names, *_short(names)))
        if len(bare) > 1 and (_one_off(bare, name) or (bare.isascii() and SequenceMatcher(None, bare, name).ratio() > ALIKE))
    }  # fmt: skip
    return near.pop() if len(near) == 1 else None


def _one_off(one: str, other: str) -> bool:
    return not one.isascii() and len(one) == len(other) and sum(a != b for a, b in zip(one, other, strict=True)) == 1


def named_first(text: str, places: Mapping[str, Sequence[str]]) -> tuple[str, str]:
    """(key, the rest) of the place that the text begins with, by its name or key; ("", the text) when it begins with none."""
    said = text.strip(AND)
    ways = [(name, key) for key, names in places.items() for name in (*names, key)]
    for name, key in sorted(ways, key=lambda way: len(way[0]), reverse=True):
        if said.lower().startswith(name.lower()):
            return key, said[len(name) :].strip(AND)
    return "", said


def _short(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(name[:-1] for name in names if len(name) > 2 and name.endswith("村"))


def is_none(text: str, phrases: Sequence[str]) -> bool:
    """Whether a list was answered with "none": one of the phrases, or a few words that begin with one (没有别人).

    A name that merely holds such a word (张无忌) is a name.
    """
    bare = _bare(text)
    begun = any(len(p) > 1 and re.match(_pattern(p), bare) for p in map(_bare, phrases))
    return matches(text, phrases) or (begun and len(bare) <= SHORT and not re.search(r"[和跟]| and ", bare))


def _bare(text: str) -> str:
    """Lower case, punctuation gone, single spaces between words and none beside Chinese letters."""
    text = re.sub(r"['’`]", "", normalise(text).lower())
    text = re.sub(r"(?<![\w])/(?=\w)|[^\w/]|(?<=\w)/", lambda found: "/" if found[0] == "/" else " ", text)
    text = re.sub(r"\s+", " ", text).strip()
    return re.sub(rf"(?<=[{HAN}]) | (?=[{HAN}])", "", text)


@lru_cache(maxsize=4096)
def _word(phrase: str) -> str:
    """The same of a phrase of a vocabulary, which is looked for again and again; what people say is kept nowhere."""
    return _bare(phrase)


def _ways(text: str) -> Iterator[str]:
    """The text, then without its closing particles and opening sighs one by one: 算了吧, 算了."""
    bare = _bare(text)
    while bare:
        yield bare
        if bare[-1] in PARTICLES:
            bare = bare[:-1]
        elif bare[0] in OPENERS:
            bare = bare[1:]
        else:
            return


def _position(bare: str) -> int | None:
    found = POSITION.fullmatch(arabic(bare.rstrip(PARTICLES)))
    if found is None:
        return None
    return ORDER.index(found[3]) + 1 if found[3] else int(found[1] or found[2])


def _found(bare: str, options: Mapping[str, Sequence[str]]) -> list[_Found]:
    found: list[_Found] = []
    phrases = [(_word(word), key) for key, words in options.items() for word in words]
    for phrase, key in sorted(phrases, key=lambda pair: -len(pair[0])):
        for at in re.finditer(_pattern(phrase), bare) if phrase and phrase in bare else ():
            inside = any(f.start <= at.start() and at.end() <= f.end and f.end - f.start > len(phrase) for f in found)
            if not inside:
                found.append(_Found(key, at.start(), at.end(), bool(NOT.search(bare[: at.start()]))))
    return found


def _pattern(phrase: str) -> str:
    """A word of Latin letters stands alone (me is not in some); Chinese has no gaps to go by."""
    before = r"(?<![a-z0-9])" if phrase[0].isascii() else ""
    after = r"(?![a-z0-9])" if phrase[-1].isascii() else ""
    return before + re.escape(phrase) + after


def _leans(one: _Found, found: Sequence[_Found]) -> bool:
    """A single letter that touches a longer phrase belongs to it: 我 in 我儿子."""
    if one.end - one.start > 1:
        return False
    return any(f.end - f.start > 1 and not f.negated and one.end == f.start for f in found)
