"""Cards are boards: told once, then edited as things move, and many alike become one list; without it a group would mute us."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from bot.cards import card, card_list, stand
from bot.post import Mark, Post
from chat.letter import Letter
from rules.climbing import Climb
from rules.duty import Duty
from rules.kinds import kind_of
from rules.town import Address, Rung, Town
from storage import boards, duties, people
from storage.boards import LIST, Card
from storage.ledger import Ledger

TOGETHER = timedelta(minutes=10)
SINGLES = 2
"""So many alike are told as cards of their own within ten minutes; from the next on they are one list."""
MOST_LISTED = 15
MOST_EDITED = 8
"""The latest messages of a duty that are kept up to date."""
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

    def tell(self, ledger: Ledger, town: Town, step: Climb, address: Address, now: datetime, real_now: datetime,
             again: bool = False) -> None:  # fmt: skip
        """One rung to one address: as a card, or added to the list of what came together."""
        duty, rung = step.duty, step.rung
        locale = people.locale_of(ledger, address, town.locale)
        key = flood_key(duty, rung)
        cause = f"{duty.ref}#{rung.key if rung else 'last'}"
        mark = Mark(duty.ref, cause, key, now, real_now + CHECK)
        together = boards.recent(ledger, address, key, now - TOGETHER) if key and not again else []
        refs = tuple(dict.fromkeys((*(c.duty for c in together), duty.ref)))[-MOST_LISTED:]
        if len(refs) <= SINGLES:
            letter = card(town, duty, locale, now, rung, step.skipped)
            mark = replace(mark, digest=sign_of((duty,)))
            self.post.put(ledger, address, letter, "alert", real_now, mark)
            return
        together_now = self._duties(ledger, refs)
        letter = card_list(town, together_now, locale, now)
        mark = replace(mark, flood=f"{key}{LIST}{','.join(refs)}", digest=sign_of(together_now))
        standing = next((c for c in reversed(together) if c.refs), None)
        if standing is None or not self._change(ledger, standing, letter, mark, real_now, "alert"):
            row = self.post.put(ledger, address, letter, "alert", real_now, mark)
            if row:
                boards.listed(ledger, row, refs)

    def refresh(self, ledger: Ledger, town: Town, duty: Duty, now: datetime, real_now: datetime,
                besides: Sequence[Address] = ()) -> frozenset[Address]:  # fmt: skip
        """Every message that shows this duty says how it stands now; in a channel that cannot change what was sent, one
        short line does, unless that chat hears of it anyway (``besides``). Returns the chats that show it now."""
        changed: set[Address] = set()
        fixed: list[Address] = []
        for shown in boards.cards_of(ledger, duty.ref)[-MOST_EDITED:]:
            locale = people.locale_of(ledger, shown.address, town.locale)
            together = self._duties(ledger, shown.refs) or [duty]
            if shown.digest == sign_of(together):
                continue
            boards.shows(ledger, shown.id, sign_of(together))
            alone = not shown.refs
            letter = card(town, duty, locale, now, edited=True) if alone else card_list(town, together, locale, now)
            cause = f"{shown.duty}!{shown.edits or shown.platform_id}"
            if self._change(ledger, shown, letter, Mark(shown.duty, cause, shown.flood), real_now, "reply"):
                changed.add(shown.address)
            else:
                fixed.append(shown.address)
        for address in dict.fromkeys(fixed):
            if address not in changed and address not in besides:
                self._line(ledger, town, duty, address, now, real_now)
        return frozenset(changed)

    def _line(self, ledger: Ledger, town: Town, duty: Duty, address: Address, now: datetime,
              real_now: datetime) -> None:  # fmt: skip
        """How a duty stands, as a line of its own; none while nobody has taken it: what was sent still holds."""
        cause = f"{duty.ref}={duty.state}/{duty.holder}"
        if duty.state != "open" and not boards.told(ledger, address, cause):
            locale = people.locale_of(ledger, address, town.locale)
            self.post.put(ledger, address, stand(town, duty, locale, now), "reply", real_now, Mark(duty.ref, cause))

    def _change(self, ledger: Ledger, shown: Card, letter: Letter, mark: Mark, real_now: datetime, lane: str) -> bool:
        """Rewrite a message that waits, or edit one that stands; False when neither can be done."""
        gateway = self.post.gateways.get(shown.channel)
        if gateway is None:
            return False
        if shown.state == "waiting" and not shown.edits:
            calls = self.post.calls(ledger, gateway, shown.address, letter, real_now)
            if len(calls) == 1:
                boards.rewrite(ledger, shown.id, calls[0])
            return len(calls) == 1
        message = shown.edits or shown.platform_id
        call = gateway.edit(shown.address, message, letter) if message else None
        if call is None:
            return False
        mark = replace(mark, edits=message)
        if mark.told_at is None:
            boards.forget_waiting(ledger, mark.cause)
        self.post.put_calls(ledger, shown.address, (call,), lane, real_now, mark)
        return True

    def _duties(self, ledger: Ledger, refs: Sequence[str]) -> list[Duty]:
        return [duty for duty in (duties.of_message(ledger, ref) for ref in refs) if duty is not None]


def sign_of(together: Sequence[Duty]) -> str:
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
            sorted(d.card.items()),
        )
        for d in together
    ]
    return sha256(repr(shown).encode()).hexdigest()[:16]


def flood_key(duty: Duty, rung: Rung | None) -> str:
    """What makes two alerts alike: kind, household or village, and rung; empty for kinds always told one by one."""
    sort = kind_of(duty.kind).flood
    place = duty.subject if sort == "household" else duty.village
    return f"{duty.kind}/{place}/{rung.key}" if sort and place and rung is not None else ""
