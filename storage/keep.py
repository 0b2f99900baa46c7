"""Facts into rows: without it what a handler decided would be forgotten when its message ends."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from rules import facts
from storage import duties, people, registers, roster, rota, watches
from storage.ledger import Ledger


def keep(ledger: Ledger, decided: Iterable[object], now: datetime) -> None:
    """Keep each fact, in order, with its audit row. Raises KeyError for something that is no fact."""
    for fact in decided:
        KEEPERS[type(fact)](ledger, fact, now)


def _person_told(ledger: Ledger, fact: facts.PersonTold, now: datetime) -> None:
    people.tell(ledger, fact)


def _duty_opened(ledger: Ledger, fact: facts.DutyOpened, now: datetime) -> None:
    duties.add(ledger, fact.duty)
    duties.record(ledger, "duty", fact.duty.ref, "opened", fact.who, fact.chat, now, fact.note)


def _duty_moved(ledger: Ledger, fact: facts.DutyMoved, now: datetime) -> None:
    duties.save(ledger, fact.duty)
    duties.record(ledger, "duty", fact.duty.ref, fact.what, fact.who, fact.chat, now, fact.note)


def _watch_started(ledger: Ledger, fact: facts.WatchStarted, now: datetime) -> None:
    watches.start(ledger, fact)
    duties.record(ledger, "watch", fact.person, "started", fact.who, fact.chat, now)


def _watch_ended(ledger: Ledger, fact: facts.WatchEnded, now: datetime) -> None:
    watches.let_off(ledger, fact.person, now)
    duties.record(ledger, "watch", fact.person, "ended", fact.who, fact.chat, now)


def _temperature(ledger: Ledger, fact: facts.TemperatureTaken, now: datetime) -> None:
    watches.take(ledger, fact)


def _return(ledger: Ledger, fact: facts.ReturnRegistered, now: datetime) -> None:
    registers.register_return(ledger, fact, now)


def _tip(ledger: Ledger, fact: facts.TipGiven, now: datetime) -> None:
    registers.keep_tip(ledger, fact)


def _zero(ledger: Ledger, fact: facts.ZeroReported, now: datetime) -> None:
    registers.keep_zero(ledger, fact, now)


def _report_asked(ledger: Ledger, fact: facts.ReportAsked, now: datetime) -> None:
    registers.order_report(ledger, fact)


def _shift(ledger: Ledger, fact: facts.ShiftTaken, now: datetime) -> None:
    roster.add(ledger, fact.shift)
    ref = f"{fact.shift.target}/{fact.shift.scope}"
    duties.record(ledger, "role", ref, "on_duty", fact.who, fact.chat, now)


def _roster(ledger: Ledger, fact: facts.RosterChanged, now: datetime) -> None:
    rota.change(ledger, fact.drop, fact.add)
    for ref in dict.fromkeys(f"{shift.target}/{shift.scope}" for shift in (*fact.add, *fact.drop)):
        duties.record(ledger, "role", ref, "roster", fact.who, fact.chat, now)


def _forgotten(ledger: Ledger, fact: facts.ChatForgotten, now: datetime) -> None:
    """Nothing to keep, that is the point: the desk has the chat's own gateway forget it."""


def _bound(ledger: Ledger, fact: facts.Bound, now: datetime) -> None:
    people.bind(ledger, fact.code, fact.address, now)
    duties.record(ledger, "role", fact.address, "bound", fact.address, fact.address, now)


def _wrong_code(ledger: Ledger, fact: facts.WrongCode, now: datetime) -> None:
    people.wrong_code(ledger, fact.chat, now)


def _sign_in(ledger: Ledger, fact: facts.SignInGiven, now: datetime) -> None:
    """Kept by the desk itself: a link lives in real time, which is not known here."""


KEEPERS: dict[type[Any], Callable[[Ledger, Any, datetime], None]] = {
    facts.PersonTold: _person_told,
    facts.DutyOpened: _duty_opened,
    facts.DutyMoved: _duty_moved,
    facts.WatchStarted: _watch_started,
    facts.WatchEnded: _watch_ended,
    facts.TemperatureTaken: _temperature,
    facts.ReturnRegistered: _return,
    facts.TipGiven: _tip,
    facts.ZeroReported: _zero,
    facts.ReportAsked: _report_asked,
    facts.Bound: _bound,
    facts.ChatForgotten: _forgotten,
    facts.ShiftTaken: _shift,
    facts.RosterChanged: _roster,
    facts.WrongCode: _wrong_code,
    facts.SignInGiven: _sign_in,
}
