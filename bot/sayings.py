"""Finds names of acts and conversations, and words of danger, in what was said; without it only buttons would work."""

import re
from functools import cache, lru_cache

from bot.hearing import Hearing
from bot.routes import Act, Conversation, Routes
from bot.texts import LOCALES, texts
from chat.letter import Button, Say
from chat.reading.danger import Signs
from chat.reading.moments import read_span
from chat.reading.numbers import arabic, normalise
from chat.reading.phrases import matches
from handlers.duty.which import open_here
from rules.context import Context

STAFF_ONLY = ("report", "todo", "zero", "figures", "board", "roster", "households", "claim", "hand", "done")
SEPARATORS = " :,，：。、#【】"
NUMERAL = r"(\d{1,6}|[一二三四五六七八九十]{1,3}(?=号))"
NUMBERED = re.compile(
    rf"(?:第|no\.? ?)?{NUMERAL}(?:号|条|件)?[ ,，:：、]*(?![\d分小点天半个时]|[.:]\d|min|hour|day)(.*)"
)
BEFOREHAND = re.compile(rf"(?:第|#|no\.? ?)?{NUMERAL}(?:号|条|件)?[ ,，:：、]*(\D+)")
GIVEN_TO = re.compile(r"^(\d*) *(?:给|to +) *")
NAME_AND_NUMBER = re.compile(r"([^\W\d][^\d,，。]{0,19}?)[ ,，]*(?:第|#|no\.? ?)?(\d{1,6})号?")


def argument_of(act: Act, hearing: Hearing) -> str | None:
    """What follows the act's name, from its button or typed; None when this is not the act that was meant, or when it is for
    those who have something in hand and this person has not."""
    argument = _argument_of(act, hearing)
    return argument if argument is None or not act.in_hand or _may_act(act, argument, hearing) else None


def for_staff(hearing: Hearing) -> bool:
    """Whether the message is the name of something that only the village's staff may do or see (日报, 待办, 办结 3)."""
    said = re.sub(r"[\s#第号]*\d+号?$", "", normalise(hearing.text))
    labels = [next(iter(texts(locale).options(f"acts.{name}").values())) for locale in LOCALES for name in STAFF_ONLY]
    return not hearing.context.staff and matches(said, [label for words in labels for label in (words[0], words[-1])])


def _may_act(act: Act, argument: str, hearing: Hearing) -> bool:
    """Staff, whoever has something in hand or presses a button of a card they were sent; a volunteer may also name a number, or
    ask what there is. (办完了 alone may be said of their own need.)"""
    context = hearing.context
    asks = "volunteer" in context.roles and (bool(argument) or act.name == "todo")
    if context.staff or asks or hearing.incoming.said.button:
        return True
    return hearing.incoming.private and bool(open_here(context, hearing.reads))


def _argument_of(act: Act, hearing: Hearing) -> str | None:
    pressed = hearing.incoming.said.button
    if pressed:
        name, _, argument = pressed.removeprefix("d:").partition(":")
        return argument if pressed.startswith("d:") and name == act.name else None
    block = f"acts.{act.name}"
    if not hearing.words.has(block):
        return None
    for phrases in hearing.words.ways(block).values():
        rest = after_phrase(hearing.text, phrases, alone=act.argument == "none")
        if act.argument in ("ref", "span"):
            rest = number_before(hearing.text, phrases, act.names) if rest is None else numbered(rest)
        if rest and act.names:
            rest = GIVEN_TO.sub(r"\1 ", rest).strip()
        named = act.names and any(rest == person.name for person in hearing.context.town.people)
        if rest is not None and act.names and not named:
            rest = number_first(rest)
        if rest is not None and (
            act.argument not in ("ref", "span") or is_ref(rest) or (act.argument == "span" and read_span(rest))
            or (act.words and set_apart(hearing.text, phrases))
            or named
        ):  # fmt: skip
            return rest
    return None


def opening_of(routes: Routes, hearing: Hearing) -> tuple[Conversation, str] | None:
    """The conversation that these words, or this button, open by name; with what was said after the name."""
    pressed = hearing.incoming.said.button
    if not pressed and not may_name(routes.opening_blocks, hearing.text):
        return None
    for name, conversation in routes.conversations.items():
        block = f"{name}.{conversation.form.opens_with}"
        if pressed == f"open:{name}":
            return conversation, ""
        if pressed or not may_name((block,), hearing.text) or not hearing.words.has(block):
            continue
        for phrases in hearing.words.ways(block).values():
            rest = after_phrase(hearing.text, phrases, alone=hearing.talk is not None)
            if rest is not None:
                return conversation, rest
    return None


