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
MOST_LINES, MOST_LINES_OF_ONE = 15, 40
"""Lines of a list of several villages, and of one: more alike are counted by village."""
MOST_ACKNOWLEDGED = 8
"""So many are told again in one message, and fit behind the one button that acknowledges them."""


def card(town: Town, duty: Duty, locale: str, now: datetime, rung: Rung | None = None,
         skipped: Sequence[str] = (), edited: bool = False, unsure: bool = False) -> Letter:  # fmt: skip
    """One duty as a card. ``rung``: the one being told (a later rung says how long nobody did anything); ``edited``: what
    stands in a chat for long says when it is due, not how long is left; ``unsure``: of some alert it is not known that it
    arrived."""
    waited = int((now - duty.opened_at).total_seconds()) // 60 if rung is not None and not rung.at_once else 0
    words = _say(
        locale,
        "duty.alert",
        waited=waited,
        skipped=list(skipped),
        edited=edited,
        **{**card_values(town, duty, now), "unsure": unsure},
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
    """Several alike as one message: a line each, and a button for each that nobody has taken; many by village."""
    free = [duty for duty in duties if duty.state == "open"]
    many = len(duties) > (MOST_LINES if len({duty.village for duty in duties}) > 1 else MOST_LINES_OF_ONE)
    block = "duty.list_by_village" if many else "duty.list"
    lines = [card_values(town, duty, now) for duty in duties]
    words = _say(locale, block, lines=lines, kind=duties[0].kind, open=len(free), villages=_by_village(town, duties))
    return _several(town, duties, locale, words, () if many else _claims(free[:MOST_BUTTONS]))


def again_list(town: Town, duties: Sequence[Duty], locale: str, now: datetime, more: int = 0) -> Letter:
    """What nobody has acknowledged, told once more: a line each, and one button that says all of it is seen."""
    lines = [
        {**card_values(town, duty, now), "waited": (now - duty.opened_at) // timedelta(minutes=1)} for duty in duties
    ]
    open_still = [duty for duty in duties if not duty.over]
    words = _say(locale, "duty.again", lines=lines, more=more, open=len(open_still))
    seen = Button("@acts.buttons.ack", f"d:ack:{','.join(duty.ref for duty in open_still)}")
    free = [duty for duty in duties if duty.state == "open"]
    return _several(town, duties, locale, words, _claims(free) + (((seen,),) if open_still else ()))


def gone_by(locale: str) -> Letter:
    """What an older message says when a newer one took its place."""
    return Letter(_say(locale, "duty.gone_by"))


def _several(town: Town, duties: Sequence[Duty], locale: str, words: str, rows: Rows) -> Letter:
    first = duties[0]
    where = urlencode({"village": first.village, "kind": first.kind} if len({d.village for d in duties}) == 1 else
                      {"kind": first.kind})  # fmt: skip
    return Letter(
        words, label_buttons(locale, rows), link=_link(town, f"board?{where}"), mention=_mention(town, duties),
        about=tuple(duty.ref for duty in duties),
    )  # fmt: skip


def _claims(free: Sequence[Duty]) -> Rows:
    rows = tuple(Button(f"@acts.buttons.claim|{duty.ref}", f"d:claim:{duty.ref}") for duty in free)
    return tuple(rows[n : n + 2] for n in range(0, len(rows), 2))


def _by_village(town: Town, duties: Sequence[Duty]) -> list[dict[str, object]]:
    """Village by village, the most first: its name, how many, how many nobody has taken, and their numbers."""
    keys = dict.fromkeys(duty.village for duty in duties)
    found = [[d for d in duties if d.village == key] for key in keys]
    return [
        {"name": v.name if (v := town.village(d[0].village)) else "", "count": len(d),
         "open": sum(x.state == "open" for x in d), "refs": [x.ref for x in d[:MOST_LINES]]}
        for d in sorted(found, key=len, reverse=True)
    ]  # fmt: skip


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
    opened = "" if duty.due_at or duty.kind == "tip" else duty.opened_at.astimezone(town.zone)
    return {
        "opened": opened, "today": now.astimezone(town.zone).date(), "unsure": False, "duty": duty,
        "card": duty.shown, "village": village.name if village else "", "left": left, "due": due,
        "responsible": next((p.name for p in town.people if p.id == duty.responsible), "") if duty.responsible else "",
    }  # fmt: skip


def card_buttons(duty: Duty, repeats: bool = False) -> Rows:
    """The moves that can be made now, the acknowledgement of a rung that repeats, and the phone."""
    if duty.over:
        return ()
    moves = MOVES[duty.state] + (("ack",) if repeats else ())
    row = tuple(Button(f"@acts.buttons.{move}", f"d:{move}:{duty.ref}") for move in moves)
    phone = str(duty.card.get("phone") or "")
    undecided = duty.kind == "return" and not duty.card.get("watch")
    watch = tuple(Button(f"@acts.buttons.{x}", f"d:{x}:{duty.ref}") for x in ("watch", "unwatch")) if undecided else ()
    call = ((Button("@acts.buttons.call", url=f"tel:{phone}"),),) if phone else ()
    return ((row,) if row else ()) + ((watch,) if watch else ()) + call
