"""Finds that somebody puts right what they have just said (打错了，是没面了; not rice but flour), and what they mean; without it
the right words would be a second need beside the wrong one."""

import re
from dataclasses import dataclass

from chat.reading.numbers import normalise

MARK = (
    r"(?:[打发写说弄搞记按念]错(?:字|话)?了?|错了|不对(?!劲)|更正|口误|笔误|应该是|改成|改为|换成"
    r"|\b(?:typo|mistyped|wrong|correction|(?:my )?mistake|i meant(?: to say)?|i mean|should be|make that)\b)"
)
AROUND = (
    r"(?:不好意思|对不起|抱歉|哎呀?|哎哟|唉|啊|噢|哦|我|俺|刚才|刚刚|前面|上面|上一[条句]|那[个条句]|这[个条句]|是|有|的"
    r"|\b(?:sorry|oops|that|it|was|is|its|a|the|i)\b|[\s,.:;!，。：；！、'’…-])*"
)
"""What may stand around the mark and says nothing by itself."""
LEAD = re.compile(rf"(?:no\b)?{AROUND}", re.IGNORECASE)
BEGINS = re.compile(rf"{LEAD.pattern}{MARK}{AROUND}", re.IGNORECASE)
ENDS = re.compile(rf"[\s,.，。、]+{AROUND}{MARK}{AROUND}$", re.IGNORECASE)
NOT_BUT = re.compile(
    r"(?:不是|不要|别要)\s*(?P<wrong>[^，。,.;；]{1,12}?)[\s,，、.。;；]*(?:而是|应该是|我?要的是|[我俺]?要|是)\s*(?P<right>\S.*)"
    r"|(?:it'?s )?not (?P<not>[^,.;]{1,20}?)(?:,? but |, ?(?:it'?s )?)(?P<but>\S.*)",
    re.IGNORECASE,
)
ENDING = re.compile(r"[\s,.!，。！;；、]*[吧啊呀呢哈哦]?[\s,.!，。！;；、]*$")


@dataclass(frozen=True)
class Slip:
    """``wrong``: the word that was not meant, where it is named; ``right``: what is; empty when only the slip was owned up to.
    ``marked``: whether it was called a slip."""

    wrong: str
    right: str
    marked: bool


def slip_in(text: str) -> Slip | None:
    """The slip that is put right with these words; None when they speak of none."""
    said = ENDING.sub("", normalise(text))
    begun, ended = BEGINS.match(said), ENDS.search(said)
    if begun is not None:
        rest = said[begun.end() :]
        while (more := BEGINS.match(rest)) is not None:
            rest = rest[more.end() :]
    else:
        rest = said[: ended.start()] if ended else said
    found = NOT_BUT.fullmatch(rest) or NOT_BUT.fullmatch(LEAD.sub("", rest, count=1))
    marked = begun is not None or ended is not None
    if found is not None:
        wrong, right = found["wrong"] or found["not"], found["right"] or found["but"]
        return Slip(wrong.strip(), meant_by(right), marked)
    return Slip("", meant_by(rest), True) if marked else None


def meant_by(right: str) -> str:
    """是没面了吧 as it would have been said at first: 没面了."""
    return ENDING.sub("", re.sub(r"^(?:而?是|[我俺]?要的是)", "", normalise(right))).strip()


def bare_thing(right: str) -> str:
    """The thing in 没盐, no flour, which stands for another thing alone."""
    return re.sub(r"^(?:没有?|(?:no|some|the)\b)\s*", "", right, flags=re.IGNORECASE)
