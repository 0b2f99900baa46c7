"""Tells the rung of a duty that is due, in the same commit that decides it; without it a ladder would be a picture on a wall."""

from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.post import Post, label_buttons
from bot.texts import texts
from chat.letter import Button, Letter, Rows
from rules.climbing import Climb, climb
from rules.duty import Duty
from rules.routing import addresses
from rules.town import Town
from storage import duties, people
from storage.ledger import Ledger

log = structlog.get_logger()


@dataclass(frozen=True)
class Climber:
    """Climbs ladders for one program; ``post`` says which channels there are."""

    post: Post

    def climb(self, ledger: Ledger, town: Town, duty: Duty, now: datetime, real_now: datetime) -> Duty:
        """Decide and tell what is due for this duty at ``now``; keeps the duty and returns it as it stands."""
        gone = people.unreachable(ledger)
        ladder = town.ladders[duty.ladder]

        def find(target: str) -> tuple[str, ...]:
            named = addresses(town, duty, target)
            return tuple(a for a in named if a not in gone and a.partition(":")[0] in self.post.gateways)

        step = climb(duty, ladder, now, find)
        if not step.tell and step.skipped:
            step = self._last_resort(ledger, town, step, gone)
        duties.save(ledger, step.duty)
        for address in step.tell:
            self._tell(ledger, town, step, address, now, real_now)
        if step.tell:
            what = f"rung {step.rung}"
            duties.record(
                ledger, "duty", duty.ref, what, "", "", now, ", ".join(step.rung_of.tell if step.rung_of else ())
            )
        return step.duty

    def _last_resort(self, ledger: Ledger, town: Town, step: Climb, gone: frozenset[str]) -> Climb:
        """Nobody stands behind any rung that was left: the command post is told, whatever the ladder says; and if not even
        that can be reached, the log says so as an error for the watchdog."""
        post = town.command_post
        if post and not post.startswith("bind:") and post not in gone and post.partition(":")[0] in self.post.gateways:
            return Climb(step.duty, step.duty.rung, None, (post,), step.skipped)
        log.error("an alert reaches nobody", duty=step.duty.ref, kind=step.duty.kind)
        return step

    def _tell(self, ledger: Ledger, town: Town, step: Climb, address: str, now: datetime, real_now: datetime) -> None:
        locale = people.locales(ledger, (address,)).get(address, town.locale)
        values = card_values(town, step.duty, now)
        waited = int((now - step.duty.opened_at).total_seconds()) // 60 if step.rung > 0 else 0
        skipped = [s for s in dict.fromkeys(step.skipped)]
        letter = Letter(
            texts(locale).say("duty.alert", waited=waited, skipped=skipped, **values),
            label_buttons(locale, card_buttons(step.duty)),
            attachments=tuple((a[0], a[1]) for a in step.duty.card.get("attachments", ())),
        )
        cause = f"{step.duty.ref}#{step.rung}"
        self.post.put(ledger, address, letter, "alert", real_now, step.duty.ref, cause)


def card_values(town: Town, duty: Duty, now: datetime) -> dict[str, object]:
    """What a card's words may show."""
    village = town.village(duty.village)
    left = int((duty.due_at - now).total_seconds() // 60) if duty.due_at else None
    due = duty.due_at.astimezone(town.zone).strftime("%H:%M") if duty.due_at else ""
    return {
        "duty": duty, "card": duty.card, "village": village.name if village else "", "left": left, "due": due,
        "responsible": next((p.name for p in town.people if duty.responsible and p.id == duty.responsible), ""),
    }  # fmt: skip


def card_buttons(duty: Duty) -> Rows:
    """The moves that can be made now, and the phone."""
    if duty.over:
        return ()
    moves = {"open": ("claim", "hand", "done"), "claimed": ("done", "hand"), "reported": ()}[duty.state]
    row = tuple(Button(f"@acts.buttons.{move}", f"d:{move}:{duty.ref}") for move in moves)
    phone = str(duty.card.get("phone") or "")
    call = ((Button("@acts.buttons.call", url=f"tel:{phone}"),),) if phone else ()
    return ((row,) if row else ()) + call
