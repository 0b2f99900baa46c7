"""What a board shows of a duty: its words, its age as a length, and the moves that can be made; all of it from the rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.cards import card_buttons, card_values
from bot.hearing import Hearing
from bot.post import label_buttons
from bot.texts import Texts
from chat.letter import Button, Rows
from handlers.duty.errand import runs
from handlers.duty.which import open_here
from rules.context import Context
from rules.duty import ANYBODY, SOON, Duty, worst_first
from rules.kinds import kind_of
from rules.moves import may_reopen
from rules.seeing import asked_for, has_realm

STATES = ("open", "claimed", "reported")
NEARLY = 0.75
"""The part of its time after which it is soon over."""
FOR_ALL = ("d:ack:", "d:watch:", "d:unwatch:")
"""What whoever sees a duty may say, whoever holds it."""
TITLE_ENDS = chr(0x3011)
"""The bracket after a card's kind and number, which stand in the heading here."""


@dataclass(frozen=True)
class Wanted:
    """What the address asks for; ``ref``: the card that a link named."""

    village: str = ""
    kind: str = ""
    line: str = ""
    mine: bool = False
    ref: str = ""

    def fits(self, duty: Duty, context: Context) -> bool:
        """Whether a duty is among it."""
        pairs = ((self.village, duty.village), (self.kind, duty.kind), (self.line, duty.line))
        mine = context.sender in (duty.holder, duty.offered_to, duty.responsible)
        return all(want in ("", has) for want, has in pairs) and (mine or not self.mine)


@dataclass(frozen=True)
class Looked:
    """All that this person may see, the worst first, before the filters."""

    context: Context
    duties: tuple[Duty, ...]
    now: datetime
    unsure: frozenset[str] = frozenset()
    """The numbers of which some alert may not have arrived: nobody should think that all have seen it."""

    @property
    def villages(self) -> Mapping[str, str]:
        """Key → name of where something is open."""
        here = {duty.village for duty in self.duties}
        return {v.key: v.name for v in self.context.town.villages if v.key in here}

    @property
    def kinds(self) -> Sequence[str]:
        """Of what kinds."""
        return sorted({duty.kind for duty in self.duties})

    @property
    def lines(self) -> Sequence[str]:
        """On what lines."""
        return sorted({duty.line for duty in self.duties} - {""})


@dataclass(frozen=True)
class Shown:
    """One card. ``filled``: percent of the time until it is due that is gone; ``stands``: late, soon or fine."""

    ref: str
    kind: str
    village: str
    lines: tuple[str, ...]
    left: str
    filled: int
    stands: str
    moves: tuple[Button, ...]
    """What to do, whom to ring, and last what has happened."""
    more: tuple[Button, ...] = ()
    """Moves that want a word: how long, why, who, which number."""


def look(hearing: Hearing) -> Looked:
    """What is open where this person may act: the same that 待办 lists in the chat."""
    found = worst_first(open_here(hearing.context, hearing.reads), hearing.now)
    unsure = hearing.reads.unsure_among([duty.ref for duty in found])
    return Looked(hearing.context, found, hearing.now, unsure)


def may_look(hearing: Hearing) -> bool:
    """Whether there is anything here for whoever opens the page: staff with a realm, or who has something in hand."""
    return (hearing.context.staff and has_realm(hearing.context)) or bool(look(hearing).duties)


def asks_them(hearing: Hearing, ref: str) -> Duty | None:
    """The duty that whoever is here asked for, where it waits for their word or was closed without one."""
    duty = hearing.reads.duty(ref)
    waits = duty is not None and (duty.state == "reported" or may_reopen(duty))
    return duty if duty is not None and waits and asked_for(duty, hearing.context) else None


def columns(looked: Looked, wanted: Wanted, words: Texts) -> Mapping[str, tuple[Shown, ...]]:
    """State → its cards, the worst first."""
    chosen = [duty for duty in looked.duties if wanted.fits(duty, looked.context)]
    return {state: tuple(shown(d, looked, words) for d in chosen if d.state == state) for state in STATES}


