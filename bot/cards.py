"""A duty's card in words and buttons, alone or in a list; without it each alert would look different."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.post import label_buttons
from bot.texts import texts
from chat.letter import Button, Letter, Rows
from rules.binding import UNBOUND
from rules.duty import Duty
from rules.town import Rung, Town

MOVES = {"open": ("claim", "hand", "done"), "claimed": ("onway", "done", "hand"), "reported": ()}
MOST_BUTTONS = 8
"""Buttons under a list: more would be taller than a phone."""


def card(town: Town, duty: Duty, locale: str, now: datetime, rung: Rung | None = None,
         skipped: Sequence[str] = (), edited: bool = False) -> Letter:  # fmt: skip
    """One duty as a card. ``rung``: the one being told (a later rung says how long nobody did anything); ``edited``: what
    stands in a chat for long says when it is due, not how long is left."""
    waited = int((now - duty.opened_at).total_seconds()) // 60 if rung is not None and rung.key != 0 else 0
    words = _say(
        locale, "duty.alert", waited=waited, skipped=list(skipped), edited=edited, **card_values(town, duty, now)
    )
    repeats = rung is not None and rung.repeat is not None
    files = tuple((str(kind), str(ref)) for kind, ref in duty.card.get("attachments", ()))
    return Letter(words, label_buttons(locale, card_buttons(duty, repeats)), attachments=files)


def card_list(town: Town, duties: Sequence[Duty], locale: str, now: datetime) -> Letter:
    """Several alike as one message: a line each, and a button for each that nobody has taken."""
    lines = [card_values(town, duty, now) for duty in duties]
    free = [duty for duty in duties if duty.state == "open"]
    words = _say(locale, "duty.list", lines=lines, kind=duties[0].kind, open=len(free))
    rows = tuple((Button(f"@acts.buttons.claim|{duty.ref}", f"d:claim:{duty.ref}"),) for duty in free[:MOST_BUTTONS])
    pairs = tuple((*rows[n], *(rows[n + 1] if n + 1 < len(rows) else ())) for n in range(0, len(rows), 2))
    return Letter(words, label_buttons(locale, pairs))


def _say(locale: str, block: str, **values: object) -> str:
    """Without the blank lines that parts of a card leave when they have nothing to say."""
    return "\n".join(line for line in texts(locale).say(block, **values).splitlines() if line.strip())


def card_values(town: Town, duty: Duty, now: datetime) -> dict[str, object]:
    """What a card's words may show."""
    village = town.village(duty.village)
    left = (duty.due_at - now) // timedelta(minutes=1) if duty.due_at else None
    due = duty.due_at.astimezone(town.zone).strftime("%H:%M") if duty.due_at else ""
    named = {p.id: p.name for p in town.people if not p.id.startswith(UNBOUND)}
    return {
        "duty": duty, "card": duty.shown, "village": village.name if village else "", "left": left, "due": due,
        "responsible": named.get(duty.responsible, "") if duty.responsible else "",
    }  # fmt: skip


def card_buttons(duty: Duty, repeats: bool = False) -> Rows:
    """The moves that can be made now, the acknowledgement of a rung that repeats, and the phone."""
    if duty.over:
        return ()
    moves = MOVES[duty.state] + (("ack",) if repeats else ())
    row = tuple(Button(f"@acts.buttons.{move}", f"d:{move}:{duty.ref}") for move in moves)
    phone = str(duty.card.get("phone") or "")
    call = ((Button("@acts.buttons.call", url=f"tel:{phone}"),),) if phone else ()
    return ((row,) if row else ()) + call
