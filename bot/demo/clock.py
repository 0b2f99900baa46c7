"""The demo's hands on the clock: what they may ask, and how the clock stands; without it a day would take a day to try."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.app import App
from bot.config.mistakes import Wrong
from bot.config.values import duration
from bot.texts import Texts
from rules.alarms import next_alarm
from rules.climbing import remaining, rung_time
from rules.duty import Duty
from rules.town import Town
from storage import duties, watches
from storage.ledger import Ledger

FARTHEST = timedelta(days=90)
"""The clock is moved this far at once at most: it stops at everything in between, which takes its time."""
MORNING = (7, 30)


class Malformed(ValueError):
    """What was asked of the clock cannot be read; ``block`` names the words that say why."""

    def __init__(self, block: str) -> None:
        super().__init__(block)
        self.block = block


@dataclass(frozen=True)
class Order:
    """What to do with the clock: forward by, or to a moment, or another rate; one of the three."""

    forward: timedelta | None = None
    to: datetime | None = None
    rate: float | None = None


def read_order(body: bytes) -> Order:
    """``{"forward": "90m"}``, ``{"to": "2020-02-10T07:30:00+08:00"}`` or ``{"rate": 60}``. Raises Malformed."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        raise Malformed("clock_malformed") from None
    if not isinstance(said, dict) or len(said) != 1:
        raise Malformed("clock_malformed")
    (key, value), *_ = said.items()
    readers: Mapping[str, Any] = {"forward": _forward, "to": _to, "rate": _rate}
    if key not in readers:
        raise Malformed("clock_malformed")
    return Order(**{key: readers[key](value)})


async def obey(app: App, order: Order) -> None:
    """Returns when everything due in between is decided and sent. Raises Malformed, having moved nothing."""
    if order.rate is not None:
        await app.clockwork.set_rate(order.rate)
        return
    length = order.to - app.clock.now() if order.to is not None else order.forward or timedelta()
    if length > FARTHEST:
        raise Malformed("clock_too_far")
    try:
        await (app.clockwork.move(order.to) if order.to is not None else app.clockwork.forward(length))
    except ValueError:
        raise Malformed("clock_past") from None


async def standing(app: App, words: Texts) -> dict[str, Any]:
    """How the clock stands and what happens next: ``now``, ``rate`` and ``next`` (``at``, ``what`` in words), or None."""
    zone = app.book.town.zone
    coming = await app.ticker.coming()
    then = None
    if coming is not None:
        at, what, of = coming
        text = await app.database.transact(lambda tx: _in_words(app.ledger(tx), app.book.town, words, at, what, of))
        then = {"at": max(at, app.clock.now()).astimezone(zone).isoformat(), "what": text}
    return {"now": now_text(app), "rate": app.clock.rate, "next": then}


def now_text(app: App) -> str:
    """The town's time in its zone."""
    return app.clock.now().astimezone(app.book.town.zone).isoformat()


def tomorrow(app: App) -> str:
    """Half past seven on the day after this one."""
    local = app.clock.now().astimezone(app.book.town.zone) + timedelta(days=1)
    return local.replace(hour=MORNING[0], minute=MORNING[1], second=0, microsecond=0).isoformat()


def _in_words(ledger: Ledger, town: Town, words: Texts, at: datetime, what: str, of: str) -> str:
    if what.startswith("rung_"):
        duty = duties.of_message(ledger, of)
        return words.say("demo.next_rung", **_rung(duty, town, words, at)) if duty else ""
    if what == "alarm":
        return _alarm(ledger, words, at)
    values: dict[str, Any] = {"what": what, "villages": len(town.villages), "watched": 0, "late": 0}
    if what == "checkins":
        values["watched"] = len(watches.running(ledger, at))
    elif what == "checkin":
        found = watches.due(ledger, at, 500)
        values |= {"watched": len(found), "late": sum(c.state != "asked" for c in found)}
    return words.say("demo.next", **values)


def _alarm(ledger: Ledger, words: Texts, at: datetime) -> str:
    ringing = duties.ringing(ledger, at, 1)
    duty = duties.of_message(ledger, ringing[0][1]) if ringing else None
    alarm = next_alarm(duty) if duty else None
    if duty is None or alarm is None:
        return words.say("demo.next", what="", villages=0, watched=0, late=0)
    text = words.say("demo.alarm_coming", what=alarm[1], holder=duty.holder_name)
    return words.say("demo.next_alarm", kind=words.options("duty.names")[duty.kind][0], duty=duty, text=text)


def _rung(duty: Duty, town: Town, words: Texts, at: datetime) -> dict[str, Any]:
    names = words.options("demo.targets")
    left = remaining(duty, town.ladders.get(duty.ladder, ()))
    rung = next((r for r in left if rung_time(duty, r) <= at), None)
    told = [names.get(t, (t,))[0] for t in (rung.tell if rung else ())]
    return {"kind": words.options("duty.names")[duty.kind][0], "duty": duty, "tell": told,
            "unless": (rung.unless if rung else "") or ""}  # fmt: skip


def _forward(value: object) -> timedelta:
    try:
        return duration(value)
    except Wrong:
        raise Malformed("clock_forward") from None


def _to(value: object) -> datetime:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Malformed("clock_to")
    return moment


def _rate(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 1 <= value <= 3600:  # NaN is neither
        raise Malformed("clock_rate")
    return float(value)
