"""The moves of a duty that somebody would use to be rid of it, or to be left alone: each is refused, or changes nothing by it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from rules.alarms import UNHELD, asked_at, next_alarm, ring
from rules.duty import Actor, Duty, Refusal, open_duty
from rules.kinds import KINDS
from rules.ladders import LADDERS, REPEAT
from rules.moves import acknowledge, claim, may_reopen, merge, offer, put_on_wait, reopen, report_done, take_in, touch
from rules.town import SHANGHAI, Ladder

START = datetime(2020, 2, 10, 9, tzinfo=UTC)
LADDER: Ladder = LADDERS["need"]
TOP = LADDER[-1].key
ZHANG, CHEN, LEADER = (Actor(f"web:{name}", name, f"web:{name}") for name in ("zhang", "chen", "leader"))


def at(minutes: int) -> datetime:
    return START + timedelta(minutes=minutes)


def need(ref: str = "1", subject: str = "web:li", text: str = "rice", kind: str = "need") -> Duty:
    return open_duty(
        Duty(ref, kind, START, "yaowa", subject=subject, responsible="web:zhang", due_at=at(120), card={"text": text})
    )


def made(moved: object) -> Duty:
    assert isinstance(moved, Duty), moved
    return moved


def held(duty: Duty, by: Actor = ZHANG, minutes: int = 5) -> Duty:
    return made(claim(duty, by, LADDER, at(minutes)))


def ringing(duty: Duty) -> Duty:
    """Told to the command post, and told again at 130."""
    return replace(duty, told=tuple(r.key for r in LADDER), repeat_at=at(130))


@pytest.mark.parametrize("kind", KINDS)
def test_who_asked_for_it_is_in_the_table(kind: str) -> None:
    assert KINDS[kind].asker == (kind in ("need", "order"))
    assert KINDS[kind].asker or not KINDS[kind].asks, "only whoever asked for it can be asked whether it is done"


LAGGING = [
    ("he is on his way", lambda d: touch(d, ZHANG, at(125))),
    ("he waits for something", lambda d: put_on_wait(d, ZHANG, at(600), "no stock")),
    ("he offers it", lambda d: offer(d, ZHANG, CHEN.id, at(125))),
    ("he offers it, and it is taken", lambda d: claim(made(offer(d, ZHANG, CHEN.id, at(125))), CHEN, LADDER, at(126))),
]


@pytest.mark.parametrize(("what", "move"), LAGGING, ids=[row[0] for row in LAGGING])
def test_who_has_it_cannot_silence_the_command_post(what: str, move: Callable[[Duty], object]) -> None:
    assert made(move(ringing(held(need())))).repeat_at == at(130)


def test_the_first_claim_stops_the_repeating() -> None:
    assert held(ringing(need()), minutes=125).repeat_at is None


def test_seen_while_nobody_has_it_rings_again_after_half_an_hour() -> None:
    assert made(acknowledge(ringing(need()), at(125))).repeat_at == at(125) + UNHELD
    assert made(acknowledge(ringing(held(need())), at(125))).repeat_at is None
    quiet = held(need())
    assert made(acknowledge(quiet, at(125))) == quiet


def test_an_offer_that_nobody_took_starts_the_repeating_over() -> None:
    seen = made(acknowledge(ringing(held(need())), at(125)))
    offered = made(offer(seen, ZHANG, CHEN.id, at(126)))
    assert ring(offered, "offer", LADDER, at(136), SHANGHAI).repeat_at == at(136) + REPEAT
    early = made(offer(held(need()), ZHANG, CHEN.id, at(10)))
    assert ring(early, "offer", LADDER, at(20), SHANGHAI).repeat_at is None, "what was never told is not repeated"


def test_a_no_starts_the_repeating_over() -> None:
    done = made(report_done(ringing(held(need())), ZHANG, LADDER, at(125), at(125)))
    assert done.repeat_at is None
    assert made(reopen(done, LADDER, at(128))).repeat_at == at(128) + REPEAT


MERGES = [
    ("the same person's two needs", need("2"), need("1"), ZHANG, False, None),
    ("two households", need("2", "web:sun"), need("1"), ZHANG, True, "cannot_merge"),
    ("two kinds", need("2", kind="fever"), need("1"), ZHANG, True, "cannot_merge"),
    ("with itself", need("1"), need("1"), ZHANG, True, "cannot_merge"),
    ("into what is said to be done", need("2"), replace(held(need("1")), state="reported"), ZHANG, True, "cannot_merge"),
    ("another has it", held(need("2")), need("1"), CHEN, False, "not_yours_to_merge"),
    ("another has it, but they answer for the household", held(need("2"), CHEN), need("1"), ZHANG, False, None),
    ("another has it, but they stand above", held(need("2")), need("1"), LEADER, True, None),
    ("nobody has it", need("2"), held(need("1")), CHEN, False, None),
    ("into what is over", need("2"), replace(need("1"), state="closed"), ZHANG, True, "already_over"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "duty", "into", "by", "leads", "why"), MERGES, ids=[row[0] for row in MERGES])
def test_merging(what: str, duty: Duty, into: Duty, by: Actor, leads: bool, why: str | None) -> None:
    moved = merge(duty, into, by, leads, at(10))
    assert moved == Refusal(why) if why else made(moved).merged_into == into.ref


def test_what_is_merged_is_still_to_be_brought() -> None:
    flour = replace(need("2", text="flour"), urgency="now")
    both = take_in(held(need("1")), replace(flour, card={**flour.card, "haste": ["said"]}), LADDER, at(10))
    assert both.hastes == {"now", "said"}
    assert (both.card["text"], both.urgency, both.card["urgency"]) == ("rice + flour", "now", "now")
    said_twice = take_in(both, need("3", text="rice"), LADDER, at(10))
    assert said_twice.card["text"] == "rice + flour"


def test_an_order_that_is_said_to_be_done_waits_for_its_giver_and_silence_is_no_consent() -> None:
    order, ladder = need(kind="order"), LADDERS["order"]
    done = made(report_done(order, ZHANG, ladder, at(60), at(60)))
    assert (done.state, next_alarm(done)) == ("reported", (at(60), "ask"))
    silent = ring(ring(ring(done, "ask", ladder, at(60), SHANGHAI), "ask_again", ladder, at(90), SHANGHAI),
                  "unconfirmed", ladder, at(180), SHANGHAI)  # fmt: skip
    assert (silent.state, silent.confirmed) == ("closed", False)
    assert may_reopen(silent)
    assert made(reopen(done, ladder, at(70))).state == "claimed"
    again = made(reopen(silent, ladder, at(190)))
    assert (again.state, again.holder, again.due_at, again.reopened) == ("claimed", "web:zhang", order.due_at, 1)
    assert next_alarm(replace(order, rung_at=None)) is None, "late is its ladder's to tell"
    fever = made(report_done(need(kind="fever"), ZHANG, LADDER, at(60), at(60)))
    assert reopen(fever, LADDER, at(70)) == Refusal("already_over")


def test_when_it_was_asked_last() -> None:
    done = made(report_done(held(need()), ZHANG, LADDER, at(60), at(60)))
    assert asked_at(done) is None
    asked = ring(done, "ask", LADDER, at(60), SHANGHAI)
    assert asked_at(asked) == at(60)
    assert asked_at(ring(asked, "ask_again", LADDER, at(90), SHANGHAI)) == at(90)
