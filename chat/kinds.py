"""The kinds of answers: each reads typed words, a button, a photo, a contact or a location, and gives a plain JSON value.

Without it every question would have to understand people by itself.
"""

import math
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from chat.form import Answers, Asked, Form, Offer, Question, Setting, Unclear, Value
from chat.incoming import Said
from chat.reading.days import read_day
from chat.reading.household import read_each
from chat.reading.lacks import things
from chat.reading.names import is_no_name, names_a_place
from chat.reading.numbers import arabic
from chat.reading.phone import read_phone
from chat.reading.phrases import among, best_option, best_place, is_none, matches, near_place
from chat.reading.returns import only_origin, tells_return
from chat.reading.temperature import Read, read_unasked

STORY = 100
"""An answer that may be so long tells what happened, and 发烧了 may well be in it."""
SHORT, SHORT_LATIN = 10, 30
"""Letters in which who speaks of a fever says nothing else."""


def _no_offers() -> tuple[Offer, ...]:
    return ()


@dataclass(frozen=True)
class Text:
    """Words as they are, ``longest`` characters at most; a ready answer where the question has ``_options``.

    Words that ask what is meant (啥意思) are no answer; ``numbered``: nor is what has no digit in it (a train's number).
    """

    longest: int = 200
    shortest: int = 1
    numbered: bool = False
    of_others: bool = False
    """Whether it may be about anybody: then 发烧了 is no word of who speaks."""
    nothing: str = ""
    """A block of words that say that there is nothing to say: the value is empty then."""
    unlike: str = ""
    """A question of the same form whose options are no answer here: 我自己 is nobody's name."""

    def read(self, said: Said, asked: Asked, setting: Setting) -> Value:
        """The text without white space at its ends."""
        text = _clean(said.text)
        if matches(text, setting.words.ways("form.puzzled")["puzzled"]):
            raise Unclear("form.what_is_meant")
        if sum(unicodedata.category(letter)[0] not in "CZ" for letter in text) < self.shortest:
            raise Unclear("form.unclear_name" if self.unlike and text else "form.unclear_text")
        if isinstance(read_unasked(text), Read) or (not self.of_others and read_each(text)):
            raise Unclear("form.is_temperature")
        if self.nothing and any(matches(text, words) for words in setting.words.ways(self.nothing).values()):
            return ""
        if not self.of_others and _says_ill(text, setting) and not things(text):
            raise Unclear("form.is_ailing")
        if self.longest < STORY and things(text):
            raise Unclear("form.is_lack")
        block = f"{asked.form}.{self.unlike}_options"
        if self.unlike and any(matches(text, words) for words in setting.words.ways(block).values()):
            raise Unclear("form.unclear_name")
        if self.unlike and (is_no_name(text) or matches(text, setting.words.ways("form.dont_know")["unknown"])):
            raise Unclear("form.unclear_name")
        if len(text) > self.longest:
            raise Unclear("form.too_long", longest=self.longest)
        if self.numbered and not any(letter.isdecimal() for letter in arabic(text)):
            raise Unclear("form.unclear_number")
        return arabic(text).upper() if self.numbered else text

    def offers(self, asked: Asked, setting: Setting) -> tuple[Offer, ...]:
        """The ready answers, if its words name some."""
        return tuple(Offer(o.key, o.label, o.label) for o in _option_offers(asked, setting))

    def show(self, value: Value, asked: Asked, setting: Setting) -> str:
        """As it was written."""
        return str(value)


@dataclass(frozen=True)
class OneOf:
    """One of the options of the block ``<question>_options``; the value is the option's key."""

    def read(self, said: Said, asked: Asked, setting: Setting) -> Value:
        """The key of the option that was meant."""
        found = best_option(said.text, setting.words.ways(f"{asked.block}_options"))
        if not isinstance(found, str):
            raise Unclear("form.unclear_option")
        return found

    def offers(self, asked: Asked, setting: Setting) -> tuple[Offer, ...]:
        """All options."""
        return _option_offers(asked, setting)

    def show(self, value: Value, asked: Asked, setting: Setting) -> str:
        """The option's label."""
        return setting.words.options(f"{asked.block}_options").get(str(value), (str(value),))[0]


