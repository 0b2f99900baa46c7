"""Cards are boards: told once, then edited as things move, and many alike become one list; without it a group would mute us."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from bot.cards import MOST_ACKNOWLEDGED, again_list, card, card_list, gone_by, stand
from bot.post import Mark, Post
from chat.letter import Letter
from rules.climbing import Climb
from rules.duty import Duty, worst_first
from rules.kinds import kind_of
from rules.routing import above_village
from rules.town import Address, Rung, Town
from storage import boards, duties, people
from storage.boards import LIST, Card
from storage.ledger import Ledger

TOGETHER = timedelta(minutes=10)
"""What is alike and told within this time is one list."""
RING = timedelta(minutes=1)
"""A list is sent anew at most so often; in between it is edited, which rings nobody, and then sent anew once more."""
MOST_TOGETHER = 80
"""So many are one list; the next begins another."""
LIVE = 2
"""So many messages of a duty are kept up to date in each chat; older ones say that there is a newer one."""
AGAIN = "again"
"""In a row's ``flood``: it tells once more what nobody has acknowledged."""
UNSEEN = ("haste", "reporter", "reported_at")
"""What of a card nobody reads there."""
CHECK = timedelta(minutes=2)
"""Real time after which an alert that reached nobody climbs."""


@dataclass(frozen=True)
class Boards:
    """Tells cards through ``post`` and edits them afterwards."""

    post: Post

    @property
    def channels(self) -> Sequence[str]:
        """The channels that are switched on."""
        return tuple(self.post.gateways)

    def tell(self, ledger: Ledger, town: Town, step: Climb, address: Address, now: datetime,
             real_now: datetime) -> datetime | None:  # fmt: skip
        """One rung to one address: as a card, or in the list of what came together. When that list was only edited, which
        rings nobody: the moment at which it is to be sent anew (``wake``)."""
        duty, rung = step.duty, step.rung
        key = flood_key(town, duty, rung, address)
        mark = Mark(duty.ref, cause_of(duty, rung), key, now, real_now + CHECK)
        together = _recent(ledger, address, key, now)
        refs = tuple(dict.fromkeys(ref for c in together for ref in c.refs or (c.duty,) if ref != duty.ref))
        if not refs or all(before.over for before in duties.several(ledger, refs)):
            locale = people.locale_of(ledger, address, town.locale)
            unsure = bool(duty.climbs) and boards.unsure(ledger, duty.ref)
            letter = card(town, duty, locale, now, rung, step.skipped, unsure=unsure)
            self.post.put(ledger, address, letter, "alert", real_now, replace(mark, digest=sign_of((duty,), unsure)))
            return None
        refs = tuple(sorted((*refs, duty.ref), key=lambda ref: (len(ref), ref)))
        return self._listed(ledger, town, address, together, refs, mark, now, real_now)

    def _listed(self, ledger: Ledger, town: Town, address: Address, together: Sequence[Card], refs: Sequence[str],
                mark: Mark, now: datetime, real_now: datetime) -> datetime | None:  # fmt: skip
        """What came together as one message: rewritten while it waits, edited within a minute, else sent anew."""
        shown = duties.several(ledger, refs)
        letter = card_list(town, shown, people.locale_of(ledger, address, town.locale), now)
        mark = replace(mark, flood=f"{mark.flood}{LIST}{','.join(refs)}", digest=sign_of(shown))
        standing = together[-1]
        if self._rewrite(ledger, standing, letter, mark, real_now):
            boards.listed(ledger, standing.id, refs)
            return None
        rung_at = max(c.told_at for c in together if c.told_at is not None and not c.edits)
        if now < rung_at + RING and (row := self._change(ledger, standing, letter, mark, real_now, "alert")):
            boards.listed(ledger, row, refs)
            return rung_at + RING
        self._anew(ledger, town, address, together, refs, letter, mark, real_now)
        return None

    def _anew(self, ledger: Ledger, town: Town, address: Address, before: Sequence[Card], refs: Sequence[str],
              letter: Letter, mark: Mark, real_now: datetime) -> None:  # fmt: skip
        """Send a list as a new message, so that somebody is woken; the ones before it say so."""
        row = self.post.put(ledger, address, letter, "alert", real_now, mark)
        if row:
            boards.listed(ledger, row, refs)
            for card_before in {c.message: c for c in before}.values():
                self._let_go(ledger, town, card_before, real_now)

    def wake(
        self, ledger: Ledger, town: Town, step: Climb, address: Address, now: datetime, real_now: datetime
    ) -> None:
        """Send a list anew that was only edited since it last rang, if nobody has done so yet."""
        key = flood_key(town, step.duty, step.rung, address)
        together = _recent(ledger, address, key, now)
        if not together or not together[-1].edits:
            return
        refs = together[-1].refs
        shown = duties.several(ledger, refs)
        mark = Mark(step.duty.ref, cause_of(step.duty, step.rung), together[-1].flood, now, real_now + CHECK, "",
                    sign_of(shown))  # fmt: skip
        letter = card_list(town, shown, people.locale_of(ledger, address, town.locale), now)
        self._anew(ledger, town, address, together, refs, letter, mark, real_now)

    def again(self, ledger: Ledger, town: Town, together: Sequence[Duty], rung: Rung, address: Address, now: datetime,
              real_now: datetime) -> tuple[Duty, ...]:  # fmt: skip
        """Tell once more what nobody has acknowledged, as one message; gives what it shows. The one before it says so."""
        locale = people.locale_of(ledger, address, town.locale)
        first, shown = together[0], worst_first(tuple(together[:MOST_ACKNOWLEDGED]), now)
        before = [c for c in boards.recent(ledger, address, AGAIN, now - timedelta(days=2)) if not c.edits]
        cause = f"{cause_of(first, rung)}@{int(now.timestamp())}"
        if len(shown) == 1:
            letter, flood = card(town, first, locale, now, rung), AGAIN
        else:
            letter = again_list(town, shown, locale, now, len(together) - len(shown))
            flood = f"{AGAIN}{LIST}{','.join(d.ref for d in shown)}"
        mark = Mark(first.ref, cause, flood, now, real_now + CHECK, "", sign_of(shown))
        row = self.post.put(ledger, address, letter, "alert", real_now, mark)
        if row and len(shown) > 1:
            boards.listed(ledger, row, [d.ref for d in shown])
        if row and before:
            self._let_go(ledger, town, before[-1], real_now)
        return shown

    def whole(
        self, ledger: Ledger, town: Town, duty: Duty, address: Address, now: datetime, real_now: datetime
    ) -> None:
        """The whole card for whoever took a duty from a list, which has a line of it only."""
        here = [c for c in boards.cards_of(ledger, duty.ref) if c.address == address]
        if here and all(c.refs for c in here):
            letter = card(town, duty, people.locale_of(ledger, address, town.locale), now, edited=True)
            mark = Mark(duty.ref, f"{duty.ref}#card", told_at=now, digest=sign_of((duty,)))
            self.post.put(ledger, address, letter, "reply", real_now, mark)

    def refresh(self, ledger: Ledger, town: Town, duty: Duty, now: datetime, real_now: datetime,
                besides: Sequence[Address] = ()) -> frozenset[Address]:  # fmt: skip
        """Every message that shows this duty says how it stands now; in a channel that cannot change what was sent, one
        short line does, unless that chat hears of it anyway (``besides``). Returns the chats that show it now."""
        changed: set[Address] = set()
        fixed: list[Address] = []
        live, old = _latest(boards.cards_of(ledger, duty.ref))
        for shown in old:
            self._let_go(ledger, town, shown, real_now)
        unknown = bool(live) and boards.unsure(ledger, duty.ref)
        for shown in live:
            together, unsure = duties.several(ledger, shown.refs) or [duty], unknown and not shown.refs
            if shown.digest == sign_of(together, unsure):
                continue
            boards.shows(ledger, shown.id, sign_of(together, unsure))
            letter = self._as_shown(ledger, town, shown, together, now, unsure)
            cause = f"{shown.duty}!{shown.edits or shown.platform_id}"
            if self._change(ledger, shown, letter, Mark(shown.duty, cause, shown.flood), real_now, "reply"):
                changed.add(shown.address)
            else:
                fixed.append(shown.address)
        for address in dict.fromkeys(fixed):
            if address not in changed and address not in besides:
                self._line(ledger, town, duty, address, now, real_now)
        return frozenset(changed)

    def enclose(self, ledger: Ledger, duty: Duty, chats: Collection[Address], files: Sequence[tuple[str, str]],
                real_now: datetime) -> None:  # fmt: skip
        """What was attached to a card that stands, where a message that was sent cannot be given a photo any more."""
        for address in sorted(chats) if files else ():
            gateway = self.post.gateways.get(address.partition(":")[0])
            calls = gateway.render(address, Letter("", attachments=tuple(files))) if gateway else ()
            beside = [call for call in calls if call.get("beside")]
            self.post.put_calls(ledger, address, beside, "reply", real_now, Mark(duty.ref))

    def _as_shown(self, ledger: Ledger, town: Town, shown: Card, together: Sequence[Duty], now: datetime,
                  unsure: bool) -> Letter:  # fmt: skip
        locale = people.locale_of(ledger, shown.address, town.locale)
        if not shown.refs:
            return card(town, together[0], locale, now, edited=True, unsure=unsure)
        return (again_list if shown.flood.startswith(AGAIN) else card_list)(town, together, locale, now)

    def _line(self, ledger: Ledger, town: Town, duty: Duty, address: Address, now: datetime,
              real_now: datetime) -> None:  # fmt: skip
        """How a duty stands, as a line of its own; none while nobody has taken it: what was sent still holds."""
        cause = f"{duty.ref}={duty.state}/{duty.holder}"
        if duty.state != "open" and not boards.told(ledger, address, cause):
            locale = people.locale_of(ledger, address, town.locale)
            self.post.put(ledger, address, stand(town, duty, locale, now), "reply", real_now, Mark(duty.ref, cause))

    def _let_go(self, ledger: Ledger, town: Town, shown: Card, real_now: datetime) -> None:
        """An older message says that there is a newer one, and has no buttons that could be pressed in vain."""
        if shown.digest == boards.GONE_BY:
            return
        letter = gone_by(people.locale_of(ledger, shown.address, town.locale))
        cause = f"{shown.duty}!{shown.edits or shown.platform_id}"
        if self._change(ledger, shown, letter, Mark(shown.duty, cause), real_now, "reply"):
            boards.go_by(ledger, shown)

    def _rewrite(self, ledger: Ledger, shown: Card, letter: Letter, mark: Mark, real_now: datetime) -> bool:
        """Rewrite a new message that waits; False when it has gone out, or would become several."""
        gateway = self.post.gateways.get(shown.channel)
        if gateway is None or shown.state != "waiting" or shown.edits:
            return False
        calls = self.post.calls(ledger, gateway, shown.address, letter, real_now)
        if len(calls) == 1:
            boards.rewrite(ledger, shown.id, calls[0], mark.flood, mark.digest)
        return len(calls) == 1

    def _change(self, ledger: Ledger, shown: Card, letter: Letter, mark: Mark, real_now: datetime, lane: str) -> str:
        """Rewrite a message that waits, or edit one that stands; gives the row that does it, empty when neither can be done."""
        if self._rewrite(ledger, shown, letter, mark, real_now):
            return shown.id
        gateway, message = self.post.gateways.get(shown.channel), shown.edits or shown.platform_id
        call = gateway.edit(shown.address, message, letter) if gateway and message else None
        if call is None:
            return ""
        mark = replace(mark, edits=message)
        if mark.told_at is None:
            boards.forget_waiting(ledger, mark.cause)
        return self.post.put_calls(ledger, shown.address, (call,), lane, real_now, mark)


