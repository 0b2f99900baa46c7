"""``kill -9`` at any moment while messages flow: nothing is lost, nothing is decided twice, and nothing is said twice but
what was on its way at a kill or when its connection was cut."""

import asyncio
import os
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from sqlalchemy import func, select

from storage.tables import duties, inbox, outbox, temperatures
from tests.botapi import Fault
from tests.wire.village import PATIENCE, Village

KILLS = int(os.environ.get("CUNSHAO_TEST_KILLS", "15"))
"""On each of the two databases: thirty in all."""
MEASURING = 6
"""People who send temperatures, again and again; all the others need something, once each."""
EACH_TIME = 4
"""Messages said between two kills."""
LONGEST = 0.12
"""Seconds after which the program is killed at the latest: it needs less for a message from end to end."""
MOMENTS = ("at once", "by chance", "recorded", "under way", "cut off")
"""When it is killed: while it has hardly begun, some time later, as soon as something is committed, while a call is under way,
after an answer that it never got."""
THINGS = ("米", "面", "油", "盐", "口罩", "消毒液", "煤", "奶粉", "降压药", "胰岛素", "白菜", "鸡蛋")


@dataclass
class Talk:
    """What everybody has said: temperatures by person and value, and who needs something."""

    village: Village
    chance: random.Random
    said: int = 0
    values: Counter[tuple[str, str]] = field(default_factory=Counter)
    needs: list[str] = field(default_factory=list)

    def some(self) -> None:
        """A few people say something."""
        for _ in range(EACH_TIME):
            if self.chance.random() < 0.5:
                self._temperature()
            else:
                self._need()
            self.said += 1

    def _temperature(self) -> None:
        number, value = self.chance.randrange(MEASURING), f"36.{self.chance.randrange(10)}"
        self.values[f"telegram:{1001 + number}", value] += 1
        self.village.server.say(1001 + number, None, value)

    def _need(self) -> None:
        number = MEASURING + len(self.needs)
        self.needs.append(f"telegram:{1001 + number}")
        self.village.server.say(1001 + number, None, f"需求 家里没{self.chance.choice(THINGS)}了")


@pytest.mark.parametrize("seed", [int(os.environ.get("CUNSHAO_TEST_SEED", "2020"))])
async def test_killed_at_any_moment(village: Village, seed: int) -> None:
    print(f"seed {seed}, {KILLS} kills")  # noqa: T201 - to play the same again
    chance = random.Random(seed)
    village.isolated = MEASURING + KILLS * EACH_TIME
    village.settle()
    talk, in_flight, cut = Talk(village, chance), 0, []
    moments = [MOMENTS[number % len(MOMENTS)] for number in range(KILLS)]
    chance.shuffle(moments)
    for moment in moments:
        await village.start()
        before = recorded(village)
        talk.some()
        await come(village, chance, moment, before, cut)
        await village.kill()
        village.server.heal()
        in_flight += sending(village)
    await village.start()
    await everything_taken(village)
    await village.clock(forward="0m")
    nothing_lost_and_nothing_twice(talk)
    assert repeated(village) <= in_flight + len(cut)
    await village.stop()


async def come(village: Village, chance: random.Random, moment: str, before: int, cut: list[object]) -> None:
    """Return at this moment. ``before``: how many messages were on the record before these were said.

    ``cut`` gets each call whose answer is cut off: the program cannot know its outcome either, and repeats it once.
    """
    server = village.server
    match moment:
        case "by chance":
            await asyncio.sleep(chance.uniform(0, LONGEST))
        case "recorded":
            await until(lambda: recorded(village) > before)
        case "under way":
            server.fail_next("sendMessage", Fault.slow(5.0), times=None)
            await until(lambda: sending(village) > 0)
        case "cut off":
            often = chance.randrange(1, 4)
            server.fail_next("sendMessage", Fault.cut_after(), times=often, where=lambda call: cut.append(call) or True)
            cuts = len(cut)
            await until(lambda: len(cut) > cuts)
            await asyncio.sleep(chance.uniform(0, LONGEST))


async def until(true: Callable[[], bool]) -> None:
    """Look until it is so."""
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110 - it happens in another process
            await asyncio.sleep(0.002)


def recorded(village: Village) -> int:
    """How many messages are on the record."""
    return int(village.rows(select(func.count()).select_from(inbox))[0][0])


async def everything_taken(village: Village) -> None:
    """Return when the program has confirmed all that people said."""
    await until(lambda: not len(village.server.updates))


def sending(village: Village) -> int:
    """The calls that were in flight when it was killed."""
    return int(village.rows(select(func.count()).where(outbox.c.state == "sending"))[0][0])


def nothing_lost_and_nothing_twice(talk: Talk) -> None:
    """Each message has its one effect."""
    village = talk.village
    fates = Counter(row[0] for row in village.rows(select(inbox.c.fate)))
    assert fates == {"decided": talk.said}, village.log()
    vault = village.vault()
    taken = village.rows(select(temperatures.c.person, temperatures.c.value_sealed))
    got = Counter((person, str(int(vault.open(sealed)) / 10)) for person, sealed in taken)
    assert got == talk.values
    opened = village.rows(select(duties.c.kind, duties.c.subject, duties.c.ref))
    assert sorted((kind, person) for kind, person, _ in opened) == sorted(("need", who) for who in talk.needs)
    assert sorted(int(ref) for _, _, ref in opened) == list(range(1, len(talk.needs) + 1))
    stuck = village.rows(select(outbox.c.state).where(outbox.c.state.in_(("waiting", "sending", "refused"))))
    assert stuck == []


def repeated(village: Village) -> int:
    """How many messages stand in a chat more than once: a row of the outbox is one message."""
    rows = village.rows(select(outbox.c.address, func.count()).where(outbox.c.edits == "").group_by(outbox.c.address))
    said = {address: len(village.server.messages(int(address.partition(":")[2]))) for address, _ in rows}
    return sum(max(0, said[address] - wanted) for address, wanted in rows)
