"""The words of a duty's own alarms; without them a claim could sleep and a question go unanswered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from chat.letter import Button, Lane, Tell
from rules.alarms import Alarm
from rules.context import STAFF
from rules.duty import ANYBODY, Duty
from rules.kinds import kind_of
from rules.town import Address, Town

REMINDS: frozenset[Alarm] = frozenset({"nudge", "waited", "ask_again"})
"""Alarms that remind somebody of something: at most one in ten minutes for each person."""


HIGHER = ("village_head", "area_head", "line_leader", "deputy", "command_post")


def reminded(duty: Duty, what: Alarm) -> Address:
    """Whom this alarm reminds; empty when it reminds nobody."""
    if what == "ask_again":
        return duty.subject
    return duty.holder if what in REMINDS else ""


def on_alarm(duty: Duty, what: Alarm, town: Town, silent: timedelta) -> tuple[Tell, ...]:
    """What is said, and to whom, when an alarm of this duty (as it stood) rings; a repeated rung has the ladder's words.
    ``silent``: for how long its holder has said nothing."""
    village = town.village(duty.village)
    open_to_village = village is not None and duty.card.get("about") not in ("cadre", "higher")
    group = village.cadres if village and open_to_village else ""
    due = duty.due_at.astimezone(town.zone).strftime("%H:%M") if duty.due_at else ""
    shown = {"duty": duty, "card": duty.shown, "village": village.name if village else "", "who": duty.holder_name}
    asked_again = any(p.id == duty.offered_to and STAFF & set(p.roles) for p in town.people)
    more = {"due": due, "note": "", "silent": silent // timedelta(minutes=1), "staff": asked_again}
    words = _Words(duty, {**shown, **more})
    if what == "late":
        words = _Words(duty, {**words.shown, "higher": _higher(duty, town)})
    match what:
        case "offer":
            back = words.to(duty.holder or group, "duty.offer_back", "hand", lane="reply")
            asked = "" if duty.offered_to == ANYBODY else duty.offered_to
            return back + words.to(asked, "duty.offer_expired", lane="reply")
        case "nudge":
            round_ = words.to(group if group != duty.holder else "", "duty.who_helps", "claim")
            return words.to(duty.holder, "duty.nudge", "onway", "done", "back") + round_
        case "waited":
            return words.to(duty.holder, "duty.waited", "onway", "done", "back")
        case "ask":
            return words.to(duty.subject, "duty.is_it_done", "yes", "no", lane="reply")
        case "ask_again":
            return words.to(duty.subject, "duty.is_it_done_again", "yes", "no", lane="reply")
        case "unconfirmed":
            told = words.to("" if kind_of(duty.kind).quiet else group, "duty.unconfirmed", lane="reply")
            return words.to(duty.subject, "duty.closed_in_silence", "no", lane="reply") + told
        case "late":
            return words.to(duty.subject, "need.late_told", lane="reply")
        case "repeat":
            return ()


def _higher(duty: Duty, town: Town) -> tuple[str, ...]:
    """Who above the village has been told so far, as targets of its ladder."""
    told = [rung for rung in town.ladders.get(duty.ladder, ()) if rung.key in duty.told]
    return tuple(dict.fromkeys(target for rung in told for target in rung.tell if target in HIGHER))


@dataclass(frozen=True)
class _Words:
    duty: Duty
    shown: Mapping[str, object]

    def to(self, address: Address, block: str, *moves: str, lane: Lane = "alert") -> tuple[Tell, ...]:
        if not address:
            return ()
        row = tuple(Button(f"@acts.buttons.{move}", f"d:{move}:{self.duty.ref}") for move in moves)
        return (Tell(address, block, self.shown, (row,) if row else (), lane, self.duty.ref),)
