"""Who lives in the week's town and how they are; without it everybody would claim at once, and no ladder would be needed.

Minutes are drawn from log-normal distributions (median, spread): most people are quick, a few take very long.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random

from rules.town import Address, Person, Town

NEEDS_A_DAY = 0.6
"""For each isolated person, spread over the hours as ``HOURS`` says."""
HOURS = (.2, .1, .1, .1, .1, .4, 1, 3, 6, 8, 9, 8, 6, 4, 5, 6, 7, 7, 6, 4, 2, 1, .6, .4)  # fmt: skip
"""How likely a need is at each hour of the day, in proportion."""
WANTS = (
    "家里没米了", "没盐了", "降压药快没了", "想买点菜", "孩子的奶粉没了", "煤气没了", "水龙头坏了", "需要口罩", "没面了",
    "帮我买点鸡蛋", "没有感冒药了", "灯坏了", "要买尿不湿", "手机欠费了，帮忙交一下", "没油了", "想买点水果",
    "血糖试纸用完了", "没柴了，屋里冷", "帮我取个快递", "老人的胰岛素快没了",
)  # fmt: skip
FIVE_AT_ONCE = ("没米了", "没油了", "没盐了", "药用完了", "想买点菜")
"""What one household asks for in one breath."""
URGENCY = {"now": 0.2, "soon": 0.5, "later": 0.3}
TONIGHT = {"now": 0.3, "morning": 0.7}
NIGHT = (22, 7)


@dataclass(frozen=True)
class Temper:
    """How somebody works: the chance that a card makes them act, how long until they take it and until it is delivered, and
    the chances that they let it lie once taken, say done when it is not, or type a wrong number first."""

    notices: float
    claims: tuple[float, float]
    delivers: tuple[float, float]
    lets_lie: float = 0.0
    says_done_early: float = 0.0
    wrong_number: float = 0.02


QUICK = Temper(0.97, (5, 0.7), (32, 0.5))
SLOW = Temper(0.75, (16, 0.6), (55, 0.5), lets_lie=0.06)
ABSENT = Temper(0.12, (25, 0.6), (50, 0.5))
WRONG = Temper(0.9, (8, 0.7), (40, 0.5), lets_lie=0.3, says_done_early=0.35, wrong_number=0.2)
HEAD = Temper(0.5, (9, 0.7), (30, 0.5), lets_lie=0.03)
LEADER = Temper(0.75, (10, 0.6), (30, 0.4))
POST = Temper(0.85, (9, 0.6), (32, 0.4))
CADRES = ((QUICK, 0.46), (SLOW, 0.24), (ABSENT, 0.20), (WRONG, 0.10))
"""How many of the cadres are of which temper."""


@dataclass(frozen=True)
class Folk:
    """Everybody who matters in the simulation."""

    town: Town
    isolated: tuple[Person, ...]
    tempers: Mapping[Address, Temper]
    readers: Mapping[Address, tuple[Address, ...]]
    """Chat → who reads it."""

    def office(self, who: Address) -> str:
        """cadre, head, line or post: on which storey of the ladder somebody stands."""
        lines = {x for line in self.town.lines for x in (line.leader, line.deputy)}
        if who in lines:
            return "line"
        if any(v.head == who for v in self.town.villages):
            return "head"
        return "cadre" if any(p.id == who and "cadre" in p.roles for p in self.town.people) else "post"


def settle(town: Town, dice: Random) -> Folk:
    """Give everybody a temper."""
    tempers: dict[Address, Temper] = {}
    readers: dict[Address, tuple[Address, ...]] = {}
    every = [temper for temper, _ in CADRES]
    for village in town.villages:
        cadres = [p.id for p in town.people if p.village == village.key and "cadre" in p.roles]
        tempers |= {who: dice.choices(every, [share for _, share in CADRES])[0] for who in cadres}
        tempers[village.head] = HEAD
        readers[village.cadres] = tuple(cadres)
    for line in town.lines:
        tempers |= {line.leader: LEADER, line.deputy: LEADER}
    officer = next(p.id for p in town.people if "duty_officer" in p.roles)
    tempers[officer] = POST
    readers[town.command_post] = (officer,)
    readers |= {who: (who,) for who in tempers}
    return Folk(town, tuple(p for p in town.people if "isolated" in p.roles), tempers, readers)


def minutes(dice: Random, drawn: tuple[float, float]) -> int:
    """Whole minutes, one at least."""
    return max(1, round(dice.lognormvariate(math.log(drawn[0]), drawn[1])))


def chosen(dice: Random, weights: Mapping[str, float]) -> str:
    """One of these, by weight."""
    return dice.choices(list(weights), list(weights.values()))[0]


def needs(folk: Folk, begins: datetime, days: int, dice: Random) -> Sequence[tuple[int, Person, str]]:
    """(minute of the week, who, what) of each need: a Poisson process whose rate follows the hours of the day."""
    found: list[tuple[int, Person, str]] = []
    each = len(folk.isolated) * NEEDS_A_DAY / sum(HOURS) / 60
    minute = 0.0
    while True:
        minute += dice.expovariate(each * max(HOURS))
        if minute >= days * 1440:
            return sorted(found, key=lambda need: need[0])
        hour = int(begins.hour + begins.minute / 60 + minute / 60) % 24
        if dice.random() < HOURS[hour] / max(HOURS):
            found.append((int(minute), dice.choice(folk.isolated), dice.choice(WANTS)))


def asleep(at: datetime) -> bool:
    """Whether most people sleep at this hour."""
    return at.hour >= NIGHT[0] or at.hour < NIGHT[1]