@dataclass(frozen=True)
class PlaceOf:
    """One of the town's places of a sort (``village``); the value is its key."""

    sort: str

    def read(self, said: Said, asked: Asked, setting: Setting) -> Value:
        """The key of the one place whose name is in what was said."""
        places = setting.choices.get(self.sort, {})
        found = best_place(said.text, places)
        if found is None and (near := near_place(said.text, places)):
            raise Unclear("form.ask_place", near, likely_text=places[near][0])
        if found is None:
            raise Unclear("form.unclear_place")
        return found

    def offers(self, asked: Asked, setting: Setting) -> tuple[Offer, ...]:
        """None: a town has more villages than a phone has room."""
        return _no_offers()

    def show(self, value: Value, asked: Asked, setting: Setting) -> str:
        """The place's name."""
        return setting.choices.get(self.sort, {}).get(str(value), (str(value),))[0]


@dataclass(frozen=True)
class Day:
    """A day in the town's calendar, not after today; the value is its ISO text."""

    earliest_days_ago: int = 60

    def read(self, said: Said, asked: Asked, setting: Setting) -> Value:
        """The date as ``2020-02-03``."""
        today = setting.now.date()
        day = read_day(said.text, today)
        if not isinstance(day, date):
            raise Unclear("form.unclear_day")
        if day > today:
            raise Unclear("form.day_ahead")
        if day < today - timedelta(days=self.earliest_days_ago):
            raise Unclear("form.day_too_old", days=self.earliest_days_ago)
        return day.isoformat()

    def offers(self, asked: Asked, setting: Setting) -> tuple[Offer, ...]:
        """Today, yesterday and the day before; a button is of the day it was shown, also when midnight has gone by."""
        labels = setting.words.options("form.days_ago")
        days = {names[0]: setting.now.date() - timedelta(days=int(key)) for key, names in labels.items()}
        return tuple(Offer(day.isoformat(), label, day.isoformat()) for label, day in days.items())

    def show(self, value: Value, asked: Asked, setting: Setting) -> str:
        """Month and day."""
        day = date.fromisoformat(str(value))
        return setting.words.say("form.day", month=day.month, day=day.day)


@dataclass(frozen=True)
class Phone:
    """A phone number, typed or shared as a contact; the value is its digits."""

    def read(self, said: Said, asked: Asked, setting: Setting) -> Value:
        """The digits."""
        found = read_phone(said.phone or said.text)
        if found is None and matches(said.text, setting.words.ways("form.no_phone")["none"]):
            return ""
        if found is None:
            raise Unclear("form.unclear_phone")
        return found

    def offers(self, asked: Asked, setting: Setting) -> tuple[Offer, ...]:
        """None: nobody else knows the number."""
        return _no_offers()

    def show(self, value: Value, asked: Asked, setting: Setting) -> str:
        """All its digits: the summary is read by its owner."""
        return str(value) or setting.words.say("form.nothing")


@dataclass(frozen=True)
class Spot:
    """Where something is: words, or a shared location as ``{"lat": …, "lon": …}`` in degrees."""

    longest: int = 80
    within: str = ""
    """A sort of place that is known already and says nothing of where in it: the village is not the house."""

    def read(self, said: Said, asked: Asked, setting: Setting) -> Value:
        """Words, or the location."""
        unknown = setting.words.ways("form.dont_know")["unknown"] if self.within else ()
        mine = setting.words.ways("form.says_no_house")["mine"] if self.within else ()
        if any(matches(said.text, names) for names in (unknown, mine, *setting.choices.get(self.within, {}).values())):
            raise Unclear("form.only_the_village")
        if said.location is not None and all(map(math.isfinite, said.location)):
            return {"lat": round(said.location[0], 5), "lon": round(said.location[1], 5)}
        if self.within and (only_origin(said.text) or (tells_return(said.text) and not names_a_place(said.text))):
            raise Unclear("form.only_a_city")
        return Text(self.longest).read(said, asked, setting)

    def offers(self, asked: Asked, setting: Setting) -> tuple[Offer, ...]:
        """The ready answers, if its words name some."""
        return Text(self.longest).offers(asked, setting)

    def show(self, value: Value, asked: Asked, setting: Setting) -> str:
        """The words, or the coordinates."""
        if isinstance(value, dict):
            return setting.words.say("form.location", lat=value["lat"], lon=value["lon"])
        return str(value)


