"""One tick: what is due now is decided, each thing in a transaction of its own; without it no clock in the town would ring."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from bot.agenda import Slot, next_slot
from bot.delivery import Delivery
from bot.desk import Desk
from bot.front import Heard
from bot.post import Mark
from bot.slots import SlotWork
from chat.letter import Tell
from handlers.duty.alarms import on_alarm, reminded
from rules.alarms import Alarm, next_alarm, put_off, ring
from rules.duty import Duty, open_duty
from rules.facts import DutyMoved, DutyOpened
from rules.privacy import mask
from rules.town import Town
from storage import boards, deliveries, duties, people, slots, talks, watches
from storage.ledger import Ledger

log = structlog.get_logger()
MOST = 500
REMINDER = "remind"
REMINDER_PAUSE = timedelta(minutes=10)
"""At most one reminder for each person in this time, whatever is behind it; what comes sooner waits, nothing is dropped."""


@dataclass(frozen=True)
class Ticker:
    """Decides what is due. ``desk`` carries decisions out with the same code that answers messages."""

    desk: Desk
    work: SlotWork
    delivery: Delivery

    async def run_due(self, now: datetime) -> int:
        """Everything due at ``now`` (town time), in order; returns how many things were decided."""
        total = 0
        while True:
            found = await self.desk.database.transact(lambda tx: self._find(self._ledger(tx), now))
            if not found:
                return total
            results = await asyncio.gather(*(self._safely(name, step) for name, step in found))
            total += len(found)
            self.desk.wake()
            if not any(results):
                return total

    async def coming(self) -> tuple[datetime, str, str] | None:
        """(when, what sort of thing, of what) of the next thing that will happen in the town; None when nothing will."""
        return await self.desk.database.transact(lambda tx: self._coming(self._ledger(tx)))

    async def _safely(self, name: str, step: Callable[[Connection], None]) -> bool:
        try:
            await self.desk.database.transact(step)
        except Exception as fault:
            log.error("a clock failed", what=name, fault=type(fault).__name__, exc_info=fault)
            return False
        return True

    def _ledger(self, tx: Connection) -> Ledger:
        return Ledger(tx, self.desk.book.config_town.key, self.desk.vault)

    def _find(self, ledger: Ledger, now: datetime) -> list[tuple[str, Callable[[Connection], None]]]:
        """Everything due, the earliest first; each as a name and what to do."""
        town = self.desk.book.town
        found: list[tuple[datetime, str, Callable[[Connection], None]]] = []
        slot = next_slot(town, slots.last(ledger), slots.begin(ledger, now))
        if slot is not None and slot.at <= now:
            found.append((slot.at, slot.task, lambda tx: self._slot(tx, slot, now)))
        for duty in duties.due(ledger, now, MOST):
            at = duty.rung_at or now
            found.append((at, f"rung {duty.ref}", lambda tx, ref=duty.ref: self._rung(tx, ref, now)))  # type: ignore[misc]
        for duty in duties.ringing(ledger, now, MOST):
            alarm = next_alarm(duty)
            at = alarm[0] if alarm else now
            found.append((at, f"alarm {duty.ref}", lambda tx, ref=duty.ref: self._alarm(tx, ref, now)))  # type: ignore[misc]
        for checkin in watches.due(ledger, now, MOST):
            at = checkin.next_at or now
            found.append((at, "checkin", lambda tx, c=checkin: self._checkin(tx, c, now)))  # type: ignore[misc]
        for cause in deliveries.to_check(ledger, self.desk.real_now()):
            found.append((now, "delivery", lambda tx, c=cause: self._delivery(tx, c, now)))  # type: ignore[misc]
        for chat, person in talks.idle(ledger, now):
            found.append((now, "talk", lambda tx, c=chat, p=person: self._talk(tx, c, p, now)))  # type: ignore[misc]
        for watch in watches.over(ledger, now):
            found.append((watch.until, "watch", lambda tx, w=watch: self._watch(tx, w, now)))  # type: ignore[misc]
        found.sort(key=lambda item: item[0])
        return [(name, step) for _, name, step in found]

    def _coming(self, ledger: Ledger) -> tuple[datetime, str, str] | None:
        town = self.desk.book.town
        found: list[tuple[datetime, str, str]] = []
        slot = next_slot(town, slots.last(ledger), slots.begin(ledger, self.desk.town_now()))
        if slot is not None:
            found.append((slot.at, slot.task, str(slot.number)))
        rung = duties.next_rung(ledger)
        if rung is not None:
            found.append((rung[0], f"rung_{rung[1]}", rung[2]))
        clocks = {
            "checkin": watches.next_due(ledger),
            "alarm": duties.next_alarm_at(ledger),
            "talk": talks.next_idle(ledger),
            "watch": watches.next_end(ledger),
        }
        for name, at in clocks.items():
            if at is not None:
                found.append((at, name, ""))
        return min(found, default=None)

    def _slot(self, tx: Connection, slot: Slot, now: datetime) -> None:
        ledger = self._ledger(tx)
        if slots.fire(ledger, slot.task, slot.at, now):
            self.work.do(ledger, self.desk, slot, now)

    def _rung(self, tx: Connection, ref: str, now: datetime) -> None:
        ledger = self._ledger(tx)
        duty = duties.of_message(ledger, ref)
        if duty is not None and duty.rung_at is not None and duty.rung_at <= now:
            self.desk.climber.climb(ledger, self.desk.book.town, duty, now, self.desk.real_now())

    def _delivery(self, tx: Connection, cause: str, now: datetime) -> None:
        self.delivery.look(self._ledger(tx), self.desk.book.town, cause, now)

    def _alarm(self, tx: Connection, ref: str, now: datetime) -> None:
        ledger, town = self._ledger(tx), self.desk.book.town
        duty = duties.of_message(ledger, ref)
        rung = next_alarm(duty) if duty is not None else None
        if duty is None or rung is None or rung[0] > now:
            return
        what = rung[1]
        person = reminded(duty, what)
        last = boards.last_told(ledger, person, REMINDER) if person else None
        if last is not None and last + REMINDER_PAUSE > now:
            duties.save(ledger, put_off(duty, what, last + REMINDER_PAUSE))
            return
        self._ring(ledger, town, duty, what, now)

    def _ring(self, ledger: Ledger, town: Town, duty: Duty, what: Alarm, now: datetime) -> None:
        if what == "repeat":
            self.desk.climber.repeat(ledger, town, duty, now, self.desk.real_now())
        moved = ring(duty, what, town.ladders.get(duty.ladder, ()), now, town.zone)
        duties.save(ledger, moved)
        duties.record(ledger, "duty", duty.ref, f"alarm {what}", "", "", now)
        person = reminded(duty, what)
        for tell in on_alarm(duty, what, town):
            flood = REMINDER if tell.to == person else ""
            self.desk.post.tell(
                ledger, town, tell, self.desk.real_now(), Mark(flood=flood, told_at=now if flood else None)
            )
        if what in ("unconfirmed", "nudge", "offer"):
            self.desk.climber.boards.refresh(ledger, town, moved, now, self.desk.real_now())

    def _talk(self, tx: Connection, chat: str, person: str, now: datetime) -> None:
        ledger = self._ledger(tx)
        heard = self.desk.front.idle(ledger, self.desk.book.town, chat, person, now)
        self.desk.carry_out(ledger, heard, now)

    def _watch(self, tx: Connection, watch: watches.Watch, now: datetime) -> None:
        ledger, town = self._ledger(tx), self.desk.book.town
        watches.end(ledger, watch.person, now)
        duties.record(ledger, "watch", watch.person, "ended", "", "", now)
        known = people.find(ledger, watch.person)
        card = {"who": mask(known.name if known else ""), "place": known.place if known else ""}
        visit = open_duty(
            Duty(duties.next_number(ledger), "visit", now, watch.village, subject=watch.person,
                 responsible=known.cadre if known else "", card={**card, "phone": known.phone if known else ""})
        )  # fmt: skip
        tell = Tell(watch.person, "watch.over", lane="reply")
        self.desk.carry_out(ledger, Heard((DutyOpened(visit),), tells=(tell,)), now)

    def _checkin(self, tx: Connection, checkin: watches.Checkin, now: datetime) -> None:
        ledger, town = self._ledger(tx), self.desk.book.town
        kept = watches.find_checkin(ledger, checkin.person, checkin.slot)
        if kept is None or kept.next_at is None or kept.next_at > now:
            return
        asked = checkin.slot.astimezone(town.zone)
        real_now = self.desk.real_now()
        if kept.state == "asked":
            last = boards.last_told(ledger, checkin.person, REMINDER)
            if last is not None and last + REMINDER_PAUSE > now:
                watches.set_state(ledger, replace(kept, next_at=last + REMINDER_PAUSE))
                return
            late = kept.next_at - town.remind_after - checkin.slot
            then = checkin.slot + late + town.missed_after
            watches.set_state(ledger, replace(kept, state="reminded", next_at=max(then, now)))
            tell = Tell(checkin.person, "temperature.remind", {"slot": asked.strftime("%H:%M")}, lane="reply")
            self.desk.post.tell(ledger, town, tell, real_now, Mark(flood=REMINDER, told_at=now))
            return
        self._missed(ledger, kept, asked, now)

    def _missed(self, ledger: Ledger, checkin: watches.Checkin, asked: datetime, now: datetime) -> None:
        known = people.find(ledger, checkin.person)
        standing = duties.open_of(ledger, checkin.person, "missed")
        values = {"who": mask(known.name if known else ""), "place": known.place if known else "",
                  "phone": known.phone if known else "", "asked": asked.strftime("%H:%M")}  # fmt: skip
        if standing:
            duty = replace(standing[0], card={**standing[0].card, "asked": values["asked"]})
            fact: object = DutyMoved(duty, "added", "", "")
        else:
            duty = open_duty(
                Duty(duties.next_number(ledger), "missed", now, checkin.village, subject=checkin.person,
                     responsible=known.cadre if known else "", card=values)
            )  # fmt: skip
            fact = DutyOpened(duty)
        watches.set_state(ledger, replace(checkin, state="missed", next_at=None, duty=duty.ref))
        tell = Tell(checkin.person, "temperature.missed_you", lane="reply")
        self.desk.carry_out(ledger, Heard((fact,), tells=(tell,)), now)
