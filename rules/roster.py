"""Who is on duty (值班表): a shift stands for a target of a ladder while it lasts; without it a sleeping leader would be rung."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from rules.context import Context
from rules.town import Address

When = Literal["today", "tonight", "tomorrow", "tomorrow_night"]
CHANGE = time(8)
"""When a day's shift begins and a night's ends."""
EVENING = time(18)
SOON = timedelta(hours=48)
"""The farthest off that a shift begins which 不值班了 can mean: 明晚我值班, said in the morning, is within it."""


@dataclass(frozen=True)
class Shift:
    """Somebody stands for ``target`` (cadres, village_head, line_leader, command_post, …) at ``scope`` (a village's, line's or
    district's key; empty for the whole town) from ``since`` until ``until``; ``post`` tells the command post's 值班领导
    (duty_leader) from its 值班员 (duty_officer), and is empty elsewhere."""

    target: str
    scope: str
    person: Address
    since: datetime
    until: datetime
    post: str = ""


def span_of(when: When, now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From when until when such a shift lasts; one that has begun counts from now. Tonight, said by day, begins in the evening."""
    local = now.astimezone(zone)
    day = local.date() + timedelta(days=when.startswith("tomorrow"))
    if when in ("today", "tonight") and local.time() < CHANGE:
        day -= timedelta(days=1)
    begins = datetime.combine(day, EVENING if when.endswith("night") else CHANGE, zone)
    if when in ("today", "tonight"):
        begins = max(local, begins)
    return begins, datetime.combine(day + timedelta(days=1), CHANGE, zone)


def stands_for(context: Context) -> tuple[str, str] | None:
    """(target, scope) that whoever speaks here can be on duty for; None when they hold no office here."""
    town, who, chat = context.town, context.sender, context.chat
    if context.place == "cadres":
        return "cadres", context.village
    if town.command_post in (who, chat) or context.roles & {"command_post", "duty_leader", "duty_officer"}:
        return "command_post", ""
    for line in town.lines:
        if {who, chat} & {line.leader, line.deputy} - {""}:
            return "line_leader", line.key
    for area in town.areas:
        if area.head == who:
            return "area_head", area.key
    if any(v.head == who for v in town.villages):
        return "village_head", context.village
    return ("cadres", context.village) if context.roles & {"cadre", "grid_worker"} and context.village else None


def on_now(shifts: Sequence[Shift], target: str, scope: str) -> tuple[Address, ...]:
    """Who stands for a target; ``shifts`` are those that run now."""
    return tuple(s.person for s in shifts if s.target == target and s.scope == scope)


def given_up(
    shifts: Sequence[Shift], who: Address, now: datetime, span: tuple[datetime, datetime] | None = None
) -> tuple[Shift, ...]:
    """The shifts that somebody means who says that they are on duty no more: those that touch the time they named, else those
    that run, else the one that begins next."""
    mine = sorted((s for s in shifts if s.person == who and s.until > now), key=lambda s: s.since)
    if span is not None:
        return tuple(s for s in mine if s.since < span[1] and s.until > span[0])
    running = tuple(s for s in mine if s.since <= now)
    return running or tuple(s for s in mine[:1] if s.since - now <= SOON)


def left_of(shift: Shift, over: Sequence[Shift]) -> tuple[Shift, ...]:
    """What is left of a shift outside of others, in parts."""
    left: list[tuple[datetime, datetime]] = [(shift.since, shift.until)]
    for n in over:
        left = [part for since, until in left for part in ((since, min(until, n.since)), (max(since, n.until), until))]
        left = [(since, until) for since, until in left if since < until]
    return tuple(replace(shift, since=since, until=until) for since, until in left)


def beside(shifts: Sequence[Shift], shift: Shift) -> tuple[Shift, ...]:
    """The shifts of others for the same office at the same time; whoever is on duty together is rung together."""
    return tuple(
        s for s in shifts
        if (s.target, s.scope) == (shift.target, shift.scope) and s.person != shift.person
        and s.since < shift.until and s.until > shift.since
    )  # fmt: skip