def _recent(ledger: Ledger, address: Address, key: str, now: datetime) -> list[Card]:
    """What was told under a flood key lately and still stands; nothing when the last list is full."""
    found = (
        [c for c in boards.recent(ledger, address, key, now - TOGETHER) if c.digest != boards.GONE_BY] if key else []
    )
    return [] if found and len(found[-1].refs) >= MOST_TOGETHER else found


def _latest(cards: Sequence[Card]) -> tuple[list[Card], list[Card]]:
    """(the latest few messages of each chat, those before them)."""
    live: list[Card] = []
    for shown in reversed(cards):
        if sum(c.address == shown.address for c in live) < LIVE:
            live.insert(0, shown)
    return live, [shown for shown in cards if shown not in live]


def cause_of(duty: Duty, rung: Rung | None) -> str:
    """What a letter of this rung answers: its duty and rung, and from when the ladder counts when it was begun anew."""
    begun = f"@{int(duty.starts_at.timestamp())}" if duty.starts_at and not duty.postponed else ""
    return f"{duty.ref}#{rung.key if rung else 'last'}{begun}"


def sign_of(together: Sequence[Duty], unsure: bool = False) -> str:
    """What a card shows of these duties, but for the time that passes, in a few characters that tell nothing of it."""
    shown = [
        (
            d.ref,
            d.state,
            d.holder_name,
            d.due_at,
            d.wait_until,
            d.confirmed,
            d.merged_into,
            d.village,
            sorted((key, value) for key, value in d.card.items() if key not in UNSEEN),
        )
        for d in together
    ]
    return sha256((repr(shown) + "?" * unsure).encode()).hexdigest()[:16]


def flood_key(town: Town, duty: Duty, rung: Rung | None, address: Address) -> str:
    """What makes two alerts alike: kind, household or village, and rung; for somebody above the villages kind and rung. Empty
    for kinds always told one by one."""
    sort = kind_of(duty.kind).flood
    if not sort or rung is None:
        return ""
    place = "*" if above_village(town, duty, rung, address) else duty.subject if sort == "household" else duty.village
    return f"{duty.kind}/{place}/{rung.key}" if place else ""
