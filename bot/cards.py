"""A duty's card in words and buttons, alone or in a list; without it each alert would look different."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlencode

from bot.post import label_buttons
from bot.texts import texts
from chat.letter import Button, Letter, Rows
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
    return Letter(
        words, label_buttons(locale, card_buttons(duty, repeats)), attachments=files, link=_link(town, f"d/{duty.ref}"),
        mention=_mention(town, (duty,)), about=(duty.ref,),
    )  # fmt: skip


def stand(town: Town, duty: Duty, locale: str, now: datetime) -> Letter:
    """How a duty stands in one line, for channels that cannot change the card they have sent."""
    return Letter(
        _say(locale, "duty.stands", **card_values(town, duty, now)), label_buttons(locale, card_buttons(duty)),
        link=_link(town, f"d/{duty.ref}"), about=(duty.ref,),
    )  # fmt: skip


def card_list(town: Town, duties: Sequence[Duty], locale: str, now: datetime) -> Letter:
    """Several alike as one message: a line each, and a button for each that nobody has taken."""
    lines = [card_values(town, duty, now) for duty in duties]
    free = [duty for duty in duties if duty.state == "open"]
    words = _say(locale, "duty.list", lines=lines, kind=duties[0].kind, open=len(free))
    rows = tuple((Button(f"@acts.buttons.claim|{duty.ref}", f"d:claim:{duty.ref}"),) for duty in free[:MOST_BUTTONS])
    pairs = tuple((*rows[n], *(rows[n + 1] if n + 1 < len(rows) else ())) for n in range(0, len(rows), 2))
    where = urlencode({"village": duties[0].village, "kind": duties[0].kind})
    return Letter(
        words, label_buttons(locale, pairs), link=_link(town, f"board?{where}"), mention=_mention(town, duties),
        about=tuple(duty.ref for duty in duties),
    )  # fmt: skip


def _link(town: Town, path: str) -> str:
    """Where it can be answered by whoever is signed in. It opens nothing by itself, so it may stand in any group."""
    return f"{town.public_url}/{path}" if town.public_url else ""


def _mention(town: Town, duties: Sequence[Duty]) -> tuple[str, ...]:
    """The phones of those it is for: who holds it, else who answers for the household."""
    phones = {p.id: p.phone for p in town.people if p.phone}
    found = (phones.get(duty.holder or duty.responsible, "") for duty in duties if not duty.over)
    return tuple(dict.fromkeys(phone for phone in found if phone))


def _say(locale: str, block: str, **values: object) -> str:
    """Without the blank lines that parts of a card leave when they have nothing to say."""
    return "\n".join(line for line in texts(locale).say(block, **values).splitlines() if line.strip())


def card_values(town: Town, duty: Duty, now: datetime) -> dict[str, object]:
    """What a card's words may show."""
    village = town.village(duty.village)
    left = (duty.due_at - now) // timedelta(minutes=1) if duty.due_at else None
    due = duty.due_at.astimezone(town.zone).strftime("%H:%M") if duty.due_at else ""
    return {
        "duty": duty, "card": duty.shown, "village": village.name if village else "", "left": left, "due": due,
        "responsible": next((p.name for p in town.people if p.id == duty.responsible), "") if duty.responsible else "",
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
