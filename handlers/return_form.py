"""What is asked of somebody who has come home, and what their own words say already; without it each answer would be asked for
one by one."""

import re
from dataclasses import dataclass
from datetime import timedelta

from chat.form import Answers, Form, Question, Setting
from chat.kinds import Day, Many, OneOf, Phone, PlaceOf, Spot, Text
from chat.reading.names import house_after, name_and_house, names_a_place, own_name
from chat.reading.phone import read_phone
from chat.reading.phrases import among, clauses
from chat.reading.returns import glean_return, only_origin, origin_named, ride_named
from chat.reading.temperature import is_hearsay, is_of_others

TOGETHER = re.compile(r"(?:一起|一块儿?|一道|两个|俩)(?:回来?的?)?$|^(?:还有|同)")
HEADS = re.compile(
    r"(?:[我俺咱]们|一共|总共|有)*(?:[两俩仨三四五六七八九十]|\d{1,2}) ?[个口]?人?"
    r"|(?:all )?(?:two|three|four|five|six|\d{1,2})(?: people| persons| others| of us)?", re.IGNORECASE
)  # fmt: skip
"""仨人: how many travelled, where nobody is named. It stands on the card as it was said, for it may count who writes or not."""
OWN_SELF = re.compile(r"[我俺](?:自己|本人)?|本人|me|i|myself", re.IGNORECASE)
PHONE_WORDS = re.compile(r"[\s\-+,，。:：]|我?的?(?:电话|手机|号码|号)(?:是|为)?|phone|number|my|is", re.IGNORECASE)
NAMED_PHONE = re.compile(r"(?:电话|手机号?|phone)(?:是|号码|号|is|number|[ :：])*\+?\d", re.IGNORECASE)
SYMPTOM_OF = {"fever": "fever", "cough": "cough", "hot": "fever", "weak": "tired"}
"""How each sign of feeling ill is called among the answers about it."""


@dataclass(frozen=True)
class ReturneeReport:
    """A return as it was told; what did not apply, or was skipped, is None."""

    who: str
    name: str
    village: str
    house: str | dict[str, float]
    came_from: str
    city: str | None
    arrived: str
    transport: str
    trip_number: str | None
    companions: list[str]
    symptoms: str
    phone: str
    contact: str


def from_elsewhere(answers: Answers) -> bool:
    """Wuhan is a city already; elsewhere we must ask which."""
    return answers.get("came_from") in ("hubei", "elsewhere")


def shared_a_ride(answers: Answers) -> bool:
    """Trains, planes and coaches have a number by which fellow travellers are found."""
    return answers.get("transport") in ("train", "plane", "coach")


def split_names(text: str) -> tuple[str, ...]:
    """Names as people list them, without the one who lists them: 我和媳妇一起 is 媳妇."""
    parts = (TOGETHER.sub("", part.strip()) for part in re.split(r"[,;/&+、，；和跟与]|\s+and\s+", text))
    return tuple(part for part in parts if part and not OWN_SELF.fullmatch(part))


def glean(text: str, setting: Setting) -> Answers:
    """Several answers out of one sentence; only those surely found."""
    found = glean_return(text, setting.now.date())
    if "symptoms" not in found and (sign := _ailing(text, setting)):
        found["symptoms"] = sign
        found["house"] = next(filter(names_a_place, clauses(text)), "")
    if (phone := read_phone(text)) and (NAMED_PHONE.search(text) or len(PHONE_WORDS.sub("", text)) <= len(phone) + 4):
        found["phone"] = phone
    if only_origin(text):
        found |= origin_named(text)
    return {name: value for name, value in found.items() if name in NAMES and value not in (None, "")}


def _ailing(text: str, setting: Setting) -> str:
    """发烧了, said whatever was asked: how whoever writes feels, and nothing else."""
    if len(text) > (30 if text.isascii() else 10) or is_hearsay(text) or is_of_others(text):
        return ""
    return SYMPTOM_OF.get(among(text, setting.words.ways("felt.signs")) or "", "")


returnee = Form(
    name="returnee",
    makes=ReturneeReport,
    questions=(
        Question("who", OneOf(), glean=own_name),
        Question("name", Text(longest=30, shortest=2, unlike="who"), glean=name_and_house),
        Question("village", PlaceOf("village"), glean=house_after),
        Question("house", Spot(longest=80, within="village")),
        Question("came_from", OneOf(), glean=origin_named),
        Question("city", Text(longest=40), when=from_elsewhere, glean=origin_named, follows="came_from"),
        Question("arrived", Day(earliest_days_ago=60), glean=ride_named),
        Question("transport", OneOf()),
        Question(
            "trip_number", Text(longest=12, numbered=True), when=shared_a_ride, optional=True, follows="transport"
        ),
        Question("companions", Many(split_names)),
        Question("symptoms", OneOf(), gravest_first=("breath", "fever", "cough", "tired", "none")),
        Question("phone", Phone()),
        Question("contact", OneOf()),
    ),
    glean=glean,
    idle="hand_over",
    idle_after=timedelta(minutes=30),
    hands_over_after=2,
)

NAMES = frozenset(q.name for q in returnee.questions)
