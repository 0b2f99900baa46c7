"""What the timetable's slots do: notices to the villages, calls for temperatures, the call for zero reports, the night report."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

import structlog

from bot.agenda import TOO_LATE, Slot, slots_after
from bot.desk import Desk
from chat.letter import Button, Tell
from rules.binding import UNBOUND
from rules.facts import ReportAsked
from rules.notices import notice_for
from rules.situation import window_of
from rules.town import Address, Town
from storage import outbox, people, registers, slots, watches
from storage.ledger import Ledger

log = structlog.get_logger()

NO_LONGER_NEWS = timedelta(days=1)
"""A night report is made even when it is late, but not when the next one is due already."""


@dataclass(frozen=True)
class SlotWork:
    """Carries out one slot in the transaction that claims it."""

    def do(self, ledger: Ledger, desk: Desk, slot: Slot, now: datetime) -> None:
        """Do what a slot is for, unless it is too late for that."""
        town = desk.book.town
        late = now - slot.at > (NO_LONGER_NEWS if slot.task == "report" else TOO_LATE)
        if late:
            log.warning("too late, not sent", task=slot.task, at=slot.at.isoformat())
        elif slot.task == "notices":
            self._notices(ledger, desk, town, slot, now)
        elif slot.task == "checkins":
            self._checkins(ledger, desk, town, slot, now)
        elif slot.task == "zero_call":
            self._zero_call(ledger, desk, town, slot)
        else:
            registers.order_report(ledger, ReportAsked("", slot.at))

    def _notices(self, ledger: Ledger, desk: Desk, town: Town, slot: Slot, now: datetime) -> None:
        """To every village's group. One that left or blocked us is tried again all the same, since nothing tells us when it
        comes back; but it counts as one that got none, once a day. So does one that did not get the notice before this."""
        block = notice_for(slot.at.astimezone(town.zone).date(), slot.number, len(town.notice_times))
        day = datetime.combine(slot.at.astimezone(town.zone).date(), time(), town.zone)
        gone, absent, missing = people.unreachable(ledger), [], []
        lost = outbox.lost_notices(ledger, desk.real_now() - (now - _before(town, slot)) - TOO_LATE)
        for village in town.villages:
            usable = self._usable(desk, village.group)
            if usable:
                tell = Tell(village.group, f"notices.{block}", lane="notice")
                desk.post.tell(ledger, town, tell, desk.real_now())
            if not usable or village.group in gone:
                absent.append(village.name)
            elif village.group in lost:
                missing.append(village.name)
        if absent and slots.fire(ledger, "notices_missing", day, now):
            missing = absent + missing
        if missing:
            self._tell_publicity(ledger, desk, town, tuple(missing), gone)

    def _tell_publicity(
        self, ledger: Ledger, desk: Desk, town: Town, missing: tuple[str, ...], gone: frozenset[Address]
    ) -> None:
        """Notices that fail are the publicity line's (TOWN.md, the table of lines): all in one letter."""
        line = town.line("publicity")
        chats = (line.leader, line.deputy, town.command_post) if line else (town.command_post,)
        chat = next((c for c in chats if self._usable(desk, c) and c not in gone), "")
        log.warning("villages without a group got no notice", count=len(missing))
        if not chat:
            log.error("nobody can be told which villages got no notice")
            return
        tell = Tell(chat, "report.villages_without", {"villages": missing}, lane="reply")
        desk.post.tell(ledger, town, tell, desk.real_now())

    def _usable(self, desk: Desk, chat: Address) -> bool:
        return bool(chat) and not chat.startswith(UNBOUND) and chat.partition(":")[0] in desk.post.gateways

    def _checkins(self, ledger: Ledger, desk: Desk, town: Town, slot: Slot, now: datetime) -> None:
        watched = watches.running(ledger, now)
        watches.call(ledger, watched, slot.at, now + town.remind_after)
        for watch in watched:
            desk.post.tell(ledger, town, Tell(watch.person, "temperature.call", lane="reply"), desk.real_now())

    def _zero_call(self, ledger: Ledger, desk: Desk, town: Town, slot: Slot) -> None:
        """Heads of villages that sent nothing since the last report are asked, once, whether nothing happened."""
        spoken = registers.spoken_for(ledger, window_of(slot.at, town.report_time, town.zone))
        silent: dict[Address, list[str]] = {}
        for village in town.villages:
            if village.key not in spoken and self._usable(desk, village.head):
                silent.setdefault(village.head, []).append(village.key)
        for head, keys in silent.items():
            names = tuple(v.name for v in town.villages if v.key in keys)
            values = {"villages": names, "time": f"{town.report_time:%H:%M}"}
            # A button says zero for one village; somebody who heads two has one button for each.
            rows = tuple((Button("@acts.buttons.zero", f"d:zero:{key}"),) for key in keys)
            if len(keys) > 1:
                rows = tuple((Button(f"@acts.buttons.zero|{n}", r[0].data),) for n, r in zip(names, rows, strict=True))
            desk.post.tell(ledger, town, Tell(head, "report.zero_call", values, rows, lane="reply"), desk.real_now())


def _before(town: Town, slot: Slot) -> datetime:
    """When the notice before this one was due."""
    day = timedelta(days=1, seconds=1)
    return max(before.at for before in slots_after(town, "notices", slot.at - day, slot.at - timedelta(seconds=1)))
