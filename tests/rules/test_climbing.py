"""Who is told next, and when: what repeats goes on, an edited ladder counts from the next rung, nobody is said to be told."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from rules.alarms import next_alarm
from rules.climbing import climb, edited, hastened
from rules.duty import Duty, open_duty
from rules.ladders import LADDERS
from rules.town import SHANGHAI, Rung, numbered

BEGIN = datetime(2020, 2, 10, 9, 30, tzinfo=SHANGHAI)


def after(minutes: int) -> datetime:
    return BEGIN + timedelta(minutes=minutes)


def need(**more: object) -> Duty:
    return replace(open_duty(Duty("1", "need", BEGIN, "yaowa", due_at=after(120))), **more)  # type: ignore[arg-type]


def all_but(*gone: str) -> Callable[[str], tuple[str, ...]]:
    return lambda target: () if target in gone else (f"paper:{target}",)


@pytest.mark.parametrize("kind", ["fever", "tip", "urgent", "breach"])
def test_the_command_post_hears_again_though_a_later_rung_does_not_repeat(kind: str) -> None:
    duty, ladder = open_duty(Duty("1", kind, BEGIN, "yaowa")), LADDERS[kind]
    now = BEGIN
    while duty.rung_at is not None:
        now = max(now, duty.rung_at)
        duty = climb(duty, ladder, now, all_but()).duty
    alarm = next_alarm(duty)
    assert alarm is not None
    assert alarm[1] == "repeat"


def test_what_was_acknowledged_is_not_repeated_by_a_later_rung() -> None:
    duty, ladder = open_duty(Duty("1", "fever", BEGIN, "yaowa")), LADDERS["fever"]
    for minutes in (0, 10, 30):
        duty = climb(duty, ladder, after(minutes), all_but()).duty
    assert duty.repeat_at == after(40)
    duty = climb(replace(duty, repeat_at=None), ladder, after(60), all_but()).duty
    assert duty.repeat_at is None


def test_only_who_was_found_is_told() -> None:
    told = need(told=(0, 1200, 3600), rung_at=after(90))
    step = climb(told, LADDERS["need"], after(90), all_but("holder"), lambda target: target == "holder")
    assert step.targets == ("line_leader",)
    assert step.duty.unreached == ()
    assert step.duty.rung_at == after(120)


def test_a_rung_that_reaches_only_the_village_climbs_at_once_and_says_why() -> None:
    told = need(told=(0, 1200, 3600), rung_at=after(90), state="claimed", holder="paper:holder")
    step = climb(told, LADDERS["need"], after(90), all_but("line_leader"))
    assert step.targets == ("holder",)
    assert (step.duty.rung_at, step.duty.unreached) == (after(90), ("line_leader",))
    following = climb(step.duty, LADDERS["need"], after(90), all_but("line_leader"))
    assert (following.targets, following.skipped) == (("command_post",), ("line_leader",))
    assert following.duty.unreached == ()


def test_a_town_without_deputies_does_not_climb_for_want_of_one() -> None:
    told = replace(open_duty(Duty("1", "fever", BEGIN, "yaowa")), told=(0,), rung_at=after(10))
    step = climb(told, LADDERS["fever"], after(10), all_but("deputy"), lambda target: target == "deputy")
    assert (step.targets, step.duty.rung_at) == (("village_head",), after(30))


LATER = (Rung(timedelta(0), ("cadres",)), Rung(timedelta(minutes=45), ("line_leader",)))
EARLIER = (Rung(timedelta(0), ("cadres",)), Rung(timedelta(minutes=5), ("village_head",)), LADDERS["need"][2])


@pytest.mark.parametrize(
    ("duty", "ladder", "now", "due"),
    [
        (need(told=(0,), rung_at=after(20)), LATER, 10, 45),
        (need(told=(0,), rung_at=after(20)), EARLIER, 10, 10),
        (need(told=(0,), rung_at=None), LATER, 50, 50),
        (need(told=(0, 1200), rung_at=after(60)), EARLIER, 30, 60),
        (need(told=(0, 1200), rung_at=after(60)), LATER, 30, 45),
        (need(told=(0,), rung_at=after(1), unreached=("cadres",)), LATER, 2, 1),
        (need(told=(), rung_at=after(600), starts_at=after(600)), LATER, 2, 600),
        (need(told=(0, 2700), rung_at=None), LATER, 50, None),
    ],
)  # fmt: skip
def test_an_edited_ladder_counts_from_the_next_rung(
    duty: Duty, ladder: tuple[Rung, ...], now: int, due: int | None
) -> None:  # fmt: skip
    assert edited(duty, ladder, after(now)).rung_at == (None if due is None else after(due))


def test_a_rung_edited_to_be_later_is_not_told_early() -> None:
    duty = need(told=(0,), rung_at=after(20))
    step = climb(duty, LATER, after(20), all_but())
    assert (step.tell, step.duty.rung_at, step.duty.told) == ((), after(45), (0,))


def test_one_that_is_hurried_is_told_before_its_time() -> None:
    duty = need(told=(0,), rung_at=after(2), unreached=("cadres",))
    step = climb(duty, LATER, after(2), all_but())
    assert (step.targets, step.skipped) == (("line_leader",), ("cadres",))


def narrowed(minutes: int, urgency: str, target: str) -> Rung:
    return Rung(timedelta(minutes=minutes), (target,), "claimed", urgency=(urgency,))


HASTY = numbered(
    sorted(
        (*LADDERS["need"], narrowed(0, "medicine", "deputy"), narrowed(0, "said", "area_head"),
         narrowed(5, "baby", "inspectors")),
        key=lambda rung: rung.after,
    )
)  # fmt: skip


def told_by(duty: Duty, minutes: int) -> tuple[Duty, list[tuple[str, ...]]]:
    """Whom the ladder tells until then, rung by rung."""
    heard = []
    while duty.rung_at is not None and duty.rung_at <= after(minutes):
        step = climb(duty, HASTY, max(BEGIN, duty.rung_at), all_but())
        duty, heard = step.duty, [*heard, step.targets]
    return duty, heard


@pytest.mark.parametrize(
    ("urgency", "haste", "told"),
    [
        ("", [], [("cadres",)]),
        ("now", ["medicine"], [("cadres",), ("deputy",)]),
        ("now", ["said", "baby"], [("cadres",), ("area_head",), ("inspectors",)]),
        ("later", [], [("cadres",)]),
    ],
)
def test_a_rung_may_name_why_it_is_urgent(urgency: str, haste: list[str], told: list[tuple[str, ...]]) -> None:
    assert told_by(need(urgency=urgency, card={"haste": haste}), 19)[1] == told


def test_what_is_called_urgent_later_is_told_whom_it_would_have_been_told_at_once() -> None:
    duty, _ = told_by(need(), 10)
    hurried = hastened(replace(duty, urgency="now", card={"haste": ["said"]}), HASTY, after(10))
    assert hurried.rung_at == after(10)
    assert climb(hurried, HASTY, after(10), all_but()).targets == ("area_head",)


def test_an_edit_passes_over_no_rung_that_a_duty_may_yet_come_to() -> None:
    duty, _ = told_by(need(), 20)
    kept = edited(duty, HASTY, after(21))
    assert kept.rung_at == after(60)
    urgent = hastened(replace(kept, card={"haste": ["medicine"]}), HASTY, after(30))
    assert urgent.rung_at == after(30)
