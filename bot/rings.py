"""What each clock does when it rings: slots, rungs, alarms, check-ins, deliveries, idle talks, watches that are over.

Without it the tick would know what is due, but nothing would come of it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from bot.agenda import Slot
from bot.climber import REMINDER, REMINDER_PAUSE
from bot.delivery import Delivery
from bot.desk import Desk
from bot.front import Heard
from bot.post import Mark
from bot.repeats import Repeats
from bot.slots import SlotWork
from chat.letter import Tell
from handlers.duty.alarms import on_alarm, reminded
from rules.alarms import Alarm, awake, next_alarm, put_off, ring
from rules.duty import Duty, open_duty
from rules.facts import DutyMoved, DutyOpened
from rules.privacy import mask
from rules.quiet import is_quiet, morning
from rules.town import Town
from storage import boards, duties, people, slots, watches
from storage.ledger import Ledger

Sort = Literal["slot", "rung", "alarm", "checkin", "delivery", "talk", "watch"]


@dataclass(frozen=True)
class Due:
    """One thing that is due: when, of which sort, and what names it (a duty's number, a person and slot, a chat and person)."""

    at: datetime
    sort: Sort
    key: tuple[object, ...]


@dataclass(frozen=True)
class Rings:
    """Decides one due thing in the transaction that is open; whatever is no longer due by then is left alone."""

    desk: Desk
    work: SlotWork
    delivery: Delivery

    def __call__(self, ledger: Ledger, due: Due, now: datetime) -> None:
        """Decide it."""
        ways: dict[Sort, Callable[..., None]] = {
            "slot": self._slot, "rung": self._rung, "alarm": self._alarm, "checkin": self._checkin,
            "delivery": self._delivery, "talk": self._talk, "watch": self._watch,
        }  # fmt: skip
        ways[due.sort](ledger, now, *due.key)

    def _slot(self, ledger: Ledger, now: datetime, slot: Slot) -> None:
        if slots.fire(ledger, slot.task, slot.at, now):
            self.work.do(ledger, self.desk, slot, now)

    def _rung(self, ledger: Ledger, now: datetime, ref: str) -> None:
        duty = duties.of_message(ledger, ref)
        if duty is not None and duty.rung_at is not None and duty.rung_at <= now:
            self.desk.climber.climb(ledger, self.desk.book.town, duty, now, self.desk.real_now())

    def _delivery(self, ledger: Ledger, now: datetime, cause: str) -> None:
        self.delivery.look(ledger, self.desk.book.town, cause, now, self.desk.real_now())

    def _alarm(self, ledger: Ledger, now: datetime, ref: str) -> None:
        town = self.desk.book.town
        duty = duties.of_message(ledger, ref)
        rung = next_alarm(duty) if duty is not None else None
        if duty is None or rung is None or rung[0] > now:
            return
        what = rung[1]
        person = reminded(duty, what)
        # A rung that tells the holder reminds them as well as a question would.
        spoken = (boards.last_told(ledger, person, REMINDER), boards.last_card(ledger, person, ref)) if person else ()
        last = max((at for at in spoken if at is not None), default=None)
        if last is not None and last + REMINDER_PAUSE > now:
            duties.save(ledger, put_off(duty, what, last + REMINDER_PAUSE))
            return
        if what == "nudge" and duty.urgency != "now" and is_quiet(now, town):
            duties.save(ledger, put_off(duty, what, morning(now, town)))
            return
        if what == "late" and awake(now, town.zone) != now:
            duties.save(ledger, put_off(duty, what, awake(now, town.zone)))
            return
        self._ring(ledger, town, duty, what, now)

    def _ring(self, ledger: Ledger, town: Town, duty: Duty, what: Alarm, now: datetime) -> None:
        if what == "repeat":
            Repeats(self.desk.climber).ring(ledger, town, duty, now, self.desk.real_now())
            return
        moved = ring(duty, what, town.ladders.get(duty.ladder, ()), now, town.zone)
        duties.save(ledger, moved)
        duties.record(ledger, "duty", duty.ref, f"alarm {what}", "", "", now)
        person = reminded(duty, what)
        heard_at = duties.last_word(ledger, duty.ref, duty.holder) if duty.holder else None
        for tell in on_alarm(duty, what, town, now - (heard_at or now)):
            flood = REMINDER if tell.to == person else ""
            self.desk.post.tell(
                ledger, town, tell, self.desk.real_now(), Mark(flood=flood, told_at=now if flood else None)
            )
        if what in ("unconfirmed", "nudge", "offer"):
            self.desk.climber.boards.refresh(ledger, town, moved, now, self.desk.real_now())

    def _talk(self, ledger: Ledger, now: datetime, chat: str, person: str) -> None:
        heard = self.desk.front.idle(ledger, self.desk.book.town, chat, person, now)
        self.desk.carry_out(ledger, heard, now)

    def _watch(self, ledger: Ledger, now: datetime, watch: watches.Watch) -> None:
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

    def _checkin(self, ledger: Ledger, now: datetime, checkin: watches.Checkin) -> None:
        town = self.desk.book.town
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
        if standing and standing[0].card.get("slot") == checkin.slot.isoformat():
            # What was sent could not be read, and the village knows: the same check-in is not missed once more.
            watches.set_state(ledger, replace(checkin, state="missed", next_at=None, duty=standing[0].ref))
            return
        if standing:
            duty = missed_again(standing[0], values["asked"], now)
            fact: object = DutyMoved(duty, "missed_again", "", "", values["asked"])
        else:
            duty = open_duty(
                Duty(duties.next_number(ledger), "missed", now, checkin.village, subject=checkin.person,
                     responsible=known.cadre if known else "", card=values)
            )  # fmt: skip
            fact = DutyOpened(duty)
        watches.set_state(ledger, replace(checkin, state="missed", next_at=None, duty=duty.ref))
        tell = Tell(checkin.person, "temperature.missed_you", lane="reply")
        self.desk.carry_out(ledger, Heard((fact,), tells=(tell,)), now)


def missed_again(duty: Duty, asked: str, now: datetime) -> Duty:
    """One check-in after the other is not answered: everybody is rung again from the first rung on, whoever holds it."""
    times = (*duty.card.get("times", (duty.card["asked"],)), asked)[-6:]
    card = {**duty.card, "asked": asked, "times": list(times)}
    return replace(duty, card=card, told=(), unreached=(), starts_at=now, rung_at=now, repeat_at=None)
