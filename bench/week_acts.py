"""What people do with what they read; without it the town would be asked and never answer."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from bench.week_folk import TONIGHT, URGENCY, Folk, Temper, asleep, chosen, minutes
from bench.week_town import Sheet, Week
from bot.texts import texts
from chat.turn import button_of
from rules.town import Address, Person

ON_TIME, AFTER_REMINDER, LATE = 0.74, 0.16, 0.06
"""How a check-in is answered; the rest is never."""
ANSWERS_AT_ONCE, ANSWERS_AGAIN = 0.88, 0.6
"""The chance that somebody answers "is it done?", asked first and asked again."""
WAKES_UP, GIVES_BACK = 0.55, 0.15
"""What a nudge does to somebody who let a thing lie."""
HANDS_ON = 0.4
"""The chance that a line leader hands a thing to the village head instead of seeing to it himself."""
ACCEPTS, DECLINES = 0.75, 0.1
FEVERISH = 3
"""So many check-ins a fever lasts."""


@dataclass
class Acts:
    """Everybody's hands. ``brought`` are the duties that are done in truth, whatever anybody says."""

    week: Week
    folk: Folk
    dice: Random
    fevers: dict[Address, int] = field(default_factory=dict)
    """Person → from which check-in of the week on (0 is the first) they have a fever."""
    sheets: list[Sheet] = field(default_factory=list)
    brought: set[str] = field(default_factory=set)
    _busy: set[tuple[Address, str]] = field(default_factory=set)
    _seen: set[tuple[Address, str, datetime]] = field(default_factory=set)
    """A card that comes both alone and in the group is one card."""
    _reopened: set[str] = field(default_factory=set)
    _asked: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    _calls: defaultdict[Address, int] = field(default_factory=lambda: defaultdict(int))
    _waits_for_reminder: set[Address] = field(default_factory=set)

    def __post_init__(self) -> None:
        words, zone = texts("zh"), self.folk.town
        self._call = words.say("temperature.call")
        self._reminders = {words.say("temperature.remind", slot=f"{t:%H:%M}") for t in zone.checkin_times}
        self._home = {p.id: p for p in self.folk.isolated}

    def hears(self, sheet: Sheet) -> None:
        """Somebody's phone rings; what changes in place rings nobody."""
        self.sheets.append(sheet)
        if sheet.edits:
            return
        if sheet.address in self._home:
            self._resident(self._home[sheet.address], sheet)
            return
        for who in self.folk.readers.get(sheet.address, ()):
            self._staff(who, sheet)

    # ---- at home

    def _resident(self, person: Person, sheet: Sheet) -> None:
        if sheet.text == self._call:
            self._checkin(person)
        elif sheet.text in self._reminders and person.id in self._waits_for_reminder:
            self._waits_for_reminder.discard(person.id)
            self._measures(person, self.dice.randint(2, 45))
        for data in sheet.data:
            if data.startswith("d:yes:"):
                self._is_asked(person, data.rpartition(":")[2])
        if any(button_of(data) for data in sheet.data):
            self._answers_form(person, sheet)

    def _checkin(self, person: Person) -> None:
        self._calls[person.id] += 1
        drawn = self.dice.random()
        if drawn < ON_TIME:
            self._measures(person, self.dice.randint(1, 55))
        elif drawn < ON_TIME + AFTER_REMINDER:
            self._waits_for_reminder.add(person.id)
        elif drawn < ON_TIME + AFTER_REMINDER + LATE:
            self._measures(person, self.dice.randint(150, 330))

    def _measures(self, person: Person, after: int) -> None:
        ill_for = self._calls[person.id] - 1 - self.fevers.get(person.id, 10_000)
        ill = 0 <= ill_for < FEVERISH
        tenths = self.dice.randint(374, 386) if ill else self.dice.randint(360, 370)
        said = f"{tenths / 10:.1f}"

        async def act() -> None:
            await self.week.say(person.id, person.id, said)

        self.week.later(after, act)

    def _answers_form(self, person: Person, sheet: Sheet) -> None:
        keys = {parts[2]: data for data in sheet.data if (parts := button_of(data)) and parts[1] != "!"}
        weights = TONIGHT if "morning" in keys else URGENCY
        key = chosen(self.dice, weights)
        if key not in keys or self.dice.random() > 0.8:
            return

        async def act() -> None:
            await self.week.say(person.id, person.id, button=keys[key])

        self.week.later(self.dice.randint(1, 3), act)

    def _is_asked(self, person: Person, ref: str) -> None:
        self._asked[ref] += 1
        if self.dice.random() > (ANSWERS_AT_ONCE if self._asked[ref] == 1 else ANSWERS_AGAIN):
            return

        async def act() -> None:
            if (await self.week.duty(ref)).state != "reported":
                return
            good = ref in self.brought
            await self.week.say(person.id, person.id, button=f"d:{'yes' if good else 'no'}:{ref}")
            if good and self.dice.random() < 0.35:
                rating = chosen(self.dice, {"good": 0.7, "fair": 0.22, "poor": 0.08})
                await self.week.say(person.id, person.id, button=f"d:rate:{ref} {rating}")

        self.week.later(minutes(self.dice, (6, 0.8)), act)

    # ---- those who help

    def _staff(self, who: Address, sheet: Sheet) -> None:
        for data in sheet.data:
            move, _, ref = data.removeprefix("d:").partition(":")
            if move in ("zero", "zero_sure") and self.dice.random() < 0.9:
                self._presses(who, sheet.address, data, self.dice.randint(1, 12))
            elif move == "ack":
                self._presses(who, sheet.address, data, minutes(self.dice, (5, 0.6)))
            elif move == "back":
                self._is_nudged(who, ref)
            elif move == "decline":
                self._is_offered(who, ref)
            elif move == "claim" and not any(d.startswith("d:decline:") for d in sheet.data):
                self._reads_card(who, sheet.address, ref)
            elif move == "done" and (who, ref) not in self._busy and ref in self._reopened:
                self._reopened.discard(ref)
                self._works(who, ref, self.folk.tempers[who], again=True)

    def _presses(self, who: Address, chat: Address, data: str, after: int) -> None:
        async def act() -> None:
            await self.week.say(who, chat, button=data)

        self.week.later(after, act)

    def _reads_card(self, who: Address, chat: Address, ref: str) -> None:
        temper = self.folk.tempers[who]
        night = asleep(self.week.now)
        if (who, ref) in self._busy or (who, ref, self.week.now) in self._seen:
            return
        self._seen.add((who, ref, self.week.now))
        if self.dice.random() > temper.notices * (0.6 if night else 1):
            return
        self._busy.add((who, ref))
        self.week.later(minutes(self.dice, temper.claims) * (2 if night else 1), lambda: self._takes(who, chat, ref))

    async def _takes(self, who: Address, chat: Address, ref: str) -> None:
        duty, temper = await self.week.duty(ref), self.folk.tempers[who]
        self._busy.discard((who, ref))
        if duty.over or duty.state == "reported" or duty.holder == who:
            return
        if self.folk.office(who) == "line" and not duty.holder and self.dice.random() < HANDS_ON:
            await self._hands_on(who, chat, ref, duty.village)
            return
        claims = texts("zh").options("acts.claim")["claim"][0]
        if self.dice.random() < temper.wrong_number:
            await self.week.say(who, chat, f"{claims} {int(ref) + 900}")
        if self.dice.random() < 0.3:
            await self.week.say(who, chat, f"{claims} {ref}")
        else:
            await self.week.say(who, chat, button=f"d:claim:{ref}")
        if (await self.week.duty(ref)).holder == who and self.dice.random() >= temper.lets_lie:
            self._works(who, ref, temper)

    async def _hands_on(self, who: Address, chat: Address, ref: str, village: str) -> None:
        place = self.folk.town.village(village)
        head = next((p for p in self.folk.town.people if place and p.id == place.head), None)
        if head is not None:
            await self.week.say(who, chat, f"{texts('zh').options('acts.hand')['hand'][0]} {ref} {head.name}")

    def _works(self, who: Address, ref: str, temper: Temper, again: bool = False) -> None:
        """Goes there; says done when it is, or before."""
        takes = minutes(self.dice, temper.delivers)
        early = not again and self.dice.random() < temper.says_done_early
        self._busy.add((who, ref))
        chat = self._where(who)
        self.week.later(
            self.dice.randint(5, 15) if early else takes, lambda: self._says_done(who, chat, ref, not early)
        )
        if takes > 30 and not early and self.dice.random() < 0.5:
            self._presses(who, chat, f"d:onway:{ref}", self.dice.randint(8, 25))

    async def _says_done(self, who: Address, chat: Address, ref: str, truly: bool) -> None:
        self._busy.discard((who, ref))
        if truly:
            self.brought.add(ref)
        else:
            self._reopened.add(ref)
        duty = await self.week.duty(ref)
        if not duty.over and duty.holder == who and duty.state == "claimed":
            await self.week.say(who, chat, button=f"d:done:{ref}")

    def _where(self, who: Address) -> Address:
        """The chat somebody works in: a cadre in the village's group, others in their own."""
        return next((chat for chat, readers in self.folk.readers.items() if who in readers and chat != who), who)

    def _is_nudged(self, who: Address, ref: str) -> None:
        """Half an hour without a move, and this person holds it."""
        if (who, ref) in self._busy:
            self._presses(who, self._where(who), f"d:onway:{ref}", self.dice.randint(1, 6))
            return
        drawn = self.dice.random()
        if drawn < WAKES_UP:
            self._works(who, ref, self.folk.tempers[who], again=True)
        elif drawn < WAKES_UP + GIVES_BACK:
            self._presses(who, self._where(who), f"d:back:{ref}", self.dice.randint(1, 9))

    def _is_offered(self, who: Address, ref: str) -> None:
        drawn = self.dice.random()
        if drawn < ACCEPTS:
            self.week.later(self.dice.randint(1, 8), lambda: self._accepts(who, ref))
        elif drawn < ACCEPTS + DECLINES:
            self._presses(who, who, f"d:decline:{ref}", self.dice.randint(1, 8))

    async def _accepts(self, who: Address, ref: str) -> None:
        await self.week.say(who, who, button=f"d:claim:{ref}")
        if (await self.week.duty(ref)).holder == who:
            self._works(who, ref, self.folk.tempers[who])

    # ---- what is set from the beginning

    def asks(self, person: Person, minute: int, what: str) -> None:
        """A need, so many minutes after the week began."""

        async def act() -> None:
            await self.week.say(person.id, person.id, what)

        self.week.at(self.week.begins + timedelta(minutes=minute), act)
