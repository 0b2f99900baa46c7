"""What the timetable's slots do: notices to the villages, calls for temperatures, the night report."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.agenda import TOO_LATE, Slot
from bot.desk import Desk
from chat.letter import Tell
from rules.notices import notice_for
from rules.town import Town
from storage import watches
from storage.ledger import Ledger

log = structlog.get_logger()


@dataclass(frozen=True)
class SlotWork:
    """``ask_report`` is called after commit time has come for the night report: its picture needs a process of its own."""

    ask_report: Callable[[datetime], None]

    def do(self, ledger: Ledger, desk: Desk, slot: Slot, now: datetime) -> None:
        """Do what a slot is for, unless it is too late for that."""
        town = desk.book.town
        late = now - slot.at > TOO_LATE
        if late and slot.task != "report":
            log.warning("too late, not sent", task=slot.task, at=slot.at.isoformat())
        elif slot.task == "notices":
            self._notices(ledger, desk, town, slot)
        elif slot.task == "checkins":
            self._checkins(ledger, desk, town, slot, now)
        else:
            self.ask_report(now)

    def _notices(self, ledger: Ledger, desk: Desk, town: Town, slot: Slot) -> None:
        block = notice_for(slot.at.astimezone(town.zone).date(), slot.number, len(town.notice_times))
        missing = [
            village.key
            for village in town.villages
            if not desk.post.tell(ledger, town, Tell(village.group, f"notices.{block}", lane="notice"), desk.real_now())
        ]
        if missing:
            log.warning("villages without a group got no notice", count=len(missing))

    def _checkins(self, ledger: Ledger, desk: Desk, town: Town, slot: Slot, now: datetime) -> None:
        watched = watches.running(ledger, now)
        watches.call(ledger, watched, slot.at, now + town.remind_after)
        for watch in watched:
            desk.post.tell(ledger, town, Tell(watch.person, "temperature.call", lane="reply"), desk.real_now())
