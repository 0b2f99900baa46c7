"""A tip about something wrong: what, where, when, about whom; who gave it is kept nowhere, or nobody would give one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from chat.form import Answers, Form, Question, Setting
from chat.incoming import Said
from chat.kinds import OneOf, Photo, PlaceOf, Spot, Text
from chat.letter import Outcome, Say
from rules.context import Context
from rules.duty import Duty, open_duty
from rules.facts import ChatForgotten, DutyOpened, TipGiven
from rules.tips import LINE_OF_TOPIC, really_about

BEFORE = timedelta(seconds=5)
"""The word that opened the tip was written a moment before it was heard."""


class Reads(Protocol):
    """What this conversation asks."""

    @property
    def now(self) -> datetime:
        """The town's time."""

    def all_named(self, block: str, text: str) -> tuple[str, ...]:
        """The keys of all lines of a vocabulary of which a word is in the text."""

    def new_tip_number(self) -> str:
        """A random number that tells nothing of when it came."""


@dataclass(frozen=True)
class TipReport:
    """A tip; there is no field for who gave it, on purpose."""

    receipt: str
    begun: str
    what: str
    topic: str
    village: str
    place: str | dict[str, float]
    moment: str
    about: str
    photo: dict[str, Any]


tip = Form(
    name="tip",
    makes=TipReport,
    questions=(
        Question("receipt", Text(), hidden=True),
        Question("begun", Text(), hidden=True),
        Question("what", Text(longest=500, shortest=2, of_others=True)),
        Question("topic", OneOf()),
        Question("village", PlaceOf("village")),
        Question("place", Spot(longest=80)),
        Question("moment", Text(longest=40, of_others=True)),
        Question("about", OneOf()),
        Question("photo", Photo()),
    ),
    idle_after=timedelta(hours=2),
)


def known_already(context: Context, reads: Reads) -> Answers:
    """The receipt, which the tipster reads before submitting; nothing is taken over from who somebody is."""
    return {"receipt": reads.new_tip_number(), "begun": reads.now.isoformat()}


def hear(said: Said, context: Context, reads: Reads, now: datetime, setting: Setting) -> Outcome | None:
    """A sentence that tells of something wrong without the word tip: opens the form with it."""
    text = " ".join(said.text.split())
    if context.place != "private" or len(text) < 4 or len(text) > 500:
        return None
    signs = [word for words in setting.words.ways("tip.signs").values() for word in words]
    if not any(sign.lower() in text.lower() for sign in signs):
        return None
    return Outcome(then=("tip", {**known_already(context, reads), "what": text}))


def on_finished(report: TipReport, context: Context, reads: Reads, now: datetime) -> Outcome:
    """The tip goes to the right line and village; its receipt is all that ties it to the one who gave it, and
    they hold it."""
    ref = report.receipt
    said = f"{report.what} {report.place if isinstance(report.place, str) else ''}"
    about = really_about(said, report.about, context.town.people, reads.all_named("tip.about_options", said))
    line = LINE_OF_TOPIC[report.topic]
    # A tip about a cadre or somebody higher has no village on its duty: nobody of that village is told or sees it.
    village = report.village if about == "villager" else ""
    place = f"{report.place['lat']},{report.place['lon']}" if isinstance(report.place, dict) else report.place
    named = context.town.village(report.village)
    photo = [["photo", report.photo["photo"]]] if report.photo and "photo" in report.photo else []
    card = {"text": report.what, "topic": report.topic, "place": place, "moment": report.moment, "about": about,
            "where": named.name if named else "", "attachments": photo}  # fmt: skip
    duty = open_duty(Duty(ref, "tip", now, village, line=line, card=card))
    given = TipGiven(ref, village, line, now.date(), {"what": report.what, "place": place, "about": about})
    forgotten = ChatForgotten(context.chat, datetime.fromisoformat(report.begun) - BEFORE)
    return Outcome((given, DutyOpened(duty), forgotten), (Say("tip.received"),))