@dataclass(frozen=True)
class Photo:
    """A photo; the value is the gateway's reference. "None" is an answer too (the option key is kept)."""

    def read(self, said: Said, asked: Asked, setting: Setting) -> Value:
        """``{"photo": reference}`` or ``{"none": true}``."""
        if said.attachment is not None and said.attachment.kind == "photo":
            return {"photo": said.attachment.ref}
        if isinstance(best_option(said.text, setting.words.ways("form.no_photo")), str):
            return {"none": True}
        raise Unclear("form.unclear_photo")

    def offers(self, asked: Asked, setting: Setting) -> tuple[Offer, ...]:
        """No photo."""
        names = setting.words.options("form.no_photo")
        return tuple(Offer(key, words[0], {"none": True}) for key, words in names.items())

    def show(self, value: Value, asked: Asked, setting: Setting) -> str:
        """Whether there is one."""
        key = "form.has_photo" if isinstance(value, dict) and "photo" in value else "form.has_no_photo"
        return setting.words.say(key)


UNKNOWN = "?"
"""In place of a list: there were some, but the person does not remember whom; that is not none."""


@dataclass(frozen=True)
class Many:
    """Several of something in one answer, split at commas and the like; none is the empty list, not known is ``UNKNOWN``."""

    split: Callable[[str], tuple[str, ...]]
    most: int = 20

    def read(self, said: Said, asked: Asked, setting: Setting) -> Value:
        """A list of texts."""
        text = _clean(said.text)
        if not any(map(str.isalnum, text)):
            raise Unclear("form.unclear_text")
        if isinstance(read_unasked(text), Read):
            raise Unclear("form.is_temperature")
        if _says_ill(text, setting):
            raise Unclear("form.is_ailing")
        if any(is_none(text, words) for words in setting.words.ways("form.none").values()):
            return []
        if matches(text, setting.words.ways("form.dont_know")["unknown"]):
            return [UNKNOWN]
        found = [part for part in self.split(text) if part][: self.most]
        if not found or any(len(part) > 60 for part in found):
            raise Unclear("form.too_long", longest=60)
        return found

    def offers(self, asked: Asked, setting: Setting) -> tuple[Offer, ...]:
        """None of them."""
        return tuple(Offer(key, names[0], []) for key, names in setting.words.options("form.none").items())

    def show(self, value: Value, asked: Asked, setting: Setting) -> str:
        """The list, or that there is none."""
        if value == [UNKNOWN]:
            return setting.words.say("form.not_known")
        return setting.words.say("form.list", items=list(value)) if value else setting.words.say("form.nothing")


def early_photo(form: Form, answers: Answers, current: Question | None, said: Said) -> Answers:
    """A photo sent before it is asked for answers the question that will ask for it."""
    asks = next((q for q in form.applying(answers) if isinstance(q.kind, Photo) and q.name not in answers), None)
    if asks is None or asks == current or said.attachment is None or said.attachment.kind != "photo":
        return {}
    return {asks.name: {"photo": said.attachment.ref}}


def _clean(text: str) -> str:
    """White space made single, control characters gone: a NUL is text that not every database keeps."""
    return " ".join("".join(" " if unicodedata.category(letter) == "Cc" else letter for letter in text).split())


def _says_ill(text: str, setting: Setting) -> bool:
    """发烧了 is nobody's name and nobody's house, whatever was asked."""
    signs = setting.words.ways("felt.signs").values()
    short = len(text) <= (SHORT_LATIN if text.isascii() else SHORT)
    return short and among(text, {"ill": [word for words in signs for word in words]}) is not None


def _option_offers(asked: Asked, setting: Setting) -> tuple[Offer, ...]:
    block = f"{asked.block}_options"
    if not setting.words.has(block):
        return ()
    return tuple(Offer(key, names[0], key) for key, names in setting.words.options(block).items())
