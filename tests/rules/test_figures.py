"""Figures that cannot be beautified: each trick, played against them, fails."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from rules.duty import Actor, Duty, Refusal, open_duty
from rules.figures import fate_of, figures
from rules.ladders import LADDERS
from rules.moves import cancel, claim, confirm, merge, postpone, put_on_wait, reopen, report_done
from rules.refiled import goes_on, going_on

LADDER = LADDERS["need"]
START = datetime(2020, 2, 10, 9, tzinfo=UTC)
CADRE = Actor("web:zhang", "Zhang", "web:cadres")


def at(minutes: int) -> datetime:
    return START + timedelta(minutes=minutes)


def need(ref: str = "1", minutes: int = 0) -> Duty:
    opened = at(minutes)
    return open_duty(Duty(ref, "need", opened, "yaowa", subject="web:li", due_at=opened + timedelta(hours=2)))


def made(moved: object) -> Duty:
    assert isinstance(moved, Duty), moved
    return moved


def claimed(duty: Duty, minutes: int) -> Duty:
    return made(claim(duty, CADRE, LADDER, at(minutes)))


def done(duty: Duty, minutes: int) -> Duty:
    return made(report_done(duty, CADRE, LADDER, at(minutes), at(minutes)))


def confirmed(duty: Duty, minutes: int) -> Duty:
    return made(confirm(duty, at(minutes)))


KEPT = confirmed(done(claimed(need(), 5), 60), 70)
REOPENED = made(reopen(done(claimed(need(), 5), 60), LADDER, at(70)))

FATES = [
    ("open, not due yet", need(), 30, "running"),
    ("open, due", need(), 121, "late"),
    ("confirmed in time", KEPT, 200, "confirmed"),
    ("done in time, confirmed late", confirmed(done(claimed(need(), 5), 60), 130), 200, "reported"),
    ("said done in time, not answered yet", done(claimed(need(), 5), 60), 200, "reported"),
    ("closed after silence", replace(done(need(), 60), state="closed", closed_at=at(180), confirmed=False), 200, "unconfirmed"),
    ("said done late", done(claimed(need(), 5), 125), 200, "late"),
    ("taken back in time", made(cancel(need(), at(60))), 200, "cancelled"),
    ("taken back when it was late", made(cancel(need(), at(125))), 200, "late"),
]  # fmt: skip

TRICKS = [
    ("done and reopened: the first done does not count", REOPENED, 130, "late"),
    ("reopened, done again and confirmed late", confirmed(done(REOPENED, 100), 125), 200, "reported"),
    ("reopened and done late", confirmed(done(REOPENED, 125), 126), 200, "late"),
    ("an early done is no confirmation", done(need(), 1), 200, "reported"),
    ("waiting moves no due time", made(put_on_wait(claimed(need(), 5), CADRE, at(600), "no stock")), 130, "late"),
    ("a claim keeps nothing", claimed(need(), 1), 121, "late"),
]


@pytest.mark.parametrize(("what", "duty", "now", "fate"), [*FATES, *TRICKS], ids=lambda value: str(value)[:40])
def test_fate(what: str, duty: Duty, now: int, fate: str) -> None:
    assert fate_of(duty, at(now)) == fate


REFILED = [
    ("asked for again while it was running", 60, 90, True),
    ("taken back a minute before its time, asked for again after it", 119, 125, True),
    ("half an hour after that it has run out anew", 119, 150, False),
    ("its time was over, and it was taken back long before", 30, 121, False),
    ("taken back when it was late, which counts by itself", 125, 126, False),
]


@pytest.mark.parametrize(("what", "back", "again", "same"), REFILED, ids=lambda value: str(value)[:40])
def test_what_is_taken_back_and_asked_for_again_keeps_its_clock(what: str, back: int, again: int, same: bool) -> None:
    old = made(cancel(replace(need(), told=(0, 1200)), at(back)))
    assert goes_on(old, at(again)) is same
    if same:
        new = going_on(need("2", again), old, at(again))
        assert (new.due_at, new.base, new.told, new.card["again"]) == (old.due_at, old.base, (1200,), "1")
        kept = confirmed(done(claimed(new, again), again + 40), again + 45)
        fates = figures([old, kept], at(400), {}, {}).total.fates
        assert fates == {"cancelled": 1, "late": 1}, "a second time makes no second two hours"


def test_a_morning_that_was_taken_back_had_a_clock_of_its_own() -> None:
    morning = made(postpone(need(), at(600), at(720)))
    assert not goes_on(made(cancel(morning, at(30))), at(40))


def test_a_late_one_merged_into_a_young_one_is_late() -> None:
    old, young = need("1"), need("2", 110)
    into = confirmed(done(claimed(young, 111), 130), 140)
    merged = made(merge(old, young, CADRE, False, at(115)))
    assert fate_of(merged, at(200), {"2": into}) == "late"
    assert figures([merged, into], at(300), {}, {}).total.fates == {"late": 1, "confirmed": 1}


def test_what_is_merged_is_kept_only_by_its_own_asker() -> None:
    rice, medicine = need("68"), replace(need("69"), subject="web:sun")
    assert isinstance(merge(medicine, rice, CADRE, True, at(5)), Refusal)
    forced = replace(medicine, state="closed", closed_at=at(5), merged_into="68")
    into = confirmed(done(claimed(rice, 5), 60), 70)
    assert figures([forced, into], at(200), {}, {}).total.fates == {"unconfirmed": 1, "confirmed": 1}
    flour = made(merge(need("70"), rice, CADRE, False, at(6)))
    unsaid = done(claimed(rice, 7), 60)
    assert fate_of(flour, at(200), {"68": unsaid}) == "reported", "said done, by nobody who asked"
    assert fate_of(flour, at(200), {"68": into}) == "confirmed"


def test_only_the_asker_puts_off_and_it_is_counted_apart() -> None:
    morning = made(postpone(need(), at(600), at(720)))
    kept = confirmed(done(claimed(morning, 610), 650), 660)
    shown = figures([kept], at(800), {}, {})
    assert (shown.postponed, shown.total.fates, shown.median) == (1, {"confirmed": 1}, 60.0)


def test_shares_by_village_and_holder_worst_first() -> None:
    late = replace(claimed(need("2"), 5), village="shimen")
    shown = figures([KEPT, late], at(300), {"20": 1}, {"1": 9, "2": 9})
    assert [(row.key, row.share) for row in shown.by_village] == [("shimen", 0.0), ("yaowa", 1.0)]
    assert [(row.key, row.share) for row in shown.by_holder] == [("Zhang", 0.5)]
    assert [duty.ref for duty in shown.worst] == ["2"]
    assert (shown.total.share, shown.p90, dict(shown.climbs)) == (0.5, 70.0, {"20": 1})


def test_orders_have_a_row_by_kind_and_change_no_share_of_the_needs() -> None:
    order = replace(need("7"), kind="order")
    shown = figures([KEPT], at(300), {}, {}, besides=[order])
    assert [(row.key, row.due, row.share) for row in shown.by_kind] == [("order", 1, 0.0), ("need", 1, 1.0)]
    assert (shown.total.due, shown.total.share) == (1, 1.0)


def test_what_nobody_took_has_a_row_of_its_own() -> None:
    shown = figures([KEPT, need("2")], at(300), {}, {})
    assert [(row.key, row.due, row.share) for row in shown.by_holder] == [("", 1, 0.0), ("Zhang", 1, 1.0)]


def test_what_is_open_from_before_the_window_is_among_the_worst_but_not_judged_again() -> None:
    old, young = replace(need("9"), handovers=3), need("2", 600)
    shown = figures([old, young], at(700), {}, {}, due_from=at(500))
    assert [duty.ref for duty in shown.worst] == ["9", "2"]
    assert (shown.total.fates, shown.handovers) == ({"running": 1}, 0)
