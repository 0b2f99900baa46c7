"""What happens at which time of day in the town; without it the notices, check-ins and the night report would have no clock."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from rules.town import Town

TOO_LATE = timedelta(minutes=90)
"""A notice or a call that is later than this is not sent after the fact: at noon nobody needs the morning's notice."""
ZERO_CALL = timedelta(minutes=30)
"""So long before the night report the heads of silent villages are asked whether nothing happened."""


@dataclass(frozen=True)
class Slot:
    """One thing of the day's timetable: ``task`` is notices, checkins, zero_call or report; ``number`` which of the day's it is."""

    at: datetime
    task: str
    number: int


def timetable(town: Town) -> Mapping[str, tuple[time, ...]]:
    """Task → its times of day in the town's zone."""
    report = datetime.combine(date.min + timedelta(days=1), town.report_time)
    return {
        "notices": town.notice_times,
        "checkins": town.checkin_times,
        "zero_call": ((report - ZERO_CALL).time(),),
        "report": (town.report_time,),
    }


def slots_after(town: Town, task: str, after: datetime, until: datetime) -> Iterator[Slot]:
    """The task's slots later than ``after`` and not later than ``until``, in order."""
    day = after.astimezone(town.zone).date()
    while datetime.combine(day, time(), town.zone) <= until:
        for number, clock in enumerate(sorted(timetable(town)[task])):
            at = datetime.combine(day, clock, town.zone)
            if after < at <= until:
                yield Slot(at, task, number)
        day += timedelta(days=1)


def next_slot(town: Town, fired: Mapping[str, datetime], began: datetime) -> Slot | None:
    """The earliest slot that has not fired."""
    coming = []
    for task in timetable(town):
        after = max(fired.get(task, began), began - timedelta(seconds=1))
        coming.extend(list(slots_after(town, task, after, after + timedelta(days=2)))[:1])
    return min(coming, key=lambda slot: slot.at, default=None)
