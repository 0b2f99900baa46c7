"""A made-up village with everything in every state, so that each thing the program can say has something to be said about."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from bot.texts import texts
from rules.context import Context
from rules.duty import ANYBODY, Duty, open_duty
from rules.kinds import KINDS
from rules.ladders import LADDERS
from rules.roster import Shift
from rules.town import SHANGHAI, Area, Line, Person, Town, Village

NOW = datetime(2020, 2, 10, 10, 30, tzinfo=SHANGHAI)
NIGHT = NOW.replace(hour=23)
PHONE = "00000001001"
NAME = "李大山"
CADRE_PHONE = "00000003101"

TOWN = Town(
    "示范镇", ladders=LADDERS, command_post="web:post", public_url="https://village.example",
    areas=(Area("north", "北片", "web:area"), Area("south", "南片", "web:area2")),
    lines=tuple(Line(key, f"web:{key}", f"web:{key}2") for key in ("monitoring", "screening", "areas", "checkpoints")),
    villages=(Village("yaowa", "姚洼", "north", "web:group", "web:cadres", "web:head"),
              Village("dongpo", "东坡", "north", "web:group2", "web:cadres2", "web:head2"),
              Village("xigou", "西沟", "south", "", "bind:AAAA2222", "")),
    people=(Person("web:zhang", "张建国", "yaowa", ("cadre",), phone=CADRE_PHONE),
            Person("web:wang", "王秀英", "yaowa", ("cadre",), phone="00000003102"),
            Person("web:aunt", "王婶", "yaowa", ("volunteer",)),
            Person("web:li", NAME, "yaowa", ("isolated",), cadre="web:zhang", phone=PHONE, place="村东头")),
)  # fmt: skip

LI = Context(TOWN, "web:li", "web:li", "private", NAME, "yaowa", frozenset(), "zh", PHONE, "村东头", "web:zhang", True)
CONTEXTS: Mapping[str, Context] = {
    "resident": LI,
    "stranger": Context(TOWN, "web:new", "web:new", "private"),
    "cadre": Context(TOWN, "web:zhang", "web:cadres", "cadres", "张建国", "yaowa", frozenset({"cadre"})),
    "cadre in private": Context(TOWN, "web:wang", "web:wang", "private", "王秀英", "yaowa", frozenset({"cadre"})),
    "cadre of another village": Context(TOWN, "web:sun", "web:cadres2", "cadres", "孙强", "dongpo"),
    "cadre in a group of villagers": Context(TOWN, "web:zhang", "web:group", "group", "张建国", "yaowa",
                                             frozenset({"cadre"})),
    "resident in a group of villagers": replace(LI, chat="web:group", place="group"),
    "head": Context(TOWN, "web:head", "web:head", "private", "赵村长", "yaowa", frozenset({"village_head"})),
    "volunteer": Context(TOWN, "web:aunt", "web:aunt", "private", "王婶", "yaowa", frozenset({"volunteer"})),
    "area head": Context(TOWN, "web:area", "web:area", "private", "片长", "", frozenset({"area_head"})),
    "command post": Context(TOWN, "web:officer", "web:post", "office", "值班员"),
    "administrator": Context(TOWN, "web:admin", "web:admin", "private", "管理员", "", frozenset({"admin"})),
    "leader": Context(TOWN, "web:monitoring", "web:monitoring", "office", "刘主任", "", frozenset({"line_leader"})),
}  # fmt: skip

ODD = "</b> {{ 7*7 }} _*[x](y)`"
"""What a template or a messenger must not make anything of."""

CARDS: Mapping[str, Mapping[str, Any]] = {
    "need": {"text": f"家里没米了{ODD}", "urgency": "now"},
    "fever": {"value": "38.2", "watched": True},
    "missed": {"asked": "08:00"},
    "urgent": {"sort": "chest", "sorts": ["chest", "breath"], "text": "我老伴胸口疼"},
    "voice": {"attachments": [["voice", "ref"]], "channel": "web"},
    "return": {"from": "hubei", "city": "黄冈", "arrived": "2020-02-09", "transport": "train", "trip_number": "G1234",
               "with": 2, "symptoms": "cough", "contact": "unsure", "relative": True, "unfinished": False, "text": ""},
    "tip": {"text": "有人摆酒席", "topic": "gathering", "place": "东头", "moment": "现在", "about": "villager", "where": "姚洼"},
    "breach": {"text": "去了小卖部", "seen_by": ["张建国"]},
    "visit": {},
    "order": {"text": "核实3户", "by": "刘主任"},
    "unheard of": {"text": "别的事", "lines": ["一", "二"]},
}  # fmt: skip


def card_of(kind: str) -> dict[str, Any]:
    """A full card of a kind."""
    who = {} if kind == "tip" else {"who": "李*", "place": "村东头", "phone": PHONE}
    return {**who, **CARDS[kind]}


def open_of(kind: str, ref: str = "3") -> Duty:
    """A new duty of a kind."""
    due = NOW + timedelta(hours=2) if kind in ("need", "order") else None
    subject = {"tip": "", "order": "web:monitoring"}.get(kind, "web:li")
    return open_duty(
        Duty(ref, kind, NOW, "yaowa", subject=subject, responsible="web:zhang", due_at=due, card=card_of(kind))
    )


def states_of(duty: Duty) -> Iterator[Duty]:
    """A duty in each state that it can be in."""
    yield duty
    yield replace(duty, card={**duty.card, "place": "", "who": ""}, village="")
    yield replace(duty, offered_to="web:zhang", offered_at=NOW)
    yield replace(duty, due_at=NOW - timedelta(minutes=75))
    claimed = replace(duty, state="claimed", holder="web:zhang", holder_name="张建国", claimed_at=NOW, touched_at=NOW)
    yield claimed
    yield replace(claimed, holder="web:wang", holder_name="王秀英")
    yield replace(claimed, holder="web:wang", holder_name="王秀英", offered_to="web:zhang", offered_at=NOW)
    yield replace(claimed, offered_to=ANYBODY, offered_at=NOW)
    notes = {"waits_for": "药店进货", "errand": "王婶", "notes": ["张建国: 在路上"]}
    yield replace(claimed, wait_until=NOW + timedelta(hours=3), card={**duty.card, **notes})
    yield replace(claimed, state="reported", reported_at=NOW, ask_at=NOW)
    closed = replace(claimed, state="closed", closed_at=NOW)
    yield closed
    yield replace(closed, confirmed=True)
    yield replace(closed, confirmed=False)
    yield replace(closed, merged_into="5")
    yield replace(closed, state="cancelled", holder="", holder_name="")


def all_duties() -> Iterator[Duty]:
    """Each kind in each state."""
    for kind in (*KINDS, "unheard of"):
        yield from states_of(open_of(kind, "K7QM" if kind == "tip" else "3"))


@dataclass(frozen=True)
class FakeReads:
    """Answers every handler's ``Reads`` from what a test put in."""

    duties: tuple[Duty, ...] = ()
    answered: Duty | None = None
    watch: Any = None
    last: tuple[datetime, int] | None = None
    shifts: tuple[tuple[Shift, str], ...] = ()
    known_return: Mapping[str, Any] | None = None
    locked: bool = False
    locale: str = "zh"
    now: datetime = NOW
    phones: Mapping[str, str] = field(default_factory=lambda: {p.id: p.phone for p in TOWN.people})

    def new_number(self) -> str:
        return "12"

    def new_tip_number(self) -> str:
        return "W3XY"

    def new_token(self) -> str:
        return "AbCdEfGhIjKlMnOpQrStUv"

    def has_private_chat(self, person: str) -> bool:
        return bool(self.duties)

    def duty(self, ref: str) -> Duty | None:
        return next((d for d in self.duties if d.ref == ref), None)

    def duty_replied_to(self) -> Duty | None:
        return self.answered

    def named(self, block: str, text: str) -> str:
        lines = texts(self.locale).options(block).items()
        return next((key for key, words in lines if any(word.lower() in text.lower() for word in words)), "")

    def all_named(self, block: str, text: str) -> tuple[str, ...]:
        lines = texts(self.locale).options(block).items()
        return tuple(key for key, words in lines if any(word.lower() in text.lower() for word in words))

    def duties_replied_to(self) -> tuple[Duty, ...]:
        return (self.answered,) if self.answered else ()

    def last_silent(self, people: tuple[str, ...]) -> Duty | None:
        return next((d for d in self.duties if d.subject in people and d.confirmed is False), None)

    def taken_back(self, person: str, since: datetime) -> tuple[Duty, ...]:
        return tuple(d for d in self.duties if d.subject == person and d.state == "cancelled")

    def last_confirmed(self, person: str) -> Duty | None:
        return next((d for d in self.duties if d.subject == person and d.confirmed), None)

    def history(self, ref: str) -> list[tuple[datetime, str, str, str, str]]:
        moves = [*texts("zh").options("duty.moves"), "something new"]
        rungs = {"rung": "cadres, village_head", "undelivered": "command_post", "on_way": "40",
                 "waits": f"{NOW.isoformat()} 药店没货"}  # fmt: skip
        told = (("张建国", "", "web:cadres"), ("", "补充", ""), ("王婶", "补充", "web:aunt"))
        return [(NOW, move, who, rungs.get(move, note), chat) for move in moves for who, note, chat in told]

    def needs_between(self, since: datetime, until: datetime) -> tuple[Duty, ...]:
        return tuple(replace(d, rating="good") if d.over else d for d in self.duties if d.kind == "need")

    def promised_between(self, since: datetime, until: datetime) -> tuple[Duty, ...]:
        return tuple(d for d in self.duties if d.kind == "order")

    def climbs_of(self, refs: tuple[str, ...]) -> Mapping[str, int]:
        return {"60": 2} if refs else {}

    def shifts_between(self, since: datetime, until: datetime) -> tuple[Shift, ...]:
        return tuple(shift for shift, _ in self.shifts)

    def cannot_reach(self, address: str) -> bool:
        return self.locked

    def shifts_now(self) -> tuple[tuple[Shift, str], ...]:
        return self.shifts

    def open_duties(
        self, villages: tuple[str, ...] = (), lines: tuple[str, ...] = (), whole: bool = False
    ) -> tuple[Duty, ...]:
        return tuple(d for d in self.duties if not d.over and (whole or d.village in villages or d.line in lines))

    def open_duties_of(self, person: str, kind: str | None = None) -> tuple[Duty, ...]:
        return tuple(d for d in self.duties if not d.over and d.subject == person and kind in (None, d.kind))

    def name_of(self, address: str) -> str:
        return next((p.name for p in TOWN.people if p.id == address), "")

    def phone_of(self, address: str) -> str:
        return self.phones.get(address, "")

    def watch_of(self, person: str) -> Any:
        return self.watch

    def watched_named(self, text: str) -> tuple[Person, ...]:
        return tuple(p for p in TOWN.people if "isolated" in p.roles and p.name in text)

    def last_temperature(self, person: str) -> tuple[datetime, int] | None:
        return self.last

    def last_of_house(self, person: str) -> list[tuple[str, datetime, int]]:
        return [("老伴", *self.last)] if self.last else []

    def checkin_open(self, person: str) -> bool:
        return self.watch is not None

    def called_at(self, person: str) -> datetime | None:
        return NOW if self.watch is not None else None

    def label(self, block: str, key: str) -> str:
        return texts("zh").options(block)[key][0]

    def return_like(self, match: str) -> Mapping[str, Any] | None:
        return self.known_return

    def returns_by(self, person: str) -> list[Mapping[str, Any]]:
        return [self.known_return] if self.known_return else []

    def code_locked(self, chat: str) -> bool:
        return self.locked

    def unsure(self, ref: str) -> bool:
        return self.last is not None

    def bound(self) -> Mapping[str, str]:
        return {}


WATCH = SimpleNamespace(until=NOW + timedelta(days=9), village="yaowa")