def may_name(blocks: tuple[str, ...], text: str) -> bool:
    """Whether the text holds any phrase of these blocks at all: most messages hold none, and this says so quickly."""
    return _names(blocks).search(_squeezed(text)) is not None


@cache
def _names(blocks: tuple[str, ...]) -> re.Pattern[str]:
    words = texts(LOCALES[0])
    phrases = {
        _squeezed(phrase) for b in blocks if words.has(b) for group in words.ways(b).values() for phrase in group
    }
    return re.compile("|".join(map(re.escape, phrases)) or "(?!)")


@lru_cache(maxsize=512)
def _squeezed(text: str) -> str:
    """Without what people put around and between words."""
    return re.sub(r"[^\w/]", "", normalise(text).lower())


def is_ref(rest: str) -> bool:
    """Whether what follows is nothing, or begins with a duty's number (12, or a tip's K7QM)."""
    first = rest.split(maxsplit=1)[0] if rest else ""
    return not first or first.isdigit() or (len(first) == 4 and first.isascii() and first.isalnum())


def number_first(rest: str) -> str:
    """A name and then a number (李四 7, 李四第7号) as the number and then the name; anything else as it is."""
    found = NAME_AND_NUMBER.fullmatch(rest)
    return f"{found[2]} {found[1]}" if found else rest


def numbered(rest: str) -> str:
    """第3号已送到, 3已送到, 三号: the number, a space, and the rest; anything else (20分钟) as it is."""
    found = None if is_ref(rest) else NUMBERED.fullmatch(rest)
    return f"{arabic(found[1])} {found[2]}".strip() if found else rest


def number_before(text: str, phrases: tuple[str, ...], names: bool) -> str | None:
    """3号办好了, 3号转给李四: the number, and what stands behind the phrase where that is set apart or a name; None otherwise."""
    found = BEFOREHAND.fullmatch(normalise(text).strip())
    rest = after_phrase(found[2], phrases, alone=False) if found else None
    if found is None or rest is None or not (not rest or names or set_apart(found[2], phrases)):
        return None
    return f"{arabic(found[1])} {rest}".strip()


def set_apart(text: str, phrases: tuple[str, ...]) -> bool:
    """Whether one of the phrases stands before the rest with a space or comma between (办结 送到了; 不用了，儿子送来了).
    An English sentence has a space after every word, so there a comma or colon is wanted."""
    said = normalise(text).strip()
    for phrase in phrases:
        after = said[len(phrase) : len(phrase) + 1] if said.lower().startswith(phrase.lower()) else ""
        if after and after in (",:;" if phrase.isascii() else SEPARATORS):
            return True
    return False


def after_phrase(text: str, phrases: tuple[str, ...], alone: bool) -> str | None:
    """What follows the longest of the phrases that ``text`` begins with; None when it begins with none.

    ``alone``: the phrase must be all that was said, unless it is a slash command.
    """
    text = normalise(text).strip()
    if matches(text, phrases):
        return ""
    for phrase in sorted(phrases, key=len, reverse=True):
        if not text.lower().startswith(phrase.lower()) or (alone and not phrase.startswith("/")):
            continue
        rest = text[len(phrase) :]
        if phrase.isascii() and rest and rest[0].isalnum():
            continue
        return rest.strip(SEPARATORS)
    return None


def danger_in(hearing: Hearing) -> str:
    """The sort of danger named in what was said (a key of ``danger.signs``), or an empty text."""
    return "" if hearing.incoming.said.button else sort_of_danger(hearing.text)


def sort_of_danger(text: str) -> str:
    """The same of any words."""
    return _signs().named_in(text)


@cache
def _signs() -> Signs:
    """The signs of all languages: somebody in danger takes the words that come."""
    words = texts(LOCALES[0])
    calm = tuple(phrase for phrases in words.ways("danger.calm").values() for phrase in phrases)
    return Signs(words.ways("danger.signs"), calm)


def menu(context: Context) -> Say:
    """What can be done here, as buttons; for those who do the village's work that is their work, unless they are at home under
    observation themselves."""
    if context.staff and not context.watched and not context.among_villagers:
        return Say(
            "desk.menu_staff", {}, (tuple(Button(f"@acts.buttons.{act}", f"d:{act}:") for act in ("todo", "help")),)
        )
    names = (
        ("need", "temperature", "returnee", "tip") if context.watched else ("returnee", "temperature", "need", "tip")
    )
    rows = tuple((Button(f"@desk.menu_buttons.{name}", f"open:{name}"),) for name in names)
    pairs = tuple((*rows[n], *rows[n + 1]) for n in range(0, len(rows), 2))
    return Say("desk.menu", {"context": context}, pairs)