def shown(duty: Duty, looked: Looked, words: Texts) -> Shown:
    """One duty as this person sees it now."""
    town = looked.context.town
    village = town.village(duty.village)
    left, gone = duty.due_at - looked.now if duty.due_at else None, _gone(duty, looked.now)
    stands = "late" if gone > 1 else "soon" if gone >= NEARLY or (left is not None and left <= SOON) else "fine"
    return Shown(
        duty.ref, duty.kind, village.name if village else "", _text(duty, looked, words),
        words.say("board.left", left=_minutes(left), age=_minutes(looked.now - duty.opened_at), stands=stands),
        max(0, min(100, round(100 * gone))), stands, _buttons(duty, looked, words),
        _more(duty, looked, words),
    )  # fmt: skip


def _text(duty: Duty, looked: Looked, words: Texts) -> tuple[str, ...]:
    """The words of the chat's card, without the title and the time left, which have places of their own."""
    shown = card_values(looked.context.town, duty, looked.now)
    values = {**shown, "left": None, "unsure": duty.ref in looked.unsure}
    text = words.say("duty.alert", waited=0, skipped=[], edited=False, **values)
    return tuple(line.strip() for line in text.partition(TITLE_ENDS)[2].splitlines() if line.strip())


def _gone(duty: Duty, now: datetime) -> float:
    """The part of its time that is gone, above one when it is late; what has no due time is measured by its kind."""
    whole = (duty.due_at - duty.base) if duty.due_at else kind_of(duty.kind).within
    return (now - duty.base) / whole if whole > timedelta() else 1.0


def _minutes(length: timedelta | None) -> int | None:
    return None if length is None else length // timedelta(minutes=1)


def _buttons(duty: Duty, looked: Looked, words: Texts) -> tuple[Button, ...]:
    """The moves that this person can make now, and whom to ring. Who does not hold it is not offered what would be refused."""
    me, town = looked.context.sender, looked.context.town
    waits = duty.wait_until is not None and duty.holder != me
    row = [b for row in card_buttons(duty, duty.repeat_at is not None or waits) for b in row]
    if duty.holder not in ("", me):
        row = [b for b in row if b.data.startswith(FOR_ALL) or b.url]
    if runs(duty, looked.context) and not duty.over:
        row = _moves(duty, "onway", "delivered") + row
    if asked_for(duty, looked.context):
        row = _moves(duty, *(("yes", "no") if duty.state == "reported" else ("no",) if may_reopen(duty) else ())) + row
    if duty.state == "claimed" and duty.holder == me:
        row.append(Button("@acts.buttons.back", f"d:back:{duty.ref}"))
    if duty.holder != me and duty.offered_to in (me, ANYBODY) and duty.state == "claimed":
        row = _moves(duty, *("claim", "decline")[: 1 + (duty.offered_to == me)]) + row
    row.append(Button("@board.buttons.history", f"d:history:{duty.ref}"))
    rows: Rows = label_buttons(words.locale, (tuple(row),))
    phone = next((p.phone for p in town.people if p.id == duty.holder and p.phone and p.id != me), "")
    rings = tuple(b for b in rows[0] if b.url)
    if phone:
        rings += (Button(words.say("board.ring_holder", name=duty.holder_name), url=f"tel:{phone}"),)
    *moves, history = (b for b in rows[0] if b.data)
    return (*moves, *rings, history)


def _moves(duty: Duty, *moves: str) -> list[Button]:
    return [Button(f"@acts.buttons.{x}", f"d:{'done' if x == 'delivered' else x}:{duty.ref}") for x in moves]


def _more(duty: Duty, looked: Looked, words: Texts) -> tuple[Button, ...]:
    """What the chat lets its holder do with a word besides; of what nobody holds, only what needs no holder."""
    mine = duty.state == "claimed" and duty.holder == looked.context.sender
    names = ("onway", "wait", "errand", "merge", "done") if mine else ("merge", "done") if duty.state == "open" else ()
    row: Rows = label_buttons(words.locale, (tuple(Button(f"@acts.buttons.{x}", f"d:{x}:{duty.ref}") for x in names),))
    return row[0] if names else ()
